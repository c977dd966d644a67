#!/bin/sh
# A private PostgreSQL: a cluster in a temporary folder, on a free port of 127.0.0.1, gone afterwards.
#
#   scripts/postgres.sh run COMMAND...   runs the command with TEST_DATABASE_URL set, then stops and removes the cluster
#   scripts/postgres.sh start DIR        starts one in the empty folder DIR and prints its URL
#   scripts/postgres.sh stop DIR         stops it
#
# POSTGRES_DURABLE=1 has it flush what it commits to the disk, as it would for somebody; tests need none of that.
#
# PostgreSQL refuses to run as root: there it runs as `postgres` (or `nobody`), elsewhere as oneself. The URL's user may
# create databases. Words are ordered as in English where this PostgreSQL can (version 15 on), as most installations do,
# so that a query that leans on byte order is found out.
. "$(dirname -- "$0")/env.sh"

if command -v initdb >/dev/null 2>&1; then
    bin=$(dirname -- "$(command -v initdb)")
else
    bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t/ -k5 -n | tail -1)
fi
[ -n "$bin" ] && [ -x "$bin/initdb" ] || fail 'no PostgreSQL server here: scripts/packages.sh test'

if [ "$(id -u)" = 0 ]; then
    user=postgres
    id -u "$user" >/dev/null 2>&1 || user=nobody
    unprivileged() {
        (cd / && setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups \
            env -u PGDATA -u PGPORT -u PGHOST -u PGUSER -u PGOPTIONS "$@")
    }
else
    user=$(id -un)
    unprivileged() {
        (cd / && env -u PGDATA -u PGPORT -u PGHOST -u PGUSER -u PGOPTIONS "$@")
    }
fi

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

start() {
    dir=$1
    [ -d "$dir" ] || fail "no such folder: $dir"
    [ ! -e "$dir/data" ] || fail "there is a cluster in $dir already"
    password=$(openssl rand -hex 16)
    (umask 077 && printf '%s\n' "$password" >"$dir/password")
    chown "$user" "$dir" "$dir/password" 2>/dev/null || true
    version=$("$bin/initdb" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
    if [ "$version" -ge 15 ]; then
        locale='--locale=C.UTF-8 --locale-provider=icu --icu-locale=en-US'
    else
        locale='--locale=C.UTF-8'
    fi
    # shellcheck disable=SC2086 # a list of options
    unprivileged "$bin/initdb" -D "$dir/data" -U rollright -E UTF8 $locale --auth=scram-sha-256 \
        --pwfile="$dir/password" --no-sync >"$dir/initdb.log" 2>&1 || {
        cat "$dir/initdb.log" >&2
        fail 'initdb failed'
    }
    # The machine may lose this cluster at any time: nothing is flushed to the disk for it.
    durable=off
    [ -z "${POSTGRES_DURABLE:-}" ] || durable=on
    cat >>"$dir/data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 300
fsync = $durable
synchronous_commit = $durable
full_page_writes = $durable
log_min_messages = warning
CONF
    # Somebody else may take the port between asking for it and listening on it.
    for try in 1 2 3 4 5; do
        port=$(free_port)
        if unprivileged "$bin/pg_ctl" -D "$dir/data" -o "-p $port" -l "$dir/data/server.log" -w -t 60 start \
            >"$dir/start.log" 2>&1 </dev/null; then
            printf 'postgres://rollright:%s@127.0.0.1:%s/postgres\n' "$password" "$port"
            return 0
        fi
        say "postgres: start $try on port $port failed"
    done
    cat "$dir/start.log" "$dir/data/server.log" >&2
    fail 'PostgreSQL does not start'
}

stop() {
    dir=$1
    if [ -e "$dir/data/postmaster.pid" ]; then
        unprivileged "$bin/pg_ctl" -D "$dir/data" -m fast -w -t 60 stop >/dev/null 2>&1 ||
            unprivileged "$bin/pg_ctl" -D "$dir/data" -m immediate -w -t 30 stop >&2
    fi
}

verb=${1:-}
[ $# = 0 ] || shift
case $verb in
start) start "$1" ;;
stop) stop "$1" ;;
run)
    [ $# -gt 0 ] || fail 'run what?'
    # Not under the caller's TMPDIR, which another user may not be able to enter.
    work=$(mktemp -d /tmp/rollright-postgres.XXXXXX)
    child=''
    finish() {
        trap - EXIT INT TERM HUP
        if [ -n "$child" ]; then
            kill -TERM "$child" 2>/dev/null || true
            wait "$child" 2>/dev/null || true
        fi
        stop "$work" || true
        rm -rf "$work"
    }
    trap finish EXIT
    trap 'finish; exit 130' INT
    trap 'finish; exit 143' TERM HUP
    TEST_DATABASE_URL=$(start "$work")
    export TEST_DATABASE_URL
    # In the background, so that a signal is heard while it runs.
    "$@" <&0 &
    child=$!
    status=0
    wait "$child" || status=$?
    child=''
    exit "$status"
    ;;
*) fail 'start DIR, stop DIR, or run COMMAND...' ;;
esac
