/* The verdict between this run and another: what changed, by how much, and how sure that is. */
#include <math.h>
#include <string.h>

#include "report/pages/comparison.h"

enum { MOST_ROWS = 60, MOST_DOTS = 30 }; /* compare.csv has the others */

/* Verdicts that are shown, in this order. */
enum { VERDICTS = 3 };
static const struct {
    const char *word, *title;
} verdicts[VERDICTS] = {{"regressed", N_("Regressed")}, {"improved", N_("Improved")}, {"changed", N_("Changed")}};

static bool is(const struct hy_csv *t, size_t row, const char *verdict)
{
    return strcmp(hy_csv_text_of(t, row, "verdict"), verdict) == 0;
}

static size_t count_of(const struct hy_csv *t, const char *verdict)
{
    size_t n = 0;
    for (size_t i = 0; i < t->rows; i++)
        n += is(t, i, verdict);
    return n;
}

/* The kernel alone where a time is compared, else with what is. */
static const char *name_of(struct hy_doc *d, const struct hy_csv *t, size_t row)
{
    const char *subject = hy_csv_text_of(t, row, "subject"), *metric = hy_csv_text_of(t, row, "metric");
    return strcmp(metric, "time") == 0 ? subject : hy_doc_format(d, "%s: %s", subject, metric);
}

static void chart(struct hy_doc *d, const struct hy_csv *t)
{
    struct hy_dots *dots = hy_doc_alloc(d, sizeof *dots);
    struct hy_dot *item = hy_doc_alloc(d, MOST_DOTS * sizeof *item);
    size_t n = 0;
    for (size_t k = 0; k < VERDICTS; k++)
        for (size_t i = 0; i < t->rows && n < MOST_DOTS; i++) {
            const double ratio = hy_csv_number_of(t, i, "ratio");
            if (!is(t, i, verdicts[k].word) || !(ratio > 0))
                continue;
            item[n++] = (struct hy_dot){.name = name_of(d, t, i),
                                        .group = _(verdicts[k].title),
                                        .text = hy_cell_percent(d, 100 * (ratio - 1)).text,
                                        .color = hy_rgb(0x457b9d),
                                        .value = ratio,
                                        .low = hy_csv_number_of(t, i, "ci_low"),
                                        .high = hy_csv_number_of(t, i, "ci_high")};
        }
    if (n == 0)
        return;
    *dots = (struct hy_dots){.item = item,
                             .count = n,
                             .label = _("new over base"),
                             .log = true,
                             .centre = 1,
                             .left = _("less than before"),
                             .right = _("more than before")};
    const struct hy_figure f = {"compare-ratios",
                                _("What changed, and by how much"),
                                _("The change with its 95\xC2\xA0% interval. A row without a line is an exact "
                                  "quantity, of which any difference is a change."),
                                hy_dots_height(dots),
                                hy_dots_draw,
                                dots};
    hy_doc_figures(d, &f, 1);
}

static struct hy_cell value(struct hy_doc *d, const struct hy_csv *t, size_t row, const char *column)
{
    struct hy_number n;
    const double x = hy_csv_number_of(t, row, column);
    const char *unit = hy_csv_text_of(t, row, "unit");
    if (!isfinite(x))
        return hy_cell_text("");
    const char *text = strcmp(unit, "ns") == 0
                           ? hy_doc_format(d, "%s", hy_show_time_ns(&n, x))
                           : hy_doc_format(d, "%s%s%s", hy_show_short(&n, x), *unit ? " " : "", unit);
    return hy_cell_from(hy_cell_shown(text, x), t, row, column);
}

static void table(struct hy_doc *d, const struct hy_csv *t)
{
    const struct hy_column columns[] = {{_("Row"), 0, HY_LEFT},      {_("Verdict"), 58, HY_LEFT},
                                        {_("Base"), 56, HY_RIGHT},   {_("New"), 56, HY_RIGHT},
                                        {_("Change"), 46, HY_RIGHT}, {_("95\xC2\xA0%\nlow"), 40, HY_RIGHT},
                                        {_("\nhigh"), 40, HY_RIGHT}};
    size_t all = 0, shown = 0;
    hy_doc_table(d, "compare", columns, sizeof columns / sizeof *columns);
    for (size_t k = 0; k < VERDICTS; k++)
        for (size_t i = 0; i < t->rows; i++) {
            if (!is(t, i, verdicts[k].word) || all++ >= MOST_ROWS)
                continue;
            const struct hy_cell cells[] = {hy_cell_text(name_of(d, t, i)),
                                            hy_cell_text(verdicts[k].word),
                                            value(d, t, i, "base"),
                                            value(d, t, i, "fresh"),
                                            hy_cell_percent(d, 100 * (hy_csv_number_of(t, i, "ratio") - 1)),
                                            hy_cell_of(d, t, i, "ci_low", 3),
                                            hy_cell_of(d, t, i, "ci_high", 3)};
            hy_doc_row(d, cells, NULL);
            shown++;
        }
    if (all > shown)
        hy_doc_paragraph(d, HY_CAPTION,
                         hy_doc_format(d, _("Further rows that changed, in compare.csv: %zu."), all - shown));
}

void hy_comparison_verdicts(struct hy_doc *d, const struct hy_report *r)
{
    const struct hy_csv *t = &r->data.table[HY_TABLE_COMPARE];
    const size_t regressed = count_of(t, "regressed"), improved = count_of(t, "improved"),
                 changed = count_of(t, "changed");
    hy_doc_heading(d, "comparison-verdicts",
                   hy_doc_format(d, _("Verdicts against %s"), hy_csv_text_of(t, 0, "base_name")));
    hy_doc_paragraph(d, HY_BODY,
                     hy_doc_format(d,
                                   _("Rows that regressed: %zu; improved: %zu; exact quantities that changed: %zu; the "
                                     "same: %zu; inconclusive: %zu; without a part in it, as they were disturbed, "
                                     "drifted, or on one side only: %zu."),
                                   regressed, improved, changed, count_of(t, "same"), count_of(t, "inconclusive"),
                                   count_of(t, "")));
    if (regressed + improved + changed > 0) {
        chart(d, t);
        table(d, t);
    }
    hy_doc_paragraph(d, HY_CAPTION,
                     _("A row regressed or improved only where a rank test (of seeds: Student's t of their "
                       "differences), corrected for the number of rows, refuses chance and the interval lies beyond "
                       "the threshold. compare.csv has every row, and for the inconclusive ones the observations that "
                       "would settle them."));
}
