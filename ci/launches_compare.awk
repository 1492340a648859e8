# Holds a new table of `hymbench launches --csv` (second file) against an earlier one (first file): a line for each variant
# and precision that has more launches, or more copies, and one for each kernel that makes the difference; exit code 1
# where there is any. A variant that is new has nothing to be compared with.
BEGIN { FS = "," }
FNR == 1 { next }
{
    side = FNR == NR ? "old" : "new"
    kind = $5 == "copy" || $5 == "fill" ? "copies" : "launches"
    all[side, $1, $2, kind] += $6
    each[side, $1, $2, $4 " " $5 ($3 == "" ? "" : " " $3)] += $6
    known[side, $1, $2] = 1
    if (!(($1, $2) in variants))
        order[++n] = $1 SUBSEP $2
    variants[$1, $2] = 1
    names[$4 " " $5 ($3 == "" ? "" : " " $3)] = 1
}
END {
    for (i = 1; i <= n; i++) {
        v = order[i]
        if (!(("old" SUBSEP v) in known) || !(("new" SUBSEP v) in known))
            continue
        split(v, part, SUBSEP)
        for (k = 1; k <= 2; k++) {
            kind = k == 1 ? "launches" : "copies"
            before = all["old", part[1], part[2], kind] + 0
            now = all["new", part[1], part[2], kind] + 0
            if (now <= before)
                continue
            bad = 1
            printf "%s, %s: %d %s a step, before %d\n", part[1], part[2], now, kind, before
            for (name in names) {
                was = each["old", part[1], part[2], name] + 0
                is = each["new", part[1], part[2], name] + 0
                if (is > was)
                    printf "    %s: %d, before %d\n", name, is, was
            }
        }
    }
    exit bad
}
