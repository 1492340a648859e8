# The English of every entry of a table of translations (.po), a line each:  awk -f ci/translations.awk FILE.po
# What is broken over lines there is put together; obsolete entries (#~) count too, the table's header does not.
function finish() { if (english != "") print english; english = ""; open = 0 }
function quoted(line) { sub(/^[^"]*"/, "", line); sub(/"$/, "", line); return line }
{ sub(/^#~ /, "") }
/^msgid / { english = quoted($0); open = 1; next }
open && /^"/ { english = english quoted($0); next }
open { finish() }
END { if (open) finish() }
