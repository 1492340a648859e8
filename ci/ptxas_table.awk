# Reads what `nvcc -Xptxas -v` printed (and, as first file, the PTX it made) of one source
# for one architecture; prints "mangled registers shared stores loads threads" a kernel.
FNR == NR {
    if ($0 ~ /^\.(visible |weak )?\.?entry/ || $0 ~ /\.entry /) {
        name = $0
        sub(/.*\.entry +/, "", name)
        sub(/[ (].*/, "", name)
    }
    if ($1 == ".maxntid" || $1 == ".reqntid") {
        n = 1
        list = $0
        sub(/^[^ ]+ +/, "", list)
        k = split(list, dims, /, */)
        for (i = 1; i <= k; i++)
            n *= dims[i]
        threads[name] = n
    }
    next
}
/Compiling entry function/ {
    split($0, part, "'")
    kernel = part[2]
    stores = loads = 0
}
/bytes spill stores/ && kernel != "" {
    for (i = 1; i < NF; i++) {
        if ($(i + 2) == "spill" && $(i + 3) ~ /^stores/)
            stores = $i
        if ($(i + 2) == "spill" && $(i + 3) ~ /^loads/)
            loads = $i
    }
}
/Used [0-9]+ registers/ && kernel != "" {
    shared = 0
    for (i = 1; i < NF; i++) {
        if ($i == "Used")
            registers = $(i + 1)
        if ($(i + 1) == "bytes" && $(i + 2) ~ /^smem/)
            shared = $i
    }
    print kernel, registers, shared, stores, loads, (kernel in threads) ? threads[kernel] : "?"
    kernel = ""
}
