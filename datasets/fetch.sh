#!/bin/sh
# Fetches the corpora of sources.yaml into the cache, unless they are at hand.
#
#     datasets/fetch.sh [SOURCES.yaml [CACHE_FOLDER]]
#
# A download that was cut off goes on where it ended; a file appears under its
# name only when its SHA-256 is right. Being unable to fetch is no error: the
# program then uses its built-in text and says so.
set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 0
sources=${1:-$here/sources.yaml}
cache=${2:-$here/cache}

[ -z "${HYMBENCH_DATA:-}" ] || exit 0

say() { printf 'fetch: %s\n' "$*" >&2; }

has_sum() { # FILE SHA256
    [ -f "$1" ] && [ "$(sha256sum <"$1" | cut -d ' ' -f 1)" = "$2" ]
}

fetch() { # FILE SHA256 URL...
    file=$1 sum=$2
    shift 2
    [ ! -e "$cache/$file" ] || return 0 # the program checks it, and says what to do if it is wrong
    [ $# -gt 0 ] || return 0
    if [ "$cache" = "$here/cache" ] && has_sum "$here/../../shared/datasets/$file" "$sum"; then
        return 0
    fi
    command -v curl >/dev/null || { say "no curl, so no $file"; return 0; }
    part=$cache/$file.part
    mkdir -p "$(dirname "$part")" 2>/dev/null || { say "cannot write to $cache"; return 0; }
    exec 9>"$part.lock"
    if command -v flock >/dev/null; then flock 9; fi # another make fetches the same: wait for it
    [ ! -e "$cache/$file" ] || return 0
    for url in "$@"; do
        # a finished part is asked for no more: servers answer such a request with an error
        has_sum "$part" "$sum" ||
            curl --silent --fail --location --connect-timeout 4 --speed-limit 1000 --speed-time 8 \
                --max-time 120 --continue-at - --output "$part" "$url" || continue
        if has_sum "$part" "$sum"; then
            mv "$part" "$cache/$file" && rm -f "$part.lock" && say "$file from $url"
            return 0
        fi
        rm -f "$part" # whole, but not what we want: nothing to continue
    done
    rm -f "$part.lock"
    say "$file could not be fetched (no network?)"
}

# sources.yaml as lines "FILE SHA256 URL URL ..."
awk '
    function flush() { if (file != "" && sum != "") print file, sum, urls; file = sum = urls = "" }
    { sub(/[ \t]+#.*/, ""); sub(/\r$/, "") }
    /^[ \t]*- name:/ { flush() }
    /^[ \t]*file:/ { file = $2 }
    /^[ \t]*sha256:/ { sum = $2 }
    /^[ \t]*- [a-z]+:\/\// { urls = urls " " $2 }
    END { flush() }
' "$sources" | while read -r file sum urls; do
    # shellcheck disable=SC2086 # the urls are words
    fetch "$file" "$sum" $urls
done
exit 0
