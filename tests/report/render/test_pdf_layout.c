/* Where the printed report puts things: on a canvas that draws nothing. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/canvas/backend.h"
#include "report/render/render.h"
#include "tests/report/render/pdf_sample.h"

/* Every size of table, long names, empty cells, Korean: nothing overlaps, nothing is off its page. */
Test(pdf_layout, grid_of_sizes)
{
    int tried = 0;
    for (size_t rows = 1; rows <= 20; rows++)
        for (size_t columns = 2; columns <= 12; columns += 5)
            for (int flags = 0; flags < 8; flags++) {
                const struct sample k = {rows, columns, flags & 1, flags & 2, flags & 4, 2};
                struct hy_doc d = {0};
                sample_make(&d, &k);
                struct hy_canvas *plan = sample_plan(&d);
                char what[100];
                snprintf(what, sizeof what, "%zu rows, %zu columns, flags %d", rows, columns, flags);
                sample_sound(plan, what);
                hy_plan_close(plan);
                hy_doc_fini(&d);
                tried++;
            }
    cr_assert_eq(tried, 20 * 3 * 8);
}

static int page_of(const struct hy_canvas *plan, const char *text)
{
    size_t n;
    const long i = sample_find(plan, text, 0);
    cr_assert_geq(i, 0, "'%s' is nowhere", text);
    return hy_canvas_texts(plan, &n)[i].page;
}

/* What begins wherever on a page: the lines before it push it over the edge, one at a time. */
Test(pdf_layout, nothing_is_parted_from_what_it_belongs_to)
{
    for (size_t lines = 0; lines < 45; lines++) {
        const struct sample k = {.rows = 14, .columns = 4};
        struct hy_doc d = {0};
        sample_begin(&d, lines);
        hy_doc_heading(&d, "h-table", "Heading of the table");
        sample_table(&d, "t", &k);
        hy_doc_paragraph(&d, HY_CAPTION, "Caption of the table.");
        const struct sample small = {.rows = 7, .columns = 3, .korean = true};
        sample_table(&d, "t-small", &small);
        hy_doc_paragraph(&d, HY_BODY, "A finding.");
        hy_doc_paragraph(&d, HY_CAPTION, "What it rests on.");
        hy_doc_heading(&d, "h-figure", "Heading of the figure");
        const struct hy_figure f = sample_figure(&d, 0, 150);
        hy_doc_figures(&d, &f, 1);
        struct hy_canvas *plan = sample_plan(&d);
        sample_sound(plan, "pushed");
        cr_assert_eq(page_of(plan, "Heading of the table"), page_of(plan, "Model"), "%zu lines", lines);
        cr_assert_eq(page_of(plan, "Model"), page_of(plan, "Variant-2"), "a header stands over three rows, %zu lines",
                     lines);
        cr_assert_eq(page_of(plan, "Variant-11"), page_of(plan, "Variant-13"), "the last three rows, %zu lines", lines);
        cr_assert_eq(page_of(plan, "Variant-13"), page_of(plan, "Caption of the table."), "%zu lines", lines);
        cr_assert_eq(page_of(plan, d.block[lines + 4].row[0].cells[0].text),
                     page_of(plan, d.block[lines + 4].row[6].cells[0].text), "a small table, %zu lines", lines);
        cr_assert_eq(page_of(plan, "A finding."), page_of(plan, "What it rests on."), "%zu lines", lines);
        cr_assert_eq(page_of(plan, "Heading of the figure"), page_of(plan, "Title of figure 0"), "%zu lines", lines);
        cr_assert_eq(page_of(plan, "Title of figure 0"), page_of(plan, "drawing 0"), "%zu lines", lines);
        cr_assert_eq(page_of(plan, "drawing 0"), page_of(plan, "Caption of figure 0: what to see in it."), "%zu lines",
                     lines);
        hy_plan_close(plan);
        hy_doc_fini(&d);
    }
}

