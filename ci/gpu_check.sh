#!/bin/bash
# Everything that needs a GPU, in under 9 minutes: tries every kernel on it, trains every variant on it and on the CPU,
# measures, looks for memory errors (ci/gpu_steps.sh has the steps). From a kit (make gpu-kit: neither make nor compiler,
# packages or network is needed), or from a checkout, where it builds first if it can.
#   OUT=build/gpu-check   the folder that gets the results, eight files, each below 16 MiB, 64 together:
#                         summary.md summary.csv figures.csv device.json report.pdf {logs,tables,study}.tar.gz
#   DRY_RUN=1             prints the plan: every step, its limit, its commands
#   ONLY="device step"    these steps alone
#   BUDGET=540            seconds of all steps; LIMITS="tests=90 micro=5" sets a step's limit to another than its own
#   WORK=                 scratch folder (one that is made, and removed)
#   HYMBENCH= GPU_TESTS= PYTHON= NVIDIA_SMI= NCU= SANITIZER=   programs in place of those that are found
#   SMALL=1 CONFIG=       the smallest sizes there are, and a study in place of the program's: for a simulated device
#   VARIANTS=             of the study, instead of all seven
# Steps go by worth. Each may take its limit and as much again of what earlier ones left over; what it takes longer is
# stopped, so that those behind it always have their own. After each all results so far are in OUT.
# `make gpu-baseline FROM=OUT` keeps them under results/baselines/.
# Exit code: 0 nothing failed (steps may be skipped: summary.md says why), 1 a step failed or was stopped, 2 usage,
# 3 there is no program and nothing to build one with, 4 no GPU that can be used.
# shellcheck disable=SC2317 # traps call functions by name
set -uo pipefail
started=$PWD
cd "$(dirname "$0")/.." || exit 2
export LC_ALL=C
export ROOT=$PWD
dry=${DRY_RUN:-}
budget=${BUDGET:-540}
closing=8 # s: stopping the last step, packing
most=${MOST_BYTES:-$((15 << 20))} # four of the eight are large, and 64 MiB together are too many

say() { printf 'gpu-check: %s\n' "$*"; }
stop() { # CODE SENTENCE
    say "$2" >&2
    exit "$1"
}
case $budget in '' | *[!0-9]*) stop 2 "BUDGET=$budget is no number of seconds" ;; esac

# ---- the programs ------------------------------------------------------------------------------------------
nvcc=${NVCC:-$(command -v nvcc || echo /usr/local/cuda/bin/nvcc)}
build_here() {
    local log=$1
    if [ -f ci/setup.sh ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        ci/setup.sh ci/packages.txt >>"$log" 2>&1
    fi
    make -j"$(nproc 2>/dev/null || echo 4)" build/hymbench build/tests/gpu >>"$log" 2>&1
}
[ -z "$dry" ] || HYMBENCH=${HYMBENCH:-hymbench} GPU_TESTS=${GPU_TESTS:-gpu-tests}
if [ -n "${HYMBENCH:-}" ]; then
    :
elif [ -x bin/hymbench ]; then
    HYMBENCH=$ROOT/bin/hymbench GPU_TESTS=${GPU_TESTS:-$ROOT/bin/gpu-tests}
else
    if [ -x "$nvcc" ] && command -v make >/dev/null; then
        mkdir -p build
        say "building (this is not in the budget; a kit needs none of it)"
        build_here build/gpu-check-build.log || stop 1 "it does not build; see build/gpu-check-build.log"
    fi
    HYMBENCH=$ROOT/build/hymbench GPU_TESTS=${GPU_TESTS:-$ROOT/build/tests/gpu}
    [ -x "$HYMBENCH" ] || stop 3 "there is no program here, and nothing to build it with (make and nvcc); unpack a kit \
(make gpu-kit), or name nvcc: NVCC=/path/to/nvcc"
fi
export HYMBENCH GPU_TESTS=${GPU_TESTS:-}
# the one that the driver calls first, by every tool's count
export CUDA_DEVICE_ORDER=${CUDA_DEVICE_ORDER:-PCI_BUS_ID}
export HYMBENCH_REQUIRE_GPU=${HYMBENCH_REQUIRE_GPU:-1}

# ---- the plan --------------------------------------------------------------------------------------------
mapfile -t plan < <(bash ci/gpu_steps.sh plan)
names=() limits=() what=()
for row in "${plan[@]}"; do
    read -r name limit words <<<"$row"
    for given in ${LIMITS:-}; do [ "${given%%=*}" != "$name" ] || limit=${given#*=}; done
    case " ${ONLY:-$name} " in *" $name "*) names+=("$name") limits+=("$limit") what+=("$words") ;; esac
done
for name in ${ONLY:-}; do
    case " ${names[*]} " in *" $name "*) ;; *) stop 2 "there is no step '$name'; there are: $(printf '%s\n' "${plan[@]}" | cut -d ' ' -f 1 | tr '\n' ' ')" ;; esac
