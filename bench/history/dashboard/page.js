/* The front page, a series by itself, and the ways between them. */
"use strict";

/* ---- what changed --------------------------------------------------------------------------------------- */
const MARKS = {worse: "M7 1.5 13 12.5H1Z", better: "M7 12.5 13 1.5H1Z", none: "M1 5h12v4H1Z"};
function mark(kind) {
    const colour = kind === "none" ? "c-none" : `c-${kind}-3`;
    return draw("svg", {viewBox: "0 0 14 14", role: "img", "aria-label": kind === "none" ? "changed" : kind},
                draw("path", {d: MARKS[kind], class: colour}));
}

function size_words(s, f) {
    if (f.ratio === null || !(f.ratio > 0))
        return "another value than before";
    const sign = f.ratio > 1 ? 1 : -1, ends = [sign * (f.low - 1), sign * (f.high - 1)].sort((a, b) => a - b);
    const range = f.low === null || f.high === null ? "" : ` (${ends.map(e => (e < 0 ? "\u2212" : "") + percent(e)).join(" to ")})`;
    return `${sized(s, f.ratio)}${range}`;
}

/* "5.2 % slower (4.8 % to 5.6 %) since 6 Nov 2026, between commits a and b" */
function finding_words(s, f) {
    const verb = f.state === "confirmed" ? "is" : "may be", good = nights[f.good], bad = nights[f.bad];
    const kind = f.worse ? "worse" : "better";
    const words = [` ${verb} `, el("span", {class: kind}, size_words(s, f)),
                   direction(s, f.ratio) === "higher" || direction(s, f.ratio) === "lower" ? `, which is ${kind},` : "",
                   ` since ${bad ? day(bad.at) : day(f.at)}`];
    if (good && bad)
        words.push(", commits ", el("code", {}, `${commit(good)}..${commit(bad)}`));
    return words;
}

function finding_item(f) {
    const s = by_id.get(f.series);
    const how = dotted([f.how && f.how[0].toUpperCase() + f.how.slice(1), about(s)]);
    return el("li", {}, mark(f.worse ? "worse" : "better"), el("a", {class: "code", href: `#s${s.id}`}, ...breakable(s.subject)),
              ...finding_words(s, f), ".", el("span", {class: "how"}, how));
}

const STATES = [["confirmed", "Confirmed", "Measured again in turns with the last good commit, or an exact figure."],
                ["unsettled", "Not settled", "Measured again, and the time was over before it was clear."],
                ["suspected", "Suspected", "Seen in the nights, not measured again yet."]];

/* The first of a list, and a button for the others. */
function shortened(list, items, first, word) {
    list.append(...items.slice(0, first).map(make => make()));
    if (items.length <= first)
        return [list];
    const all = el("button", {type: "button", class: "plain"}, `Show all ${number(items.length, 9)} ${word}`);
    all.addEventListener("click", () => {
        const next = items.slice(first).map(make => make());
        list.append(...next);
        all.remove();
        (next[0].querySelector("a, th") || next[0]).focus();
    });
    return [list, all];
}

function show_changed() {
    if (!newest) {
        put($("changed"), el("p", {}, "There are no nights in this history yet. ",
                             el("code", {}, "hymbench history add RUN_DIR"), " adds one."));
        return;
    }
    const recent = DB.findings.filter(f => f.at > newest.at - WEEK && by_id.has(f.series));
    const of = state => recent.filter(f => f.state === state);
    const refuted = of("refuted").length, parts = [];
    const size = f => (f.worse ? 1e6 : 0) + Math.abs(Math.log(f.ratio > 0 ? f.ratio : 1));
    const counted = STATES.map(([state]) => of(state).length);
    const total = counted[0] + counted[1] + counted[2];
    parts.push(el("p", {class: "soft"}, `In the week up to ${long_day(newest.at)}, ` +
        (total ? `${many(total, "change was", "changes were")} found` : "no change was found") +
        (refuted ? `; ${number(refuted, 9)} more ${refuted === 1 ? "was" : "were"} measured again and turned out not to be so.` : ".")));
    for (const [state, heading, words] of STATES) {
        const found = of(state).sort((a, b) => size(b) - size(a));
        if (!found.length)
            continue;
        parts.push(el("h3", {class: "state", title: words}, heading, el("span", {class: "count"}, number(found.length, 9))),
                   ...shortened(el("ul", {class: "findings"}), found.map(f => () => finding_item(f)), state === "suspected" ? 4 : 8, "changes"));
    }
    put($("changed"), ...parts);
}

