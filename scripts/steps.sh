#!/bin/sh
# Makes each named target in order, stops at the first that fails, and closes with one line that says how many passed.
. "$(dirname -- "$0")/env.sh"

# Each target runs by itself: not with the options of the make that called us, nor its job slots.
unset MAKEFLAGS MFLAGS MAKELEVEL

passed=0
times=''
begin=$(date +%s)
for step in "$@"; do
    printf '\n=== %s\n' "$step"
    since=$(date +%s)
    if "${MAKE:-make}" -C "$root" --no-print-directory "$step"; then
        passed=$((passed + 1))
        times="$times $step $(($(date +%s) - since))s;"
    else
        printf '\nchecks:%s %s FAILED after %ss\n' "$times" "$step" "$(($(date +%s) - since))"
        printf 'checks: %s passed, 1 failed\n' "$passed"
        exit 1
    fi
done
printf '\nchecks:%s all in %ss\n' "$times" "$(($(date +%s) - begin))"
printf 'checks: %s passed, 0 failed\n' "$passed"