/* The header again on each page of a long table, once. */
Test(pdf_layout, header_is_repeated)
{
    const struct sample k = {.rows = 200, .columns = 4};
    struct hy_doc d = {0};
    sample_begin(&d, 5);
    sample_table(&d, "t", &k);
    struct hy_canvas *plan = sample_plan(&d);
    size_t n;
    int headers[50] = {0}, rows[50] = {0};
    const struct hy_drawn_text *t = hy_canvas_texts(plan, &n);
    for (size_t i = 0; i < n; i++) {
        headers[t[i].page] += strcmp(t[i].text, "Model") == 0;
        if (strncmp(t[i].text, "Variant-", 8) == 0) {
            cr_assert_eq(headers[t[i].page], 1, "the header stands above '%s'", t[i].text);
            rows[t[i].page]++;
        }
    }
    const int pages = sample_pages(plan);
    cr_assert_geq(pages, 4);
    int sum = 0;
    for (int i = 0; i < pages; i++) {
        cr_assert_eq(headers[i], 1);
        cr_assert(rows[i] >= 3);
        cr_assert(i == pages - 1 || rows[i] > 35, "page %d is filled: %d rows", i + 1, rows[i]);
        sum += rows[i];
    }
    cr_assert_eq(sum, 200);
    cr_assert_eq(hy_plan_page_of(plan, "t-0"), 0);
    cr_assert_eq(hy_plan_page_of(plan, "t-199"), pages - 1);
    hy_plan_close(plan);
    hy_doc_fini(&d);
}

/* Of a long paragraph no line stands alone at the foot or the top of a page; a short one is not parted. */
Test(pdf_layout, paragraphs_are_parted_with_care)
{
    for (size_t lines = 20; lines < 45; lines++)
        for (int is_long = 0; is_long < 2; is_long++) {
            struct hy_doc d = {0};
            char *text = hy_doc_alloc(&d, 2000);
            for (int i = 0; i < (is_long ? 12 : 5); i++)
                strcat(text, "part of it\n");
            sample_begin(&d, lines);
            hy_doc_paragraph(&d, HY_BODY, text);
            struct hy_canvas *plan = sample_plan(&d);
            size_t n;
            int on[4] = {0};
            const struct hy_drawn_text *t = hy_canvas_texts(plan, &n);
            for (size_t i = 0; i < n; i++)
                if (strcmp(t[i].text, "part of it") == 0)
                    on[t[i].page]++;
            cr_assert_eq(on[0] + on[1] + on[2] + on[3], is_long ? 12 : 5);
            for (int i = 0; i < 4; i++)
                cr_assert(is_long ? on[i] != 1 : on[i] == 0 || on[i] == 5, "%zu lines before it: %d on page %d", lines,
                          on[i], i + 1);
            hy_plan_close(plan);
            hy_doc_fini(&d);
        }
}

/* ---- contents ---------------------------------------------------------------------------- */
/* The contents name each section with the page that it is on; its title stands there, larger. */
static void check_contents(const struct hy_canvas *plan, size_t sections, int contents_page)
{
    size_t n;
    const struct hy_drawn_text *t = hy_canvas_texts(plan, &n);
    for (size_t i = 1; i <= sections; i++) {
        char title[40], anchor[40], number[20];
        snprintf(title, sizeof title, "Section number %zu", i);
        snprintf(anchor, sizeof anchor, "section-%zu", i);
        const long entry = sample_find(plan, title, 0);
        cr_assert_geq(entry, 0);
        const long there = sample_find(plan, title, (size_t)entry + 1);
        cr_assert_geq(there, 0, "%s is in the contents and on its page", title);
        cr_assert_eq(t[entry].page, contents_page);
        cr_assert_gt(t[there].box.height, 1.5f * t[entry].box.height);
        cr_assert_eq(t[there].page, hy_plan_page_of(plan, anchor));
        snprintf(number, sizeof number, "%d", t[there].page + 1);
        cr_assert_str_eq(t[entry + 1].text, number, "%s", title);
    }
}

Test(pdf_layout, contents_at_the_foot_of_the_first_page)
{
    static const size_t lines[] = {5, 31}; /* with room for two columns, and for three lower ones */
    for (size_t l = 0; l < sizeof lines / sizeof *lines; l++) {
        const struct sample k = {.rows = 30, .columns = 3};
        struct hy_doc d = {0};
        sample_begin(&d, lines[l]);
        for (size_t i = 1; i <= 11; i++) {
            hy_doc_section(&d, hy_doc_format(&d, "section-%zu", i), hy_doc_format(&d, "Section number %zu", i),
                           i % 3 == 0);
            sample_table(&d, hy_doc_format(&d, "table-%zu", i), &k);
        }
        struct hy_canvas *plan = sample_plan(&d);
        check_contents(plan, 11, 0);
        const long at = sample_find(plan, "Contents", 0);
        size_t n;
        cr_assert_geq(at, 0);
        cr_assert_gt(hy_canvas_texts(plan, &n)[at].box.y, 600, "they stand at the foot of the page");
        sample_sound(plan, "contents");
        hy_plan_close(plan);
        hy_doc_fini(&d);
    }
}

