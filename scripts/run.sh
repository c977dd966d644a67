#!/bin/sh
# Starts the server that was built, with what is given as arguments.
. "$(dirname -- "$0")/env.sh"

cd "$root"
exec "$target/release/rollright" start "$@"