/* ---- machines and coverage ------------------------------------------------------------------------------ */
function show_machines() {
    const list = el("dl", {class: "machines"});
    for (const m of machines) {
        const last = nights[m.nights[m.nights.length - 1]];
        const there = m.series.filter(has_newest).length;
        const doubtful = m.series.filter(s => has_newest(s) && s.heat[DB.columns - 1] < 0).length;
        const behind = Math.floor((newest.at - last.at) / 86400);
        list.append(el("dt", {}, m.name || "Unknown machine"),
                    el("dd", {}, `${many(m.nights.length, "night")}, the newest on ${day(last.at)} at commit `,
                       el("code", {}, commit(last)), behind > 1 ? `, ${behind} days before the newest of all` : "",
                       `. ${number(there, 9)} of ${many(m.series.length, "series", "series")} have a point in it` +
                       (doubtful ? `, ${number(doubtful, 9)} of them doubtful.` : ".")));
    }
    put($("machines"), list);
}

function show_coverage() {
    const metrics = new Map();
    for (const s of DB.series) {
        const of = metrics.get(s.metric) || {all: 0, there: 0, doubtful: 0};
        metrics.set(s.metric, of);
        of.all++;
        of.there += has_newest(s);
        of.doubtful += has_newest(s) && s.heat[DB.columns - 1] < 0;
    }
    const rows = [...metrics].sort((a, b) => b[1].all - a[1].all).map(([metric, of]) => () =>
        el("tr", {}, el("th", {scope: "row", tabindex: -1}, metric), ...[of.all, of.there, of.doubtful].map(x => el("td", {}, number(x, 9)))));
    const body = el("tbody");
    const [, all] = shortened(body, rows, 7, "metrics");
    put($("coverage"), el("table", {}, el("caption", {class: "unseen"}, "Series by metric, and how many have a point in the newest night of their machine"),
        el("thead", {}, el("tr", {}, ...["Metric", "Series", "With a point", "Doubtful"].map(h => el("th", {scope: "col"}, h)))), body), all);
}

