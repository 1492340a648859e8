#!/bin/sh
# The page of a report, in a browser: of the fixture, in Korean, and with long names that would be markup.
#   tests/browser/report.sh BUILD_FOLDER [PICTURES]     pictures of the page go into that folder
# The last line counts.
set -eu
build=$1 pictures=${2:-}
here=tests/browser
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

report() { # NAME [OPTIONS]
    name=$1
    shift
    [ -d "$work/$name" ] || cp -r tests/data/run_fixture "$work/$name"
    "$build/hymbench" report "$work/$name" --out "$work/$name.html" "$@" >/dev/null
}
report en
report ko --lang ko
cp -r tests/data/run_fixture "$work/awkward"
sed -i -e 's/Hybrid-Mine/<b id=injected>Hybrid \& 40 letters|long<\/b>/g' -e 's/Mamba-only/A-name-of-forty-letters-without-any-blank/g' \
    "$work/awkward"/*.csv
report awkward
echo "the page of the fixture takes $(du -h "$work/en.html" | cut -f 1)"

browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
[ -z "$pictures" ] || mkdir -p "$pictures"
python3 $here/report.py "$browser" "$work/en.html" "$work/ko.html" "$work/awkward.html" ${pictures:+"$pictures"}
