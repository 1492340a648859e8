# From samples of `perf script` to stacks by op: a line "step;PASS;OP;PLACE;function;...;function COUNT" per stack.
#   awk -f ci/flames.awk RANGES SCRIPT      RANGES of `hymbench bench-step --capture N --ranges RANGES`,
#                                           SCRIPT of `perf script --ns --no-inline -F tid,time,ip,sym,dso`
# An op's frame comes from the time of a sample, whatever thread took it, so that what a library or a team's thread does
# for an op is found below it. Samples outside the ops (getting ready, warming up) are left out; a line on standard error
# says how many there were of both.
FNR == NR { from[++n] = $1 + 0; to[n] = $2 + 0; op[n] = $3 ";" $4 ";" $5; next }

function range_of(t,   low, high, middle) {
    low = 1; high = n
    while (low < high) {
        middle = int((low + high + 1) / 2)
        if (from[middle] <= t) low = middle; else high = middle - 1
    }
    return n > 0 && from[low] <= t && t <= to[low] ? low : 0
}

# Frames of one sample, the innermost first, in frame[1..depth].
function close_sample(   r, i, top, stack, last) {
    if (!open) return
    open = 0
    r = range_of(time)
    if (!r) { outside++; return }
    inside++
    top = depth
    for (i = depth; i >= 1; i--)
        if (frame[i] == "run_steps" || frame[i] ~ /^GOMP_parallel/) { top = i - 1; break } # above it all are the same
    while (top > 1 && frame[top] ~ /^(clone3?|start_thread|\[unknown\]|\(waiting for the team\))$/) top-- # a team's thread begins
    stack = "step;" op[r]; last = ""
    for (i = top; i >= 1; i--) {
        if (frame[i] ~ /^GOMP_parallel/ || frame[i] == last) continue
        last = frame[i]
        stack = stack ";" last
    }
    stacks[stack]++
}

# "  12d7a name+0x1f (library)": without the offset, and a team's copy of a function under the function's name.
function name_of(line,   name, library) {
    sub(/^[[:space:]]*[0-9a-f]+[[:space:]]+/, "", line)
    library = line; sub(/.*\(/, "", library); sub(/\)$/, "", library); sub(/.*\//, "", library)
    name = line; sub(/[[:space:]]*\([^()]*\)$/, "", name)
    sub(/\+0x[0-9a-f]+$/, "", name)
    sub(/\._omp_fn\.[0-9]+$/, "", name); sub(/\.(isra|part|constprop)\.[0-9]+.*$/, "", name)
    gsub(/;/, ":", name)
    if (library ~ /^\[?kernel/) return "(kernel)"
    if (name == "[unknown]") return library == "" || library == "[unknown]" ? "[unknown]" : library ~ /libgomp/ ? "(waiting for the team)" : library ~ /^(\[|anon|perf-)/ ? "(generated code)" : "(" library ")"
    return name
}

/^[[:space:]]*$/ { close_sample(); next }
/^[[:space:]]*[0-9]+[[:space:]]+[0-9]+\.[0-9]+:/ { # TID SECONDS.NANOSECONDS:
    close_sample()
    split($2, part, /[.:]/)
    time = part[1] * 1000000000 + part[2]
    depth = 0; open = 1
    next
}
open {
    name = name_of($0)
    if (name == "(kernel)" && depth > 0 && frame[depth] == "(kernel)") next
    frame[++depth] = name
}

END {
    close_sample()
    for (s in stacks) print s, stacks[s]
    printf "flames: %d samples in the steps, %d outside\n", inside, outside | "cat >&2"
    if (inside == 0) exit 3
}
