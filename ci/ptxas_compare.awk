# Holds a new table of ci/ptxas.sh (second file) against an earlier one (first file): complaints
# about new spills, lost occupancy and more instructions per element on standard output, exit code 1 where there is any.
# Instructions are compared where the compiler is the same: another one makes others.
# Kernels' names hold commas: cells are cut at quotes first.
function cells(line) {
    match(line, /"[^"]*"/)
    kernel = substr(line, RSTART + 1, RLENGTH - 2)
    file = substr(line, 1, RSTART - 2)
    split("", cell)
    split(substr(line, RSTART + RLENGTH + 1), cell, ",")
    key = file " " kernel " sm_" cell[1]
}
FNR == 1 { next }
{ cells($0) }
FNR == NR {
    stores[key] = cell[4]
    loads[key] = cell[5]
    occupancy[key] = cell[7]
    nvcc[key] = cell[8]
    each[key] = cell[10]
    next
}
{ before = (key in stores) ? stores[key] + loads[key] : 0 }
cell[4] + cell[5] > before {
    printf "%s: spills %d bytes of stores and %d of loads, %s\n", key, cell[4], cell[5],
        (key in stores) ? "before " stores[key] " and " loads[key] : "and is new"
    bad = 1
}
key in occupancy && cell[7] != "" && occupancy[key] != "" && cell[7] + 0 < occupancy[key] + 0 {
    printf "%s: occupancy %d %%, before %d %% (%d registers)\n", key, cell[7], occupancy[key], cell[2]
    bad = 1
}
each[key] != "" && cell[10] != "" && nvcc[key] == cell[8] && cell[10] + 0 > 1.02 * each[key] {
    printf "%s: %s instructions an element, before %s\n", key, cell[10], each[key]
    bad = 1
}
END { exit bad }
