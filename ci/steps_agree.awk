# Two steps.csv (step,lr,loss,grad_norm) of the same steps on two devices: their losses may differ
# by 1e-4 of their size in the first step, and by twice as much in each step after it, as
# rounding grows through training; norms by ten times that. Prints the worst; exit code 1 beyond.
BEGIN { FS = "," }
FNR == 1 { next }
FNR == NR { loss[$1] = $3; norm[$1] = $4; first++; next }
function apart(a, b) { return a > b ? (a - b) / (a + 1e-30) : (b - a) / (b + 1e-30) }
{
    second++
    if (!($1 in loss) || $3 !~ /^[0-9]/ || $4 !~ /^[0-9]/) {
        print "step " $1 ": no number, or a step of one side only"
        bad = 1
        next
    }
    budget = 1e-4 * 2 ^ (second - 1)
    share = apart(loss[$1], $3) / budget
    if (apart(norm[$1], $4) / (10 * budget) > share)
        share = apart(norm[$1], $4) / (10 * budget)
    if (share > worst)
        worst = share
}
END {
    if (first == 0 || first != second) {
        print "the files hold " first + 0 " and " second + 0 " steps"
        exit 1
    }
    printf "%d steps agree to %.3g of what is allowed\n", second, worst
    exit bad || worst > 1
}
