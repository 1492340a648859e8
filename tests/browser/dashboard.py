"""What the page of a history must do, done in a browser.

    dashboard.py BROWSER PAGE_FOLDER EMPTY_FOLDER [PICTURES]

The histories are those of make_history.py. Exit code 1 when a check fails; the last line counts.
"""

import json
import pathlib
import sys

import make_history
from browser import Browser, Checks

FIRST_PAINT_MS = 2000
SUBJECT = make_history.CHANGED[0]
CHANGED = f"DB.series.find(s => s.subject === '{SUBJECT}' && s.threads === '1' && s.on === 0)"

# The least contrast of what is read against what it is on: of text 4.5, by WCAG 2.2, 1.4.3; of colours of the map against the paper none
# is asked, as a mark in the cell says the same.
CONTRAST = """(() => {
    const style = getComputedStyle(document.documentElement);
    const light = name => {
        const probe = document.createElement("i");
        probe.style.color = style.getPropertyValue(name);
        document.body.append(probe);
        const [r, g, b] = getComputedStyle(probe).color.match(/[\\d.]+/g).map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        probe.remove();
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const least = (of, on) => Math.min(...of.flatMap(a => on.map(b => {
        const [x, y] = [light(a), light(b)];
        return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
    })));
    return [least(["--ink", "--soft", "--worse", "--better"], ["--paper", "--card"]),
            Math.min(least(["--mark"], ["--worse-1", "--worse-2", "--better-1", "--better-2"]), least(["--mark-strong"], ["--worse-3", "--better-3"]),
                     least(["--line", "--soft"], ["--card"]))];
})()"""


