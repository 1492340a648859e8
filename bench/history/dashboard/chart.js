/* The points of a series, which come with data/N.js when it is opened, and their chart. */
"use strict";

/* ---- points of a series -------------------------------------------------------------------------------- */
const files = new Map(); /* number -> {promise, arrived} */
window.hymbench_data = (file, points) => {
    const f = files.get(file);
    if (f)
        f.points = points;
};
function load(s) {
    const file = Math.floor(s.place / DB.per_file);
    if (!files.has(file)) {
        const f = {points: null};
        files.set(file, f);
        f.promise = new Promise(done => {
            const script = el("script", {src: `data/${file}.js`});
            script.onload = script.onerror = () => {
                script.remove();
                if (!f.points)
                    files.delete(file); /* the next one tries again */
                done(f.points);
            };
            document.head.append(script);
        });
    }
    return files.get(file).promise.then(points => points && points[s.id]);
}

/* The points as they are drawn: x counts the nights of the machine. */
function points_of(s, data) {
    const own = new Map(machines[s.on].nights.map((n, i) => [n, i])), doubtful = new Set(data.doubtful);
    const at = (list, i) => list && list[i] !== undefined ? list[i] : null;
    return data.night.map((n, i) => {
        const factor = data.factor ? data.factor[i] : 1, times = x => x === null ? null : x * factor;
        return {x: own.has(n) ? own.get(n) : i, night: nights[n], measured: data.value[i], value: times(data.value[i]),
                low: times(at(data.low, i)), high: times(at(data.high, i)), samples: at(data.samples, i), holds: !doubtful.has(i)};
    });
}

/* ---- axes ------------------------------------------------------------------------------------------------ */
function nice_step(span, count) {
    const raw = span / count, power = 10 ** Math.floor(Math.log10(raw));
    return power * [1, 2, 2.5, 5, 10].find(m => m * power >= raw * 0.999);
}
function value_ticks(low, high, count) {
    const step = nice_step(high - low, count), ticks = [];
    for (let k = Math.ceil(low / step); k * step <= high * (1 + 1e-12); k++)
        ticks.push(k * step);
    const decimals = Math.max(0, Math.min(9, -Math.floor(Math.log10(step) + 1e-9) + (/^2\.5/.test(step.toExponential()) ? 1 : 0)));
    const text = new Intl.NumberFormat("en-GB", {minimumFractionDigits: decimals, maximumFractionDigits: decimals});
    return ticks.map(t => [t, text.format(t).replace("-", "\u2212")]);
}

/* From the finest to the coarsest: when a new one begins, and what stands there. */
const PERIODS = [
    [d => Math.floor(d / 864e5), {day: "numeric", month: "short"}],
    [d => Math.floor((d / 864e5 + 3) / 7), {day: "numeric", month: "short"}],
    [d => Math.floor((d / 864e5 + 3) / 14), {day: "numeric", month: "short"}],
    [d => d.getUTCFullYear() * 12 + d.getUTCMonth(), {month: "short"}],
    [d => d.getUTCFullYear() * 4 + Math.floor(d.getUTCMonth() / 3), {month: "short", year: "numeric"}],
    [d => d.getUTCFullYear(), {year: "numeric"}],
];
function night_ticks(own, from, to, room) {
    for (const [period, options] of PERIODS) {
        const format = date_format(options), ticks = [];
        let before = from > 0 ? period(new Date(own[from - 1].at * 1000)) : null, year = null;
        for (let x = from; x <= to; x++) {
            const date = new Date(own[x].at * 1000), now = period(date);
            if (now !== before && (before !== null || to === from || period === PERIODS[0][0])) {
                const turn = options.month && !options.year && year !== date.getUTCFullYear();
                ticks.push([x, format(own[x].at) + (turn ? ` ${date.getUTCFullYear()}` : "")]);
                year = date.getUTCFullYear();
            }
            before = now;
        }
        if (ticks.length <= Math.max(2, room) || period === PERIODS[PERIODS.length - 1][0])
            return ticks;
    }
    return [];
}

/* ---- the chart ---------------------------------------------------------------------------------------------- */
function spread(list, share) {
    const sorted = [...list].sort((a, b) => a - b);
    return sorted[Math.max(0, Math.min(sorted.length - 1, Math.round(share * (sorted.length - 1))))];
}

