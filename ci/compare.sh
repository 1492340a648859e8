#!/bin/bash
# A proposal against what it would change: this commit and BASE measured in turns, as Markdown for a comment.
#
#   ci/compare.sh [BASE]   default: where this branch left origin/main
#   BUDGET=600             seconds of measuring
#   MD=results/compare.md  CSV=results/compare.csv
#
# Exit code: that of `hymbench compare`: 0, 1 something regressed, 2 cannot be compared, 3 no row has a verdict, 4.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C

budget=${BUDGET:-600}
md=${MD:-results/compare.md}
csv=${CSV:-results/compare.csv}
base=${1:-$(git merge-base origin/main HEAD 2>/dev/null || true)}
h=build/hymbench
unset BUDGET MD CSV BUILD MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
[ -n "$base" ] || { echo "compare: there is no origin/main to compare with: give BASE" >&2 && exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Rows without a verdict, with how many more launches of either side would bring one. Names come last in the table, so
# the cells wanted here hold no commas.
open_rows() {
    awk -F , '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        $at["verdict"] == "inconclusive" && $at["needed"] > 0 {
            there = $at["n_base"] < $at["n_fresh"] ? $at["n_base"] : $at["n_fresh"]
            print $at["needed"] - there, there, $at["subject"]
        }' "$csv" | sort -n
}

# What it would take: some rows, and for half of them and all of them the launches and the time.
say_more() {
    open_rows >"$work/open"
    [ -s "$work/open" ] || return 0
    printf '\n'
    awk -v budget="$budget" -v base="$base" '
        { more[NR] = $1; if ($2 > most) most = $2 }
        function seconds(n) { return most > 0 ? sprintf(", `make compare REF=%s BUDGET=%d`", base, budget * (1 + n / most)) : "" }
        END {
            half = more[int((NR + 1) / 2)]
            printf "%d row%s inconclusive. Run %d more times for half of them%s", NR, NR == 1 ? " is" : "s are", half, seconds(half)
            if (NR > 1) printf "; %d more for all%s", more[NR], seconds(more[NR])
            print "."
        }' "$work/open"
    awk -F , -v known="$(wc -l <"$work/open")" '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        $at["verdict"] == "inconclusive" { n++ }
        END { if (n > known) printf "Of %d more there are too few observations to say.\n", n - known }' "$csv"
    printf '\n<details><summary>The nearest to one</summary>\n\n| row | |\n|---|---|\n'
    awk 'NR <= 20 { printf "| `%s` | run %d more times |\n", $3, $1 }' "$work/open"
    printf '\n</details>\n'
}

heading() {
    case $1 in
    0) echo "### Nothing regressed" ;;
    1) echo "### Something regressed" ;;
    3) echo "### No verdict" ;;
    *) echo "### Not compared" ;;
    esac
    printf '\n'
}

make -s "$h"
mkdir -p "$(dirname "$md")" "$(dirname "$csv")"
rm -f "$csv"
code=0
"$h" compare --against "$base" --budget "$budget" --md "$work/table.md" --csv "$csv" 2> >(tee "$work/said" >&2) || code=$?
{
    heading "$code"
    if [ -s "$work/table.md" ]; then
        cat "$work/table.md"
        [ ! -s "$csv" ] || say_more
    else
        tail -n 3 "$work/said"
    fi
    printf '\n%s, %s cores, %s s in turns; exit code %s.\n' \
        "$(awk -F ': ' '/^model name/ { print $2; exit }' /proc/cpuinfo)" "$(nproc)" "$budget" "$code"
} >"$work/whole.md"
mv "$work/whole.md" "$md"
exit "$code"
