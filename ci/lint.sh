#!/bin/sh
# Formatting, the house's own rules and static analysis, on everything git knows or would add.
#   ci/lint.sh [format] [rules] [shell] [cppcheck] [tidy]     all of them without arguments
# Every complaint is a line on standard output; the exit code is 1 when there is any.
set -u
cd "$(dirname "$0")/.." || exit 2
[ $# -gt 0 ] || set -- format rules shell cppcheck tidy
asked=" $* "
for part in "$@"; do
    case $part in
    format | rules | shell | cppcheck | tidy) ;;
    *) echo "lint: there is no part '$part': format, rules, shell, cppcheck, tidy"; exit 2 ;;
    esac
done
[ -e build/build_info.h ] || make -s help >/dev/null # made on the way
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
cores=$(nproc)

# no blanks in our file names: a line is a word
list() { git ls-files -co --exclude-standard -- "$@" | while read -r f; do [ ! -f "$f" ] || echo "$f"; done; }
list '*.c' >"$work/c"
list '*.c' '*.cpp' '*.h' '*.inc' '*.cu' '*.cuh' >"$work/code"
list '*.sh' .ci/run >"$work/sh"
[ -s "$work/c" ] || { echo "lint: git lists no files here; is this a checkout?"; exit 2; }

: >"$work/complaints"
complain() { # WHAT, complaints on standard input; WHAT "" where they name their rule themselves
    sed -e '/^$/d' -e "s|^|${1:+$1: }|" | tee -a "$work/complaints"
}
wanted() {
    case $asked in *" $1 "*) echo "== $2" ;; *) return 1 ;; esac
}

if wanted format clang-format; then
    xargs clang-format --dry-run -Werror <"$work/code" 2>&1 | sed -n 's/: error:.*/: run make format/p' | sort -u | complain format
fi
if wanted rules "house rules"; then
    ci/rules.sh | complain ""
fi
if wanted shell shellcheck; then
    xargs shellcheck --format=gcc <"$work/sh" | complain shellcheck
fi
if wanted cppcheck cppcheck; then
    xargs cppcheck --quiet --std=c11 --language=c -I. -j"$cores" --inline-suppr \
        --template='{file}:{line}: {id}: {message}' --template-location='' \
        --enable=warning,performance,portability --include=ci/cppcheck.h --suppressions-list=ci/cppcheck.txt <"$work/c" 2>&1 |
        sort -u | complain cppcheck
fi
# kernels/cpu is written in gcc's vector types, and kernels/machine.c asks for what only gcc knows; the
# tests' macros make every test a constructor
# (ci/occupancy.c wants the toolkit's header)
if wanted tidy clang-tidy; then
    grep -vE '^(tests|ci|kernels/cpu)/|^kernels/machine\.c$' "$work/c" |
        xargs -P "$cores" -n 4 clang-tidy --quiet --extra-arg=-std=c11 --extra-arg=-D_GNU_SOURCE --extra-arg=-I. \
            --extra-arg=-Ibuild --extra-arg=-fopenmp 2>/dev/null |
        grep -E '(error|warning):' | sort -u | complain clang-tidy
fi

if [ -s "$work/complaints" ]; then
    echo "lint: $(wc -l <"$work/complaints") complaints"
    exit 1
fi
echo "lint: clean"