/* What of the values is to be seen: those that hold and most of their intervals; a doubtful one far off is not. */
function value_range(points, levels, zero) {
    const held = points.filter(p => p.holds), seen = (held.length ? held : points).map(p => p.value);
    const lows = held.filter(p => p.low !== null).map(p => p.low), highs = held.filter(p => p.high !== null).map(p => p.high);
    let low = Math.min(...seen, ...levels), high = Math.max(...seen, ...levels);
    if (lows.length) {
        low = Math.min(low, spread(lows, 0.03));
        high = Math.max(high, spread(highs, 0.97));
    }
    const reach = Math.max(high - low, Math.abs(high) * 0.01);
    for (const p of points)
        if (!p.holds && p.value > low - reach / 2 && p.value < high + reach / 2) {
            low = Math.min(low, p.value);
            high = Math.max(high, p.value);
        }
    const least = Math.max(Math.abs(high) * 0.04, 1e-12), pad = Math.max((high - low) * 0.08, (least - (high - low)) / 2);
    const bottom = low - pad;
    return [zero || (bottom < 0 && low >= 0) ? Math.min(0, low) : bottom, high + pad];
}

class Chart {
    constructor(series, data) {
        this.series = series;
        this.points = points_of(series, data);
        this.own = machines[series.on].nights.map(n => nights[n]);
        this.changes = data.changes.map(([at, p, before, after]) => ({at, x: this.points[at].x, before, after, ratio: after / before}));
        this.count = this.points.length > 150 ? 120 : 0; /* of nights; 0: all */
        this.zero = false;
        this.at = -1;
        this.box = el("div", {class: "chart", tabindex: 0, role: "slider", "aria-orientation": "horizontal",
                              "aria-label": `Nights of ${title(series)}`, "aria-valuemin": 1, "aria-valuemax": this.points.length});
        this.box.addEventListener("pointermove", e => this.point(e));
        this.box.addEventListener("pointerdown", e => this.point(e));
        this.box.addEventListener("pointerleave", e => { if (e.pointerType !== "touch" && document.activeElement !== this.box) this.leave(); });
        this.box.addEventListener("keydown", e => this.key(e));
        this.box.addEventListener("focus", () => { if (this.box.matches(":focus-visible")) this.choose(this.at < 0 ? this.points.length - 1 : this.at); });
        this.box.addEventListener("blur", () => this.leave());
        this.say();
        new ResizeObserver(() => { if (this.box.clientWidth !== this.drawn) this.paint(); }).observe(this.box);
    }

    /* ---- layout ---- */
    paint() {
        this.drawn = this.box.clientWidth;
        const W = this.W = Math.max(280, this.drawn - 8), narrow = W < 520, H = this.H = narrow ? 290 : 400;
        const last = this.points[this.points.length - 1].x, first = this.points[0].x;
        this.from = this.count ? Math.max(first, last - this.count + 1) : first;
        this.to = last;
        this.seen = this.points.filter(p => p.x >= this.from);
        const levels = this.levels();
        this.range = value_range(this.seen, levels.map(l => l.value), this.zero);
        this.unit = scale_of(this.series.unit, Math.max(Math.abs(this.range[0]), Math.abs(this.range[1])));
        const ticks = value_ticks(this.range[0] / this.unit[0], this.range[1] / this.unit[0], narrow ? 5 : 6);
        this.left = 18 + 7.2 * Math.max(...ticks.map(t => t[1].length), 3);
        this.right = 16;
        this.top = 46;
        this.bottom = 30;
        this.svg = draw("svg", {viewBox: `0 0 ${W} ${H}`, height: H, "aria-hidden": "true"}, this.axes(ticks, narrow), this.band(), this.trace(),
                        this.dots(), this.steps(levels), this.cursor = draw("g"));
        put(this.box, this.svg);
        if (this.at >= 0)
            this.place_cursor();
    }
    X(x) {
        const room = this.W - this.left - this.right - 16;
        return this.left + 8 + (this.to === this.from ? room / 2 : (x - this.from) / (this.to - this.from) * room);
    }
    Y(value) {
        const [low, high] = this.range;
        return this.H - this.bottom - (value - low) / (high - low) * (this.H - this.top - this.bottom);
    }

    axes(ticks, narrow) {
        const g = draw("g"), end = this.W - this.right, floor = this.H - this.bottom;
        const wanted = this.series.more ? "higher is better" : "lower is better";
        g.append(draw("text", {x: 10, y: 17}, [this.unit[1], wanted].filter(Boolean).join(", ")));
        for (const [value, text] of ticks) {
            const y = this.Y(value * this.unit[0]);
            g.append(draw("line", {class: "grid", x1: this.left, x2: end, y1: y, y2: y}),
                     draw("text", {x: this.left - 8, y: y + 4, "text-anchor": "end"}, text));
        }
        let free = 0;
        for (const [x, text] of night_ticks(this.own, this.from, this.to, (this.W - this.left) / (narrow ? 64 : 84))) {
            const at = this.X(x), half = text.length * 3.3, middle = Math.max(half + 4, Math.min(at, this.W - half - 4));
            g.append(draw("line", {class: "grid", x1: at, x2: at, y1: floor, y2: floor + 5}));
            if (middle - half < free)
                continue;
            free = middle + half + 8;
            g.append(draw("text", {x: middle, y: floor + 19, "text-anchor": "middle"}, text));
        }
        return g;
    }

