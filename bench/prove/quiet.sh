#!/bin/sh
# Whether times can be believed on a machine that is not quiet: the same figures alone and beside others.
#
#     bench/prove/quiet.sh BUILD OUT.md
#
# Alone means alone: nothing else should run meanwhile. Some 20 minutes on 2 cores. KEEP=FOLDER keeps the tables
# behind it, one row per repetition.
set -eu
build=$1 out=$2
# as make micro: before other programs, and each thread on a core of its own, where that is allowed
export HYMBENCH_REALTIME=1 HYMBENCH_PIN=1
work=$(mktemp -d)
neighbours=
stop() {
    for pid in $neighbours; do kill "$pid" 2>/dev/null || true; done
    neighbours=
}
trap 'stop; rm -rf "$work"' EXIT
start() {
    "$@" &
    neighbours="$neighbours $!"
}
# 3 says that times do not hold: that is what is looked at here
program() {
    "$build/hymbench" "$@" 2>"$work/error" && return
    [ $? -eq 3 ] || {
        tail -n 3 "$work/error" >&2
        return 1
    }
}

micro() { program micro --best --profile quick --repetitions 3 --budget "${BUDGET:-150}" --csv "$work/$1.csv" >/dev/null; }
step() {
    program bench-step --variant Hybrid-Mine --profile quick --rounds 9 >"$work/said"
    sed -n 1,2p "$work/said" >"$work/$1.csv"
}
scaling() { program scaling --variant Hybrid-Mine --profile quick --contexts 256,1024,4096 --batches 1,4 >"$work/$1.csv"; }
beside_busy() {
    start "$build/neighbour" busy
    start "$build/neighbour" busy
    "$@"
    stop
}

# What awk needs of both comparisons: a row's figure is the median of its repetitions that are ok, else of all.
# shellcheck disable=SC2016
figures='
    function figure(k, good,    i, j, n, list, t) {
        n = 0
        for (i = 1; i <= count[k]; i++)
            if (!good || fine[k, i]) list[++n] = value_of[k, i]
        for (i = 2; i <= n; i++)
            for (j = i; j > 1 && list[j - 1] > list[j]; j--) { t = list[j]; list[j] = list[j - 1]; list[j - 1] = t }
        return n == 0 ? 0 : n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
    }
    function ok(k) { return figure(k, 1) > 0 }
    function time(k) { return ok(k) ? figure(k, 1) : figure(k, 0) }
    function enter(k, value, quality) { value_of[k, ++count[k]] = value; fine[k, count[k]] = quality == "ok" }
    FNR == 1 { split("", at); for (i = 1; i <= NF; i++) at[$i] = i; file++; next }'

# Two tables by the columns of their heads; quality ok in both is what is believed.
compare() { # NAME KEYS VALUE MOST_PCT FILE FILE
    awk -F, -v name="$1" -v keys="$2" -v value="$3" -v most="$4" "$figures"'
    BEGIN { n_keys = split(keys, key, "+") }
    NF < 3 || $at[value] == "" { next }
    { id = ""; for (i = 1; i <= n_keys; i++) id = id "/" $at[key[i]]; enter(file id, $at[value], $at["quality"]) }
    file == 2 { ids[id] }
    END {
        for (id in ids) {
            if (!(1 id in count)) continue
            rows++
            is_short = value == "median_ns" && time(1 id) < 1e6
            short += is_short
            good += ok(2 id)
            short_ok += is_short && ok(2 id)
            if (!ok(1 id) || !ok(2 id)) continue
            believed++
            ratio = time(2 id) / time(1 id)
            off = 100 * (ratio > 1 ? ratio - 1 : 1 / ratio - 1)
            if (off > most) past = past sprintf("; %s %+.1f %%", id, 100 * (ratio - 1))
            beyond += off > most
            if (off > worst) worst = off
        }
        printf "| %s | %d | %d | %d | %.1f | %d of more than %g %% | %s |\n", name, rows, good, believed, worst, beyond, most,
            short ? sprintf("%d of %d", short_ok, short) : ""
        if (past) print substr(past, 3) > "/dev/stderr"
    }' "$work/$5.csv" "$work/$6.csv"
}

# Of the rows that memory binds and that the neighbour slowed by over 5 %: how many are believed all the same.
slowed() {
    awk -F, "$figures"'
    { id = $at["kernel"] "/" $at["case"] "/" $at["cold"]; enter(file id, $at["median_ns"], $at["quality"]) }
    file == 2 && ($at["bound"] == "memory" || $at["bound"] == "llc") { ids[id] }
    END {
        for (id in ids) {
            if (!ok(1 id)) continue
            rows++
            marked += !ok(2 id)
            if (time(2 id) <= 1.05 * time(1 id)) continue
            slow++
            if (ok(2 id)) { missed++; print id, time(2 id) / time(1 id) > "/dev/stderr" }
        }
        printf "| %d | %d | %d | %d |\n", rows, marked, slow, missed
    }' "$work/one.csv" "$work/hog.csv"
}

echo "alone ..." >&2
micro alone
micro again
step step_alone
scaling scaling_alone
echo "beside two busy loops ..." >&2
beside_busy micro busy
beside_busy step step_busy
beside_busy scaling scaling_busy
echo "one thread, beside a copy through memory on another core ..." >&2
HYMBENCH_THREADS=1 micro one
start "$build/neighbour" copy 3
HYMBENCH_THREADS=1 micro hog
stop

{
    echo "# Times beside others"
    echo
    "$build/hymbench" env 2>/dev/null | sed -n 's/^  cpu  *\(.*\)/\1/p' | sed -n 1p
    "$build/hymbench" --version | sed -n 1p
    echo
    echo "\`make prove-quiet\`, $(date -u +%Y-%m-%d): the same figures alone and beside two busy loops on as many cores as there are threads."
    echo
    echo "| figure | rows | ok | ok in both | largest difference (%) | differ | ok of rows under 1 ms |"
    echo "|---|---|---|---|---|---|---|"
    compare "micro, alone twice" kernel+case+cold median_ns 5 alone again
    compare "micro, beside busy loops" kernel+case+cold median_ns 5 alone busy
    compare "bench-step, step time" variant step_ms 10 step_alone step_busy
    compare "scaling, prefill" variant+context+batch prefill_tok_s 10 scaling_alone scaling_busy
    compare "scaling, decode" variant+context+batch decode_tok_s 10 scaling_alone scaling_busy
    echo
    echo "One thread, beside a copy through memory on another core that comes and goes every 3 s, which no scheduler sees:"
    echo
    echo "| rows that memory or the last-level cache binds | marked | slower than alone by over 5 % | of these not marked |"
    echo "|---|---|---|---|"
    slowed
} >"$work/table.md"
if [ -n "${KEEP:-}" ]; then
    mkdir -p "$KEEP"
    cp "$work"/*.csv "$KEEP/"
fi
cat "$work/table.md"
mv "$work/table.md" "$out"
