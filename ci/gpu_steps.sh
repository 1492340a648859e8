#!/bin/bash
# The steps of ci/gpu_check.sh, which calls them with its variables set and says what those are; one a call:
#   ci/gpu_steps.sh plan      "name limit what it is" of each, by worth
#   ci/gpu_steps.sh NAME      runs it in $WORK; DRY=1 prints its commands
#   ci/gpu_steps.sh figures   what is worth a line in a table, from $WORK/tables and $WORK/study
# Exit code of a step: 0 fine, 3 measured, but the times do not hold, 77 skipped (the last line says why), else failed.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
h=${HYMBENCH:-hymbench} t=${WORK:-.}/tables
small=${SMALL:-} dry=${DRY:-}
all="Hybrid-Mine Mamba-only Transformer-only Hybrid-Official Hybrid-NoMeta Hybrid-NoKVShare Official-NoMeta"
read -ra variants <<<"${VARIANTS:-$all}"
python=${PYTHON:-python3}
# at once where nothing is timed
jobs=4
# a study in place of the program's own
config=()
[ -z "${CONFIG:-}" ] || config=(--config "$CONFIG")
[ -z "$small" ] || jobs=2

plan() {
    cat <<'PLAN'
device 15 what it is, which libraries are there, one training step of the smallest model
tests 45 every row of the kernel tables against the double reference
parity 45 training steps of every variant in f32, tf32 and bf16 against the CPU
curve 25 the perplexity of 200 steps against the CPU's
step 55 a training step of every variant in bf16, its ops by CUPTI
micro 55 every kernel the models use, hot and cold
peers 85 the training step and attention in PyTorch, in turns with ours
memcheck 20 compute-sanitizer: addresses
racecheck 20 compute-sanitizer: races in shared memory
cupti 15 times of ops by CUPTI against the ranges they were launched in
ncu 40 five kernels by Nsight Compute
study 40 the quick study with its report
large 40 operands past 2^31 bytes and 2^31 elements
scaling 25 prefill and decode up to 64k tokens
PLAN
}

# Prints a command, and runs it unless this is a dry run; times that others disturbed (3) are noted and no failure.
held=0
r() {
    printf '+ %s\n' "${*//$ROOT\//}"
    [ -z "$dry" ] || return 0
    "$@"
    local code=$?
    if [ "$code" = 3 ] && [ "$1" = "$h" ]; then held=3 code=0; fi
    return "$code"
}
to() { # FILE COMMAND...: its standard output too
    local file=$1
    shift
    if [ -n "$dry" ]; then r "$@"; else
        printf '+ %s\n' "${*//$ROOT\//}"
        "$@" | tee -a "$file"
        local code=${PIPESTATUS[0]}
        [ "$code" != 3 ] || { held=3 && code=0; }
        return "$code"
    fi
}
skip() {
    [ -z "$dry" ] || { echo "(skipped here: $*)" && exit 0; }
    echo "$*"
    exit 77
}
# The rows of a table, under one header, behind those of another.
add_rows() { # FROM TO
    [ -s "$1" ] || return 0
    if [ -s "$2" ]; then tail -n +2 "$1" >>"$2"; else cat "$1" >"$2"; fi
}
made() { mkdir -p "$@"; }
[ -z "$dry" ] || made() { :; }

# ---- what it is --------------------------------------------------------------------------------------------
step_device() {
    local smi=${NVIDIA_SMI:-nvidia-smi}
    # what another driver or container may lack is no failure
    if command -v "$smi" >/dev/null; then
        r timeout 4 "$smi" -L || true
        r timeout 4 "$smi" -q || true
    fi
    r uname -a
    [ ! -f VERSION ] || r cat VERSION
    r "$h" bench-step "${config[@]}" --variant Hybrid-Mine --profile smoke --device cuda --capture 1
}

step_tests() {
    if [ -z "$GPU_TESTS" ]; then skip "no program of the GPU's tests was named"; fi
    export OMP_NUM_THREADS=$jobs # of each reference, several at once
    # shellcheck disable=SC2086 # the caller's words
    r $GPU_TESTS -j"$jobs"
}

# ---- the same training on both -----------------------------------------------------------------------------
# of each loss in the first step, and how that grows through training
declare -A share=([f32]=1e-4 [tf32]=2e-3 [bf16]=2e-2) grow=([f32]=2 [tf32]=1.5 [bf16]=1.2)
parity_steps=$([ -z "$small" ] && echo 5 || echo 2)

train_both() { # PROFILE STEPS VARIANT DEVICE PRECISION FOLDER
    r "$h" train "${config[@]}" --profile "$1" --variant "$3" --steps "$2" --dropout 0 --device "$4" --precision "$5" --replay "$6"
}

