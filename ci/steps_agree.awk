# Two steps.csv (step,lr,loss,grad_norm) of the same steps on two devices: their losses may differ
# by `share` (1e-4) of their size in the first step, and by `grow` times (2) as much in each step
# after it, as rounding grows through training; norms by ten times that. Prints the worst; exit code 1 beyond.
#   awk [-v share=2e-3 -v grow=1.5] -f ci/steps_agree.awk A/steps.csv B/steps.csv
BEGIN {
    FS = ","
    if (share == "") share = 1e-4
    if (grow == "") grow = 2
}
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
    budget = share * grow ^ (second - 1)
    part = apart(loss[$1], $3) / budget
    if (apart(norm[$1], $4) / (10 * budget) > part)
        part = apart(norm[$1], $4) / (10 * budget)
    if (part > worst)
        worst = part
}
END {
    if (first == 0 || first != second) {
        print "the files hold " first + 0 " and " second + 0 " steps"
        exit 1
    }
    printf "%d steps agree to %.3g of what is allowed\n", second, worst
    exit bad || worst > 1
}
