# Holds includes against ci/floors.txt:  awk -f ci/floors.awk ci/floors.txt PAIRS SOURCES
# PAIRS: lines "file included"; SOURCES: every source file, a line each. Prints "rule: complaint" lines.

function unit(path) { sub(/\.[^.\/]*$/, "", path); return path }
function folder(path) { if (path in rank) return path; sub(/\/[^\/]*$/, "", path); return path }
function place(path) { return folder(path) in rank }

# depth-first; `trail` is the way from the start, for the message
function visit(u, trail, n, i, next_units) {
    state[u] = 1
    n = split(uses_of[u], next_units, " ")
    for (i = 1; i <= n; i++) {
        if (state[next_units[i]] == 1) {
            sub(".*(^| )" next_units[i] "( |$)", next_units[i] " ", trail)
            print "circle: " trail u " -> " next_units[i]
        } else if (!state[next_units[i]]) {
            visit(next_units[i], trail u " -> ")
        }
    }
    state[u] = 2
}

FNR == 1 { part++ }
/^#/ || NF == 0 { next }

part == 1 {
    behind = 0
    for (i = 2; i <= NF; i++) {
        if ($i == ">") {
            behind = 1
        } else if (behind) {
            may[$1, $i] = 1
        } else {
            n = split($i, neighbours, "|")
            for (k = 1; k <= n; k++) {
                column[neighbours[k]] = $1
                rank[neighbours[k]] = i
            }
        }
    }
    next
}

part == 2 {
    from = folder($1)
    to = folder($2)
    if (!place($1))
        next # said once, below
    if (!place($2)) {
        print "floors: " $1 " includes " $2 ", which is in no folder of ci/floors.txt"
        next
    }
    same = column[from] == column[to]
    if (same && from != to && rank[to] == rank[from])
        print "floors: " $1 " includes " $2 " of a neighbour that it must not know"
    else if (same ? rank[to] < rank[from] : !may[column[from], column[to]])
        print "floors: " $1 " includes " $2 ", which stands above it"
    a = unit($1)
    b = unit($2)
    if (a != b && !seen[a, b]++) {
        uses_of[a] = uses_of[a] " " b
        if (!known[a]++)
            units[++count] = a
    }
    next
}

part == 3 && !place($1) { print "place: " $1 " is in no folder of ci/floors.txt" }

END {
    for (i = 1; i <= count; i++)
        if (!state[units[i]])
            visit(units[i], "")
}
