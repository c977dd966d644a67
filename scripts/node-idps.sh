#!/bin/sh
# Installs the identity providers of the tests that Node.js runs (tests/e2e/idps), once for each lock file, and prints
# the folder of modules. None of their install scripts is run.
. "$(dirname -- "$0")/env.sh"

lock=$root/tests/e2e/idps
key=$( (cat "$lock/package.json" "$lock/package-lock.json" && node --version) | cksum | tr -d ' ')
here=$cache/node-idps-$key
if [ ! -e "$here/ready" ]; then
    say "node-idps: installing into $here"
    rm -rf "$here"
    mkdir -p "$here"
    cp "$lock/package.json" "$lock/package-lock.json" "$here"
    (cd "$here" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2) || fail 'npm ci failed'
    : >"$here/ready"
fi
printf '%s\n' "$here/node_modules"