done
owed() { # of the steps from the I-th on
    local i sum=0
    for ((i = $1; i < ${#limits[@]}; i++)); do sum=$((sum + limits[i])); done
    echo "$sum"
}

if [ -n "$dry" ]; then
    for i in "${!names[@]}"; do
        printf '# %-10s at most %3d s  %s\n' "${names[i]}" "${limits[i]}" "${what[i]}"
        # shellcheck disable=SC2016 # as a word
        WORK='$WORK' DRY=1 bash ci/gpu_steps.sh "${names[i]}" | sed 's/^/    /'
    done
    printf '# all of them: at most %d s of a budget of %d s\n' "$(owed 0)" "$budget"
    exit 0
fi
[ "$(owed 0)" -le $((budget - closing)) ] || [ -n "${BUDGET:-}${LIMITS:-}" ] ||
    stop 2 "the limits add up to $(owed 0) s, and the budget is $budget s"

out=${OUT:-build/gpu-check}
case $out in /*) ;; *) out=$([ -n "${OUT:-}" ] && echo "$started" || echo "$ROOT")/$out ;; esac
mkdir -p "$out" || stop 2 "OUT=$out cannot be made"
rm -f "$out"/{summary.md,summary.csv,figures.csv,device.json,report.pdf,logs.tar.gz,tables.tar.gz,study.tar.gz} # of an earlier run
if [ -n "${WORK:-}" ]; then
    mkdir -p "$WORK" || stop 2 "WORK=$WORK cannot be made"
else
    WORK=$(mktemp -d "${TMPDIR:-/tmp}/hymbench-gpu-check.XXXXXX") || stop 2 "no scratch folder can be made in ${TMPDIR:-/tmp}"
    made=$WORK
fi
export WORK
export XDG_CACHE_HOME=$WORK/cache # a kit's folder may be read-only, and peaks of an earlier run are another's
export TORCHINDUCTOR_CACHE_DIR=$WORK/cache/inductor TRITON_CACHE_DIR=$WORK/cache/triton
rm -rf "$WORK"/{log,tables,study,parity}
mkdir -p "$WORK"/{log,tables,cache}

# ---- results -----------------------------------------------------------------------------------------------
rows=$WORK/summary.csv
echo "step,seconds,limit_s,verdict" >"$rows"
left_out=$WORK/left-out
: >"$left_out"

# A folder as OUT/NAME.tar.gz; where that is too large its largest files stay behind, and are named.
pack() { # NAME FOLDER
    local size file copy=$WORK/pack
    [ -n "$(ls -A "$2" 2>/dev/null)" ] || return 0
    rm -rf "$copy" && mkdir -p "$copy" && cp -r "$2" "$copy/$1" || return
    rm -rf "$copy/$1"/{weights,records,state,*.tmp.*} # what is large, and what nobody reads again
    while :; do
        tar -C "$copy" -cf - "$1" | gzip -1 >"$WORK/packed" || return
        size=$(wc -c <"$WORK/packed")
        [ "$size" -gt "$most" ] || break
        file=$(find "$copy/$1" -type f -exec ls -l {} + | sort -k5 -rn | awk 'NR == 1 { print $NF }')
        [ -n "$file" ] || return
        grep -qxF "${file#"$copy/"}" "$left_out" || echo "${file#"$copy/"}" >>"$left_out"
        rm "$file"
    done
    put "$WORK/packed" "$1.tar.gz"
}

# A file of OUT appears when it is complete.
put() { # FILE NAME
    [ -s "$1" ] && [ "$(wc -c <"$1")" -le "$most" ] && cp "$1" "$out/.$2.part" && mv "$out/.$2.part" "$out/$2"
}

fact() { sed -n "s/^.*\"$1\": \"\([^\"]*\)\".*\$/\1/p" "$WORK/device.json" 2>/dev/null | head -n 1; }

commit() { printf '%s%s' "$(fact git_sha | cut -c 1-12)" "$(! grep -q '"dirty": true' "$WORK/device.json" || echo +)"; }

summary() {
    printf '# %s: what it does and how fast\n\n' "$(fact cuda)"
    printf 'Commit %s, %s; %d s of %d s.\n\n' "$(commit)" "$begun" "$SECONDS" "$budget"
    if [ -s "$WORK/figures.csv" ]; then
        printf '| figure | value | unit | |\n|---|---|---|---|\n'
        awk -F , 'NR > 1 { print "| " $1 " | " $2 " | " $3 " | " ($4 == "ok" ? "" : $4) " |" }' "$WORK/figures.csv"
        echo
    fi
    printf '| step | s | limit | |\n|---|---|---|---|\n'
    awk -F , 'NR > 1 { v = $4; for (i = 5; i <= NF; i++) v = v "," $i; print "| " $1 " | " $2 " | " $3 " | " v " |" }' "$rows"
    [ ! -s "$left_out" ] || { printf '\nToo large to come back: ' && paste -sd ' ' "$left_out"; }
    awk -F , 'NR > 1 && ($4 ~ /^(failed|stopped)/) { print $1 }' "$rows" | while read -r step; do
        printf '\n## %s\n\n```\n' "$step"
        [ ! -f "$WORK/log/$step.txt" ] || tail -n 25 "$WORK/log/$step.txt" | cut -c 1-300
        printf '```\n'
    done
}

keep() {
    put "$WORK/device.json" device.json
    put "$rows" summary.csv
    pack logs "$WORK/log"
    pack tables "$WORK/tables"
    pack study "$WORK/study"
    [ ! -s "$WORK/study/report.pdf" ] || put "$WORK/study/report.pdf" report.pdf
    bash ci/gpu_steps.sh figures >"$WORK/figures.csv" 2>/dev/null && put "$WORK/figures.csv" figures.csv
    summary >"$WORK/summary.md" && put "$WORK/summary.md" summary.md
}

# ---- running -------------------------------------------------------------------------------------------------
bad=0 group=
end_group() {
    [ -z "$group" ] || kill -KILL -- "-$group" 2>/dev/null
    group=
}
finish() {
    end_group
    [ -z "${helper:-}" ] || kill -KILL -- "-$helper" 2>/dev/null
    [ -z "${made:-}" ] || rm -rf "$made"
}
interrupted() {
    end_group
    say "interrupted; what was finished is in $out" >&2
    exit 130
}
trap finish EXIT
trap interrupted INT TERM

# In a group of its own, so that nothing that it started outlives it; a program that is asked to end (INT) keeps its rows.
bounded() { # SECONDS LOG COMMAND...
    local seconds=$1 log=$2 code
    shift 2
    set -m
    timeout -s INT -k 5 "$seconds" "$@" >"$log" 2>&1 </dev/null &
    group=$!
    set +m
    wait "$group" 2>/dev/null
    code=$?
    end_group
    return "$code"
}

verdict() { # NAME LIMIT VERDICT SECONDS
    printf '%-10s %4d s  %s\n' "$1" "$4" "$3"
    printf '%s,%d,%d,%s\n' "$1" "$4" "$2" "$3" >>"$rows"
    keep
}

one_step() { # I
    local name=${names[$1]} limit=${limits[$1]} begin=$SECONDS left spare said code
    left=$((budget - closing - SECONDS))
    spare=$((left - $(owed "$1")))
    [ "$spare" -le "$limit" ] || spare=$limit
    [ "$spare" -le 0 ] || limit=$((limit + spare))
    [ "$limit" -le "$left" ] || limit=$left
    if [ "$limit" -lt 1 ]; then
        bad=1
        verdict "$name" 0 "stopped before it began: the $budget s are over" 0
        return
    fi
    bounded "$limit" "$WORK/log/$name.txt" bash ci/gpu_steps.sh "$name"
    code=$?
    case $code in
    0) said=ok ;;
    3) said="ok: times do not hold" ;;
    77) said="skipped: $(tail -n 1 "$WORK/log/$name.txt")" ;;
    124 | 137) said="stopped after $limit s" ;;
    *) said="failed ($code)" ;;
    esac
    case $said in failed* | stopped*) bad=1 && tail -n 12 "$WORK/log/$name.txt" ;; esac # short: the rest is in OUT
    verdict "$name" "$limit" "$said" $((SECONDS - begin))
}

SECONDS=0
begun=$(date -u +%Y-%m-%dT%H:%M:%SZ)
export BEGUN=$begun
# The device is opened by the program itself: nvidia-smi may be missing, list a device that is cut up (MIG), or count
# others than CUDA does.
if ! why=$(timeout -k 5 60 "$HYMBENCH" env --json --device cuda 2>&1 >"$WORK/device.json"); then
    stop 4 "no GPU answers here: ${why:-$HYMBENCH env gave no answer in 60 s}"
fi
say "$(fact cuda), commit $(commit); results go to $out"
# what PyTorch compiles is compiled while nothing is timed
if [ -z "${ONLY:-}" ] && [ -z "${SMALL:-}" ]; then
    set -m
    timeout -k 1 $((limits[0] + limits[1] + limits[2])) bash ci/gpu_steps.sh peers-ahead >"$WORK/log/peers-ahead.txt" 2>&1 </dev/null &
    helper=$!
    set +m
fi
for i in "${!names[@]}"; do
    if [ "${names[i]}" = step ] && [ -n "${helper:-}" ]; then
        kill -KILL -- "-$helper" 2>/dev/null
        helper=
    fi
    one_step "$i"
done
say "$SECONDS s; $out/summary.md"
exit "$bad"