parity_cpu() { train_both smoke "$parity_steps" "$1" cpu f32 "$WORK/parity/$1-cpu" >"$WORK/parity/$1-cpu.txt" 2>&1 || cat "$WORK/parity/$1-cpu.txt"; }
parity_gpu() { # VARIANT PRECISION: "variant,precision,steps,share of what is allowed,verdict"
    local said code folder=$WORK/parity/$1-$2
    said=$(train_both smoke "$parity_steps" "$1" cuda "$2" "$folder" 2>&1 &&
        awk -v share="${share[$2]}" -v grow="${grow[$2]}" -f ci/steps_agree.awk "$WORK/parity/$1-cpu/steps.csv" "$folder/steps.csv")
    code=$?
    printf '%s\n' "$said"
    printf '%s,%s,%s,%s\n' "$1" "$2" "$(sed -n 's/.* agree to \([^ ]*\) of .*/\1/p' <<<"$said")" \
        "$([ "$code" = 0 ] && echo ok || echo "failed ($code)")" >"$folder.row"
    return "$code"
}

step_parity() {
    made "$WORK/parity"
    if [ -n "$dry" ]; then
        train_both smoke "$parity_steps" VARIANT cpu f32 "$WORK/parity/VARIANT-cpu"
        for p in f32 tf32 bf16; do train_both smoke "$parity_steps" VARIANT cuda $p "$WORK/parity/VARIANT-$p"; done
        return
    fi
    local code=0
    # few threads each: the models are small, and several run at once
    export HYMBENCH_THREADS=2
    printf '%s\n' "${variants[@]}" | xargs -P "$jobs" -n 1 bash ci/gpu_steps.sh parity-cpu
    for v in "${variants[@]}"; do for p in f32 tf32 bf16; do echo "$v $p"; done; done |
        xargs -P "$jobs" -n 2 bash ci/gpu_steps.sh parity-gpu || code=1
    { echo "variant,precision,share,verdict" && cat "$WORK"/parity/*.row; } | tee "$t/parity.csv"
    return "$code"
}

step_curve() {
    local profile=quick steps=200 v=${variants[0]} d
    [ -z "$small" ] || profile=smoke steps=4
    made "$WORK/parity"
    for d in cpu:f32 cuda:f32 cuda:tf32 cuda:bf16; do
        # the CPU's share beside those of the GPU
        if [ "$d" = cpu:f32 ] && [ -z "$dry" ]; then
            train_both "$profile" "$steps" "$v" cpu f32 "$WORK/parity/curve-cpu:f32" &
        else
            train_both "$profile" "$steps" "$v" "${d%:*}" "${d#*:}" "$WORK/parity/curve-$d" || return
        fi
    done
    [ -z "$dry" ] || return 0
    wait $! || return
    awk -f ci/curves_agree.awk "$WORK"/parity/curve-{cpu:f32,cuda:f32,cuda:tf32,cuda:bf16}/steps.csv >"$t/curve.csv"
    local code=$?
    cat "$t/curve.csv"
    return "$code"
}

# ---- how fast ------------------------------------------------------------------------------------------------
profile=$([ -z "$small" ] && echo full || echo smoke)

step_step() {
    local v code=0
    for v in "${variants[@]}"; do
        to "$WORK/log/step-$v.log" "$h" bench-step "${config[@]}" --profile "$profile" --variant "$v" --device cuda --precision bf16 \
            --rounds "$([ -z "$small" ] && echo 5 || echo 1)" --out "$t/ops" || code=1
        [ -z "$dry" ] || continue
        # the row of each, under one header
        awk '/^variant,precision,/ { print; getline; print; exit }' "$WORK/log/step-$v.log" >"$WORK/step.csv"
        add_rows "$WORK/step.csv" "$t/steps.csv"
    done
    return $code
}

step_micro() {
    if [ -n "$small" ]; then
        r "$h" micro --device cuda --profile smoke --best --filter rmsnorm_fwd -a 'rows=[8]' --min-samples 2 \
            --max-samples 2 --min-time 0 --timeout 1 --csv "$t/kernels.csv"
    else
        r "$h" micro --device cuda --profile full --best --budget 45 --csv "$t/kernels.csv"
    fi
}

have_torch() { "$python" -c 'import torch, sys; sys.exit(not torch.cuda.is_available())' 2>/dev/null; }
need_torch() {
    [ -z "$dry" ] || return 0
    command -v "$python" >/dev/null || skip "there is no $python"
    have_torch || skip "$python has no PyTorch that sees the GPU"
}
# shellcheck disable=SC2054 # commas
peers=(bench/peers/peers.py --device cuda --precision bf16 --program "$h" --variants Transformer-only,Hybrid-Mine)
step_peers() {
    local code=0
    need_torch
    # tables are written as they grow
    r "$python" "${peers[@]}" --rounds 2 --steps 5 --csv "$t/peers.csv" || code=1
    r "$python" bench/peers/attention.py --device cuda --program "$h" --csv "$t/peers-attention.csv" || code=1
    return $code
}
# fills PyTorch's cache of compiled code
step_peers-ahead() {
    need_torch
    r "$python" "${peers[@]}" --only-compile
    r "$python" bench/peers/attention.py --device cuda --only-compile
}

# ---- errors that results may not show --------------------------------------------------------------------------
find_tool() { # NAME: where it is, also in a toolkit that is not on the path
    local folder
    command -v "$1" && return
    for folder in "${CUDA_HOME:-/usr/local/cuda}/bin" /usr/local/cuda/bin; do
        [ ! -x "$folder/$1" ] || { echo "$folder/$1" && return; }
    done
}
sanitize() { # TOOL
    local tool=${SANITIZER:-$(find_tool compute-sanitizer)} code=0 v
    [ -n "$tool" ] || [ -n "$dry" ] || skip "there is no compute-sanitizer here"
    # the models differ by their blocks; a smoke step of each is what a tool of 50 times the time allows
    for v in Hybrid-Mine:bf16 Hybrid-Official:f32; do
        r "${tool:-compute-sanitizer}" --tool "$1" --error-exitcode 9 --target-processes all "$h" bench-step "${config[@]}" --capture 1 \
            --profile smoke --variant "${v%:*}" --precision "${v#*:}" --device cuda || code=1
        # a sandbox between it and the driver is no fault of ours
        if grep -qs 'Device not supported' "$WORK/log/$1.txt"; then skip "compute-sanitizer says: Device not supported"; fi
        [ -z "$small" ] || break
    done
    return $code
}
step_memcheck() { sanitize memcheck; }
step_racecheck() { sanitize racecheck; }

# ---- tools' times ----------------------------------------------------------------------------------------------
step_cupti() {
    local v=${variants[0]} steps=3
    r "$h" bench-step "${config[@]}" --profile "$profile" --variant "$v" --device cuda --precision bf16 --capture "$steps" --ranges "$WORK/ranges.txt" || return
    [ -z "$dry" ] || return 0
    [ -s "$t/ops/ops.csv" ] || skip "the step 'step' left no ops.csv"
    awk -v variant="$v" -v steps=$steps -f ci/csv.awk -f ci/cupti_agrees.awk "$WORK/ranges.txt" "$t/ops/ops.csv" >"$t/cupti.csv"
    local code=$?
    cat "$t/cupti.csv"
    [ "$code" != 77 ] || skip "ops.csv has no times of the device: $(grep -h -m 1 -o 'no device trace.*\|no CUPTI.*' "$WORK"/log/step.txt || echo 'no CUPTI')"
    return "$code"
}

step_ncu() {
    local tool=${NCU:-$(find_tool ncu)} k n=0 bad=0
    [ -n "$tool" ] || [ -n "$dry" ] || skip "there is no ncu here"
    made "$WORK/ncu" "$t/ncu"
    # The clocks stay as they are: the machine is not ours.
    for k in scan_forward scan_backward attention_fwd attention_bwd_kv addnorm_bwd; do
        n=$((n + 1))
        if [ -n "$dry" ]; then
            r ncu --clock-control none --nvtx -k "regex:$k" -c 1 --profile-from-start off --graph-profiling node --set full --csv --page raw \
                "$h" bench-step "${config[@]}" --capture 1 --profile "$profile" --variant Hybrid-Mine --precision bf16 --device cuda
            continue
        fi
        "$tool" --clock-control none --nvtx -k "regex:$k" -c 1 --profile-from-start off --graph-profiling node --set full --csv --page raw \
            "$h" bench-step "${config[@]}" --capture 1 --profile "$profile" --variant Hybrid-Mine --precision bf16 --device cuda \
            >"$WORK/ncu/$k.csv" 2>"$WORK/ncu/$k.log"
        if grep -q ERR_NVGPUCTRPERM "$WORK/ncu/$k".*; then skip "the driver lets only administrators count (ERR_NVGPUCTRPERM)"; fi
        if grep -q LibraryNotLoaded "$WORK/ncu/$k".*; then skip "ncu cannot load its library here (LibraryNotLoaded)"; fi
        r "$h" ncu-import "$WORK/ncu/$k.csv" --out "$t/ncu/$k" || { bad=$((bad + 1)) && tail -n 5 "$WORK/ncu/$k".*; }
        add_rows "$t/ncu/$k/counters.csv" "$t/counters.csv"
    done
    [ -z "$dry" ] || return 0
    rm -rf "$t/ncu"
    [ "$bad" -lt "$n" ]
}

# ---- the whole program, and what only a large device shows -----------------------------------------------------
step_study() {
    local code=0 name=quick bound=()
    # on a simulated device the table of kernels, which is last, takes minutes
    [ -z "$small" ] || name=smoke bound=(timeout -s INT -k 2 12)
    r "${bound[@]}" "$h" ablation "${config[@]}" --profile "$name" --device cuda --precision bf16 --out "$WORK/study" --no-report \
        ${VARIANTS:+--variants "$(tr ' ' , <<<"$VARIANTS")"} || code=$?
    # one that was stopped has rows too
    case $code in 0 | 3 | 124 | 130 | 137) ;; *) return $code ;; esac
    r "$h" report "$WORK/study"
}

# Times are of no interest here, so two samples do, and all at once: what takes long is the host, which fills and compares
# every element. Each of the first three has an operand of more than 2^31 elements, the others of more than 2^31 bytes;
# 36 GiB of the device together.
large='xent fwd f32 loss rows=[525000]
rmsnorm fwd bf16 input_norm rows=[5600000]
linear fwd bf16 qkv rows=[3360000]
scan fwd bf16 scan B=[2300]
attention fwd bf16 local B=[9200]'
large_one() { # OP PASS TYPE CASE SIZE
    r "$h" micro --device cuda --profile full --best --min-samples 2 --max-samples 2 --min-time 0 --timeout 1 --no-roofs \
        -a "op=[$1]" -a "pass=[$2]" -a "dtype=[$3]" -a "case=[$4]" -a "cache=[hot]" -a "$5" --csv "$WORK/large-$1.csv"
}
step_large() {
    local code=0 one
    [ -z "$small" ] || skip "a device that is simulated has no room for it"
    if [ -n "$dry" ]; then
        # shellcheck disable=SC2086 # words
        while read -r one; do large_one $one; done <<<"$large"
        return
    fi
    xargs -P 5 -n 5 bash ci/gpu_steps.sh large-one <<<"$large" || code=1
    awk 'FNR > 1 || NR == 1' "$WORK"/large-*.csv >"$t/large.csv"
    return $code
}

step_scaling() {
    local v contexts=1024,4096,16384,65536
    [ -z "$small" ] || contexts=16,32
    for v in "${variants[0]}" Transformer-only; do
        [ -z "$small" ] || [ "$v" = "${variants[0]}" ] || continue
        r "$h" scaling "${config[@]}" --profile "$profile" --variant "$v" --device cuda --precision bf16 --contexts "$contexts" --batches 1 --timeout 6 \
            --out "$WORK/scaling-$v" || return
        [ -n "$dry" ] || add_rows "$WORK/scaling-$v/scaling.csv" "$t/scaling.csv"
    done
}

# ---- figures ------------------------------------------------------------------------------------------------------
figures() {
    local device commit
    device=$(sed -n 's/^.*"cuda": "\([^"]*\)".*$/\1/p' "$WORK/device.json" | head -n 1)
    commit=$(sed -n 's/^.*"git_sha": "\([^"]*\)".*$/\1/p' "$WORK/device.json" | head -n 1)
    commit=${commit:0:12}
    ! grep -q '"dirty": true' "$WORK/device.json" || commit+=+ # and changes
    local files=() kind
    for kind in parity curve steps kernels peers peers-attention cupti large scaling; do
        [ ! -s "$t/$kind.csv" ] || files+=("kind=$kind" "$t/$kind.csv")
    done
    [ ! -s "$t/ops/ops.csv" ] || files+=(kind=ops "$t/ops/ops.csv")
    [ ! -s "$WORK/study/runs.csv" ] || files+=(kind=runs "$WORK/study/runs.csv")
    [ ${#files[@]} -gt 0 ] || return 0
    awk -v device="$device" -v commit="$commit" -v date="${BEGUN%T*}" -f ci/csv.awk -f ci/gpu_figures.awk "${files[@]}"
}

case ${1:-} in
plan | figures) "$1" ;;
parity-cpu) parity_cpu "$2" ;;
parity-gpu) parity_gpu "$2" "$3" ;;
large-one)
    shift
    large_one "$@"
    ;;
*)
    declare -F "step_${1:-}" >/dev/null || { echo "gpu-steps: there is no step '${1:-}'" >&2 && exit 2; }
    code=0
    "step_$1" || code=$?
    [ "$code" != 0 ] || code=$held
    exit "$code"
    ;;
esac