/* ---- the map ----------------------------------------------------------------------------------------------- */
const CELL = 16;
/* What a cell is drawn as: its colour, and a mark in it for who does not see colours. */
function cell_class(s, heat) {
    if (heat === 0)
        return "missing";
    if (heat < 0)
        return "doubtful";
    const ratio = heat / 1000, sign = judged(s, ratio), apart = Math.abs(ratio - 1);
    return sign === 0 ? "none" : `${verdict(sign)}-${apart < 0.05 ? 1 : apart < 0.1 ? 2 : 3}`;
}
function cell_path(kind, x) {
    if (kind === "missing")
        return `M${x + 6.5} 7.5h2v1h-2z`;
    if (kind === "doubtful")
        return `M${x + 2} 2.5h11v11h-11z`;
    return `M${x + .75} 1h13.5v14h-13.5z`;
}
/* A dot for worse, a dash for better; larger for more. */
function cell_mark(kind, x) {
    const level = Number(kind.slice(-1)), r = [0, 1.5, 2.3, 3][level], middle = x + 7.5;
    if (kind.startsWith("worse"))
        return `M${middle - r} 8a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;
    return kind.startsWith("better") ? `M${middle - r - 1} 7.25h${2 * r + 2}v1.5h${-2 * r - 2}z` : "";
}
function cells(s, heat) {
    const paths = {};
    heat.forEach((h, i) => {
        const kind = cell_class(s, h), of = cell_mark(kind, i * CELL);
        paths[`c-${kind}`] = (paths[`c-${kind}`] || "") + cell_path(kind, i * CELL);
        if (of)
            paths[`m-${kind.slice(-1)}`] = (paths[`m-${kind.slice(-1)}`] || "") + of;
    });
    const order = Object.keys(paths).sort(); /* marks above colours */
    return draw("svg", {class: "cells", viewBox: `0 0 ${heat.length * CELL} ${CELL}`, "aria-hidden": "true"},
                ...order.map(kind => draw("path", {class: kind, d: paths[kind]})));
}

function show_legend() {
    const more = {more: 0}, item = (heat, words) => {
        const picture = cells(more, heat);
        picture.setAttribute("width", heat.length * 14);
        picture.removeAttribute("class");
        return el("span", {}, picture, words);
    };
    put($("legend"), el("span", {class: "what"}, "Each night against the median of the nights before these; a young series, of its first five."),
        item([1030, 1070, 1200], "worse by 2, 5, 10 %"), item([970, 930, 800], "better by 2, 5, 10 %"), item([1000], "within 2 %"),
        item([-1000], "doubtful"), item([0], "no point"));
}

/* How far the last nights lie off, by their median: one night alone is often a freak. */
function recent_change(s) {
    const held = (s.heat || []).filter(h => h > 0).slice(-3).sort((a, b) => a - b);
    return held.length ? Math.log(held[held.length >> 1] / 1000) * (s.more ? 1 : -1) : 0;
}
const recently_found = s => newest && s.changes.some(f => f.state === "confirmed" && f.at > newest.at - WEEK);
const ORDERS = {
    change: (a, b) => b.found - a.found || Math.abs(b.off) - Math.abs(a.off) || a.place - b.place,
    worse: (a, b) => a.off - b.off || a.place - b.place,
    better: (a, b) => b.off - a.off || a.place - b.place,
    name: (a, b) => a.place - b.place,
};

const view = {hits: [], shown: 0, active: 0, column: -1};

function now_words(s) {
    if (!has_newest(s))
        return [el("small", {}, s.points ? "not in the newest night" : "no points")];
    const heat = s.heat[DB.columns - 1], ratio = Math.abs(heat) / 1000, sign = judged(s, ratio);
    if (heat < 0)
        return [signed(ratio), el("small", {}, "doubtful")];
    return [el("span", {class: sign ? verdict(sign) : null}, ratio === 1 ? "as before" : signed(ratio)),
            sign ? el("small", {}, verdict(sign)) : null];
}

function row(s, at) {
    const name = el("span", {class: "name"}, el("span", {class: "subject"}, ...breakable(s.subject)), el("span", {class: "about"}, about(s)));
    return el("li", {}, el("a", {class: "row", href: `#s${s.id}`, "data-at": at, tabindex: at === view.active ? 0 : -1}, name,
                           cells(s, s.heat || new Array(DB.columns).fill(0)), el("span", {class: "now"}, ...now_words(s).filter(Boolean))));
}

function show_scale() {
    const on = new Set(view.hits.map(s => s.on));
    const single = on.size === 1 && view.hits[0].on >= 0 ? view.hits[0] : null;
    const count = Math.min(DB.columns, Math.max(1, ...[...on].filter(m => m >= 0).map(m => machines[m].nights.length)));
    const first = single && night_in(single, DB.columns - count), last = single && night_in(single, DB.columns - 1);
    put($("scale"), el("span", {class: "blank"}),
        el("span", {class: "ends"}, el("span", {}, first ? day(first.at) : `${many(count, "night")} ago`), el("span", {}, last ? day(last.at) : "newest")),
        el("span", {class: "last"}, "change"));
    $("scale").hidden = !view.hits.length;
}

function more_rows() {
    const from = view.shown;
    view.shown = Math.min(view.hits.length, from + ROWS);
    $("map").append(...view.hits.slice(from, view.shown).map((s, i) => row(s, from + i)));
    const left = view.hits.length - view.shown;
    $("more").hidden = left === 0;
    $("more").textContent = `Show ${Math.min(ROWS, left)} more of ${number(left, 9)}`;
}

