#!/bin/sh
# Installs the Debian packages a list names, where it may; else prints the line to type.
#   ci/setup.sh ci/packages.txt [more lists]
set -eu

wanted=$(sed 's/#.*//' "$@" | tr -s ' \n' '  ')
missing=
for package in $wanted; do
    state=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
    [ "$state" = "install ok installed" ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "hymbench: this is no Debian-like system; please install the equivalents of:$missing" >&2
    exit 2
fi
if [ "$(id -u)" = 0 ]; then
    as_root=
elif sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    echo "hymbench: packages are missing; please type:" >&2
    echo "  sudo apt-get install -y$missing" >&2
    exit 2
fi

echo "hymbench: installing$missing"
log=$(mktemp)
# shellcheck disable=SC2086 # a list of words
if ! { $as_root apt-get update -q &&
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    echo "hymbench: apt-get failed; please mend that and type:  apt-get install -y$missing" >&2
    exit 2
fi
rm -f "$log"
