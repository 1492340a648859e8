#!/bin/sh
# Whether a verdict between two programs can be believed: the program against itself, and against itself with three
# kernels slowed down on purpose.
#
#     bench/prove/compare.sh BUILD OUT.md
#
# Quiet means quiet: nothing else should run meanwhile. N (40) comparisons with itself of AA (25) seconds each and M (10)
# with each that is slower, of BUDGET (40), a quarter more for 2 %; half as much again beside busy loops. Over an hour.
set -eu
build=$1 out=$2
: "${N:=40}" "${M:=10}" "${AA:=25}" "${BUDGET:=40}"
filter='(embed|rmsnorm|swiglu|qkrope|conv|fusion)_fwd_f32[^/]*/(embed|input_norm|swiglu|interleaved|conv|split)/hot'
work=$(mktemp -d)
neighbours=
stop() {
    for pid in $neighbours; do kill "$pid" 2>/dev/null || true; done
    neighbours=
}
trap 'stop; rm -rf "$work"' EXIT
busy() {
    for _ in 1 2; do
        "$build/neighbour" busy &
        neighbours="$neighbours $!"
    done
}
cp "$build/hymbench" "$work/same" # another file, other pages: all that a new build of the same would bring

# One thread: a core is ours alone more often than two are.
compare() { # NEW BUDGET CSV SEED
    code=0
    "$build/hymbench" compare "$build/hymbench" "$1" --threads 1 --seed "$4" --profile smoke --filter "$filter" \
        --budget "$2" --csv "$3" >/dev/null 2>"$work/error" || code=$?
    [ "$code" -le 1 ] || [ "$code" = 3 ] || {
        tail -n 3 "$work/error" >&2
        exit 1
    }
}

# What a series of comparisons said: planted rows found, and how many had a verdict that is false.
series() { # NAME NEW COUNT BUDGET PLANTED?
    i=0
    rm -f "$work"/*.csv
    while [ "$i" -lt "$3" ]; do
        i=$((i + 1))
        compare "$2" "$4" "$work/$i.csv" "$i"
        printf '%s: %s of %s\r' "$1" "$i" "$3" >&2
    done
    printf '\n' >&2
    awk -F, -v name="$1" -v seconds="$4" -v planted="$5" '
    FNR == 1 { files++; split("", at); for (i = 1; i <= NF; i++) at[$i] = i; next }
    {
        verdict = $at["verdict"]
        slow = planted && $at["subject"] ~ /rmsnorm|swiglu|conv/
        rows++
        none += verdict == "" || verdict == "inconclusive"
        same += verdict == "same"
        if (verdict == "regressed" && slow) { found++; found_in[files, $at["subject"]] = 1 }
        if (slow) { wanted++; if (verdict != "regressed") missed[files] = 1 }
        if ((verdict == "regressed" && !slow) || verdict == "improved") { false_rows++; wrong[files] = 1 }
    }
    END {
        for (f = 1; f <= files; f++) { all += planted && !(f in missed); bad += f in wrong }
        printf "| %s | %d s | %d | %d | %s | %s | %d | %d | %d |\n", name, seconds, files, rows, planted ? found + 0 " of " wanted : "",
            planted ? all : "", bad, same, none
    }' "$work"/*.csv >>"$work/rows"
}

series "itself, quiet" "$work/same" "$N" "$AA" ""
series "5 % slower, quiet" "$build/hymbench-planted-5" "$M" "$BUDGET" 1
series "2 % slower, quiet" "$build/hymbench-planted-2" "$M" $((BUDGET * 5 / 4)) 1
busy
series "itself, beside two busy loops" "$work/same" "$N" $((AA * 3 / 2)) ""
series "5 % slower, beside two busy loops" "$build/hymbench-planted-5" "$M" $((BUDGET * 3 / 2)) 1
stop

{
    echo "# Verdicts on what is known"
    echo
    "$build/hymbench" env 2>/dev/null | sed -n 's/^  cpu  *\(.*\)/\1/p' | sed -n 1p
    "$build/hymbench" --version | sed -n 1p
    echo
    echo "\`make prove-compare\`, $(date -u +%Y-%m-%d): \`compare\` of two programs in turns; one thread, threshold 1 %. Slower are three of the six"
    echo "kernels, on purpose (bench/prove/planted.c)."
    echo
    echo "| compared with | each | comparisons | rows | slow rows found | all of them found | comparisons with a false verdict | same | without a verdict |"
    echo "|---|---|---|---|---|---|---|---|---|"
    cat "$work/rows"
} >"$work/table.md"
mkdir -p "$(dirname "$out")"
cat "$work/table.md"
mv "$work/table.md" "$out"
