/* What the designs behind the study's questions cost by themselves: the kernels that stand for them, in turns. */
#include <math.h>
#include <string.h>

#include "report/pages/blocks.h"

static const char *measured_as(struct hy_doc *d, const struct hy_csv *t, size_t row)
{
    return hy_doc_format(d, "%s %s", hy_csv_text_of(t, row, "pass"), hy_csv_text_of(t, row, "dtype"));
}

static const char *sides(struct hy_doc *d, const struct hy_csv *t, size_t row)
{
    return hy_doc_format(d, "%s / %s", hy_csv_text_of(t, row, "fresh_side"), hy_csv_text_of(t, row, "base_side"));
}

static void chart(struct hy_doc *d, const struct hy_csv *t)
{
    struct hy_dots *dots = hy_doc_alloc(d, sizeof *dots);
    struct hy_dot *item = hy_doc_alloc(d, t->rows * sizeof *item);
    size_t n = 0;
    for (size_t i = 0; i < t->rows; i++) {
        const double ratio = hy_csv_number_of(t, i, "ratio");
        const enum hy_row_quality quality = hy_row_quality(t, i);
        if (!(ratio > 0))
            continue;
        item[n++] =
            (struct hy_dot){.name = hy_doc_format(d, "%s, %s", sides(d, t, i), measured_as(d, t, i)),
                            .group = hy_csv_text_of(t, i, "question"),
                            .text = hy_doc_format(d, "%s%s", hy_cell_fixed(d, ratio, 3).text, hy_row_mark(quality)),
                            .color = hy_rgb(0x457b9d),
                            .value = ratio,
                            .low = hy_csv_number_of(t, i, "ci_low"),
                            .high = hy_csv_number_of(t, i, "ci_high"),
                            .hollow = quality != HY_ROW_OK};
    }
    if (n == 0)
        return;
    *dots = (struct hy_dots){.item = item,
                             .count = n,
                             .label = _("time of the new design over that of the old"),
                             .log = true,
                             .centre = 1,
                             .left = _("the new one is faster"),
                             .right = _("the new one is slower")};
    const struct hy_figure f = {"pair-ratios",
                                _("New design against old, by the kernels that stand for them"),
                                _("Ratio of times with its 95\xC2\xA0% interval, measured in turns at the models' "
                                  "sizes: new / old, pass and precision. Hollow: the machine was not ours for too "
                                  "much of the time, and nothing is concluded."),
                                hy_dots_height(dots),
                                hy_dots_draw,
                                dots};
    hy_doc_figures(d, &f, 1);
}

static struct hy_cell time_of(struct hy_doc *d, const struct hy_csv *t, size_t row, const char *column)
{
    struct hy_number n;
    const double ns = hy_csv_number_of(t, row, column);
    return hy_cell_from(hy_cell_shown(hy_doc_format(d, "%s", hy_show_time_ns(&n, ns)), ns), t, row, column);
}

static void row(struct hy_doc *d, const struct hy_csv *t, size_t i)
{
    const enum hy_row_quality quality = hy_row_quality(t, i);
    const char *skipped = hy_csv_text_of(t, i, "skip_reason");
    const bool begins = i > 0 && strcmp(hy_csv_text_of(t, i, "pair"), hy_csv_text_of(t, i - 1, "pair")) != 0;
    const struct hy_row_look look = {.rule_above = begins, .muted = quality != HY_ROW_OK};
    const struct hy_cell cells[] = {
        hy_cell_text(hy_csv_text_of(t, i, "question")),
        hy_cell_text(sides(d, t, i)),
        hy_cell_text(measured_as(d, t, i)),
        *skipped ? hy_cell_text(skipped) : time_of(d, t, i, "base_ns"),
        time_of(d, t, i, "fresh_ns"),
        hy_cell_from(hy_cell_rate(d, hy_csv_number_of(t, i, "ratio"), 3, quality), t, i, "ratio"),
        hy_cell_of(d, t, i, "ci_low", 3),
        hy_cell_of(d, t, i, "ci_high", 3),
        hy_cell_of(d, t, i, "pairs", 0)};
    hy_doc_row(d, cells, &look);
}

void hy_blocks_pairs(struct hy_doc *d, const struct hy_report *r)
{
    const struct hy_csv *t = &r->data.table[HY_TABLE_PAIRS];
    const struct hy_column columns[] = {{_("Question"), 0, HY_LEFT},
                                        {_("New / old"), 84, HY_LEFT},
                                        {_("Pass"), 44, HY_LEFT},
                                        {_("Old"), 42, HY_RIGHT},
                                        {_("New"), 42, HY_RIGHT},
                                        {_("Ratio"), 38, HY_RIGHT},
                                        {_("95\xC2\xA0%\nlow"), 34, HY_RIGHT},
                                        {_("\nhigh"), 34, HY_RIGHT},
                                        {_("Turns"), 30, HY_RIGHT}};
    hy_doc_table(d, "pair-table", columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < t->rows; i++)
        row(d, t, i);
    hy_doc_paragraph(d, HY_CAPTION,
                     _("Below 1 the new design is faster. Grey: a row that does not hold. pairs.csv has the calls that "
                       "stand for either."));
    chart(d, t);
}
