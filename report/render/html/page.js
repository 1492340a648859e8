/* Sorting, the colours of day and night, and where in the page the reader is. It stands in the head: the colours are there
 * before anything is drawn, the rest begins when the page is whole. All words are in the page, none are here. */
"use strict";
(() => {
    const root = document.documentElement, KEY = "hymbench-theme";
    root.classList.add("js");

    /* ---- light and dark ---------------------------------------------------------------------------- */
    const system = matchMedia("(prefers-color-scheme: dark)");
    const of_system = () => system.matches ? "dark" : "light";
    const theme = () => root.dataset.theme || of_system();

    // a page from a disk may have no storage: then the choice lasts as long as the page
    function kept() {
        try {
            return localStorage.getItem(KEY);
        } catch {
            return null;
        }
    }

    function keep(choice) {
        try {
            if (choice)
                localStorage.setItem(KEY, choice);
            else
                localStorage.removeItem(KEY);
        } catch {
        }
    }

    // what the system has anyway is no choice: it goes on following the system
    function choose(wanted) {
        if (wanted === of_system())
            delete root.dataset.theme;
        else
            root.dataset.theme = wanted;
    }

    function start_theme() {
        const button = document.querySelector("button.theme");
        const show = () => button.setAttribute("aria-pressed", String(theme() === "dark"));
        button.addEventListener("click", () => {
            choose(theme() === "dark" ? "light" : "dark");
            keep(root.dataset.theme);
            show();
        });
        system.addEventListener("change", show);
        show();
    }

    if (kept() === "dark" || kept() === "light")
        choose(kept());

    /* ---- tables that sort ---------------------------------------------------------------------------- */
    const NEXT = {none: "ascending", ascending: "descending", descending: "none"};
    const collator = new Intl.Collator(root.lang, {numeric: true});
    const places = new Map(); // of each row, as the report was written

    const value_of = cell => cell.dataset.v === undefined ? NaN : Number(cell.dataset.v);
    const says = text => text !== "" && text !== "\u2013";

    // what has a value comes before what has none, and a text before a dash, in both directions
    function compare(a, b, sign) {
        const x = value_of(a), y = value_of(b);
        if (!isNaN(x) && !isNaN(y))
            return sign * (x - y);
        if (!isNaN(x) || !isNaN(y))
            return isNaN(x) ? 1 : -1;
        const s = a.textContent.trim(), t = b.textContent.trim();
        if (says(s) !== says(t))
            return says(s) ? -1 : 1;
        return sign * collator.compare(s, t);
    }

    function sort(table, column, direction) {
        const sign = direction === "ascending" ? 1 : -1;
        const by_place = (a, b) => places.get(a) - places.get(b);
        const by_cell = (a, b) => compare(a.cells[column], b.cells[column], sign) || by_place(a, b);
        for (const body of table.tBodies)
            body.append(...[...body.rows].sort(direction === "none" ? by_place : by_cell));
    }

    function start_table(table) {
        const heads = [...table.tHead.rows[0].cells];
        [...table.querySelectorAll("tbody tr")].forEach((row, i) => places.set(row, i));
        heads.forEach((head, column) => {
            head.querySelector("button")?.addEventListener("click", () => {
                const direction = NEXT[head.getAttribute("aria-sort")];
                heads.filter(h => h.hasAttribute("aria-sort")).forEach(h => h.setAttribute("aria-sort", "none"));
                head.setAttribute("aria-sort", direction);
                sort(table, column, direction);
            });
        });
    }

    /* ---- what is wider than the screen ----------------------------------------------------------------- */
    // can be scrolled with the keyboard; what is not wider is no stop on the way
    function start_scrolling() {
        const watch = new ResizeObserver(entries => {
            for (const {target: box} of entries) {
                if (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight)
                    box.tabIndex = 0;
                else
                    box.removeAttribute("tabindex");
            }
        });
        document.querySelectorAll(".scroll").forEach(box => watch.observe(box));
    }

    /* ---- the section that is read ------------------------------------------------------------------------- */
    function mark(links, current) {
        const list = document.querySelector("nav ol"), link = links.get(current);
        for (const l of links.values())
            l.removeAttribute("aria-current");
        link.setAttribute("aria-current", "true");
        list.scrollTo({left: link.offsetLeft - list.clientWidth / 3, top: link.offsetTop - list.clientHeight / 2});
    }

    function start_navigation() {
        const links = new Map();
        for (const link of document.querySelectorAll("nav a"))
            links.set(document.getElementById(decodeURIComponent(link.hash.slice(1))), link);
        const sections = [...links.keys()];
        const seen = () => {
            const edge = innerHeight / 3;
            const above = sections.filter(s => s.getBoundingClientRect().top <= edge);
            return above[above.length - 1] || sections[0];
        };
        let shown = null, waiting = false;
        const look = () => {
            waiting = false;
            const now = seen();
            if (now && now !== shown)
                mark(links, shown = now);
        };
        addEventListener("scroll", () => {
            if (!waiting)
                requestAnimationFrame(look);
            waiting = true;
        }, {passive: true});
        look();
    }

    addEventListener("DOMContentLoaded", () => {
        start_theme();
        document.querySelectorAll("main table").forEach(start_table);
        start_scrolling();
        start_navigation();
    });
})();
