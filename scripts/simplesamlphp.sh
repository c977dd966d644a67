#!/bin/sh
# Unpacks SimpleSAMLphp, once for each user, without installing it, and prints where.
#
# Debian's package would bring Apache and a system service; we need only its files, which PHP's own server runs
# (tests/e2e/idp.py). By hand: unpack Debian's package `simplesamlphp` with `dpkg -x` into the printed folder.
. "$(dirname -- "$0")/env.sh"

here=$cache/simplesamlphp
if [ ! -e "$here/usr/share/simplesamlphp/www/index.php" ]; then
    mkdir -p "$cache"
    work=$(mktemp -d "$cache/simplesamlphp.XXXXXX")
    trap 'rm -rf "$work"' EXIT INT TERM
    say 'simplesamlphp: fetching the package to unpack it'
    # Told to a folder that the download user cannot enter, apt fetches as ourselves and says so: not an error.
    (cd "$work" && apt-get -qq download simplesamlphp 2>"$work/log") || {
        cat "$work/log" >&2
        fail 'could not fetch the package simplesamlphp'
    }
    dpkg -x "$work"/simplesamlphp_*.deb "$work/files"
    rm -rf "$here"
    mv "$work/files" "$here"
fi
printf '%s\n' "$here"
