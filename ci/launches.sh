#!/bin/sh
# Counts what a training step of every variant queues on a GPU (hymbench launches; needs none) and holds it against the
# committed results/baselines/launches.csv: a variant with more launches or copies than before is printed, and the exit
# code is 1. To accept it, commit the new file.
#   ci/launches.sh [program]      build/hymbench-rig, which counts where there is no nvcc
# LAUNCHES_OUT= names another file.
set -u
cd "$(dirname "$0")/.." || exit 2
program=${1:-build/hymbench-rig}
out=${LAUNCHES_OUT:-results/baselines/launches.csv}
[ -x "$program" ] || { echo "launches: there is no $program; make all-tests builds it" >&2; exit 3; }
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
for precision in f32 bf16; do
    "$program" launches --precision "$precision" --csv >"$work/$precision" || exit 4
done
{ cat "$work/f32" && sed 1d "$work/bf16"; } >"$work/new"
git show "HEAD:$out" >"$work/old" 2>/dev/null || : >"$work/old"
mkdir -p "$(dirname "$out")"
cp "$work/new" "$out"
awk -F , 'NR > 1 && $5 != "copy" && $5 != "fill" { if (!(($1, $2) in n)) order[++k] = $1 "," $2; n[$1, $2] += $6 }
    END { for (i = 1; i <= k; i++) { split(order[i], c, ","); print "launches: " c[1] ", " c[2] ": " n[c[1], c[2]] } }' "$out"
[ -s "$work/old" ] || { echo "launches: nothing is committed there yet; nothing to compare with"; exit 0; }
if ! awk -f ci/launches_compare.awk "$work/old" "$work/new"; then
    echo "launches: more than in the committed $out; mend the program, or commit the new file to accept it"
    exit 1
fi