class Page:
    """The page in its browser, with what the checks ask of it."""

    def __init__(self, browser, folder, pictures):
        self.browser = browser
        self.address = (folder / "index.html").resolve().as_uri()
        self.pictures = pictures

    def ask(self, expression):
        return self.browser.evaluate(expression)

    def open(self, hash_=""):
        self.browser.open(self.address + hash_, "document.readyState === 'complete' && document.getElementById('made')?.textContent")

    def picture(self, name, whole=False):
        if self.pictures:
            self.browser.settle(0.2)
            self.browser.picture(self.pictures / f"{name}.png", whole)

    def box(self, selector):
        """[left, top, width, height]"""
        return self.ask(f"(b => [b.left, b.top, b.width, b.height])(document.querySelector({json.dumps(selector)}).getBoundingClientRect())")

    def text(self, selector):
        return self.ask(f"document.querySelector({json.dumps(selector)})?.textContent || ''").replace("\u00a0", " ")

    def search(self, words):
        self.browser.key("/")
        self.browser.wait("document.activeElement.id === 'search'")
        self.browser.type(words)
        self.browser.wait(f"new URLSearchParams(location.hash.slice(1)).get('q') === {json.dumps(words)}")

    def point(self, x, y):
        """The tooltip there; "" where none comes."""
        self.browser.move(x, y)
        try:
            self.browser.wait("!document.getElementById('tip').hidden", 3)
        except TimeoutError:
            return ""
        return self.tip()

    def focused(self):
        return self.ask("document.activeElement.id || document.activeElement.className || document.activeElement.tagName")

    def overflow(self):
        """How many pixels the page is wider than the window."""
        return self.ask("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    def scroll_to(self, selector):
        self.ask(f"document.querySelector({json.dumps(selector)}).scrollIntoView()")
        self.browser.settle(0.1)

    def tip(self):
        return "" if self.ask("document.getElementById('tip').hidden") else self.text("#tip")


def opening(page, checks):
    paints, drawn = [], []
    for _ in range(3):
        page.open()
        page.browser.wait("performance.getEntriesByName('first-contentful-paint').length > 0")
        paints.append(page.ask("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
        drawn.append(page.ask("performance.getEntriesByName('drawn')[0].startTime"))
    print("milliseconds until the first paint: " + ", ".join(f"{ms:.0f}" for ms in paints) +
          "; until all is drawn: " + ", ".join(f"{ms:.0f}" for ms in drawn))
    checks.holds("the first paint comes within 2 s", min(paints) < FIRST_PAINT_MS, paints)
    checks.holds("and so does the rest", min(drawn) < FIRST_PAINT_MS, drawn)


def front(page, checks):
    checks.holds("the title", page.ask("document.title") == "hymbench history")
    checks.holds("the language", page.ask("document.documentElement.lang") == "en")
    changed = page.text("#changed")
    planted = page.ask(f"[...document.querySelectorAll('.findings li')].find(li => li.textContent.includes('{SUBJECT}'))?.textContent || ''").replace("\u00a0", " ")
    checks.holds("a finding with its size, its interval, its date and its commits",
                 all(w in planted for w in ("6.0 % slower (5.6 % to 6.4 %)", "since 1 Nov 2026", "..", "Measured again in turns")), planted)
    checks.holds("its states in order", 0 <= changed.find("Confirmed") < changed.find("Not settled") < changed.find("Suspected"))
    checks.holds("refuted ones are counted only", "turned out not to be so" in changed and "Refuted" not in changed)
    machines = page.text("#machines")
    checks.holds("both machines with their nights", all(m in machines for m, _ in make_history.MACHINES) and "400 nights" in machines, machines)
    checks.holds("the coverage of each metric", page.ask("document.querySelectorAll('#coverage tbody tr').length") == 7)
    checks.holds("all series are counted", page.text("#hits") == "2,000 series", page.text("#hits"))
    page.picture("front")


def the_map(page, checks):
    page.scroll_to("#series-title")
    rows = "document.querySelectorAll('#map .row').length"
    checks.holds("60 rows at first", page.ask(rows) == 60, page.ask(rows))
    page.ask("document.getElementById('more').click()")
    checks.holds("60 more on demand", page.ask(rows) == 120, page.ask(rows))
    first = page.ask("[...document.querySelectorAll('#map .subject')].slice(0, 4).map(s => s.textContent)")
    checks.holds("confirmed ones lead", SUBJECT in first, first)
    worse = "document.querySelectorAll('#map [class^=c-worse]').length"
    checks.holds("worse nights have their colour and a mark", page.ask(worse) > 0 and page.ask("document.querySelectorAll('#map [class^=m-]').length") > 0)
    checks.holds("doubtful ones are hollow", page.ask("getComputedStyle(document.querySelector('#map .c-doubtful')).fill") == "none")
    page.scroll_to("#series-title")
    left, top, width, height = page.box(f"#map a[href='#s{page.ask(CHANGED + '.id')}'] .cells")
    tip = page.point(left + width * 29.5 / 30, top + height / 2)
    checks.holds("a night of the map says what it is", "slower than before (worse)" in tip and "commit" in tip, tip)
    page.picture("map")
    page.browser.move(5, 5)


def search(page, checks):
    page.search("avx512 LONG scan fwd f32 hot")
    checks.holds("/ leads to the search", page.focused() == "search", page.focused())
    checks.holds("every word must match", page.text("#hits") == "2 of 2,000 series", page.text("#hits"))
    checks.holds("the address keeps the search", "q=avx512" in page.ask("location.hash"), page.ask("location.hash"))
    page.browser.key("Enter")
    checks.holds("Enter leads to the rows", page.focused() == "row", page.focused())
    page.browser.key("ArrowLeft")
    page.browser.wait("document.getElementById('spoken').textContent")
    checks.holds("the arrow keys name a night", "commit" in page.tip() and page.text("#spoken") != "", page.tip())
    first = page.ask("view.active")
    page.browser.key("ArrowDown")
    checks.holds("and move through the rows", page.ask("view.active") == first + 1)
    page.browser.key("ArrowUp")
    page.picture("keys")
    page.browser.key("Enter")
    page.browser.wait("document.querySelector('.chart svg')")
    checks.holds("Enter opens a row", page.ask("shown_series === view.hits[0]"))
    page.search("nothing is called so")
    checks.holds("no hit is said", page.text("#hits").startswith("No series"), page.text("#hits"))
    page.browser.key("Escape")
    checks.holds("Escape empties the search", page.text("#hits") == "2,000 series", page.text("#hits"))
    page.ask("(m => { m.value = 'Train tok/s'; m.dispatchEvent(new Event('change')); })(document.getElementById('metric'))")
    checks.holds("a metric by itself", page.text("#hits") == "10 of 2,000 series", page.text("#hits"))
    page.ask("(m => { m.value = '1'; m.dispatchEvent(new Event('change')); })(document.getElementById('machine'))")
    checks.holds("and a machine", page.text("#hits") == "5 of 2,000 series", page.text("#hits"))
    page.open(page.ask("location.hash"))
    checks.holds("which the address brings back", page.text("#hits") == "5 of 2,000 series", page.text("#hits"))
    page.open()


def one(page, checks):
    page.search("scan fwd f32 avx512 long hot epyc")
    checks.holds("the machine is searched, too", page.text("#hits") == "1 of 2,000 series", page.text("#hits"))
    page.browser.key("Enter")
    page.browser.wait("document.querySelector('.chart svg')")
    checks.holds("Enter opens the only hit", page.ask("location.hash") == f"#s{page.ask(CHANGED + '.id')}", page.ask("location.hash"))
    checks.holds("it has the title", page.ask("document.title").startswith(SUBJECT))
    checks.holds("its change of level is a line with words", "worse" in page.text(".chart text.worse"), page.text(".chart text.worse"))
    checks.holds("and a sentence", "slower, from" in page.text(".changes"), page.text(".changes"))
    checks.holds("the finding stands there, too", "Confirmed" in page.text("#one"))
    left, top, width, height = page.box(".chart")
    tip = page.point(left + width - 30, top + height / 2)
    commit = page.ask("nights[nights.length - 2].sha.slice(0, 12)")
    value = page.ask(f"quantity({CHANGED}.last[1], {CHANGED})").replace("\u00a0", " ")
    checks.holds("pointing at the newest night shows its commit and its value", commit in tip and value in tip and "sample" in tip, tip)
    page.picture("series")
    page.browser.move(5, 5)
    page.ask("document.querySelector('.back').focus()")
    for _ in range(8):
        page.browser.key("Tab")
        if page.focused() == "chart":
            break
    checks.holds("Tab leads to the chart", page.focused() == "chart", page.focused())
    before = page.ask("document.activeElement.getAttribute('aria-valuetext')")
    page.browser.key("ArrowLeft")
    checks.holds("the arrow keys move along the nights", page.ask("document.activeElement.getAttribute('aria-valuetext')") not in ("", before) and "commit" in page.tip())
    page.browser.key("Home")
    checks.holds("to the first one", page.ask("document.activeElement.getAttribute('aria-valuenow')") == "1" and page.ask("document.querySelector('.group [aria-pressed=true]').textContent").startswith("All"))
    page.ask("document.querySelector('#one details').open = true")
    page.browser.wait("document.querySelectorAll('#one details tbody tr').length > 0")
    rows = page.ask("document.querySelectorAll('#one details tbody tr').length")
    checks.holds("the table has every night", rows == page.ask(f"{CHANGED}.points"), rows)
    page.picture("series-whole", whole=True)
    page.browser.key("Escape")
    page.browser.wait("!document.getElementById('front').hidden")
    checks.holds("Escape leads back, to the row and the search", page.focused() == "row" and page.text("#hits") == "1 of 2,000 series", page.focused())


def links(page, checks):
    page.open(f"#s{page.ask(CHANGED + '.id')}")
    page.browser.wait("document.querySelector('.chart svg')")
    checks.holds("a series has an address", page.text("#one h1") == SUBJECT, page.text("#one h1"))
    page.open("#s999999999")
    checks.holds("one that is not there is said", "There is no series" in page.text("#notice"), page.text("#notice"))
    awkward = f"DB.series.find(s => s.subject === {json.dumps(make_history.AWKWARD)}).id"
    page.ask(f"location.hash = `s${{{awkward}}}`")
    page.browser.wait("document.querySelector('.chart svg')")
    checks.holds("a name stays text", page.text("#one h1") == make_history.AWKWARD and page.ask("document.getElementById('injected') === null"))
    page.ask("location.hash = ''")
    page.browser.settle()


def edges(page, checks):
    """Series of odd shapes: their charts are drawn, and say what they must."""
    says = {"edge one night": "Axis from zero", "edge all doubtful": "doubtful", "edge exact zero": "many times higher", "edge no interval": "interval not known",
            "edge long ago": "Changes of level", "edge by the clock": "corrected for the machine\u2019s clock speed"}
    for name in make_history.EDGES:
        found = page.ask(f"location.hash = `s${{DB.series.find(s => s.subject === {json.dumps(name)})?.id}}`; !!shown_series || true")
        page.browser.wait(f"document.querySelector('#one h1')?.textContent === {json.dumps(name)} && !document.getElementById('one').textContent.includes('Loading')")
        words = page.text("#one")
        checks.holds(f"{name}: {says.get(name, '')}", says.get(name, "") in words, words[:600])
        empty = name == "edge no points"
        checks.holds(f"{name}: no figure is lost", not any(w in words for w in ("NaN", "undefined", "Infinity", "null")), words[:600])
        checks.holds(f"{name}: its chart", page.ask("document.querySelectorAll('.chart svg').length") == (0 if empty else 1))
        bad = page.ask("[...document.querySelectorAll('.chart svg *')].filter(e => [...e.attributes].some(a => /NaN|Infinity|undefined/.test(a.value))).length")
        checks.holds(f"{name}: every line has its place", bad == 0 and found, bad)
        if not empty:
            page.ask("document.querySelectorAll('#one details').forEach(d => { d.open = true; })")
            page.ask("document.querySelector('.chart').focus()")
            page.browser.key("Home")
            checks.holds(f"{name}: a night", "commit" in page.tip() and "NaN" not in page.tip(), page.tip())
    page.ask("location.hash = ''")
    page.browser.settle()


def nothing(page, checks):
    page.open()
    checks.holds("a history without nights says so", "There are no nights in this history yet" in page.text("#changed"), page.text("#changed"))
    page.picture("nothing")


def looks(page, checks):
    series = page.ask(CHANGED + ".id")
    for scheme in ("light", "dark"):
        page.browser.media(prefers_color_scheme=scheme, prefers_reduced_motion="reduce")
        page.browser.settle()
        text, drawn = page.ask(CONTRAST)
        checks.holds(f"{scheme}: what is read is readable", text >= 4.5 and drawn >= 3, [text, drawn])
        paper = page.ask("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).reduce((a, b) => a + Number(b), 0)")
        checks.holds(f"{scheme}: the paper is", (paper > 600) == (scheme == "light"), paper)
    checks.holds("nothing moves for who wants it so", page.ask("getComputedStyle(document.querySelector('.row')).transitionDuration") == "0s")
    page.picture("dark-front")
    page.scroll_to("#series-title")
    page.picture("dark-map")
    page.open(f"#s{series}")
    page.browser.wait("document.querySelector('.chart svg')")
    page.picture("dark-series")
    page.browser.media(prefers_color_scheme="light", prefers_reduced_motion="no-preference")


def small(page, checks):
    page.browser.size(360, 740, touch=True)
    for name, hash_ in (("front", ""), ("series", f"#s{page.ask(CHANGED + '.id')}")):
        page.open(hash_)
        page.browser.settle(0.5)
        checks.holds(f"360 pixels: the {name} fits", page.overflow() <= 0 and page.ask("innerWidth") == 360, [page.overflow(), page.ask("innerWidth")])
        page.picture(f"small-{name}")
        if name == "front":
            page.ask("while (!document.getElementById('more').hidden) document.getElementById('more').click()")
            checks.holds("360 pixels: all rows fit", page.overflow() <= 0 and page.ask("innerWidth") == 360, page.overflow())
            page.scroll_to("#series-title")
            page.picture("small-map")
    page.ask("document.querySelectorAll('#one details').forEach(d => { d.open = true; })")
    page.browser.settle(0.5)
    checks.holds("360 pixels: the table scrolls by itself", page.overflow() <= 0, page.overflow())
    page.browser.size(1280, 900)


def main():
    pictures = pathlib.Path(sys.argv[4]) if len(sys.argv) > 4 else None
    checks = Checks()
    with Browser(sys.argv[1]) as browser:
        page = Page(browser, pathlib.Path(sys.argv[2]), pictures)
        browser.size(1280, 900)
        for part in (opening, front, the_map, search, one, links, edges, looks, small):
            part(page, checks)
        nothing(Page(browser, pathlib.Path(sys.argv[3]), pictures), checks)
        browser.settle()
        checks.holds("the console stays empty", not browser.complaints, browser.complaints)
        strangers = [r for r in browser.requests if not r.startswith(("file:", "data:", "about:"))]
        checks.holds("nothing is asked of a network", browser.requests and not strangers, strangers)
    print(f"{checks.passed} passed, {checks.failed} failed")
    return checks.failed > 0


if __name__ == "__main__":
    sys.exit(main())
