#!/bin/sh
# The tests of the crate: `scripts/unit.sh sqlite`, `scripts/unit.sh postgres` (which starts a PostgreSQL for them).
#
# With cargo-nextest where it is installed, else with cargo's own runner: the tests are the same.
. "$(dirname -- "$0")/env.sh"

cd "$root"
engine=${1:-}
case $engine in
sqlite) unset TEST_DATABASE_URL ;;
postgres)
    # Built first, so that the database is not up for longer than the tests.
    cargo test --locked --no-run
    exec "$root/scripts/postgres.sh" run "$0" in-postgres
    ;;
in-postgres) [ -n "${TEST_DATABASE_URL:-}" ] || fail 'TEST_DATABASE_URL is not set' ;;
*) fail 'which engine: sqlite, postgres' ;;
esac

if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --locked
    # nextest leaves these out.
    cargo test --locked --doc
else
    cargo test --locked
fi
