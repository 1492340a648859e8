#include "tests/report/render/pdf_sample.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "kernels/base/status.h"
#include "report/render/render.h"

static const char korean[] =
    "\xEA\xB2\x80\xEC\xA6\x9D \xEC\x86\x90\xEC\x8B\xA4\xEC\x9D\x80 \xEB\x82\xAE\xEC\x9D\x84\xEC\x88\x98\xEB\xA1\x9D "
    "\xEC\xA2\x8B\xEC\x8A\xB5\xEB\x8B\x88\xEB\x8B\xA4. \xEB\xAA\xA8\xEB\x8D\xB8\xEC\x9D\x80 \xEA\xB0\x99\xEC\x9D\x80 "
    "\xEB\x8D\xB0\xEC\x9D\xB4\xED\x84\xB0\xEB\xA1\x9C \xED\x95\x99\xEC\x8A\xB5\xED\x96\x88\xEC\x8A\xB5\xEB\x8B\x88"
    "\xEB\x8B\xA4.";
static const char english[] = "Lower is better. The models were trained on the same text, in the same order.";

static void draw_frame(struct hy_canvas *c, struct hy_box box, const void *chart)
{
    const struct hy_pen pen = {hy_grey(), 0.5f, 0, 0};
    const struct hy_text_style style = hy_style(HY_SANS, 7, hy_grey(), HY_CENTER);
    hy_canvas_rectangle(c, box, NULL, &pen);
    hy_canvas_text(c, box.x + box.width / 2, box.y + box.height / 2, &style, chart);
}

struct hy_figure sample_figure(struct hy_doc *d, size_t number, float height)
{
    return (struct hy_figure){.name = hy_doc_format(d, "figure-%zu", number),
                              .title = hy_doc_format(d, "Title of figure %zu", number),
                              .caption = hy_doc_format(d, "Caption of figure %zu: what to see in it.", number),
                              .height = height,
                              .draw = draw_frame,
                              .chart = hy_doc_format(d, "drawing %zu", number)};
}

/* ---- tables ----------------------------------------------------------------------------- */
static const char *name_of(struct hy_doc *d, const struct sample *k, size_t row)
{
    if (k->korean)
        return hy_doc_format(d, "\xEB\xAA\xA8\xEB\x8D\xB8 %zu\xEB\xB2\x88", row);
    return k->long_names ? hy_doc_format(d, "A-hybrid-variant-with-a-name-of-forty-%02zu", row)
                         : hy_doc_format(d, "Variant-%zu", row);
}

void sample_table(struct hy_doc *d, const char *anchor, const struct sample *k)
{
    static const char *const titles[] = {"Best\nPPL", "tok/s", "Peak memory (MiB)", "Params"};
    const struct hy_color color = {0.2f, 0.4f, 0.7f};
    struct hy_column *columns = hy_doc_alloc(d, k->columns * sizeof *columns);
    struct hy_cell *cells = hy_doc_alloc(d, k->columns * sizeof *cells);
    columns[0] = (struct hy_column){k->korean ? "\xEB\xAA\xA8\xEB\x8D\xB8" : "Model", 0, HY_LEFT};
    for (size_t i = 1; i < k->columns; i++)
        columns[i] = (struct hy_column){titles[i % 4], 52, HY_RIGHT};
    hy_doc_table(d, anchor, columns, k->columns);
    for (size_t row = 0; row < k->rows; row++) {
        const struct hy_row_look look = {.swatch = &color,
                                         .bold = row == 0,
                                         .rule_above = row % 5 == 4,
                                         .anchor = hy_doc_format(d, "%s-%zu", anchor, row)};
        cells[0] = hy_cell_linked(hy_cell_text(name_of(d, k, row)), "first");
        for (size_t i = 1; i < k->columns; i++)
            cells[i] = hy_cell_fixed(d, k->empty && (row + i) % 3 == 0 ? (double)NAN : 1000.0 * (double)(row + i), 2);
        hy_doc_row(d, cells, &look);
    }
}

/* ---- documents ---------------------------------------------------------------------------- */
void sample_begin(struct hy_doc *d, size_t lines)
{
    d->title = "Ablation of hybrid-head language models";
    d->subtitle = "quick profile, seven variants";
    d->footer = "run of a test, a made-up corpus";
    hy_doc_section(d, "first", "On one page", true);
    for (size_t i = 0; i < lines; i++)
        hy_doc_paragraph(d, HY_BODY, hy_doc_format(d, "Line %zu of the first page.", i));
}

