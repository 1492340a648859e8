# Instructions per element: reads ci/elements.txt, then lines "file sm mangled ... instructions loops<TAB>kernel" of
# ci/ptxas.sh; prints a line each, empty for a kernel that is not listed. Where a listed kernel has other loops than the list
# says, a line that begins with "!" says so, and the exit code is 1.
function trim(text)
{
    sub(/^ +/, "", text)
    sub(/ +$/, "", text)
    return text
}
FILENAME == ARGV[1] {
    if ($0 ~ /^#/ || $0 !~ /[^ ]/)
        next
    n = split($0, cell, "|")
    if (n != 4) {
        print "! " FILENAME ": four cells, please: " $0
        bad = 1
        next
    }
    kinds++
    kernel[kinds] = trim(cell[1])
    sm[kinds] = trim(cell[2])
    elements[kinds] = trim(cell[3])
    weights[kinds] = trim(cell[4])
    next
}
{
    split($1, c, " ")
    result = ""
    for (k = 1; k <= kinds; k++) {
        same = substr(kernel[k], length(kernel[k])) == "*" ? \
            index($2, substr(kernel[k], 1, length(kernel[k]) - 1)) == 1 : $2 == kernel[k]
        if (!same || sm[k] != c[2] || c[9] == "?")
            continue
        found[k] = 1
        n_loops = c[10] == "-" ? 0 : split(c[10], loop, ",")
        n_weights = split(weights[k], times, " ")
        if (n_weights != n_loops + 1) {
            printf "! %s, sm_%s: %d loops, of which ci/elements.txt weighs %d: %s\n", $2, c[2], n_loops, n_weights - 1, c[10]
            bad = 1
            continue
        }
        outside = c[9]
        sum = 0
        for (i = 1; i <= n_loops; i++) {
            split(loop[i], part, ":")
            outside -= part[2]
            sum += part[2] * times[i + 1]
        }
        result = sprintf("%.1f", (sum + outside * times[1]) / elements[k])
    }
    print result
}
END { exit bad }
