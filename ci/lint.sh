#!/bin/sh
# Formatting, the house's own rules and static analysis, on everything git knows or would add.
#   ci/lint.sh [format] [rules] [shell] [files] [translations] [cppcheck] [tidy]     all of them without arguments
# Every complaint is a line on standard output; the exit code is 1 when there is any.
set -u
cd "$(dirname "$0")/.." || exit 2
[ $# -gt 0 ] || set -- format rules shell files translations cppcheck tidy
asked=" $* "
for part in "$@"; do
    case $part in
    format | rules | shell | files | translations | cppcheck | tidy) ;;
    *) echo "lint: there is no part '$part': format, rules, shell, files, translations, cppcheck, tidy"; exit 2 ;;
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
# Debian 12 has no check-jsonschema, which brings the schemas: it gets a folder of its own where the network allows.
schema_checker() {
    venv=build/lint-venv
    if command -v check-jsonschema; then return; fi
    if ! [ -x $venv/bin/check-jsonschema ]; then
        { python3 -m venv $venv && timeout 120 $venv/bin/pip install check-jsonschema==0.39.0; } >"$work/venv" 2>&1 || return
    fi
    echo $venv/bin/check-jsonschema
}
if wanted files "workflows and units"; then
    if checker=$(schema_checker); then
        list '.github/workflows/*.yml' | xargs -r "$checker" --builtin-schema vendor.github-workflows >"$work/schema" 2>&1 || complain schema <"$work/schema"
        list .gitlab-ci.yml | xargs -r "$checker" --builtin-schema vendor.gitlab-ci >"$work/schema" 2>&1 || complain schema <"$work/schema"
    else
        echo "lint: the workflows were not checked: check-jsonschema is not here and could not be fetched"
    fi
    if command -v systemd-analyze >/dev/null; then
        # units are named by their paths, those of the system's own are not ours to mend
        list 'ci/systemd/*' | xargs -r systemd-analyze verify 2>&1 | grep hymbench | complain unit
    else
        echo "lint: the units were not checked: systemd-analyze is not here"
    fi
fi
if wanted translations "translations of the report"; then
    ci/translations.sh | complain ""
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
    drawing=$(pkg-config --cflags-only-I cairo-ft | sed 's|-I|--extra-arg=-isystem|g')
    # shellcheck disable=SC2086 # a list of words
    grep -vE '^(tests|ci|kernels/cpu)/|^kernels/machine\.c$' "$work/c" |
        xargs -P "$cores" -n 4 clang-tidy --quiet --extra-arg=-std=c11 --extra-arg=-D_GNU_SOURCE --extra-arg=-I. \
            --extra-arg=-Ibuild --extra-arg=-fopenmp $drawing 2>/dev/null |
        grep -E '(error|warning):' | sort -u | complain clang-tidy
fi

if [ -s "$work/complaints" ]; then
    echo "lint: $(wc -l <"$work/complaints") complaints"
    exit 1
fi
echo "lint: clean"
