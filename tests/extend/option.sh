#!/bin/sh
# a global option, --note: in every command's help, by its flag, by its twin in the environment
mkdir -p "$D"
"$H" ablation --help | grep -- '--note TEXT'
run() { ci/settled.sh "$H" ablation --device cpu --profile smoke --variants Mamba-only --steps 1 --no-report "$@" >"$D/log" 2>&1; }
run --out "$D/flag" --note 'by flag'
grep '"note": "by flag"' "$D/flag/env.json"
HYMBENCH_NOTE='by twin' run --out "$D/twin"
grep '"note": "by twin"' "$D/twin/env.json"
