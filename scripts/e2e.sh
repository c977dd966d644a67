#!/bin/sh
# The end-to-end tests: the release binary, real clients, real identity providers, on SQLite and PostgreSQL.
#
#   scripts/e2e.sh [arguments of pytest]
#
# ROLLRIGHT_BIN names another binary to test.
. "$(dirname -- "$0")/env.sh"

tests=$root/tests/e2e
python=${PYTHON:-python3}

# One environment for each list of requirements and each Python, made once. Prints where it is.
environment() {
    key=$( (cat "$1" && "$python" -V && "$python" -c 'import sys; print(sys.prefix)') | cksum | tr -d ' ')
    made=$cache/venv-$key
    if [ ! -e "$made/ready" ]; then
        say "e2e: making the Python environment $made"
        rm -rf "$made"
        mkdir -p "$cache"
        "$python" -m venv "$made"
        "$made/bin/pip" --quiet --disable-pip-version-check install --requirement "$1" >&2
        : >"$made/ready"
    fi
    printf '%s\n' "$made"
}
venv=$(environment "$tests/requirements.txt")
# Label Studio's client, which cannot live beside the tests' own libraries.
LABEL_STUDIO_PYTHON=$(environment "$tests/requirements-label-studio.txt")/bin/python
export LABEL_STUDIO_PYTHON

ROLLRIGHT_BIN=${ROLLRIGHT_BIN:-$target/release/rollright}
export ROLLRIGHT_BIN
[ -x "$ROLLRIGHT_BIN" ] || fail "no binary $ROLLRIGHT_BIN: make build"
# The identity providers.
SIMPLESAMLPHP=$("$root/scripts/simplesamlphp.sh")
LEMONLDAP=$("$root/scripts/lemonldap.sh")
NODE_IDPS=$("$root/scripts/node-idps.sh")
# The proxy.
NGINX=$("$root/scripts/nginx.sh")
export SIMPLESAMLPHP LEMONLDAP NODE_IDPS NGINX

cd "$tests"
PYTHONDONTWRITEBYTECODE=1 exec "$root/scripts/postgres.sh" run "$venv/bin/python" -m pytest "$@"