function filter() {
    const words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const machine = $("machine").value, metric = $("metric").value;
    view.hits = DB.series.filter(s => (machine === "" || String(s.on) === machine) && (metric === "" || s.metric === metric) &&
                                      words.every(w => s.words.includes(w))).sort(ORDERS[$("order").value]);
    view.shown = view.active = 0;
    view.column = -1;
    untip();
    put($("map"));
    more_rows();
    show_scale();
    const n = view.hits.length, all = DB.series.length;
    $("hits").textContent = n === all ? `${many(all, "series", "series")}` :
        n ? `${number(n, 9)} of ${many(all, "series", "series")}` : "No series has all of these words.";
}

/* ---- pointing at the map ----------------------------------------------------------------------------- */
function cell_lines(s, column) {
    const night = night_in(s, column), heat = s.heat[column], ratio = Math.abs(heat) / 1000;
    if (!night)
        return [el("div", {}, "Before the first night of this machine")];
    const what = heat === 0 ? "no point" : Math.abs(ratio - 1) < 0.0005 ? "as before" :
        `${sized(s, ratio)} than before` + (judged(s, ratio) ? ` (${verdict(judged(s, ratio))})` : "");
    return [el("div", {}, el("b", {}, what)), ...(heat < 0 ? [el("div", {}, "doubtful: disturbed or drifted")] : []),
            el("div", {class: "faint"}, moment(night.at)), el("div", {class: "faint"}, "commit ", el("code", {}, commit(night)))];
}

function point_cell(link, column, spoken) {
    const s = view.hits[Number(link.dataset.at)], picture = link.querySelector(".cells"), box = picture.getBoundingClientRect();
    unpoint_cells();
    if (!s.heat)
        return;
    picture.append(draw("rect", {class: "c-cursor", x: column * CELL - .25, y: 0, width: 15.5, height: 16}));
    const lines = cell_lines(s, column);
    tip(lines, box.left + (column + .5) * box.width / DB.columns, box.top);
    if (spoken)
        speak(lines);
}
function unpoint_cells() {
    for (const c of document.querySelectorAll(".c-cursor"))
        c.remove();
    untip();
}

function map_pointer(event) {
    const link = event.target.closest(".row");
    if (!link || event.pointerType === "touch")
        return;
    const box = link.querySelector(".cells").getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left) / box.width * DB.columns);
    if (column >= 0 && column < DB.columns)
        point_cell(link, column, false);
    else
        unpoint_cells();
}

function go_to_row(at) {
    while (at >= view.shown && view.shown < view.hits.length)
        more_rows();
    at = Math.max(0, Math.min(at, view.shown - 1));
    const rows = $("map").querySelectorAll(".row");
    if (!rows.length)
        return;
    rows[view.active].tabIndex = -1;
    view.active = at;
    rows[at].tabIndex = 0;
    rows[at].focus();
    rows[at].scrollIntoView({block: "nearest"});
    if (view.column >= 0)
        point_cell(rows[at], view.column, true);
}

function map_key(event) {
    const link = event.target.closest(".row");
    if (!link || event.ctrlKey || event.metaKey || event.altKey)
        return;
    const at = Number(link.dataset.at), last = DB.columns - 1, from = view.column < 0 ? last + 1 : view.column;
    const rows = {ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + 10, PageUp: at - 10};
    const columns = {ArrowLeft: Math.max(0, from - 1), ArrowRight: Math.min(last, from + 1), Home: 0, End: last};
    if (event.key in rows) {
        go_to_row(rows[event.key]);
    } else if (event.key in columns) {
        view.column = columns[event.key];
        point_cell(link, view.column, true);
    } else {
        return;
    }
    event.preventDefault();
}

/* ---- one series ------------------------------------------------------------------------------------------------ */
function fact(name, ...words) {
    return el("div", {}, el("dt", {}, name), el("dd", {}, ...words));
}

