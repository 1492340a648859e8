/* What every part of the page uses: elements, words and figures, the history itself, the tooltip.
 *
 * series.js comes before it and sets hymbench_history; bench/history/html_data.h says what that holds. Text enters the
 * page as text only. */
"use strict";

const DB = window.hymbench_history;
const ROWS = 60; /* of the map, at a time */
const WEEK = 7 * 24 * 3600;
const NEUTRAL = 0.02; /* less is no colour */
const $ = id => document.getElementById(id);

/* ---- making elements ------------------------------------------------------------------------ */
function fill(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes || {}))
        if (value !== undefined && value !== null && value !== false)
            node.setAttribute(name, value === true ? "" : value);
    node.append(...children.filter(c => c !== null && c !== undefined && c !== ""));
    return node;
}
const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const draw = (tag, attributes, ...children) =>
    fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
const put = (node, ...children) => node.replaceChildren(...children.filter(c => c !== null && c !== undefined));

/* A name breaks behind its strokes. */
const breakable = name => name.split(/(?<=[/_])/).flatMap((part, i) => i ? [el("wbr"), part] : [part]);

/* ---- words and figures ------------------------------------------------------------------------ */
const numbers = new Map();
function number(x, digits, least = 1) {
    const key = 100 * digits + least;
    if (!numbers.has(key))
        numbers.set(key, new Intl.NumberFormat("en-GB", {maximumSignificantDigits: digits, minimumSignificantDigits: least}));
    return numbers.get(key).format(x).replace("-", "\u2212");
}
const many = (n, word, plural) => `${number(n, 9)} ${n === 1 ? word : plural || word + "s"}`;

/* "5.2 %": of a share, without its sign. */
function percent(share) {
    const p = Math.abs(100 * share);
    return `${p < 0.095 && p > 0 ? number(p, 1) : p.toFixed(p < 99.5 ? 1 : 0)}\u00a0%`;
}
const MANY = 9.99; /* times; from there on nobody wants per cent, nor are they known */
const signed = ratio => ratio >= MANY ? "many times more" : (ratio < 1 ? "\u2212" : "+") + percent(ratio - 1);

const STEPS = {
    ns: [[1e9, "s"], [1e6, "ms"], [1e3, "\u00b5s"]],
    us: [[1e6, "s"], [1e3, "ms"], [0, "\u00b5s"]],
    ms: [[1e3, "s"]],
    bytes: [[2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"]],
};
/* The unit in which values around `size` read best: [divisor, name]. */
function scale_of(unit, size) {
    const [divisor, name] = (STEPS[unit] || []).find(([least]) => Math.abs(size) >= least) || [1, unit || ""];
    return [divisor || 1, name];
}
function quantity(x, series, scale = scale_of(series.unit, x)) {
    if (x === null || x === undefined)
        return "unknown";
    const text = series.exact ? number(x / scale[0], 9) : number(x / scale[0], 4, 4);
    return scale[1] ? `${text}\u00a0${scale[1]}` : text;
}

/* A date in words, all in UTC, by what of it is wanted; it does not break. */
function date_format(options) {
    const format = new Intl.DateTimeFormat("en-GB", {timeZone: "UTC", ...options});
    return at => format.format(at * 1000).replace("Sept ", "Sep ").replace(/Sept$/, "Sep").replace(/ /g, "\u00a0");
}
const day = date_format({day: "numeric", month: "short", year: "numeric"});
const long_day = date_format({day: "numeric", month: "long", year: "numeric"});
const clock = date_format({hour: "2-digit", minute: "2-digit"});
const moment = at => `${day(at)}, ${clock(at)}\u00a0UTC`;

/* ---- the history ---------------------------------------------------------------------------------- */
const nights = DB ? DB.nights.map(([at, sha, dirty, machine]) => ({at, sha, dirty, machine})) : [];
const machines = DB ? DB.machines.map(name => ({name, nights: [], series: []})) : [];
const by_id = new Map();
nights.forEach((n, i) => machines[n.machine].nights.push(i));
/* The same figure was measured under other conditions before, as of an older build: the newest has the plain name. */
function tell_apart(same) {
    const last = s => s.last ? s.last[0] : -1;
    same.sort((a, b) => last(b) - last(a)).slice(1).forEach(s => {
        s.under = s.last ? `other conditions, until ${day(nights[last(s)].at)}` : "other conditions";
    });
}

function read_history() {
    const same = new Map();
    DB.series.forEach((s, i) => {
        s.place = i;
        s.changes = [];
        by_id.set(s.id, s);
        if (s.on >= 0)
            machines[s.on].series.push(s);
        const name = [s.subject, s.metric, s.machine, s.threads && threads(s.threads), s.precision, s.profile].filter(Boolean).join(" ");
        s.words = [name, s.unit, `#${s.id}`].filter(Boolean).join(" ").toLowerCase();
        same.set(name, [...(same.get(name) || []), s]);
    });
    same.forEach(tell_apart);
    for (const f of DB.findings)
        if (by_id.has(f.series))
            by_id.get(f.series).changes.push(f);
}
const newest = nights.length ? nights[nights.length - 1] : null;

function commit(night) {
    if (!night)
        return "unknown";
    return (night.sha ? night.sha.slice(0, 12) : "unknown") + (night.dirty ? " with local changes" : "");
}
const threads = t => /^\d+$/.test(t) ? many(Number(t), "thread") : t;
const dotted = words => words.filter(Boolean).join(" \u00b7 ");
const kind_of = s => dotted([s.metric, s.precision, s.profile, s.threads && threads(s.threads), s.under]);
const about = s => dotted([kind_of(s), machines.length > 1 && s.machine]);
const title = s => `${s.subject}, ${s.metric}`;
/* The night in a column of the map. */
function night_in(s, column) {
    const own = s.on >= 0 ? machines[s.on].nights : [];
    return nights[own[own.length - DB.columns + column]];
}
const has_newest = s => s.heat !== undefined && s.heat[DB.columns - 1] !== 0;

/* "slower", "lower": which way, in words. */
function direction(s, ratio) {
    const up = ratio > 1;
    if (/^(ns|us|ms|s)$/.test(s.unit || ""))
        return up ? "slower" : "faster";
    if (/\/s$/.test(s.unit || ""))
        return up ? "faster" : "slower";
    return up ? "higher" : "lower";
}
/* "5.2 % slower" */
const sized = (s, ratio) => `${ratio >= MANY ? "many times" : percent(ratio - 1)} ${direction(s, ratio)}`;
/* 0: within what is no change; -1: worse, 1: better. */
function judged(s, ratio, neutral = s.exact ? 0 : NEUTRAL) {
    if (!(Math.abs(ratio - 1) > neutral * 0.99999))
        return 0;
    return (ratio > 1) === Boolean(s.more) ? 1 : -1;
}
const verdict = sign => sign < 0 ? "worse" : sign > 0 ? "better" : "none";

/* ---- the tooltip ------------------------------------------------------------------------------------- */
function tip(lines, x, y) {
    const box = $("tip");
    put(box, ...lines);
    box.hidden = false;
    const {width, height} = box.getBoundingClientRect();
    const left = x + 14 + width > innerWidth - 8 ? x - 14 - width : x + 14;
    const top = y - height - 12 < 8 ? y + 18 : y - height - 12;
    box.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
    box.style.top = `${Math.max(8, top)}px`;
}
const untip = () => { $("tip").hidden = true; };
let speaking;
function speak(lines) {
    clearTimeout(speaking); /* only where the keys come to rest */
    speaking = setTimeout(() => { $("spoken").textContent = lines.map(l => l.textContent).join(", "); }, 150);
}
