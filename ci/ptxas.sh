#!/bin/sh
# What the assembler makes of the CUDA kernels: registers, shared memory, spills, theoretical
# occupancy (static shared memory alone: what a launch asks for besides is not known here),
# instructions, and instructions per element of those that ci/elements.txt lists.
#   ci/ptxas.sh [sm ...]      80 90; needs nvcc, no GPU
# Writes results/baselines/ptxas.csv and holds it against the committed one: a new spill or a
# lost step of occupancy or more instructions per element (by 2 %, from the same nvcc) is printed, and the exit code is 1. To accept it, commit the file.
# NVCC=, PTXAS_SOURCES= (a list of .cu files), PTXAS_ELEMENTS= and PTXAS_OUT= may be set.
set -u
cd "$(dirname "$0")/.." || exit 2
nvcc=${NVCC:-$(command -v nvcc || echo /usr/local/cuda/bin/nvcc)}
[ -x "$nvcc" ] || { echo "ptxas: nvcc was not found; install the CUDA toolkit, or name it: NVCC=/path/to/nvcc" >&2; exit 3; }
out=${PTXAS_OUT:-results/baselines/ptxas.csv}
sources=${PTXAS_SOURCES:-$(ls kernels/cuda/*.cu kernels/cuda/lt/*.cu 2>/dev/null)} # not plain/, which is the host rig's
include=$(dirname "$(dirname "$nvcc")")/include
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
[ $# -gt 0 ] || set -- 80 90

has_occupancy=
if [ -e "$include/cuda_occupancy.h" ] && cc -std=gnu11 -isystem "$include" -o "$work/occupancy" ci/occupancy.c; then
    has_occupancy=1
else
    echo "ptxas: no cuda_occupancy.h beside $nvcc; the column occupancy stays empty" >&2
fi

cc -std=gnu11 -O2 -o "$work/sass" ci/sass.c || exit 2

# one source for one architecture: lines "file sm mangled registers shared stores loads threads instructions loops",
# loops being "depth:own,..." or -
cat >"$work/one" <<'ONE'
f=$1 sm=$2
dir=$work/$(echo "$f" | tr / _).$sm
mkdir -p "$dir"
if ! "$nvcc" -arch="sm_$sm" -std=c++17 -O3 -I. -cubin -Xptxas -v --keep --keep-dir "$dir" \
    -o "$dir/cubin" "$f" >"$dir/log" 2>&1; then
    cat "$dir/log" >&2
    exit 1
fi
cat "$dir"/*.ptx >"$dir/all.ptx" 2>/dev/null
if [ -s "$dir/cubin" ]; then
    "$work/sass" "$dir/cubin" >"$dir/sass" || exit 1
else
    : >"$dir/sass"
fi
awk -f ci/ptxas_table.awk "$dir/all.ptx" "$dir/log" >"$dir/table"
awk -v at="$f $sm" 'FILENAME == ARGV[1] {
        count[$1] = $2
        loops[$1] = NF > 2 ? $3 : "-"
        for (i = 4; i <= NF; i++)
            loops[$1] = loops[$1] "," $i
        next
    }
    { print at, $0, ($1 in count) ? count[$1] : "?", ($1 in loops) ? loops[$1] : "-" }' "$dir/sass" "$dir/table" >"$dir/rows"
ONE
export work nvcc
for f in $sources; do
    for sm in "$@"; do
        echo "$f $sm"
    done
done | xargs -P "$(nproc)" -n 2 sh "$work/one" || { echo "ptxas: a source does not compile" >&2; exit 1; }

cat "$work"/*/rows | sort >"$work/rows"
[ -s "$work/rows" ] || { echo "ptxas: no kernel was found in: $sources" >&2; exit 3; }
if [ -n "$has_occupancy" ]; then
    awk '{ print $2, $4, $5, $8 }' "$work/rows" | "$work/occupancy" | awk '{ print $NF }' >"$work/percent"
else
    awk '{ print "?" }' "$work/rows" >"$work/percent"
fi
# demangled, without return type and parameters; what is not known is an empty cell
awk '{ print $3 }' "$work/rows" | c++filt | sed -e 's/^void //' -e 's/(anonymous namespace):://g' -e 's/([^()]*)$//' \
    -e 's/(\([a-z]*\))//g' >"$work/names"

paste -d '\t' "$work/rows" "$work/names" >"$work/named"
if ! awk -F '\t' -f ci/elements.awk "${PTXAS_ELEMENTS:-ci/elements.txt}" "$work/named" >"$work/each"; then
    grep '^!' "$work/each" | sed 's/^! //' >&2
    exit 1
fi

version=$("$nvcc" --version | sed -n 's/.*, V\([0-9.]*\).*/\1/p')
mkdir -p "$(dirname "$out")"
{
    echo "file,kernel,sm,registers,shared_bytes,spill_store_bytes,spill_load_bytes,threads,occupancy_pct,nvcc,instructions,instructions_per_element"
    paste -d '\t' "$work/named" "$work/percent" "$work/each" | awk -F '\t' -v version="$version" '{
        split($1, c, " ")
        for (i = 4; i <= 9; i++)
            if (c[i] == "?")
                c[i] = ""
        printf "%s,\"%s\",%s,%s,%s,%s,%s,%s,%s,%s,%s,%s\n", c[1], $2, c[2], c[4], c[5], c[6], c[7], c[8], $3 == "?" ? "" : $3, version,
            c[9], $4
    }'
} >"$work/new"

git show "HEAD:$out" >"$work/old" 2>/dev/null || : >"$work/old"
cp "$work/new" "$out"
spills=$(awk -F '",' 'NR > 1 { split($2, c, ","); if (c[4] + c[5] > 0) n++ } END { print n + 0 }' "$work/new")
echo "ptxas: $(($(wc -l <"$work/new") - 1)) kernels for sm $*, $spills with spills; $out"
[ -s "$work/old" ] || { echo "ptxas: nothing is committed there yet; nothing to compare with"; exit 0; }
if ! awk -f ci/ptxas_compare.awk "$work/old" "$work/new"; then
    echo "ptxas: worse than the committed $out; mend the kernel, or commit the new file to accept it"
    exit 1
fi
