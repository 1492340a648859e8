#!/bin/sh
# What a change costs, shown by doing it: each worked example of docs/adding-*.md is a patch beside this script. It is
# applied to a copy of the tree, the copy is built, and NAME.sh runs what shows that the new thing works everywhere.
#   tests/extend/run.sh BUILD_FOLDER [NAME...]      op block figure option; all of them without names
# Prints the files that a patch touches and how many lines it adds and removes there. The last line counts.
set -u
build=$1
shift
here=tests/extend
[ $# -gt 0 ] || set -- op block figure option
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

copy() { # FOLDER: the sources as git sees them, and the objects that were built of them, times kept
    mkdir -p "$1/build" || return 1
    git ls-files -co --exclude-standard -- ':!results' ':!tests/data' | while read -r f; do [ ! -f "$f" ] || echo "$f"; done |
        xargs cp -p --parents -t "$1" && cp -a "$build"/obj "$build"/flags "$1/build/"
}

passed=0 failed=0
for name in "$@"; do
    tree=$work/$name
    log=$work/$name.log
    echo "== $name: $(sed -n '2s/^# *//p' "$here/$name.sh")"
    if ! copy "$tree" >"$log" 2>&1; then
        why="the tree cannot be copied"
    elif ! patch -s -p1 -d "$tree" <"$here/$name.patch" >"$log" 2>&1; then
        why="the patch does not apply"
    elif ! make -C "$tree" --no-print-directory NVCC= build/hymbench >"$log" 2>&1; then
        why="the copy does not build"
    elif ! (cd "$tree" && H=$tree/build/hymbench D=$work/$name.out sh -eu "$here/$name.sh") >"$log" 2>&1; then
        why="the new thing does not show"
    else
        why=
    fi
    # "+12 -1  kernels/tables/ops.inc"
    awk '/^\+\+\+ / { file = substr($2, 3); next } /^--- / { next } file == "" { next }
         /^\+/ { more[file]++ } /^-/ { less[file]++ } { if (!(file in seen)) { seen[file] = 1; order[++n] = file } }
         END { for (i = 1; i <= n; i++) printf "   %+5d %+5d  %s\n", more[order[i]], -less[order[i]], order[i] }' "$here/$name.patch"
    if [ -z "$why" ]; then
        sed 's/^/   | /' "$log" | tail -n 12
        passed=$((passed + 1))
    else
        cat "$log"
        echo "$name: $why"
        failed=$((failed + 1))
    fi
    rm -rf "$tree" "$work/$name.out"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
