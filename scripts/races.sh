#!/bin/sh
# The races for the Owner and for the last seat, 10,000 of each on each engine, against the release binary.
#
#   scripts/races.sh [sqlite|postgres]     (ROLLRIGHT_RACES: how many)
. "$(dirname -- "$0")/env.sh"

cd "$root"
ROLLRIGHT_BIN=${ROLLRIGHT_BIN:-$target/release/rollright}
ROLLRIGHT_RACES=${ROLLRIGHT_RACES:-10000}
export ROLLRIGHT_BIN ROLLRIGHT_RACES
[ -x "$ROLLRIGHT_BIN" ] || fail "no binary $ROLLRIGHT_BIN: make build"
case ${1:-both} in
sqlite) unset TEST_DATABASE_URL ;;
postgres) exec "$root/scripts/postgres.sh" run "$0" in-postgres ;;
in-postgres) [ -n "${TEST_DATABASE_URL:-}" ] || fail 'TEST_DATABASE_URL is not set' ;;
both)
    cargo test --locked --test it --no-run
    "$0" sqlite
    exec "$0" postgres
    ;;
*) fail 'which engine: sqlite, postgres' ;;
esac
exec cargo test --locked --test it members::races -- --test-threads=2
