#!/bin/sh
# a third block, attention and Mamba one after the other: it trains, decodes as it evaluates, and has an average of its own
mkdir -p "$D"
export HYMBENCH_DEVICE=cpu HYMBENCH_THREADS=2
ci/settled.sh "$H" ablation --config bench/ablations/sequential.yaml --out "$D/run"
grep '^Sequential,Sequential,' "$D/run/ablation_results.csv" | cut -d, -f1-5
pdftotext -layout "$D/run/report.pdf" "$D/report.txt" 2>/dev/null
grep -E 'Sequential' "$D/report.txt" | head -n 3
grep -qE 'Average.*Sequential|Sequential.*average' "$D/report.txt"
# one token at a time gives what the whole sequence gives
printf '\005\000\000\000\006\000\000\000\007\000\000\000\010\000\000\000\011\000\000\000\012\000\000\000' >"$D/ids.i32"
w=$(ls "$D"/run/weights/Sequential-s*.safetensors)
"$H" logits --weights "$w" --ids "$D/ids.i32" --batch 1 --out "$D/whole.f32"
"$H" logits --weights "$w" --ids "$D/ids.i32" --batch 1 --out "$D/steps.f32" --incremental
od -An -v -tf4 -w4 "$D/whole.f32" >"$D/whole.txt"
od -An -v -tf4 -w4 "$D/steps.f32" | paste "$D/whole.txt" - |
    awk '{ d = $1 - $2; if (d < 0) d = -d; if (d > worst) worst = d } END { print "logits differ by at most", worst; exit !(NR > 0 && worst < 1e-4) }'
