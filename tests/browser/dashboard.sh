#!/bin/sh
# The page that `hymbench history html` writes, in a browser: a history of 2000 series and 400 nights of each.
#   tests/browser/dashboard.sh BUILD_FOLDER [PICTURES]     pictures of the page go into that folder
# The last line counts.
set -eu
build=$1 pictures=${2:-}
here=tests/browser
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# the program makes the file and its tables; what is in them is made up
page() { # SERIES NIGHTS FOLDER
    "$build/hymbench" history add tests/data/run_fixture --db "$work/history.sqlite" >/dev/null
    python3 $here/make_history.py "$work/history.sqlite" "$1" "$2"
    "$build/hymbench" history html "$3" --db "$work/history.sqlite" >/dev/null
    rm "$work/history.sqlite"
}
page 0 0 "$work/empty"
page 2000 400 "$work/page"
echo "2000 series of 400 nights take $(du -sh "$work/page" | cut -f 1)"

browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
[ -z "$pictures" ] || mkdir -p "$pictures"
python3 $here/dashboard.py "$browser" "$work/page" "$work/empty" ${pictures:+"$pictures"}
