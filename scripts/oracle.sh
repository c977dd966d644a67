#!/bin/sh
# What rollright decides of the attacks on SAML and of many mutations, judged by another implementation (tests/oracle).
. "$(dirname -- "$0")/env.sh"

folder=$(mktemp -d "${TMPDIR:-/tmp}/rollright-oracle.XXXXXX")
trap 'rm -rf "$folder"' EXIT INT TERM
cd "$root"
# XML security speaks of every refusal on standard error.
ROLLRIGHT_ORACLE=$folder cargo test --quiet --locked --lib no_attack_and_no_mutation_makes_another_person \
    >"$folder/log" 2>&1 || { cat "$folder/log" >&2; fail 'the documents could not be made'; }
cargo run --quiet --locked --manifest-path tests/oracle/Cargo.toml --target-dir "$target/oracle" -- "$folder"
