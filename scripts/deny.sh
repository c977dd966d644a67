#!/bin/sh
# Checks the dependency tree against deny.toml: bans, licences and sources always; advisories where their database,
# a public git repository, can be reached.
#
# cargo-deny is built once for each user (about two minutes on one core): without optimization, because building it
# optimized takes twice as long and a check takes three seconds either way.
. "$(dirname -- "$0")/env.sh"

version=0.20.2
home=$cache/cargo-deny-$version
deny=$home/bin/cargo-deny

if [ ! -x "$deny" ]; then
    say "deny: building cargo-deny $version into $home"
    work=$(mktemp -d "${TMPDIR:-/tmp}/rollright-deny.XXXXXX")
    trap 'rm -rf "$work"' EXIT INT TERM
    CARGO_PROFILE_DEV_DEBUG=0 cargo install --quiet --locked --debug --version "$version" \
        --root "$home" --target-dir "$work" cargo-deny || fail "cargo-deny $version cannot be built"
    rm -rf "$work"
    trap - EXIT INT TERM
fi

cd "$root"
"$deny" --locked check --hide-inclusion-graph bans licenses sources

if log=$(GIT_TERMINAL_PROMPT=0 timeout 120 "$deny" --locked fetch db 2>&1); then
    "$deny" --locked check --disable-fetch --hide-inclusion-graph advisories
else
    say "$log"
    say 'deny: ADVISORIES WERE NOT CHECKED: their database cannot be reached from here (above)'
fi
