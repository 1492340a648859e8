#!/bin/sh
# The house's own rules, from data and without judgement; each complaint is a line "rule: file: what".
#   ci/rules.sh            in the checkout's root; lists the files git knows or would add
# Rules: floors, circle, place (ci/floors.txt), guard, alone (a header compiles by itself), long (functions), length
# (files), tab, unfinished, dead (#if 0), machine (paths of one machine).
set -u
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
tab=$(printf '\t')

# no blanks in our file names: a line is a word
list() { git ls-files -co --exclude-standard -- "$@" | while read -r f; do [ ! -f "$f" ] || echo "$f"; done; }
list '*.c' '*.cpp' '*.h' '*.inc' '*.cu' '*.cuh' >"$work/code"
list '*.c' '*.cpp' '*.h' '*.inc' '*.cu' '*.cuh' '*.sh' '*.awk' '*.py' '*.md' '*.yaml' '*.yml' Makefile .ci/run |
    grep -vE '^(ci/rules\.sh|tests/ci/test_lint\.c)$' >"$work/text" # which hold the words that are looked for
[ -s "$work/code" ] || { echo "lint: git lists no sources here; is this a checkout?"; exit 2; }
grep -vE '^(tests|ci)/' "$work/code" >"$work/sources"
grep -E '\.(h|cuh)$' "$work/code" | grep -v '^ci/' >"$work/headers"

# floors, circles, files without a place
xargs grep -HE '^#[[:space:]]*include[[:space:]]+"[^"]*/' <"$work/sources" |
    sed -n 's/^\([^:]*\):.*"\([^"]*\)".*/\1 \2/p' >"$work/pairs"
awk -f ci/floors.awk ci/floors.txt "$work/pairs" "$work/sources"

# include guards are made from the path
while read -r f; do
    want=HY_$(echo "$f" | tr 'a-z/.' 'A-Z__')
    grep -q "^#define $want\$" "$f" && grep -q "^#ifndef $want\$" "$f" || echo "guard: $f: the include guard is not $want"
done <"$work/headers"

# every header compiles alone, as the language that includes it
cat >"$work/alone" <<'ONE'
for f in "$@"; do
    case $f in
    *.cuh | kernels/simt/*.h | tests/simt/*/*.h) how="g++ -x c++ -std=c++17 -DHY_SIMT -Wno-pragma-once-outside-header" ;;
    kernels/cpu/*) how="gcc -x c -std=c11 -D_GNU_SOURCE -DHY_ISA_base" ;;
    kernels/ref/*) how="gcc -x c -std=c11 -D_GNU_SOURCE" ;;
    *) how="gcc -x c -std=c11 -D_GNU_SOURCE" ;;
    esac
    printf '#include "%s"\n' "$f" >"$work/$$.c"
    $how -fopenmp -fsyntax-only -w -I. -Ibuild "$work/$$.c" >"$work/$$.log" 2>&1 ||
        echo "alone: $f: $(sed -n 's/.*error: //p' "$work/$$.log" | head -n 1)"
done
ONE
export work
xargs -P "$(nproc)" -n 12 sh "$work/alone" <"$work/headers"

# functions of more than 80 lines give the reason in the comment above, behind the word "long:"
if command -v ctags >/dev/null; then
    grep -vE '\.inc$' "$work/code" | ctags -L - --fields=+ne --kinds-C=f --kinds-C++=f --langmap=C++:+.cu.cuh -o - 2>/dev/null |
        awk -F '\t' '{ for (i = 4; i <= NF; i++) { if ($i ~ /^line:/) from = substr($i, 6); if ($i ~ /^end:/) to = substr($i, 5) }
                       if (to - from >= 80) print $2, from, to - from + 1, $1 }' >"$work/functions"
    while read -r file line lines name; do
        # the comment ends right above the function's first line (its qualifiers and its return type may come between)
        awk -v at="$line" 'NR < at { if (/\*\/[[:space:]]*$/) { text = NR == start_of ? $0 : held $0; last = NR; reason = text }
                                     if (/\/\*/) { held = ""; start_of = NR } held = held $0 " " }
                           NR == at { exit !(last >= at - 6 && reason ~ /long:/) }' "$file" ||
            echo "long: $file:$line: $name has $lines lines and no reason (long: ...) above it"
    done <"$work/functions"
fi

while read -r f; do
    lines=$(wc -l <"$f")
    [ "$lines" -le 600 ] || echo "length: $f: $lines lines, which are two ideas"
done <"$work/code"
xargs grep -nHE '\b(TODO|FIXME|XXX)\b' <"$work/text" | sed 's/^/unfinished: /'
xargs grep -nHE '^[[:space:]]*#[[:space:]]*if 0' <"$work/code" | sed 's/^/dead: /'
xargs grep -nH "$tab" <"$work/code" | sed 's/^/tab: /'
xargs grep -nHE '(^|[^[:alnum:].])/(home|root|work|opt/venv|Users)/' <"$work/text" | sed 's/^/machine: /'
exit 0