/* No room on the first page: on top of the second, and the next section goes on below them. */
Test(pdf_layout, contents_on_the_second_page)
{
    struct hy_doc d = {0};
    sample_begin(&d, 34);
    for (size_t i = 1; i <= 11; i++) {
        hy_doc_section(&d, hy_doc_format(&d, "section-%zu", i), hy_doc_format(&d, "Section number %zu", i), true);
        hy_doc_paragraph(&d, HY_BODY, "A sentence.");
    }
    struct hy_canvas *plan = sample_plan(&d);
    check_contents(plan, 11, 1);
    cr_assert_eq(hy_plan_page_of(plan, "section-1"), 1, "it shares the page with the contents");
    sample_sound(plan, "contents");
    hy_plan_close(plan);
    hy_doc_fini(&d);
}

/* A section that need not begin a page goes on where the one before ended, if its first block fits; one that begins a
 * page does where less than half of it is free. */
Test(pdf_layout, sections_share_pages)
{
    const struct hy_column alone[] = {{"Alone", 0, HY_LEFT}};
    struct hy_doc d = {0};
    sample_begin(&d, 1);
    hy_doc_section(&d, "a", "Alpha", true);
    hy_doc_paragraph(&d, HY_BODY, "A sentence.");
    hy_doc_section(&d, "b", "Beta", true);
    hy_doc_paragraph(&d, HY_BODY, "A sentence.");
    hy_doc_section(&d, "c", "Gamma", false);
    const struct hy_figure f = sample_figure(&d, 0, 560);
    hy_doc_figures(&d, &f, 1);
    hy_doc_section(&d, "d", "Delta", true);
    hy_doc_table(&d, "t", alone, 1);
    for (int i = 0; i < 32; i++)
        hy_doc_row(&d, (struct hy_cell[]){hy_cell_text("a row")}, NULL);
    hy_doc_section(&d, "e", "Epsilon", false);
    hy_doc_paragraph(&d, HY_BODY, "A sentence.");
    hy_doc_section(&d, "f", "Zeta", true);
    hy_doc_paragraph(&d, HY_BODY, "A sentence.");
    static const struct {
        const char *anchor;
        int page;
    } there[] = {{"a", 1}, {"b", 1}, {"c", 2}, {"d", 3}, {"e", 3}, {"f", 4}};
    struct hy_canvas *plan = sample_plan(&d);
    for (size_t i = 0; i < sizeof there / sizeof *there; i++)
        cr_assert_eq(hy_plan_page_of(plan, there[i].anchor), there[i].page, "section %s is on page %d", there[i].anchor,
                     hy_plan_page_of(plan, there[i].anchor) + 1);
    hy_plan_close(plan);
    hy_doc_fini(&d);
}

/* ---- what must not get lost ------------------------------------------------------------------ */
/* A number is never cut: its row becomes smaller, down to six points where there are many. */
Test(pdf_layout, numbers_are_never_cut)
{
    for (size_t columns = 2; columns <= 12; columns++) {
        const struct sample k = {.rows = 6, .columns = columns, .long_names = true};
        struct hy_doc d = {0};
        sample_begin(&d, 0);
        sample_table(&d, "t", &k);
        struct hy_canvas *plan = sample_plan(&d);
        size_t n;
        const struct hy_drawn_text *t = hy_canvas_texts(plan, &n);
        sample_sound(plan, "wide table");
        for (size_t row = 0; row < k.rows; row++)
            for (size_t i = 1; i < columns; i++)
                cr_assert_geq(sample_find(plan, d.block[1].row[row].cells[i].text, 0), 0);
        for (size_t i = 0; i < n; i++)
            cr_assert_geq(t[i].box.height, 5.99f, "'%s' is too small to read", t[i].text);
        if (columns <= 6)
            cr_assert_geq(sample_find(plan, "A-hybrid-variant-with-a-name-of-forty-03", 0), 0);
        hy_plan_close(plan);
        hy_doc_fini(&d);
    }
}

