# The device's time of each op of a training step twice: by CUPTI (device_ms of ops.csv), and by the ranges the op was
# launched in, which end when its work is done (lines "BEGIN END PASS OP PLACE LAYER" in ns, bench-step --ranges). A range
# holds its op's kernels and the launch, so an op that takes longer by CUPTI than its range got others' records; the
# clocks of host and device differ by less than `most` (1.05), and CUPTI's step was another one.
#   awk -v variant=NAME -v steps=N -f ci/csv.awk -f ci/cupti_agrees.awk ranges.txt ops.csv
# Exit code: 0 they agree, 1 they do not, 77 ops.csv has no times of the device.
BEGIN { if (most == "") most = 1.05 }
FNR == 1 { files++ }
files == 1 {
    split($0, w, " ")
    range[w[4] "," w[3]] += (w[2] - w[1]) * 1e-6 / steps
    next
}
FNR == 1 { columns($0); next }
{
    cells($0)
    key = cell("op") "," cell("pass")
    if (cell("variant") != variant || !(key in range)) next
    if (cell("device_ms") != "") known = 1
    device[key] += cell("device_ms")
    kernels[key] += cell("kernels")
}
END {
    if (!known) exit 77
    print "op,pass,cupti_ms,range_ms,kernels,ratio"
    for (key in range) {
        ratio = device[key] / range[key]
        printf "%s,%.6f,%.6f,%d,%.4f\n", key, device[key], range[key], kernels[key], ratio | "sort"
        # an op of a graph that is only views launches nothing
        if (ratio > most || (kernels[key] > 0) != (device[key] > 0)) bad = 1
        of_cupti += device[key]
        of_ranges += range[key]
    }
    close("sort")
    printf "all,,%.6f,%.6f,,%.4f\n", of_cupti, of_ranges, of_cupti / of_ranges
    exit bad || of_cupti <= 0
}
