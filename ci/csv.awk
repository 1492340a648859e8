# Reading tables of ours: csv() cuts a line at its commas, those inside quotes left alone; columns() notes a header's
# names, and cell() gives a field of the line in hand by its column's name, "" where there is none.
#   awk -f ci/csv.awk -f ...
function csv(line, fields,    n, c, i, quoted, word) {
    n = 0
    word = ""
    for (i = 1; i <= length(line); i++) {
        c = substr(line, i, 1)
        if (c == "\"") quoted = !quoted
        else if (c == "," && !quoted) { fields[++n] = word; word = "" }
        else word = word c
    }
    fields[++n] = word
    return n
}
function columns(line,    names, n, i) {
    n = csv(line, names)
    split("", column)
    for (i = 1; i <= n; i++) column[names[i]] = i
}
function cells(line) { split("", field); return csv(line, field) }
function cell(name) { return name in column ? field[column[name]] : "" }