static void all_kinds(struct hy_doc *d, const struct sample *k, size_t number)
{
    const char *text = k->korean ? korean : english;
    const struct hy_card cards[] = {{"Best model",
                                     k->long_names ? "A-hybrid-variant-with-a-name-of-forty-00" : "Hybrid",
                                     "perplexity 87.1 [85.2, 89.0]", text, "first"},
                                    {"Effect of meta tokens",
                                     "\xE2\x88\x92"
                                     "3.2 %",
                                     "", text, NULL},
                                    {text, "1.57", "of the bytes", "", NULL}};
    const struct hy_fact facts[] = {{"CPU", "two cores"}, {"Compiler", english}, {text, text}, {"Seed", "42"}};
    struct hy_figure figures[] = {sample_figure(d, 3 * number, 120), sample_figure(d, 3 * number + 1, 110),
                                  sample_figure(d, 3 * number + 2, 90)};
    figures[1].title = text;
    hy_doc_paragraph(d, HY_LEAD, text);
    hy_doc_cards(d, cards, 3);
    hy_doc_figures(d, figures, 1 + number % 3);
    hy_doc_paragraph(d, HY_BODY, hy_doc_format(d, "%s %s %s %s", text, text, text, text));
    hy_doc_heading(d, hy_doc_format(d, "heading-%zu", number), text);
    sample_table(d, hy_doc_format(d, "table-%zu", number), k);
    hy_doc_paragraph(d, HY_CAPTION, text);
    hy_doc_paragraph(d, HY_WARNING, text);
    hy_doc_facts(d, facts, 4);
    hy_doc_paragraph(d, HY_MISSING, text);
    hy_doc_paragraph(d, HY_CODE, "hymbench report results/latest\n\n    --lang ko\n");
}

void sample_make(struct hy_doc *d, const struct sample *k)
{
    sample_begin(d, 3);
    all_kinds(d, k, 0);
    for (size_t i = 1; i <= k->sections; i++) {
        hy_doc_section(d, hy_doc_format(d, "section-%zu", i), hy_doc_format(d, "Section number %zu", i), i % 2 == 0);
        all_kinds(d, k, i);
    }
}

/* ---- pages ------------------------------------------------------------------------------------ */
struct hy_canvas *sample_plan(const struct hy_doc *d)
{
    struct hy_canvas *plan;
    cr_assert_eq(hy_render_plan(d, &plan), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_canvas_left_out(plan), 0);
    return plan;
}

int sample_pages(const struct hy_canvas *plan)
{
    size_t n;
    const struct hy_drawn_text *t = hy_canvas_texts(plan, &n);
    cr_assert_gt(n, 0);
    return t[n - 1].page + 1;
}

bool sample_is_footer(const struct hy_drawn_text *t)
{
    return t->box.y > HY_PAGE_HEIGHT - 40;
}

static bool apart(struct hy_box a, struct hy_box b)
{
    const float slack = 0.4f;
    return a.x + a.width <= b.x + slack || b.x + b.width <= a.x + slack || a.y + a.height <= b.y + slack ||
           b.y + b.height <= a.y + slack;
}

static bool on_its_page(const struct hy_drawn_text *t)
{
    const float edge = 53.5f, low = sample_is_footer(t) ? HY_PAGE_HEIGHT - 10 : HY_PAGE_HEIGHT - edge;
    const struct hy_box b = t->box;
    return b.x >= edge && b.x + b.width <= HY_PAGE_WIDTH - edge && b.y >= edge && b.y + b.height <= low;
}

/* One assertion for each fault, not for each of some million pairs. */
void sample_sound(const struct hy_canvas *plan, const char *what)
{
    size_t n;
    const struct hy_drawn_text *t = hy_canvas_texts(plan, &n);
    cr_assert_gt(n, 0);
    for (size_t i = 0; i < n; i++) {
        const struct hy_box b = t[i].box;
        if (!on_its_page(&t[i]))
            cr_assert(false, "%s: '%s' is off page %d: %g + %g, %g + %g", what, t[i].text, t[i].page + 1, (double)b.x,
                      (double)b.width, (double)b.y, (double)b.height);
        for (size_t k = i + 1; k < n && t[k].page == t[i].page; k++)
            if (!apart(b, t[k].box))
                cr_assert(false, "%s: '%s' lies on '%s', page %d", what, t[i].text, t[k].text, t[i].page + 1);
    }
}

long sample_find(const struct hy_canvas *plan, const char *text, size_t from)
{
    size_t n;
    const struct hy_drawn_text *t = hy_canvas_texts(plan, &n);
    for (size_t i = from; i < n; i++)
        if (strcmp(t[i].text, text) == 0)
            return (long)i;
    return -1;
}
