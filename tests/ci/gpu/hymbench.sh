#!/bin/sh
# Stands for hymbench on a machine with a GPU: notes its arguments in $T/log, and does what the tests of ci/gpu_check.sh
# want of it. SLOW: the subcommand that does not end; DEAF: it does not listen to those who ask it to either.
echo "$*" >>"$T/log"
if [ "$1" = "${SLOW:-}" ]; then
    [ -z "${DEAF:-}" ] || trap '' INT TERM
    echo $$ >"$T/slow"
    i=0
    while [ $i -lt 200 ]; do sleep 0.1 && i=$((i + 1)); done
fi
[ "$1" != "${BREAKS:-}" ] || { echo "hymbench: it broke" >&2 && exit 4; }
out='' last=''
for word in "$@"; do
    case $last in
    --csv | --out) out=$word ;;
    --variant) variant=$word ;;
    esac
    last=$word
done
case $1 in
env)
    [ -z "${NO_GPU:-}" ] || { echo "hymbench: no CUDA device: it is not there" >&2 && exit 4; }
    printf '{\n  "build": {\n    "git_sha": "%s"\n  },\n  "devices": [\n    "cpu",\n    {\n      "cuda": "%s",\n      "sm": 90\n    }\n  ]\n}\n' \
        "${COMMIT:-0123456789abcdef}" "${GPU:-Stand-in GPU, 80GB}"
    ;;
scaling)
    mkdir -p "$out"
    printf 'variant,context,prefill_tok_s,decode_tok_s,quality\n%s,1024,%s,7,ok\n' "$variant" "${RATE:-1000}" >"$out/scaling.csv"
    # what does not compress
    [ -z "${LARGE:-}" ] || head -c 60000 /dev/urandom >"$WORK/tables/large.bin"
    ;;
micro) [ -z "$out" ] || printf 'op,pass,dtype,case,cold,skipped,median_ns,roof_pct,quality\nscan,fwd,bf16,scan,1,0,5000,50,ok\n' >"$out" ;;
ablation) mkdir -p "$out" && echo rows >"$out/ablation_results.csv" && printf 'Model,Profile,Best PPL,Status\nV,quick,12.5,ok\n' >"$out/runs.csv" ;;
report)
    case $* in *--out*) echo "%PDF of $2" >"$out" ;; *) echo "%PDF of $2" >"$2/report.pdf" ;; esac
    ;;
esac
[ "$1" = env ] || exit "${CODE:-0}"
