#!/bin/sh
# Runs a command whose exit code 3 says that its times do not hold (busy machine) while its results are all there: that
# is noted, and no failure of whoever asked for the results.
"$@"
code=$?
[ "$code" -eq 3 ] || exit "$code"
echo "note: the results are complete, their times inconclusive (exit code 3)" >&2
