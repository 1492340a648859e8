#!/bin/bash
# Keeps what a run of ci/gpu_check.sh left: results/baselines/gpu-<name>/ gets its tables, its summary and a report drawn
# from them, and the table of docs/gpu-results.md its figures. A device's rows and folder are replaced as a whole, so the
# same results give the same files.
#   ci/gpu_baseline.sh FROM       the folder that OUT named (make gpu-baseline FROM=)
#   HYMBENCH=build/hymbench  BASELINES=results/baselines  TABLE=docs/gpu-results.md
# Exit code: 0 kept, 1 the report could not be drawn (the rest is kept), 2 FROM is no such folder.
set -euo pipefail
started=$PWD
cd "$(dirname "$0")/.."
export LC_ALL=C
from=${1:-}
h=${HYMBENCH:-build/hymbench}
baselines=${BASELINES:-results/baselines}
table=${TABLE:-docs/gpu-results.md}

stop() { # CODE SENTENCE
    echo "gpu-baseline: $2" >&2
    exit "$1"
}
[ -n "$from" ] || stop 2 "say which results: make gpu-baseline FROM=the folder that OUT named"
case $from in /*) ;; *) from=$started/$from ;; esac
for file in device.json summary.csv summary.md; do
    [ -s "$from/$file" ] || stop 2 "$from has no $file: is it the folder that ci/gpu_check.sh named OUT?"
done
device=$(sed -n 's/^.*"cuda": "\([^"]*\)".*$/\1/p' "$from/device.json" | head -n 1)
[ -n "$device" ] || stop 2 "$from/device.json names no GPU"
kept=$baselines/gpu-$(printf '%s' "$device" | tr -cs 'A-Za-z0-9' '-' | sed 's/^-*//; s/-*$//')

new=$kept.new
rm -rf "$new"
mkdir -p "$new"
cp "$from"/{device.json,summary.csv,summary.md} "$new"
[ ! -s "$from/figures.csv" ] || cp "$from/figures.csv" "$new"
for archive in tables study; do
    [ ! -s "$from/$archive.tar.gz" ] || tar -C "$new" -xzf "$from/$archive.tar.gz"
done
rm -f "$new"/study/*.{pdf,html} # drawn anew

code=0
if [ -s "$new/study/ablation_results.csv" ]; then
    "$h" report "$new/study" --out "$new/report.pdf" || code=1
    # what the drawing left beside the tables
    rm -f "$new"/study/*.{pdf,html}
else
    echo "gpu-baseline: the run has no study, so there is no report" >&2
fi
rm -rf "$kept"
mv "$new" "$kept"

# between the marks: the rows of other devices, and this one's
if [ -s "$kept/figures.csv" ]; then
    [ -f "$table" ] || stop 2 "there is no $table"
    rows=$(mktemp)
    trap 'rm -f "$rows"' EXIT
    {
        sed -n '/^<!-- figures -->$/,/^<!-- end of figures -->$/p' "$table" | grep '^| ' | tail -n +2 |
            awk -F ' \\| ' -v device="${device//,/;}" '$4 != device' || true
        awk -F , 'NR > 1 { print "| " $1 " | " $2 " | " $3 " | " $5 " | " $6 " | " $7 " | " ($4 == "ok" ? "" : $4) " |" }' "$kept/figures.csv"
    } | sort >"$rows"
    awk -v rows="$rows" '
        /^<!-- figures -->$/ {
            print
            print "| figure | value | unit | device | commit | date | |"
            print "|---|---|---|---|---|---|---|"
            while ((getline line < rows) > 0) print line
            inside = 1
            next
        }
        /^<!-- end of figures -->$/ { inside = 0; found = 1 }
        !inside
        END { exit !found }' "$table" >"$table.new" || { rm -f "$table.new" && stop 2 "$table has no place for figures (<!-- figures --> ... <!-- end of figures -->)"; }
    mv "$table.new" "$table"
fi
echo "gpu-baseline: $kept, and the table of $table"
exit "$code"