    /* Stretches of points that follow each other. */
    runs(wanted) {
        const runs = [];
        let open = null;
        for (const p of this.seen) {
            if (!p.holds)
                continue;
            if (!wanted(p))
                open = null;
            else if (open)
                open.push(p);
            else
                runs.push(open = [p]);
        }
        return runs;
    }
    band() {
        const g = draw("g"), inside = y => Math.max(this.top - 6, Math.min(y, this.H - this.bottom));
        for (const run of this.runs(p => p.low !== null && p.high !== null)) {
            const up = run.map(p => `${this.X(p.x).toFixed(1)} ${inside(this.Y(p.high)).toFixed(1)}`);
            const down = run.map(p => `${this.X(p.x).toFixed(1)} ${inside(this.Y(p.low)).toFixed(1)}`).reverse();
            g.append(run.length > 1 ? draw("path", {class: "band", d: `M${up.concat(down).join("L")}Z`})
                                    : draw("path", {class: "bar", d: `M${up[0]}L${down[0]}`}));
        }
        return g;
    }
    trace() {
        const lines = this.runs(() => true).map(run => `M${run.map(p => `${this.X(p.x).toFixed(1)} ${this.Y(p.value).toFixed(1)}`).join("L")}`);
        return draw("path", {class: "trace", d: lines.join("") || "M0 0"});
    }
    dots() {
        const r = this.seen.length > 200 ? 1.8 : this.seen.length > 90 ? 2.4 : 3.2, [low, high] = this.range;
        const circle = (p, size) => `M${(this.X(p.x) - size).toFixed(1)} ${this.Y(p.value).toFixed(1)}a${size} ${size} 0 1 0 ${2 * size} 0a${size} ${size} 0 1 0 ${-2 * size} 0z`;
        const off = p => { /* beyond the edge, and in which direction */
            const x = this.X(p.x), up = p.value > high, y = up ? this.top - 4 : this.H - this.bottom, d = up ? -7 : 7;
            return `M${x - 4} ${y}h8l-4 ${d}z`;
        };
        const inside = p => p.value >= low && p.value <= high, doubtful = this.seen.filter(p => !p.holds);
        return draw("g", {}, draw("path", {class: "dots", d: this.seen.filter(p => p.holds).map(p => circle(p, r)).join("") || "M0 0"}),
                    draw("path", {class: "hollow", d: doubtful.map(p => inside(p) ? circle(p, Math.max(r, 2.6)) : off(p)).join("") || "M0 0"}));
    }

    /* ---- levels ---- */
    levels() {
        const levels = [], c = this.changes, end = this.points[this.points.length - 1].x, begin = this.points[0].x;
        for (let i = 0; c.length && i <= c.length; i++)
            levels.push({from: i ? c[i - 1].x : begin, to: i < c.length ? c[i].x - 1 : end, value: i ? c[i - 1].after : c[0].before});
        return levels.filter(l => l.to >= this.from);
    }
    steps(levels) {
        const g = draw("g");
        for (const l of levels) {
            const y = this.Y(l.value);
            g.append(draw("line", {class: "level", x1: this.X(Math.max(l.from, this.from)) - 4, x2: this.X(l.to) + 4, y1: y, y2: y}));
        }
        let free = [0, 0]; /* two lines of labels */
        for (const c of this.changes.filter(one => one.x > this.from)) {
            const x = (this.X(c.x) + this.X(c.x - 1)) / 2, kind = verdict(judged(this.series, c.ratio, 0)), text = `${signed(c.ratio)} ${kind}`;
            g.append(draw("line", {class: `step ${kind}`, x1: x, x2: x, y1: this.top - 10, y2: this.H - this.bottom}));
            const width = text.length * 6.9, start = Math.max(this.left, Math.min(x - width / 2, this.W - this.right - width));
            const line = free.findIndex(f => start > f);
            if (line < 0)
                continue;
            free[line] = start + width + 8;
            g.append(draw("text", {class: kind, x: start, y: line ? 17 : 31}, text));
        }
        return g;
    }