function facts(s) {
    const list = el("dl", {class: "facts"});
    if (s.last) {
        const [at, value, low, high, holds] = s.last, scale = scale_of(s.unit, value), heat = s.heat[DB.columns - 1];
        const ratio = Math.abs(heat) / 1000, sign = judged(s, ratio);
        list.append(fact("Newest value", el("span", {class: "big"}, quantity(value, s, scale)),
                         [low === null || high === null ? "interval not known" : `${quantity(low, s, [scale[0], ""])} to ${quantity(high, s, scale)}`,
                          holds ? "" : "doubtful"].filter(Boolean).join(", ")),
                    fact("Night", el("span", {class: "big"}, day(nights[at].at)), "commit ", el("code", {}, commit(nights[at]))));
        if (heat !== 0 && !(s.young && s.points <= 5))
            list.append(fact(s.young ? "Against its first nights" : `Against the nights before the last ${DB.columns}`,
                             el("span", {class: `big ${sign ? verdict(sign) : ""}`}, ratio === 1 ? "unchanged" : sized(s, ratio)),
                             sign ? verdict(sign) : s.exact ? "" : "within 2 %"));
    }
    list.append(fact("Machine", s.machine || "unknown", el("br"), el("span", {class: "soft"}, `${s.more ? "Higher" : "Lower"} is better${s.exact ? ", exact" : ""}`)));
    return list;
}

const FEW = 6; /* nights, of which nothing can be told: three on either side are wanted */
const INSTEAD = {clock: "clock speed", copy: "memory speed"};

function change_item(chart, c) {
    const s = chart.series, p = chart.points[c.at], before = chart.points[c.at - 1], sign = judged(s, c.ratio, 0);
    const scale = scale_of(s.unit, c.after), show = el("button", {type: "button", class: "plain"}, day(p.night.at));
    show.addEventListener("click", () => {
        chart.box.focus();
        chart.choose(c.at);
    });
    return el("li", {}, show, ": ", el("span", {class: verdict(sign)}, sized(s, c.ratio)),
              `, from ${quantity(c.before, s, scale)} to ${quantity(c.after, s, scale)}, between commits `,
              el("code", {}, `${commit(before && before.night)}..${commit(p.night)}`), ".");
}

function table_of(chart) {
    const s = chart.series, corrected = chart.points.some(p => p.value !== p.measured);
    const heads = ["Night (UTC)", "Commit", "Value", ...(corrected ? ["As measured"] : []), "95 % interval", "Samples", "Remark"];
    const rows = [...chart.points].reverse().map(p => {
        const c = chart.changes.find(one => one.x === p.x), scale = scale_of(s.unit, p.value);
        const cells_ = [el("code", {}, commit(p.night)), quantity(p.value, s, scale), ...(corrected ? [quantity(p.measured, s, scale)] : []),
                        p.low === null || p.high === null ? "\u2013" : `${quantity(p.low, s, [scale[0], ""])} to ${quantity(p.high, s, scale)}`,
                        p.samples === null ? "\u2013" : number(p.samples, 9),
                        [p.holds ? "" : "doubtful", c ? `new level, ${signed(c.ratio)}` : ""].filter(Boolean).join(", ")];
        return el("tr", {}, el("th", {scope: "row"}, moment(p.night.at).replace("\u00a0UTC", "")), ...cells_.map(c_ => el("td", {}, c_)));
    });
    return el("div", {class: "scroll", tabindex: 0, role: "region", "aria-label": "Table of the nights"},
              el("table", {}, el("thead", {}, el("tr", {}, ...heads.map(h => el("th", {scope: "col"}, h)))), el("tbody", {}, ...rows)));
}

function others_of(s) {
    const same = DB.series.filter(o => o !== s && o.subject === s.subject);
    if (!same.length)
        return [];
    const label = o => dotted([kind_of(o), o.machine !== s.machine && o.machine]);
    return [el("h2", {}, "Other figures of the same subject"),
            ...shortened(el("ul", {class: "others"}), same.map(o => () => el("li", {}, el("a", {href: `#s${o.id}`}, label(o)))), 12, "figures")];
}

function conditions_of(s) {
    const text = DB.conditions[s.conditions];
    return text && el("details", {}, el("summary", {}, "Measured under these conditions"),
                      el("ul", {class: "conditions"}, ...text.split("; ").map(one => el("li", {}, el("code", {}, one)))));
}

function findings_of(s) {
    const found = s.changes.filter(f => f.state !== "refuted").sort((a, b) => b.at - a.at);
    const capital = text => text[0].toUpperCase() + text.slice(1);
    const item = f => el("li", {}, el("b", {}, capital(f.state)), ": it", ...finding_words(s, f), ".", f.how ? ` ${capital(f.how)}` : "");
    return found.length ? [el("h2", {}, "Findings"), ...shortened(el("ul", {class: "changes"}), found.map(f => () => item(f)), 6, "findings")] : [];
}

