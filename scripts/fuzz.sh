#!/bin/sh
# Fuzzing with libFuzzer, on the stable compiler: `scripts/fuzz.sh run [RUNS]`, `scripts/fuzz.sh keep`.
#
#   run          ten seconds for each target; with RUNS, so many inputs over all of them
#   keep         puts what was found new into fuzz/corpus, as little of it as reaches the same code
#
# TARGETS="filter path" chooses. What cargo-fuzz would do is done here with plain cargo: it asks for a nightly compiler
# unless it is told otherwise, and is one more thing to install.
. "$(dirname -- "$0")/env.sh"

triple=$(rustc -vV | sed -n 's/^host: //p')
built=$target/fuzz
found=$built/found
all='filter path patch_body user_body group_body bulk cursor http'
# Each request of `http` goes through the whole service and a database: one for so many inputs of the others.
slow=100

build() {
    command -v g++ >/dev/null 2>&1 || fail 'libFuzzer is compiled with g++, which is missing'
    flags='--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
        -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table
        -Cllvm-args=-sanitizer-coverage-trace-compares'
    # The target is named so that build scripts and macros are compiled without these.
    RUSTFLAGS=$flags cargo build --locked --release --manifest-path "$root/fuzz/Cargo.toml" \
        --target "$triple" --target-dir "$built"
}

# The program of a target, with what every run of it has.
fuzz() {
    name=$1
    shift
    dictionary=words
    [ "$name" = http ] && dictionary=http
    mkdir -p "$found/$name" "$built/failed"
    "$built/$triple/release/$name" -dict="$root/fuzz/dict/$dictionary.dict" -max_len=8192 -timeout=10 \
        -rss_limit_mb=2048 -artifact_prefix="$built/failed/$name-" "$@"
}

# So many of RUNS are for a target.
share() {
    count=0
    for name in ${TARGETS:-$all}; do
        if [ "$name" = http ]; then count=$((count + 1)); else count=$((count + slow)); fi
    done
    if [ "$1" = http ]; then weight=1; else weight=$slow; fi
    echo $(($2 * weight / count + 1))
}

# A figure of the last run.
stat() {
    sed -n "s/^stat::$1: *//p" "$log"
}

cd "$root"
case ${1:-} in
run)
    build
    for name in ${TARGETS:-$all}; do
        if [ -n "${2:-}" ]; then limit=-runs=$(share "$name" "$2"); else limit=-max_total_time=10; fi
        say "fuzz: $name $limit"
        log=$built/$name.log
        if ! fuzz "$name" "$limit" -print_final_stats=1 "$found/$name" "$root/fuzz/corpus/$name" >"$log" 2>&1; then
            tail -n 40 "$log" >&2
            fail "$name: an input breaks a law; it is in $built/failed, the whole log in $log"
        fi
        say "fuzz: $name: $(stat number_of_executed_units) inputs, $(stat average_exec_per_sec) a second," \
            "the slowest took $(sed -n 's/^slowest input: //p' "$log" | tail -n 1) of the processor"
    done
    ;;
keep)
    build
    for name in ${TARGETS:-$all}; do
        rm -rf "$built/kept" && mkdir "$built/kept"
        fuzz "$name" -merge=1 "$built/kept" "$root/fuzz/corpus/$name" "$found/$name" >"$built/$name.log" 2>&1
        rm -rf "$root/fuzz/corpus/$name" && mv "$built/kept" "$root/fuzz/corpus/$name"
        say "fuzz: $name: $(find "$root/fuzz/corpus/$name" -type f | wc -l) inputs kept"
    done
    ;;
*) fail 'what: run, keep' ;;
esac
