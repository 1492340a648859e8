#!/bin/bash
# One variant's training steps under a profiler, and what it kept turned into tables and pictures.
#   ci/profile.sh perf     where the processors' time goes: a flame graph by op and function
#   ci/profile.sh nsys     a timeline of a GPU (Nsight Systems), imported as ops.csv
#   ci/profile.sh ncu      inside kernels of a GPU (Nsight Compute), imported as counters.csv
# make perf, make nsys and make ncu call it. From the environment:
#   VARIANT (Hybrid-Mine)  PRECISION  PROFILE (perf: quick, else full)  STEPS (perf: 20, else 3)  CONFIG
#   OUT        the folder, results/profiles/<UTC time>-<variant>-<tool>
#   CAPTURE    nsys: api (cuProfilerStart, the default) or nvtx (the range "capture" of the domain hymbench)
#   KERNEL     ncu: kernels whose name matches this expression     OP   ncu: kernels of the ops at this place (mamba.scan)
#   COUNT      ncu: so many launches of them (3)                   SET  ncu: full, basic, roofline, ... (full)
#   HZ         perf: samples per second and processor (499)
#   DRY_RUN=1  prints the commands only
# Without the tool, or without a GPU, it prints the command for a machine that has them, and ends with 3.
set -euo pipefail
cd "$(dirname "$0")/.."

tool=${1:-}
h=${HYMBENCH:-build/hymbench}
variant=${VARIANT:-Hybrid-Mine}
count=${COUNT:-3}

say() { printf '%s: %s\n' "$tool" "$*" >&2; }

stop() { # CODE SENTENCE
    say "$2"
    exit "$1"
}

case $tool in
perf) device=cpu profile=${PROFILE:-quick} steps=${STEPS:-20} ;;
nsys | ncu) device=cuda profile=${PROFILE:-full} steps=${STEPS:-3} ;;
*)
    echo "usage: ci/profile.sh perf|nsys|ncu" >&2
    exit 2
    ;;
esac
[[ $steps =~ ^[1-9][0-9]*$ && $count =~ ^[1-9][0-9]*$ ]] || stop 2 "STEPS and COUNT are numbers from 1 on"
out=${OUT:-results/profiles/$(date -u +%Y%m%dT%H%M%SZ)-$variant-$tool}

bench=("$h" bench-step --variant "$variant" --profile "$profile" --device "$device")
[ -z "${PRECISION:-}" ] || bench+=(--precision "$PRECISION")
[ -z "${CONFIG:-}" ] || bench+=(--config "$CONFIG")
program=("${bench[@]}" --capture "$steps")

# A command as somebody can type it.
shown() {
    local word line=
    for word in "$@"; do
        [[ $word =~ ^[A-Za-z0-9_./,:=@%+-]+$ ]] || word=$(printf '%q' "$word")
        line+=" $word"
    done
    printf '%s' "${line# }"
}

# ---- what is run ---------------------------------------------------------------------------------------
perf=${PERF:-perf} nsys=${NSYS:-nsys} ncu=${NCU:-ncu}
commands=()
add() { commands+=("$(shown "$@")"); }

case $tool in
perf)
    # samples carry the clock that the program notes its ops by
    # shellcheck disable=SC2054 # a comma inside a word
    record=("$perf" record -q -k CLOCK_MONOTONIC_RAW -F "${HZ:-499}" --call-graph=dwarf,4096 -o "$out/perf.data")
    add "${record[@]}" -- "${program[@]}" --ranges "$out/ranges.txt"
    ;;
nsys)
    capture=(--capture-range=cudaProfilerApi)
    case ${CAPTURE:-api} in
    api) ;;
    nvtx) capture=(--capture-range=nvtx --nvtx-capture=capture@hymbench -e NSYS_NVTX_PROFILER_REGISTER_ONLY=0) ;;
    *) stop 2 "CAPTURE is api or nvtx" ;;
    esac
    # kernels of a recorded step one by one; no samples of the CPU: they slow launches down
    run=("$nsys" profile -t "cuda,nvtx,cublas" --sample=none --cpuctxsw=none --cuda-graph-trace=node "${capture[@]}"
        --capture-range-end=stop --kill=none -f true -o "$out/profile")
    # flops and roofs, which a capture does not have, are of this table
    add "${bench[@]}" --rounds 3 --out "$out"
    add "${run[@]}" "${program[@]}"
    add "$nsys" export --type sqlite --force-overwrite=true -o "$out/profile.sqlite" "$out/profile.nsys-rep"
    add "$h" nsys-import "$out/profile.sqlite" --out "$out" --variant "$variant"
    ;;
ncu)
    what=()
    [ -z "${KERNEL:-}" ] || what+=(-k "regex:$KERNEL")
    [ -z "${OP:-}" ] || what+=(--nvtx-include "hymbench@$OP/")
    run=("$ncu" --nvtx "${what[@]}" -c "$count" --profile-from-start off --graph-profiling node
        --set "${SET:-full}" -f -o "$out/profile")
    add "${run[@]}" "${program[@]}"
    commands+=("$(shown "$ncu" --import "$out/profile.ncu-rep" --csv --page raw) >$(shown "$out/profile.csv")")
    add "$h" ncu-import "$out/profile.csv" --out "$out"
    ;;
