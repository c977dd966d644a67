#!/bin/sh
# Which of the described answers the tests of the crate have never got, on SQLite.
. "$(dirname -- "$0")/env.sh"

ROLLRIGHT_ANSWERS=$(mktemp -d "${TMPDIR:-/tmp}/rollright-answers.XXXXXX")
export ROLLRIGHT_ANSWERS
trap 'rm -rf "$ROLLRIGHT_ANSWERS"' EXIT INT TERM
"$root/scripts/unit.sh" sqlite
python3 "$root/scripts/answers.py" "$ROLLRIGHT_ANSWERS"
