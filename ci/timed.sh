#!/bin/sh
# Runs a compiler and notes its processor time and its source: make build-times prints the list.
#   HYMBENCH_TIMES=FILE ci/timed.sh COMPILER ARGUMENTS... SOURCE
"$@"
code=$?
for source in "$@"; do :; done # the last argument
out=
for word in "$@"; do
    [ "$out" != -o ] || { object=$word; break; }
    out=$word
done
# the second line of `times` is of the children: "1m2.345s 0m0.678s"; not through a pipe, which has none
times >"$object.times"
sed -n '2s/[ms]/ /gp' "$object.times" | awk -v source="$source" -v object="$object" '{ print 60 * $1 + $2 + 60 * $3 + $4, source, object }' >>"$HYMBENCH_TIMES"
rm -f "$object.times"
exit "$code"
