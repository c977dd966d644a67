# Read by the other scripts with `.`: where things are, and how we speak.
#
# Names nothing that the caller's environment has already named.

set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)

# Tools that we build or download once for each user of this machine, not once for each clone.
cache=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/rollright

# Where cargo puts what it builds.
target=${CARGO_TARGET_DIR:-$root/target}
case $target in
/*) ;;
*) target=$root/$target ;;
esac

say() {
    printf '%s\n' "$*" >&2
}

fail() {
    say "error: $*"
    exit 1
}
