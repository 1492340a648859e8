# Stacks "a;b;c COUNT" (ci/flames.awk) as a picture: what is below a box is part of it, its width the share of samples.
#   sort STACKS | awk -v title="..." -f ci/flame_svg.awk >flames.svg
# Boxes have the colour of their op, passes are grey; a box under a third of a percent is left out. The path, share and
# count of each stand in its <title>, which browsers show beside the pointer.
BEGIN {
    split("264653 2a9d8f e9c46a e76f51 457b9d 8ab17d 6d597a f4a261 a8dadc b56576 90be6d 577590 c9ada7 43aa8b f3722c", palette, " ")
    width = 1200; row = 18; head = 40; least = 1 / 300
}
{
    count = $NF
    sub(/ [0-9]+$/, "")
    depth = split($0, part, ";")
    path = ""
    for (i = 1; i <= depth; i++) {
        parent = path
        path = path (i > 1 ? ";" : "") part[i]
        if (!(path in total)) {
            name[path] = part[i]
            level[path] = i
            op_of[path] = i >= 3 ? part[3] : ""
            children[parent] = children[parent] path "\n"
        }
        total[path] += count
    }
    all += count
}
function escaped(text) { gsub(/&/, "\\&amp;", text); gsub(/</, "\\&lt;", text); gsub(/>/, "\\&gt;", text); return text }
function fill_of(path) {
    if (op_of[path] == "") return level[path] == 1 ? "d9d9d9" : "c4c4c4"
    if (!(op_of[path] in colour)) colour[op_of[path]] = palette[ops++ % 15 + 1]
    return colour[op_of[path]]
}
# dark letters on light boxes
function ink_of(fill,   hex) {
    hex = "0123456789abcdef"
    return 3 * (index(hex, substr(fill, 1, 1)) - 1) + 6 * (index(hex, substr(fill, 3, 1)) - 1) + (index(hex, substr(fill, 5, 1)) - 1) > 85 ? "#111" : "#fff"
}
function box(path, x,   w, fill, fits, text) {
    w = total[path] / all * width
    fill = fill_of(path)
    if (level[path] > deepest) deepest = level[path]
    body = body sprintf("<g><title>%s: %.1f %% (%d samples)</title><rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"#%s\" stroke=\"#fff\" stroke-width=\"0.5\"/>", escaped(path), 100 * total[path] / all, total[path], x, head + (level[path] - 1) * row, w, row, fill)
    fits = int((w - 6) / 6.3)
    text = name[path]
    if (level[path] <= 4 && length(text) + 7 <= fits) text = text sprintf("  %.1f %%", 100 * total[path] / all)
    if (length(text) > fits) text = fits >= 4 ? substr(text, 1, fits - 2) ".." : ""
    if (text != "")
        body = body sprintf("<text x=\"%.1f\" y=\"%d\" fill=\"%s\">%s</text>", x + 3, head + (level[path] - 1) * row + 13, ink_of(fill), escaped(text))
    body = body "</g>\n"
}
# A path and all below it, the widest child first.
function draw(path, x,   n, list, i, k, moved, w) {
    box(path, x)
    n = split(children[path], list, "\n") - 1
    for (i = 2; i <= n; i++) {
        moved = list[i]
        for (k = i; k > 1 && total[list[k - 1]] < total[moved]; k--) list[k] = list[k - 1]
        list[k] = moved
    }
    for (i = 1; i <= n; i++) {
        if (total[list[i]] < least * all) break
        draw(list[i], x)
        x += total[list[i]] / all * width
    }
}
END {
    if (!all) { print "flame_svg: no stacks" | "cat >&2"; exit 3 }
    draw("step", 0)
    height = head + deepest * row + 6
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" font-family=\"DejaVu Sans, Verdana, sans-serif\" font-size=\"11\">\n", width, height, width, height
    printf "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n<text x=\"3\" y=\"16\" font-size=\"14\">%s</text>\n<text x=\"3\" y=\"32\" fill=\"#555\">width: share of processor time, all threads; from top: step, pass, op, place, functions; %d samples</text>\n%s</svg>\n", escaped(title), all, body
}
