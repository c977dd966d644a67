#!/bin/sh
# The server under load on both engines: `scripts/bench.sh [--quick] [--only WORDS] [--engine sqlite|postgres]`.
#
# PostgreSQL is a private one that flushes what it commits, as SQLite does.
. "$(dirname -- "$0")/env.sh"

cd "$root"
if [ "${1:-}" = in-postgres ]; then
    shift
    exec cargo bench --locked --bench load -- --postgres "$TEST_DATABASE_URL" "$@"
fi
# Built first, so that the database is not up for longer than the load.
cargo bench --locked --bench load --no-run
POSTGRES_DURABLE=1
export POSTGRES_DURABLE
exec "$root/scripts/postgres.sh" run "$0" in-postgres "$@"
