#!/bin/sh
# Stands for the program in tests of ci/nightly.sh and ci/compare.sh: notes what it was asked for in $FAKE_LOG, leaves
# the files that the real one would, and ends as FAKE_CHECK, FAKE_STUDY (fail, slow) and FAKE_COMPARE say.
set -eu
echo "$*" >>"$FAKE_LOG"

after() { # OPTION, of "$@": the word behind it
    option=$1
    shift
    while [ $# -gt 1 ]; do
        [ "$1" != "$option" ] || { echo "$2" && return; }
        shift
    done
}

put() { # FILE TEXT
    [ -z "$1" ] || printf '%s\n' "$2" >"$1"
}

case $1 in
variants) printf 'name\na\nb\nc\nd\n' ;;
micro) put "$(after --csv "$@")" "kernel,median_ns
k,1" ;;
ablation)
    out=$(after --out "$@")
    mkdir -p "$out"
    put "$out/config.yaml" "name: fake"
    case ${FAKE_STUDY:-} in
    fail) echo "hymbench: no study today" >&2 && exit 4 ;;
    slow) sleep 30 ;;
    esac
    put "$out/env.json" '{"run": {}}'
    put "$out/runs.csv" "Model"
    put "$out/kernels.csv" "short"
    ;;
env) printf '{\n  "build": {}\n}\n' ;;
report) put "$2/report.pdf" "%PDF" ;;
history)
    case "$*" in
    *" check "*)
        put "$(after --md "$@")" "one sentence"
        exit "${FAKE_CHECK:-0}"
        ;;
    *" html "*) mkdir -p "$5" && put "$5/index.html" "<html>" ;;
    *" export "*) put "$(after --out "$@")" "{}" ;;
    esac
    ;;
compare)
    put "$(after --md "$@")" "**this** against **that**"
    put "$(after --csv "$@")" "${FAKE_ROWS:-subject,metric,unit,verdict,needed,n_base,n_fresh}"
    exit "${FAKE_COMPARE:-0}"
    ;;
esac
