#!/bin/sh
# Runs a command of the binary that was built, with what is given as arguments.
. "$(dirname -- "$0")/env.sh"

# The end-to-end tests' word for another binary; the server refuses variables that it does not know.
unset ROLLRIGHT_BIN
cd "$root"
exec "$target/release/rollright" "$@"