esac

print_all() { printf '  %s\n' "mkdir -p $(shown "$out")" "${commands[@]}"; }

if [ "${DRY_RUN:-}" = 1 ]; then
    print_all
    exit 0
fi

# ---- whether it can be run here ------------------------------------------------------------------------
elsewhere() { # SENTENCE
    say "$1; on a machine that has both:"
    print_all
    exit 3
}

declare -A named=([perf]=$perf [nsys]=$nsys [ncu]=$ncu)
case $tool in
perf)
    # Debian's package of it; a missing kernel version of the distribution's wrapper ends the same way
    "$perf" --version >/dev/null 2>&1 ||
        elsewhere "there is no perf here (apt-get install linux-perf)"
    ;;
*)
    package=$([ "$tool" = nsys ] && echo "Nsight Systems" || echo "Nsight Compute")
    command -v "${named[$tool]}" >/dev/null || elsewhere "there is no $tool here ($package, of the CUDA toolkit or alone)"
    "${NVIDIA_SMI:-nvidia-smi}" -L >/dev/null 2>&1 || elsewhere "no GPU answers here (nvidia-smi -L)"
    ;;
esac
[ -x "$h" ] || stop 2 "there is no $h; type make"
mkdir -p "$out"

run_one() { # COMMAND LINE
    printf '%s\n' "$1" | tee -a "$out/commands.txt"
    bash -c "$1"
}

# Why perf may not sample, as the kernel says it.
forbidden() {
    local level
    level=$(cat /proc/sys/kernel/perf_event_paranoid 2>/dev/null || echo unknown)
    elsewhere "perf may not sample here (kernel.perf_event_paranoid is $level): sysctl kernel.perf_event_paranoid=1 as root, or CAP_PERFMON, in a container with a seccomp profile that allows perf_event_open"
}

# ---- the processors --------------------------------------------------------------------------------------
# "op function 12.3": functions of an op by their own time, the largest first
top_functions() {
    awk '{ n = $NF; sub(/ [0-9]+$/, ""); k = split($0, p, ";"); own[p[2] " " p[3] " " p[k]] += n; all += n }
        END { for (o in own) printf "%.1f %s\n", 100 * own[o] / all, o }' "$1" | sort -rn | head -n "$2" |
        awk 'BEGIN { printf "%6s  %-9s %-10s %s\n", "share", "pass", "op", "function (its own time)" }
             { share = $1; pass = $2; op = $3; $1 = $2 = $3 = ""; sub(/^ +/, ""); printf "%5.1f%%  %-9s %-10s %s\n", share, pass, op, $0 }'
}

run_perf() {
    local event=cycles counts lost
    # a guest without counters still has a clock to sample by
    counts=$("$perf" stat -e cycles true 2>&1 || true)
    case $counts in *"not supported"*) event=cpu-clock ;; esac
    "$perf" record -q -e "$event" -o /dev/null true >/dev/null 2>&1 || forbidden
    run_one "${commands[0]/record/record -e $event}"
    "$perf" script --ns --no-inline -F tid,time,ip,sym,dso -i "$out/perf.data" 2>"$out/script.log" |
        awk -f ci/flames.awk "$out/ranges.txt" - >"$out/stacks.tmp" || stop 4 "no sample fell into a step; more STEPS, or see $out/script.log"
    sort "$out/stacks.tmp" >"$out/stacks.txt" && rm "$out/stacks.tmp"
    awk -v title="$variant, ${PRECISION:-f32}, profile $profile, $steps steps, by $event" -f ci/flame_svg.awk \
        "$out/stacks.txt" >"$out/flames.svg"
    lost=$(sed -n 's/.*\(lost [0-9.]*%\).*/\1/p' "$out/script.log")
    [ -z "$lost" ] || say "of the samples perf $lost: fewer HZ, or a machine with less to do"
    top_functions "$out/stacks.txt" 15
    say "the flame graph is $out/flames.svg, its stacks $out/stacks.txt; $perf report -i $out/perf.data looks closer"
}

# ---- a GPU ---------------------------------------------------------------------------------------------------
has_command() { "$h" --help 2>/dev/null | grep -q "^ *$1 "; }

# The last command makes the tables; what the profiler kept stays, whatever becomes of them.
run_gpu() {
    local line code=0 n=${#commands[@]}
    for line in "${commands[@]:0:n-1}"; do
        code=0
        run_one "$line" || code=$?
        # times that others disturbed are no reason to stop
        [ "$code" = 0 ] || { [ "$code" = 3 ] && [ "${line#"$h"}" != "$line" ]; } || stop 4 "that ended with $code: $line"
    done
    code=0
    if has_command "$tool-import"; then
        run_one "${commands[n - 1]}" || code=$?
    else
        say "this program has no $tool-import; no tables were made"
    fi
    say "kept in $out; the tool's own window opens it, and $h ops $out answers from the tables"
    return "$code"
}

case $tool in
perf) run_perf ;;
*) run_gpu ;;
esac
