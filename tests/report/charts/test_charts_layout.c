/* No chart lets texts run over each other or out of its box, whatever it is given. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "report/canvas/plan.h"
#include "report/table/number.h"
#include "tests/report/charts/cases.h"

#define SLACK 0.3f /* points: of letters that do not reach their box's edge */

static const struct hy_box boxes[] = {{54, 80, 487, 220}, {20, 30, 235, 160}, {7, 11, 150, 110}};
static const size_t counts[] = {0, 1, 2, 3, 7, 12, 20};

static bool overlap(struct hy_box a, struct hy_box b)
{
    return a.x + SLACK < b.x + b.width && b.x + SLACK < a.x + a.width && a.y + SLACK < b.y + b.height &&
           b.y + SLACK < a.y + a.height;
}

static bool within(struct hy_box a, struct hy_box outer)
{
    return a.x >= outer.x - SLACK && a.y >= outer.y - SLACK && a.x + a.width <= outer.x + outer.width + SLACK &&
           a.y + a.height <= outer.y + outer.height + SLACK;
}

static void check(const struct hy_drawn_text *text, size_t n, struct hy_box box, const char *what)
{
    for (size_t i = 0; i < n; i++) {
        cr_expect(within(text[i].box, box), "%s: '%s' at %.1f %.1f leaves the box", what, text[i].text,
                  (double)text[i].box.x, (double)text[i].box.y);
        for (size_t k = 0; k < i; k++)
            cr_expect(!overlap(text[i].box, text[k].box), "%s: '%s' at %.1f %.1f and '%s' at %.1f %.1f overlap", what,
                      text[i].text, (double)text[i].box.x, (double)text[i].box.y, text[k].text, (double)text[k].box.x,
                      (double)text[k].box.y);
    }
}

/* A page for each case; returns how many there were. */
static size_t check_kind(const struct chart_kind *kind)
{
    struct hy_canvas *c;
    size_t cases = 0, before = 0, n;
    cr_assert_eq(hy_plan_open(&c), HY_OK, "%s", hy_error());
    for (size_t b = 0; b < sizeof boxes / sizeof *boxes; b++)
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
            for (int names = 0; names < NAMES; names++)
                for (int values = 0; values < VALUES; values++) {
                    const struct chart_case k = {counts[i], (enum names)names, (enum values)values};
                    hy_plan_page(c);
                    kind->draw(c, boxes[b], &k);
                    const char *what =
                        hy_arena_format(hy_canvas_arena(c), "%s, %zu items, names %d, values %d, box %zu", kind->name,
                                        k.count, names, values, b);
                    const struct hy_drawn_text *text = hy_canvas_texts(c, &n);
                    check(text + before, n - before, boxes[b], what);
                    cr_expect_eq(hy_canvas_left_out(c), 0, "%s: something was not finite", what);
                    before = n;
                    cases++;
                }
    hy_plan_close(c);
    return cases;
}

Test(charts_layout, no_text_overlaps_or_leaves_its_box)
{
    size_t cases = 0;
    for (size_t i = 0; i < chart_kind_count; i++)
        cases += check_kind(&chart_kinds[i]);
    cr_assert_geq(cases, 11 * 378);
}

static size_t times_shown(const struct chart_kind *kind, struct hy_box box, const struct chart_case *k,
                          const char *part)
{
    struct hy_canvas *c;
    size_t n, found = 0;
    cr_assert_eq(hy_plan_open(&c), HY_OK, "%s", hy_error());
    hy_plan_page(c);
    kind->draw(c, box, k);
    const struct hy_drawn_text *text = hy_canvas_texts(c, &n);
    for (size_t i = 0; i < n; i++)
        found += strstr(text[i].text, part) != NULL;
    hy_plan_close(c);
    return found;
}

static const struct chart_kind *kind_of(const char *name)
{
    for (size_t i = 0; i < chart_kind_count; i++)
        if (strcmp(chart_kinds[i].name, name) == 0)
            return &chart_kinds[i];
    cr_assert_fail("there is no chart '%s'", name);
    return NULL;
}

/* Where there is room, every item has its name. */
Test(charts_layout, names_are_there)
{
    static const char *const all[] = {"dots", "forest", "lines", "curves", "bars", "shares", "scatter"};
    const struct chart_case seven = {7, NAMES_SHORT, VALUES_FINITE};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        cr_expect_eq(times_shown(kind_of(all[i]), boxes[0], &seven, "Hybrid-"), 7, "%s", all[i]);
}

/* What has no value says so; what has no room is counted. */
Test(charts_layout, nothing_vanishes_in_silence)
{
    static const char *const rows[] = {"dots", "forest", "lines", "bars", "shares"};
    const struct chart_case none = {3, NAMES_SHORT, VALUES_NAN}, many = {20, NAMES_SHORT, VALUES_FINITE};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cr_expect_eq(times_shown(kind_of(rows[i]), boxes[0], &none, HY_DASH), 3, "%s", rows[i]);
        cr_expect_eq(times_shown(kind_of(rows[i]), boxes[2], &many, "more"), 1, "%s", rows[i]);
    }
}