function show_points(body, s, data) {
    const chart = new Chart(s, data), details = el("details", {}, el("summary", {}, "All nights as a table"));
    details.addEventListener("toggle", () => { if (details.open && details.children.length === 1) details.append(table_of(chart)); });
    const changes = [...chart.changes].reverse();
    put(body, chart.tools(), chart.box, chart.key_words(),
        data.norm ? el("p", {class: "soft"}, `The values are corrected for the machine\u2019s ${INSTEAD[data.norm]} of each night, which was measured beside them. The table has them as they were measured, too.`) : null,
        el("h2", {}, "Changes of level"),
        changes.length ? el("ul", {class: "changes"}, ...changes.map(c => change_item(chart, c))) :
            el("p", {class: "soft"}, chart.points.length < FEW ? "There are too few nights to tell." :
                `None of 2 % or more in the last ${many(Math.min(400, chart.points.length), "night")}.`),
        ...findings_of(s), details, conditions_of(s));
    chart.paint();
}

let shown_series = null;
function show_series(s) {
    shown_series = s;
    document.title = `${title(s)} \u2013 hymbench history`;
    const body = el("div", {}, el("p", {class: "soft"}, "Loading \u2026"));
    const back = el("a", {class: "back", href: front_hash || "#"}, "\u2190 All series");
    put($("one"), back, el("h1", {tabindex: -1}, ...breakable(s.subject)),
        el("p", {class: "about"}, kind_of(s)),
        facts(s), body,
        ...others_of(s));
    $("one").querySelector("h1").focus({preventScroll: true});
    scrollTo(0, 0);
    if (!s.points)
        return put(body, el("p", {class: "soft"}, "This series has no points."));
    load(s).then(data => {
        if (shown_series !== s)
            return;
        if (data)
            return show_points(body, s, data);
        put(body, el("p", {class: "notice"}, `The points are in the file data/${Math.floor(s.place / DB.per_file)}.js, which could not be read. ` +
            "Copy the whole folder, not the page alone; if it was written anew just now, reload the page."));
    });
}

/* ---- addresses: #s12 is a series, #q=words&machine=0&metric=time&order=name the front page -------------------------- */
let front_hash = "", front_scroll = 0, opened = null;

function write_hash() {
    const p = new URLSearchParams();
    for (const [key, id] of [["q", "search"], ["machine", "machine"], ["metric", "metric"]])
        if ($(id).value)
            p.set(key, $(id).value);
    if ($("order").value !== "change")
        p.set("order", $("order").value);
    front_hash = p.toString() ? `#${p}` : "#";
    history.replaceState(null, "", front_hash);
}
function read_hash(hash) {
    const p = new URLSearchParams(hash.slice(1));
    $("search").value = p.get("q") || "";
    for (const id of ["machine", "metric", "order"]) {
        $(id).value = p.get(id) || (id === "order" ? "change" : "");
        if ($(id).selectedIndex < 0)
            $(id).selectedIndex = 0;
    }
    front_hash = hash || "#";
    filter();
}

function show_front(hash) {
    const from = opened, same = (hash || "#") === (front_hash || "#");
    shown_series = opened = null;
    document.title = "hymbench history";
    put($("one"));
    $("one").hidden = true;
    $("front").hidden = false;
    if (!same || !$("map").children.length)
        read_hash(hash);
    if (!from)
        return;
    scrollTo(0, front_scroll);
    const link = document.querySelector(`#front a[href="#s${from}"][data-back]`) || document.querySelector(`#map a[href="#s${from}"]`);
    if (link && link.matches(".row")) {
        document.querySelectorAll("#map .row")[view.active].tabIndex = -1;
        view.active = Number(link.dataset.at);
        link.tabIndex = 0;
    }
    if (link)
        link.focus({preventScroll: true});
}

