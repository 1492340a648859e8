"""What the page of a report must do, done in a browser.

    report.py BROWSER ENGLISH.html KOREAN.html AWKWARD.html [PICTURES]

The last one has names that are long, and would be markup. Exit code 1 when a check fails; the last line counts.
"""

import json
import pathlib
import sys

from browser import Browser, Checks

# Texts of a drawing that touch each other, or that leave it, as sentences. A text's box is higher than its letters: what is above them is cut off.
TEXTS = """(() => {
    const wrong = [];
    for (const figure of document.querySelectorAll("figure")) {
        const svg = figure.querySelector("svg"), room = svg.getBoundingClientRect();
        const texts = [...svg.querySelectorAll("text")].filter(t => t.textContent.trim()).map(t => {
            const b = t.getBoundingClientRect(), up = (t.getAttribute("transform") || "").includes("rotate");
            const cut = 0.16 * (up ? b.width : b.height), edge = 0.4;
            return {says: t.textContent, left: b.left + edge + (up ? cut : 0), right: b.right - edge, top: b.top + edge + (up ? 0 : cut), bottom: b.bottom - edge};
        });
        for (const [i, a] of texts.entries()) {
            if (a.left < room.left - 1 || a.right > room.right + 1 || a.top < room.top - 1 || a.bottom > room.bottom + 1)
                wrong.push(`${figure.id}: "${a.says}" leaves the drawing`);
            for (const b of texts.slice(i + 1))
                if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
                    wrong.push(`${figure.id}: "${a.says}" touches "${b.says}"`);
        }
    }
    return wrong;
})()"""

# Contrast by WCAG 2.2. `css` is a colour as a browser computes it.
MEASURE = """
    const light = css => {
        const [r, g, b] = css.match(/[\\d.]+/g).map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const paper = light(getComputedStyle(document.body).backgroundColor);"""

# The least of text (1.4.3 asks for 4.5) and of what marks a control (1.4.11 asks for 3).
CONTRAST = f"""(() => {{{MEASURE}
    const of_ink = name => {{
        const probe = document.createElement("i");
        probe.style.color = `var(${{name}})`;
        document.body.append(probe);
        const found = light(getComputedStyle(probe).color);
        probe.remove();
        return found;
    }};
    const least = (of, on) => Math.min(...of.flatMap(a => on.map(b => contrast(of_ink(a), of_ink(b)))));
    return [least(["--ink", "--grey", "--link"], ["--paper", "--card", "--shade", "--warning-shade", "--target"]),
            least(["--focus", "--warning"], ["--paper", "--card", "--shade"])];
}})()"""

# In drawings: texts with less than 4.5 against the paper (white and near black stand on areas), lines and points with less than 3.
FAINT = f"""(() => {{{MEASURE}
    const texts = [...document.querySelectorAll("figure text")].filter(t => !["#ffffff", "#111111"].includes(t.getAttribute("fill")));
    const shapes = [...document.querySelectorAll("figure :is(circle, polyline)")].filter(s => !s.style.stroke && !s.style.fill);
    const of = (elements, what, wanted) => elements.filter(e => e.hasAttribute(what)).filter(e => contrast(light(getComputedStyle(e)[what]), paper) < wanted);
    const say = (found, what) => [...new Set(found.map(e => `${{e.textContent}} ${{e.getAttribute(what)}}`))];
    return [say(of(texts, "fill", 4.45), "fill"), say([...of(shapes, "stroke", 2.95), ...of(shapes, "fill", 2.95)], "stroke")];
}})()"""

# What a column shows, by groups of rows: a number, a text, or null where it shows nothing.
COLUMN = """(table, column) => [...document.querySelectorAll("main table")[table].tBodies].map(body => [...body.rows].map(row => {
    const cell = row.cells[column];
    return cell.dataset.v !== undefined ? Number(cell.dataset.v) : cell.textContent.trim();
}))"""
ROWS = """table => [...document.querySelectorAll("main table")[table].rows].map(row => row.textContent)"""