/* A sentence in a table goes on in a second line; a name in one piece ends in an ellipsis. */
Test(pdf_layout, texts_in_tables)
{
    static const struct hy_column columns[] = {{"What", 100, HY_LEFT}, {"Why", 0, HY_LEFT}, {"N", 40, HY_RIGHT}};
    char name[301];
    struct hy_doc d = {0};
    memset(name, 'x', 300);
    name[300] = '\0';
    sample_begin(&d, 0);
    hy_doc_table(&d, "t", columns, 3);
    hy_doc_row(&d,
               (struct hy_cell[]){hy_cell_text("A name"),
                                  hy_cell_text("A sentence that is a good deal longer than the column that it stands "
                                               "in, so that it takes two lines of it, which is how it can be read."),
                                  hy_cell_fixed(&d, 1, 0)},
               NULL);
    hy_doc_row(&d, (struct hy_cell[]){hy_cell_text("Another"), hy_cell_text(name), hy_cell_fixed(&d, 2, 0)}, NULL);
    struct hy_canvas *plan = sample_plan(&d);
    size_t n, ends = 0, ellipses = 0;
    const struct hy_drawn_text *t = hy_canvas_texts(plan, &n);
    sample_sound(plan, "texts");
    for (size_t i = 0; i < n; i++) {
        ends += strstr(t[i].text, "be read.") != NULL;
        ellipses += strstr(t[i].text, "\xE2\x80\xA6") != NULL;
    }
    cr_assert_eq(ends, 1);
    cr_assert_eq(ellipses, 1);
    hy_plan_close(plan);
    hy_doc_fini(&d);
}

/* A figure higher than a page is drawn smaller rather than off it; a document of nothing but a title is a page. */
Test(pdf_layout, extremes)
{
    struct hy_doc d = {0};
    sample_begin(&d, 2);
    const struct hy_figure f = sample_figure(&d, 0, 3000);
    hy_doc_figures(&d, &f, 1);
    hy_doc_table(&d, "none", (struct hy_column[]){{"Alone", 0, HY_LEFT}}, 1);
    char *text = hy_doc_alloc(&d, 20000);
    memset(text, 'y', 19999);
    hy_doc_paragraph(&d, HY_WARNING, text);
    hy_doc_paragraph(&d, HY_CODE, text);
    hy_doc_paragraph(&d, HY_BODY, "");
    struct hy_canvas *plan = sample_plan(&d);
    sample_sound(plan, "extremes");
    hy_plan_close(plan);
    hy_doc_fini(&d);
    d.title = "Nothing";
    plan = sample_plan(&d);
    cr_assert_eq(sample_pages(plan), 1);
    hy_plan_close(plan);
    hy_doc_fini(&d);
}

/* ---- links ------------------------------------------------------------------------------------- */
/* From the contents, cells, cards and footers; those that would lead nowhere are none. */
Test(pdf_layout, links_lead_somewhere)
{
    const struct sample k = {.rows = 70, .columns = 3, .sections = 3};
    struct hy_doc d = {0};
    sample_make(&d, &k);
    hy_doc_table(&d, "more", (struct hy_column[]){{"Cell", 0, HY_LEFT}}, 1);
    hy_doc_row(&d, (struct hy_cell[]){hy_cell_linked(hy_cell_text("leads on"), "table-2-69")}, NULL);
    hy_doc_row(&d, (struct hy_cell[]){hy_cell_linked(hy_cell_text("leads nowhere"), "no-such-place")}, NULL);
    struct hy_canvas *plan = sample_plan(&d);
    size_t to_rows = 0;
    for (size_t i = 0; i < plan->links; i++) {
        const struct hy_link *l = &plan->link[i];
        cr_assert_geq(hy_plan_page_of(plan, l->anchor), 0, "'%s' leads nowhere", l->anchor);
        cr_assert(l->box.x >= 53 && l->box.x + l->box.width <= HY_PAGE_WIDTH - 53, "'%s' off the page", l->anchor);
        cr_assert(l->box.width > 1 && l->box.height > 1);
        to_rows += strcmp(l->anchor, "table-2-69") == 0;
    }
    const size_t footers = (size_t)sample_pages(plan) - 1, contents = 3, cells = 4 * 70 + 1, cards = 4;
    cr_assert_eq(plan->links, footers + contents + cells + cards);
    cr_assert_eq(to_rows, 1);
    for (size_t i = 0; i < d.anchors; i++)
        cr_assert_geq(hy_plan_page_of(plan, d.anchor[i]), 0, "'%s' is nowhere", d.anchor[i]);
    hy_plan_close(plan);
    hy_doc_fini(&d);
}