function route() {
    const hash = location.hash, match = /^#s(\d+)$/.exec(hash), s = match && by_id.get(Number(match[1]));
    untip();
    $("notice").hidden = !(match && !s);
    $("notice").textContent = match && !s ? `There is no series ${match[1]} in this history.` : "";
    if (!s)
        return show_front(match ? "" : hash);
    if (!$("front").hidden)
        front_scroll = scrollY;
    opened = s.id;
    $("front").hidden = true;
    $("one").hidden = false;
    show_series(s);
}

/* From a series by way of the front page, which comes with the change of address. */
function to_search() {
    if (shown_series) {
        addEventListener("hashchange", to_search, {once: true});
        location.hash = front_hash || "#";
        return;
    }
    $("search").focus();
    $("search").select();
}

function page_key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing)
        return;
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== "checkbox";
    if (event.key === "/" && !typing) {
        event.preventDefault();
        to_search();
    } else if (event.key === "Escape" && shown_series) {
        location.hash = front_hash || "#";
    } else if (event.key === "Escape" && event.target === $("search") && $("search").value) {
        event.preventDefault();
        $("search").value = "";
        filter();
        write_hash();
    } else if (event.key === "Escape") {
        view.column = -1;
        unpoint_cells();
    }
}

/* ---- beginning ------------------------------------------------------------------------------------------------------- */
function choices(select, any, entries) {
    put(select, el("option", {value: ""}, any), ...entries.map(([value, text]) => el("option", {value}, text)));
}

function listen() {
    let waiting;
    $("search").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(() => { filter(); write_hash(); }, 60); });
    for (const id of ["machine", "metric", "order"])
        $(id).addEventListener("change", () => { filter(); write_hash(); });
    $("filters").addEventListener("submit", event => {
        event.preventDefault();
        filter();
        write_hash();
        if (view.hits.length === 1)
            location.hash = `s${view.hits[0].id}`;
        else
            go_to_row(0);
    });
    $("more").addEventListener("click", () => {
        const from = view.shown;
        more_rows();
        go_to_row(from);
    });
    $("map").addEventListener("pointermove", map_pointer);
    $("map").addEventListener("pointerleave", unpoint_cells);
    $("map").addEventListener("keydown", map_key);
    $("map").addEventListener("focusout", unpoint_cells);
    $("map").addEventListener("focusin", event => {
        const link = event.target.closest(".row"), rows = $("map").querySelectorAll(".row");
        if (link && rows[view.active]) {
            rows[view.active].tabIndex = -1;
            view.active = Number(link.dataset.at);
            link.tabIndex = 0;
        }
    });
    $("skip").addEventListener("click", event => {
        event.preventDefault();
        to_search();
    });
    $("home").addEventListener("click", event => { if (!shown_series && location.hash.length < 2) { event.preventDefault(); scrollTo(0, 0); } });
    addEventListener("keydown", page_key);
    addEventListener("hashchange", route);
    addEventListener("scroll", () => { if (!document.activeElement.matches(".row, .chart")) untip(); }, {passive: true});
}

function begin() {
    if (!DB) {
        $("notice").textContent = "The file series.js, which holds the history, could not be read. Copy the whole folder, not the page alone.";
        $("notice").hidden = false;
        return;
    }
    read_history();
    for (const s of DB.series) {
        s.off = recent_change(s);
        s.found = recently_found(s) ? 1 : 0;
    }
    $("summary").textContent = newest ? `${many(nights.length, "night")} on ${many(machines.length, "machine")}, ${many(DB.series.length, "series", "series")}. ` +
        `The newest night is of ${long_day(newest.at)}.` : "No nights yet.";
    $("made").textContent = `Written on ${long_day(DB.made)} by hymbench history html. Dates are in UTC.`;
    choices($("machine"), "All machines", machines.map((m, i) => [i, m.name || "Unknown machine"]));
    choices($("metric"), "All metrics", [...new Set(DB.series.map(s => s.metric))].sort().map(m => [m, m]));
    show_changed();
    document.querySelector(".side").hidden = $("all").hidden = !newest;
    if (newest) {
        show_machines();
        show_coverage();
        show_legend();
    }
    listen();
    route();
    performance.mark("drawn");
}
begin();