class Page:
    """A report in its browser, with what the checks ask of it."""

    def __init__(self, browser, path, pictures):
        self.browser = browser
        self.address = path.resolve().as_uri()
        self.name = path.stem
        self.pictures = pictures

    def ask(self, expression):
        return self.browser.evaluate(expression)

    def call(self, function, *arguments):
        return self.ask(f"({function})({', '.join(json.dumps(a) for a in arguments)})")

    def open(self, hash_=""):
        self.browser.open(self.address + hash_)
        self.browser.settle(0.2)

    def picture(self, name, whole=False):
        if self.pictures:
            self.browser.settle(0.2)
            self.browser.picture(self.pictures / f"report-{self.name}-{name}.png", whole)

    def overflow(self):
        """How many pixels the page is wider than the window."""
        return self.ask("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    def middle(self, element):
        """The place of an element, which is scrolled to."""
        return self.ask(f"(e => {{ e.scrollIntoView({{block: 'center', behavior: 'instant'}}); const b = e.getBoundingClientRect(); return [b.left + b.width / 2, b.top + b.height / 2]; }})"
                        f"({element})")


def opening(page, checks):
    page.open()
    language = "ko" if page.name == "ko" else "en"
    checks.holds(f"{page.name}: its language", page.ask("document.documentElement.lang") == language)
    checks.holds(f"{page.name}: it has a title", len(page.ask("document.title")) > 5)
    shift = page.ask("""new Promise(done => {
        let sum = 0;
        new PerformanceObserver(list => list.getEntries().forEach(e => { sum += e.value; })).observe({type: "layout-shift", buffered: true});
        setTimeout(() => done(sum), 300);
    })""")
    checks.holds(f"{page.name}: nothing moves while it loads", shift == 0, shift)
    lost = page.ask("[...document.querySelectorAll('a[href^=\"#\"]')].map(a => a.hash.slice(1)).filter(id => !document.getElementById(id))")
    checks.holds(f"{page.name}: links lead somewhere", not lost, lost)
    twice = page.ask("(ids => ids.filter((id, i) => ids.indexOf(id) !== i))([...document.querySelectorAll('[id]')].map(e => e.id))")
    checks.holds(f"{page.name}: each place is there once", not twice, twice)
    sections = page.ask("[document.querySelectorAll('nav a').length, document.querySelectorAll('main section').length]")
    checks.holds(f"{page.name}: every section is in the contents", sections[0] == sections[1] >= 2, sections)
    checks.holds(f"{page.name}: one first heading", page.ask("document.querySelectorAll('h1').length") == 1)
    checks.holds(f"{page.name}: names stay text", page.ask("document.getElementById('injected') === null"))
    unnamed = page.ask("[...document.querySelectorAll('button, a, figure svg')].filter(e => !e.textContent.trim()).length")
    checks.holds(f"{page.name}: what is pressed or drawn has a name", unnamed == 0, unnamed)
    page.picture("wide")


def garbage(page, checks):
    words = page.ask("document.querySelector('main').innerText")
    found = [w for w in ("NaN", "nan ", "undefined", "Infinity", "(null)", "%s", "%zu") if w in words]
    checks.holds(f"{page.name}: no figure is lost", not found, found)
    bad = page.ask("[...document.querySelectorAll('svg *')].filter(e => [...e.attributes].some(a => /nan|inf\\b/i.test(a.value) && !/^font/.test(a.name))).length")
    checks.holds(f"{page.name}: every line has its place", bad == 0, bad)


def drawings(page, checks):
    count = page.ask("document.querySelectorAll('figure svg').length")
    checks.holds(f"{page.name}: there are drawings", count > 0 and count == page.ask("document.querySelectorAll('figure').length"), count)
    wrong = page.ask(TEXTS)
    checks.holds(f"{page.name}: texts of drawings keep apart", not wrong, f"{len(wrong)}: " + "; ".join(wrong[:12]))
    wide = page.ask("[...document.querySelectorAll('figure')].filter(f => f.querySelector('svg').getBoundingClientRect().width > f.getBoundingClientRect().width + 1).map(f => f.id)")
    checks.holds(f"{page.name}: drawings fit where there is room", not wide, wide)


def ordered(groups, falling):
    """Numbers in order before texts, in each group."""
    for group in groups:
        numbers = [v for v in group if not isinstance(v, str)]
        if numbers != sorted(numbers, reverse=falling) or group[:len(numbers)] != numbers:
            return False
    return True


def sorting(page, checks):
    """Every column of every table by mouse, and one by keyboard."""
    tables = page.ask("document.querySelectorAll('main table').length")
    tried = 0
    for table in range(tables):
        before = page.call(ROWS, table)
        columns = page.ask(f"[...document.querySelectorAll('main table')[{table}].tHead.rows[0].cells].map(c => c.querySelector('button') !== null)")
        for column in [i for i, sorts in enumerate(columns) if sorts][:4]:
            head = f"document.querySelectorAll('main table')[{table}].tHead.rows[0].cells[{column}]"
            for direction in ("ascending", "descending", "none"):
                page.browser.click(*page.middle(f"{head}.querySelector('button')"))
                checks.holds(f"{page.name}: table {table}, column {column} says it is {direction}", page.ask(f"{head}.getAttribute('aria-sort')") == direction)
                if direction != "none":
                    groups = page.call(COLUMN, table, column)
                    checks.holds(f"{page.name}: table {table}, column {column} is {direction}", ordered(groups, direction == "descending"), groups)
                    checks.holds(f"{page.name}: table {table} keeps its rows", sorted(page.call(ROWS, table)) == sorted(before))
            checks.holds(f"{page.name}: table {table} goes back", page.call(ROWS, table) == before)
            tried += 1
    checks.holds(f"{page.name}: there was something to sort", tried > 5, tried)


def keyboard(page, checks):
    page.open()
    page.browser.key("Tab")
    checks.holds("the first stop leads to the text", page.ask("document.activeElement.className") == "skip" and page.ask("document.activeElement.getBoundingClientRect().left") >= 0)
    page.browser.key("Enter")
    checks.holds("and does so", page.ask("document.activeElement.tagName") == "MAIN")
    button = "document.querySelector('main th button')"
    page.ask(f"{button}.focus()")
    page.browser.key("Tab")
    checks.holds("the next column is the next stop", page.ask("document.activeElement.tagName") == "BUTTON")
    outline = page.ask("(s => [s.outlineStyle, parseFloat(s.outlineWidth)])(getComputedStyle(document.activeElement))")
    checks.holds("what has the focus shows it", outline[0] != "none" and outline[1] >= 2, outline)
    head = "document.activeElement.closest('th').getAttribute('aria-sort')"
    page.browser.key("Enter")
    checks.holds("Enter sorts", page.ask(head) == "ascending", page.ask(head))
    page.browser.key(" ")
    checks.holds("so does the space bar", page.ask(head) == "descending", page.ask(head))
    checks.holds("the focus stays", page.ask("document.activeElement.tagName") == "BUTTON")


PAPER = "getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/g).slice(0, 3).reduce((a, b) => a + Number(b), 0)"
INK = "getComputedStyle([...document.querySelectorAll('figure text')].find(t => t.style.fill.includes('--'))).fill"


def colours(page, checks):
    inks = {}
    for scheme in ("light", "dark"):
        page.browser.media(prefers_color_scheme=scheme)
        page.open()
        text, control = page.ask(CONTRAST)
        checks.holds(f"{scheme}: what is read is readable", text >= 4.5 and control >= 3, [text, control])
        texts, shapes = page.ask(FAINT)
        checks.holds(f"{scheme}: so are the texts of drawings", not texts, texts)
        checks.holds(f"{scheme}: points and lines can be seen", scheme == "light" or not shapes, shapes)
        checks.holds(f"{scheme}: the paper is", (page.ask(PAPER) > 600) == (scheme == "light"), page.ask(PAPER))
        checks.holds(f"{scheme}: the button says so", page.ask("document.querySelector('.theme').getAttribute('aria-pressed')") == str(scheme == "dark").lower())
        inks[scheme] = page.ask(INK)
    checks.holds("the drawings follow", inks["light"] != inks["dark"], inks)
    page.picture("dark-wide")
    page.browser.media(prefers_color_scheme="light")
    page.open()
    page.browser.click(*page.middle("document.querySelector('.theme')"))
    checks.holds("the button turns the page dark", page.ask(PAPER) < 300)
    page.open()
    checks.holds("and it stays so", page.ask(PAPER) < 300 and page.ask("document.querySelector('.theme').getAttribute('aria-pressed')") == "true")
    page.browser.click(*page.middle("document.querySelector('.theme')"))
    checks.holds("and back", page.ask(PAPER) > 600 and page.ask("localStorage.length") == 0)
    page.browser.media(prefers_contrast="more")
    checks.holds("who wants more contrast gets it", page.ask(CONTRAST)[0] >= 7, page.ask(CONTRAST))
    page.browser.media(prefers_color_scheme="dark")
    page.browser.send("Emulation.setEmulatedMedia", media="print", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    checks.holds("on paper it is light", page.ask(PAPER) > 600)
    checks.holds("and has no navigation", page.ask("getComputedStyle(document.querySelector('nav')).display") == "none")
    page.browser.send("Emulation.setEmulatedMedia", media="", features=[])


def small(page, checks):
    for width in (390, 320):
        page.browser.size(width, 780, touch=True)
        page.open()
        checks.holds(f"{page.name}: {width} pixels are enough", page.overflow() <= 0 and page.ask("innerWidth") == width, [page.overflow(), page.ask("innerWidth")])
    page.browser.size(390, 780, touch=True)
    page.open()
    page.picture("small")
    wide = page.ask("[...document.querySelectorAll('.scroll')].filter(b => b.scrollWidth > b.clientWidth && b.tabIndex !== 0).length")
    checks.holds(f"{page.name}: what is wider can be scrolled by keyboard", wide == 0, wide)
    page.ask("document.querySelector('main section:nth-of-type(3) h2').scrollIntoView({behavior: 'instant'})")
    page.browser.settle(0.4)
    checks.holds(f"{page.name}: the contents stay in sight", abs(page.ask("document.querySelector('nav').getBoundingClientRect().top")) < 1)
    hidden = page.ask("document.querySelector('main section:nth-of-type(3) h2').getBoundingClientRect().top - document.querySelector('nav').getBoundingClientRect().bottom")
    checks.holds(f"{page.name}: and hide no heading that is led to", hidden >= 0, hidden)
    checks.holds(f"{page.name}: and say where one is", page.ask("document.querySelectorAll('nav a[aria-current]').length") == 1)
    page.picture("small-end")
    page.ask("document.querySelector('main table')?.scrollIntoView({behavior: 'instant'})")
    page.picture("small-table")
    page.ask("document.querySelectorAll('figure')[3]?.scrollIntoView({behavior: 'instant'})")
    page.picture("small-figure")
    page.browser.size(1440, 900)


def main():
    pages = [pathlib.Path(p) for p in sys.argv[2:5]]
    pictures = pathlib.Path(sys.argv[5]) if len(sys.argv) > 5 else None
    checks = Checks()
    with Browser(sys.argv[1]) as browser:
        browser.size(1440, 900)
        english, korean, awkward = (Page(browser, path, pictures) for path in pages)
        for page in (english, korean, awkward):
            for part in (opening, garbage, drawings, small):
                part(page, checks)
        english.open()
        for part in (sorting, keyboard, colours):
            part(english, checks)
        browser.settle()
        checks.holds("the console stays empty", not browser.complaints, browser.complaints)
        strangers = [r for r in browser.requests if not r.startswith(("file:", "data:", "about:"))]
        checks.holds("nothing is asked of a network", browser.requests and not strangers, strangers)
    print(f"{checks.passed} passed, {checks.failed} failed")
    return checks.failed > 0


if __name__ == "__main__":
    sys.exit(main())
