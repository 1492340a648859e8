#!/bin/sh
# The report's sentences against their translations; each complaint is a line "translations: file: what".
#   ci/translations.sh               every report/text/*.po is complete, without leftovers, and converts what English does
#   ci/translations.sh --template    the sentences there are, as an empty table (.pot) on standard output
# A table is brought up to date, with what is missing left empty and what changed marked as fuzzy, by
#   ci/translations.sh --template | msgmerge --no-wrap --update report/text/ko.po -
set -u
cd "$(dirname "$0")/.." || exit 2
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

find report -name '*.c' -o -name figures.inc | LC_ALL=C sort >"$work/sources"
# (what is handed to a function that formats is checked for its conversions)
xgettext --files-from="$work/sources" --language=C --from-code=UTF-8 --add-location=file --no-wrap --package-name=hymbench \
    --keyword --keyword=_ --keyword=N_ --keyword=HY_FIGURE:9 --keyword=HY_COLUMN:5 --flag=_:1:pass-c-format --flag=N_:1:pass-c-format \
    --flag=hy_arena_format:2:c-format --flag=hy_doc_format:2:c-format --flag=hy_format:1:c-format \
    --output="$work/found" || exit 2
[ -s "$work/found" ] || { echo "translations: report: no sentence was found"; exit 1; }
sed 's/charset=CHARSET/charset=UTF-8/' "$work/found" >"$work/template"
if [ "${1:-}" = --template ]; then
    cat "$work/template"
    exit 0
fi

: >"$work/complaints"
for po in report/text/*.po; do
    # the template's marks of what is a format come with it; fuzzy becomes what does not convert what English does
    msgmerge --quiet --no-wrap --no-fuzzy-matching --output-file="$work/merged" "$po" "$work/template" 2>"$work/said" ||
        sed "s|^|translations: $po: |" "$work/said" >>"$work/complaints"
    msgfmt --check --output-file=/dev/null "$work/merged" 2>&1 |
        sed -e '/found [0-9]* fatal error/d' -e "s|^$work/merged|translations: $po|" >>"$work/complaints"
    for what in untranslated only-fuzzy only-obsolete; do
        msgattrib --$what "$work/merged" | awk -f ci/translations.awk |
            sed "s|^|translations: $po: ${what#only-}: |" >>"$work/complaints"
    done
done
cat "$work/complaints"
[ ! -s "$work/complaints" ]
