# What of a GPU run's tables is worth a line: "figure,value,unit,quality,device,commit,date", for ci/gpu_check.sh and the
# table that ci/gpu_baseline.sh keeps. Figures have no commas, and the same figure has the same name in every run.
#   awk -v device= -v commit= -v date= -f ci/csv.awk -f ci/gpu_figures.awk kind=steps steps.csv kind=ops ops.csv ...
BEGIN {
    gsub(/,/, ";", device)
    print "figure,value,unit,quality,device,commit,date"
}
function figure(name, value, unit, quality) {
    if (value == "" || value ~ /nan/) return
    gsub(/,/, ";", name)
    line = sprintf("%s,%.6g,%s,%s,%s,%s,%s", name, value, unit, quality == "" ? "ok" : quality, device, commit, date)
    # arrays have no order
    if (sorted) print line | "sort"
    else print line
}
FNR == 1 {
    columns($0)
    header = $0
    next
}
{ fields = cells($0) }

kind == "parity" {
    if (cell("verdict") != "ok") wrong[cell("precision")] = 1
    if (cell("share") + 0 > parity[cell("precision")] + 0) parity[cell("precision")] = cell("share")
    seen[cell("precision")] = 1
}
# the last block, in which rounding has gone furthest
kind == "curve" {
    split("", ratio)
    for (name in column) if (name ~ / ratio$/) ratio[name] = cell(name)
    until = cell("steps")
}
kind == "steps" {
    v = cell("variant") "; " cell("precision")
    figure("training step: " v, cell("step_ms"), "ms", cell("quality"))
    if (cell("step_ms") > 0)
        figure("training rate: " v, cell("batch") * cell("seq_len") / cell("step_ms") * 1e3, "tokens/s", cell("quality"))
    figure("share of this device's product rate: " v, cell("share"), "", cell("quality"))
}
kind == "ops" {
    launches[cell("variant")] += cell("kernels")
    if (cell("kernels") != "") launched[cell("variant")] = 1
}
kind == "kernels" && cell("skipped") == 0 && (cell("dtype") == "bf16" || cell("op") == "xent") &&
    (cell("op") ~ /^(attention|scan|addnorm|conv|swiglu|qkrope|xent)$/ || cell("case") == "gate_up") {
    name = cell("op") " " cell("pass") "; " cell("case") "; " cell("dtype") (cell("cold") ? "; cold" : "; hot")
    figure("kernel: " name, cell("median_ns") * 1e-3, "us", cell("quality"))
    figure("share of its roof: " name, cell("roof_pct"), "%", cell("quality"))
}
kind == "peers" && cell("program") != "hymbench" && cell("ratio") != "" {
    v = cell("variant") "; " cell("precision")
    if (!(v in best) || cell("ratio") + 0 < best[v]) {
        best[v] = cell("ratio") + 0
        peer[v] = cell("program")
    }
}
kind == "peers-attention" && cell("ratio") != "" {
    v = cell("pass") "; " cell("case")
    if (!(v in least) || cell("ratio") + 0 < least[v]) {
        least[v] = cell("ratio") + 0
        rival[v] = cell("program")
    }
}
kind == "cupti" && cell("op") == "all" { figure("time of ops by CUPTI over that of their ranges", cell("ratio"), "") }
kind == "large" {
    big++
    if (cell("skipped") == 0 && cell("error_share") != "" && cell("error_share") <= 1) good++
}
kind == "scaling" {
    v = cell("variant") "; context " cell("context")
    figure("prefill: " v, cell("prefill_tok_s"), "tokens/s", cell("quality"))
    figure("decode: " v, cell("decode_tok_s"), "tokens/s", cell("quality"))
}
kind == "runs" { figure("study (bf16): best perplexity: " cell("Model") "; " cell("Profile"), cell("Best PPL"), "", cell("Status")) }

END {
    fflush()
    sorted = 1
    for (p in seen) figure("training steps against the CPU: share of what is allowed: " p, parity[p], "", wrong[p] ? "failed" : "ok")
    for (name in ratio) figure("perplexity of steps " until " over the CPU's: " substr(name, 1, length(name) - 6), ratio[name], "")
    for (v in launched) figure("launches of a training step: " v "; bf16", launches[v], "")
    for (v in best) figure("PyTorch's best step over ours: " v, best[v], "times (" peer[v] ")")
    for (v in least) figure("PyTorch's best attention over ours: " v, least[v], "times (" rival[v] ")")
    if (big) figure("kernels that agree beyond 2^31", good + 0, "of " big, good == big ? "ok" : "failed")
}
