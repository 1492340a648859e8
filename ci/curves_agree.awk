# The perplexity by training step of runs on several devices and precisions, as steps.csv (step,lr,loss,grad_norm); the
# first file is the yardstick. A row per ten blocks of steps: the perplexity of the block's mean loss in each, and its
# ratio to the first one's. Rounding is another from the first step on, so single losses drift apart; the mean of a tenth
# of the run may differ by `most` (0.03) of the perplexity. Exit code 1 beyond, and where a run has no or other steps.
#   awk [-v most=0.03] -f ci/curves_agree.awk cpu/steps.csv gpu/steps.csv ...
BEGIN {
    FS = ","
    if (most == "") most = 0.03
}
FNR == 1 {
    runs++
    n = split(FILENAME, part, "/")
    name[runs] = part[n - 1]
    sub(/^curve-/, "", name[runs])
    next
}
{
    loss[runs, ++steps[runs]] = $3
    if ($3 !~ /^[0-9]/) bad = 1
}
END {
    for (r = 1; r <= runs; r++)
        if (steps[r] == 0 || steps[r] != steps[1]) {
            print name[r] " has " steps[r] + 0 " steps, " name[1] " has " steps[1] + 0 > "/dev/stderr"
            bad = 1
        }
    if (bad || runs < 2) exit 1
    blocks = steps[1] < 10 ? steps[1] : 10
    printf "steps"
    for (r = 1; r <= runs; r++) printf ",%s", name[r]
    for (r = 2; r <= runs; r++) printf ",%s ratio", name[r]
    printf "\n"
    for (b = 0; b < blocks; b++) {
        from = int(b * steps[1] / blocks) + 1
        to = int((b + 1) * steps[1] / blocks)
        printf "%d-%d", from, to
        for (r = 1; r <= runs; r++) {
            sum = 0
            for (s = from; s <= to; s++) sum += loss[r, s]
            ppl[r] = exp(sum / (to - from + 1))
            printf ",%.6g", ppl[r]
        }
        for (r = 2; r <= runs; r++) {
            ratio = ppl[r] / ppl[1]
            printf ",%.5f", ratio
            if (!(ratio < 1 + most && ratio > 1 / (1 + most))) bad = 1
        }
        printf "\n"
    }
    exit bad
}