    /* ---- pointing ---- */
    lines(p) {
        const s = this.series, scale = scale_of(s.unit, p.value);
        const interval = p.low === null || p.high === null ? "interval not known" :
            `${quantity(p.low, s, [scale[0], ""])} to ${quantity(p.high, s, scale)}`;
        const change = this.changes.find(c => c.x === p.x);
        return [el("div", {}, el("b", {}, quantity(p.value, s, scale)), ` (${interval})`),
                el("div", {}, p.samples === null ? "samples not known" : many(p.samples, "sample"),
                   p.value !== p.measured ? `, as measured ${quantity(p.measured, s, scale)}` : ""),
                p.holds ? null : el("div", {}, "doubtful: disturbed or drifted, part of no verdict"),
                change ? el("div", {}, `first night of a new level, ${signed(change.ratio)}`) : null,
                el("div", {class: "faint"}, moment(p.night.at)),
                el("div", {class: "faint"}, "commit ", el("code", {}, commit(p.night)))].filter(Boolean);
    }
    say() {
        const at = this.at < 0 ? this.points.length - 1 : this.at;
        this.box.setAttribute("aria-valuenow", at + 1);
        this.box.setAttribute("aria-valuetext", this.lines(this.points[at]).map(l => l.textContent).join(", "));
    }
    choose(at) {
        this.at = Math.max(0, Math.min(at, this.points.length - 1));
        if (this.points[this.at].x < this.from) {
            this.count = 0;
            this.ranged();
            this.paint();
        }
        this.place_cursor();
        this.say();
    }
    place_cursor() {
        const p = this.points[this.at], x = this.X(p.x), y = Math.max(this.top - 4, Math.min(this.Y(p.value), this.H - this.bottom));
        put(this.cursor, draw("line", {class: "hair", x1: x, x2: x, y1: this.top - 10, y2: this.H - this.bottom}), draw("circle", {class: "ring", cx: x, cy: y, r: 5.5}));
        const box = this.svg.getBoundingClientRect(), zoom = box.width / this.W;
        tip(this.lines(p), box.left + x * zoom, box.top + y * zoom);
    }
    leave() {
        this.at = -1;
        put(this.cursor);
        untip();
    }
    point(event) {
        const box = this.svg.getBoundingClientRect(), x = (event.clientX - box.left) / box.width * this.W;
        let best = -1, least = Infinity;
        this.points.forEach((p, i) => {
            const apart = Math.abs(this.X(p.x) - x);
            if (p.x >= this.from && apart < least) {
                least = apart;
                best = i;
            }
        });
        if (best >= 0)
            this.choose(best);
    }
    key(event) {
        const at = this.at < 0 ? this.points.length - 1 : this.at;
        const to = {ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1, PageUp: at + 10, PageDown: at - 10,
                    Home: 0, End: this.points.length - 1}[event.key];
        if (to === undefined || event.ctrlKey || event.metaKey || event.altKey)
            return;
        event.preventDefault();
        this.choose(to);
    }

    /* ---- what is above and below it ---- */
    tools() {
        const total = this.points.length, choices = [30, 120, 0].filter(n => n < total), group = el("div", {class: "group", role: "group", "aria-label": "Nights shown"});
        const buttons = choices.map(n => el("button", {type: "button"}, n ? `${n} nights` : `All ${total}`));
        this.ranged = () => buttons.forEach((b, i) => b.setAttribute("aria-pressed", choices[i] === this.count));
        buttons.forEach((b, i) => b.addEventListener("click", () => {
            this.count = choices[i];
            this.ranged();
            this.paint();
        }));
        this.ranged();
        group.append(...buttons);
        const zero = el("input", {type: "checkbox"});
        zero.addEventListener("change", () => {
            this.zero = zero.checked;
            this.paint();
        });
        return el("div", {class: "tools"}, choices.length > 1 ? group : null, el("label", {class: "check"}, zero, "Axis from zero"));
    }
    key_words() {
        const icon = (...shapes) => draw("svg", {viewBox: "0 0 26 14", "aria-hidden": "true"}, ...shapes);
        const wrap = (shape, words) => el("span", {}, shape, words), any = this.points;
        return el("p", {class: "key chart-key"},
            wrap(icon(draw("path", {d: "M1 7h24", stroke: "var(--line)"}), draw("circle", {cx: 13, cy: 7, r: 3, fill: "var(--line)"})), "a night"),
            any.some(p => p.low !== null) ? wrap(icon(draw("rect", {y: 2, width: 26, height: 10, fill: "var(--band)"})), "95 % interval") : null,
            any.some(p => !p.holds) ? wrap(icon(draw("circle", {cx: 13, cy: 7, r: 4, fill: "none", stroke: "var(--soft)", "stroke-width": 1.4})), "doubtful night; a triangle lies beyond the edge") : null,
            this.changes.length ? wrap(icon(draw("path", {d: "M13 0v14", stroke: "var(--soft)", "stroke-width": 1.6}), draw("path", {d: "M1 9h10M15 4h10", stroke: "var(--ink)", "stroke-width": 1.8, "stroke-dasharray": "5 2"})), "change of level") : null,
            el("span", {class: "hint"}, "Arrow keys move along the nights."));
    }
}
