#!/bin/bash
# Everything that needs a GPU, on a fresh machine with nvcc and one, in under 9 minutes: builds for it, tries
# every kernel on it, trains every variant on it and on the CPU, looks for memory errors, measures.
#   ci/gpu_check.sh           leaves results/baselines/gpu-<name of the GPU>/; exit code 1 when a check failed,
#                             4 without a GPU, 3 without nvcc
#   DRY_RUN=1 ci/gpu_check.sh prints the commands
# A check that takes longer than its share, or than what is left of the whole, is stopped and counts as failed.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
dry=${DRY_RUN:-}
smi=${NVIDIA_SMI:-nvidia-smi}
nvcc=${NVCC:-$(command -v nvcc || echo /usr/local/cuda/bin/nvcc)}
variants="Mamba-only Transformer-only Hybrid-Mine Hybrid-NoMeta Hybrid-NoKVShare Hybrid-Official Official-NoMeta"
h=build/hymbench

if [ -n "$dry" ]; then
    name="DRY RUN" arch=90
else
    [ -x "$nvcc" ] || { echo "gpu-check: nvcc was not found; install the CUDA toolkit, or name it: NVCC=/path/to/nvcc" >&2; exit 3; }
    name=$("$smi" --query-gpu=name --format=csv,noheader 2>/dev/null | head -n 1)
    arch=$("$smi" --query-gpu=compute_cap --format=csv,noheader 2>/dev/null | head -n 1 | tr -d .)
    case $arch in
    [1-9][0-9]*) ;;
    *) echo "gpu-check: no GPU answers here ($smi lists none); run it on a machine with an NVIDIA GPU and its driver" >&2; exit 4 ;;
    esac
fi
out=results/baselines/gpu-$(printf '%s' "$name" | tr -cs 'A-Za-z0-9' '-' | sed 's/^-*//; s/-*$//')
work=build/gpu-check
budget=530 # s, of all checks together
log=$work/log
rows=$work/checks.csv

# check NAME SECONDS COMMAND: runs it with a time limit; its output goes to a file of its own
bad=0
check() {
    local name=$1 limit=$2 start=$SECONDS verdict=ok
    shift 2
    if [ -n "$dry" ]; then
        printf '# %s, at most %s s\n%s\n' "$name" "$limit" "$*"
        return
    fi
    [ "$limit" -le $((budget - SECONDS)) ] || limit=$((budget - SECONDS))
    [ "$limit" -gt 0 ] || limit=1
    timeout -k 5 "$limit" bash -c "$*" >"$log/$name.txt" 2>&1
    case $? in
    0) ;;
    124 | 137) verdict="stopped after $limit s" ;;
    *) verdict=failed ;;
    esac
    [ "$verdict" = ok ] || { bad=1 && tail -n 15 "$log/$name.txt"; }
    printf '%-22s %4d s  %s\n' "$name" "$((SECONDS - start))" "$verdict"
    printf '%s,%d,%s\n' "$name" "$((SECONDS - start))" "$verdict" >>"$rows"
}

skip() { # NAME WHY
    printf '%-22s         skipped: %s\n' "$1" "$2"
    [ -n "$dry" ] || printf '%s,0,skipped: %s\n' "$1" "$2" >>"$rows"
}

if [ -z "$dry" ]; then
    rm -rf "$work"
    mkdir -p "$log" "$out"
    echo "check,seconds,verdict" >"$rows"
    echo "gpu-check: $name, sm_$arch"
fi

check packages 60 "ci/setup.sh ci/packages.txt"
check build 200 "make -j\$(nproc) CUDA_ARCH=$arch $h build/tests/gpu"
[ -n "$dry" ] || [ -x "$h" ] || { echo "gpu-check: it does not build; see $log/build.txt" >&2; exit 1; }

check kernels 60 "build/tests/gpu -j4"

# the same steps on both devices, replayable because nothing is dropped out; compared by the loss of every step
for v in $variants; do
    check "parity-$v" 15 "for d in cpu cuda; do $h train --profile smoke --variant $v --steps 5 --dropout 0 --device \$d --replay $work/$v-\$d || exit; done; awk -f ci/steps_agree.awk $work/$v-cpu/steps.csv $work/$v-cuda/steps.csv"
done

sanitizer=$(command -v compute-sanitizer || ls /usr/local/cuda/bin/compute-sanitizer 2>/dev/null)
if [ -n "$sanitizer" ] || [ -n "$dry" ]; then
    for tool in memcheck racecheck; do
        check "sanitizer-$tool" 40 "${sanitizer:-compute-sanitizer} --tool $tool --error-exitcode 1 $h train --profile smoke --variant Hybrid-Mine --steps 1 --device cuda"
    done
else
    skip sanitizer "no compute-sanitizer here"
fi

for p in f32 bf16; do
    check "step-$p" 30 "for v in Transformer-only Mamba-only Hybrid-Mine; do $h bench-step --profile full --variant \$v --device cuda --precision $p --rounds 15 || exit; done"
done
check decoding 30 "$h scaling --profile full --variant Hybrid-Mine --device cuda --precision bf16 --contexts 1024,4096 --timeout 5 --out $work/scaling"
check micro 75 "$h micro --device cuda --profile full --budget 50 --csv $work/kernels.csv"
# a driver that lets only administrators count is no failure
check counters 40 "$h micro --device cuda --profile smoke --best -a cache=[cold] --cupti-metrics dram__bytes_read.sum,dram__bytes_write.sum,lts__t_bytes.sum,sm__inst_executed_pipe_tensor.sum --csv $work/counters.csv || [ \$? = 3 ]"
check study 60 "$h ablation --profile quick --device cuda --precision bf16 --out $work/run"

[ -z "$dry" ] || exit 0
cp "$log"/step-*.txt "$rows" "$out" 2>/dev/null
for f in ablation_results.csv runs.csv ops.csv kernels.csv scaling.csv env.json; do
    [ ! -e "$work/run/$f" ] || cp "$work/run/$f" "$out"
done
[ ! -e "$work/kernels.csv" ] || cp "$work/kernels.csv" "$out"
[ ! -e "$work/counters.csv" ] || cp "$work/counters.csv" "$out"
[ ! -e "$work/scaling/scaling.csv" ] || cp "$work/scaling/scaling.csv" "$out/scaling-long.csv"
echo "gpu-check: $SECONDS s; $out"
exit "$bad"
