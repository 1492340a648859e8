#!/bin/sh
# a figure of a run, its slowest evaluation: in runs.csv, in ablation_results.csv and on a page of the report
mkdir -p "$D"
ci/settled.sh "$H" ablation --device cpu --threads 2 --profile smoke --variants Transformer-only,Mamba-only --steps 4 --out "$D/run" >"$D/log" 2>&1
for table in runs ablation_results; do
    awk -v table="$table" -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "Slowest evaluation (s)") at = i; next }
        at && $at > 0 { n++; line = line " " $1 " " $at } END { print table ".csv:" line; exit n != 2 }' "$D/run/$table.csv"
done
pdftotext -layout "$D/run/report.pdf" "$D/report.txt" 2>/dev/null
grep -m 1 -B 1 -A 4 'Slowest evaluation' "$D/report.txt"
