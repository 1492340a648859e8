#!/bin/sh
# Formatting, static analysis and the house's own rules, on everything git knows or would add.
# Every complaint is a line on standard output; the exit code is 1 when there is any.
set -u
cd "$(dirname "$0")/.." || exit 2
[ -e build/build_info.h ] || make -s help >/dev/null # made on the way
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
cores=$(nproc)

# no blanks in our file names: a line is a word
list() { git ls-files -co --exclude-standard -- "$@" | while read -r f; do [ ! -f "$f" ] || echo "$f"; done; }
list '*.c' '*.cpp' '*.h' >"$work/c"
list '*.c' '*.cpp' '*.h' '*.inc' '*.cu' '*.cuh' >"$work/code"
list '*.sh' .ci/run >"$work/sh"
list '*.c' '*.cpp' '*.h' '*.inc' '*.cu' '*.cuh' '*.sh' '*.py' '*.md' '*.yaml' '*.yml' Makefile .ci/run |
    grep -v '^ci/lint.sh$' >"$work/text" # which holds the words it looks for

[ -s "$work/c" ] || { echo "lint: git lists no files here; is this a checkout?"; exit 2; }

: >"$work/complaints"
complain() { # WHAT, complaints on standard input
    sed -e '/^$/d' -e "s|^|$1: |" | tee -a "$work/complaints"
}

echo "== clang-format"
xargs clang-format --dry-run -Werror <"$work/c" 2>&1 | sed -n 's/: error:.*/: run clang-format -i on it/p' | complain format

echo "== house rules"
tab=$(printf '\t')
xargs grep -nHE '\b(TODO|FIXME|XXX)\b' <"$work/text" | complain unfinished
xargs grep -nHE '^[[:space:]]*#[[:space:]]*if 0' <"$work/code" | complain "dead code"
xargs grep -nH "$tab" <"$work/code" | complain tab
xargs grep -nHE '(^|[^[:alnum:].])/(home|root|work|opt/venv|Users)/' <"$work/text" | complain "path of a machine"
while read -r f; do
    lines=$(wc -l <"$f")
    [ "$lines" -le 600 ] || echo "$f: $lines lines, which are two ideas"
done <"$work/code" | complain length

echo "== shellcheck"
xargs shellcheck --format=gcc <"$work/sh" | complain shellcheck

echo "== cppcheck"
grep '\.c$' "$work/c" | xargs cppcheck --quiet --std=c11 --language=c -I. -j"$cores" --inline-suppr \
    --template='{file}:{line}: {id}: {message}' --template-location='' \
    --enable=warning,performance,portability --include=ci/cppcheck.h --suppressions-list=ci/cppcheck.txt 2>&1 |
    sort -u | complain cppcheck

# kernels/cpu is written in gcc's vector types, which clang does not read; the
# tests' macros make every test a constructor
# (ci/occupancy.c wants the toolkit's header)
echo "== clang-tidy"
grep '\.c$' "$work/c" | grep -vE '^(tests|ci|kernels/cpu)/|^kernels/dispatch\.c$' |
    xargs -P "$cores" -n 4 clang-tidy --quiet --extra-arg=-std=c11 --extra-arg=-D_GNU_SOURCE --extra-arg=-I. \
        --extra-arg=-Ibuild --extra-arg=-fopenmp 2>/dev/null |
    grep -E '(error|warning):' | sort -u | complain clang-tidy

if [ -s "$work/complaints" ]; then
    echo "lint: $(wc -l <"$work/complaints") complaints"
    exit 1
fi
echo "lint: clean"
