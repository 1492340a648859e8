#!/bin/sh
# Runs test programs one after the other and says how many tests ran and failed.
#   ci/run_tests.sh BUILD_FOLDER PROGRAM...
# A program in which no test ran is a failure: Criterion would call it a success.
# Under sanitizers a report of any process is one too, leaks included: Criterion
# itself does not see what its workers report when they end.
set -u

build=$1
shift
reports=$build/sanitizer
rm -rf "$reports"
mkdir -p "$reports"
export HYMBENCH_BIN="${HYMBENCH_BIN:-$build/hymbench}"
export ASAN_OPTIONS="log_path=$reports/asan:detect_leaks=1:abort_on_error=0"
export UBSAN_OPTIONS="log_path=$reports/ubsan:print_stacktrace=1"
export LSAN_OPTIONS="suppressions=$PWD/ci/leaks.txt:print_suppressions=0"
# two threads whatever the machine: what depends on threads is exercised
export OMP_NUM_THREADS="${OMP_NUM_THREADS:-2}" OMP_WAIT_POLICY=passive

# tests that draw at random take this seed and print it; a night's run gives a fresh one
[ -z "${HYMBENCH_TEST_SEED:-}" ] || echo "HYMBENCH_TEST_SEED=$HYMBENCH_TEST_SEED"

passed=0 failed=0
for program in "$@"; do
    start=$(date +%s)
    log=$build/$(basename "$program").log
    "$program" -j2 >"$log" 2>&1
    code=$?
    line=$(grep -a 'Synthesis' "$log" | tail -n 1)
    tested=$(printf '%s' "$line" | sed -n 's/.*Tested: [^0-9]*\([0-9][0-9]*\).*/\1/p')
    passing=$(printf '%s' "$line" | sed -n 's/.*Passing: [^0-9]*\([0-9][0-9]*\).*/\1/p')
    if [ "$code" != 0 ] || [ -z "$tested" ] || [ "$tested" = 0 ]; then
        cat "$log"
        echo "$program: failed (exit $code, ${tested:-0} tests ran)"
        failed=$((failed + ${tested:-1} - ${passing:-0}))
        [ "${tested:-0}" = 0 ] && failed=$((failed + 1))
    else
        grep -a -i 'skip' "$log"
        echo "$program: $passing of $tested passed, $(($(date +%s) - start)) s"
    fi
    passed=$((passed + ${passing:-0}))
done
if [ -n "$(ls -A "$reports")" ]; then
    cat "$reports"/*
    echo "sanitizer reports: $(find "$reports" -type f | wc -l)"
    failed=$((failed + 1))
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
