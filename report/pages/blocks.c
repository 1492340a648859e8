/* Why one block is slower than another: where the steps of two hybrids differ, op by op, and what the designs behind
 * the study's questions cost by themselves. */
#include <math.h>
#include <string.h>

#include "report/pages/pages.h"

enum { MOST_OPS = 48, SHOWN = 10, ROW = 15 };

struct difference {
    const char *op;
    double ms[2]; /* of a step: the first variant's, the other's */
};

/* ---- two variants of different blocks -------------------------------------------------------- */

static bool is_step(const struct hy_csv *t, size_t row)
{
    static const char *const passes[] = {"forward", "backward", "update"};
    for (size_t i = 0; i < sizeof passes / sizeof *passes; i++)
        if (strcmp(hy_csv_text_of(t, row, "pass"), passes[i]) == 0)
            return true;
    return false;
}

static bool profiled(const struct hy_report *r, const char *variant)
{
    const struct hy_csv *t = &r->data.table[HY_TABLE_OPS];
    for (size_t i = 0; i < t->rows; i++)
        if (is_step(t, i) && strcmp(hy_csv_text_of(t, i, "variant"), variant) == 0)
            return true;
    return false;
}

/* The group's first hybrid that has a profile: the one that the study's own questions start from. */
static const struct hy_variant *hybrid_of(const struct hy_report *r, size_t group)
{
    const struct hy_csv *t = &r->data.table[HY_TABLE_VARIANTS];
    for (size_t i = 0; i < r->data.variants; i++) {
        const struct hy_variant *v = &r->data.variant[i];
        const long row = hy_run_data_configured(&r->data, v->name);
        if (v->group == group && row >= 0 && strcmp(hy_csv_text_of(t, (size_t)row, "arch"), "hybrid") == 0 &&
            profiled(r, v->name))
            return v;
    }
    return NULL;
}

static int differences(const struct hy_report *r, const struct hy_variant *const v[2], struct difference d[MOST_OPS])
{
    const struct hy_csv *t = &r->data.table[HY_TABLE_OPS];
    int n = 0;
    for (size_t i = 0; i < t->rows; i++) {
        const char *variant = hy_csv_text_of(t, i, "variant"), *op = hy_csv_text_of(t, i, "op");
        const int which = strcmp(variant, v[0]->name) == 0 ? 0 : strcmp(variant, v[1]->name) == 0 ? 1 : -1;
        const double ms = hy_csv_number_of(t, i, "time_ms");
        int k = 0;
        if (which < 0 || !is_step(t, i) || !isfinite(ms))
            continue;
        while (k < n && strcmp(d[k].op, op) != 0)
            k++;
        if (k == MOST_OPS)
            continue;
        if (k == n)
            d[n++] = (struct difference){.op = op};
        d[k].ms[which] += ms;
    }
    return n;
}

static double gap(const struct difference *d)
{
    return d->ms[1] - d->ms[0];
}

/* The largest difference first, whichever way. */
static void sort(struct difference *d, int n)
{
    for (int i = 1; i < n; i++) {
        const struct difference moved = d[i];
        int k = i;
        for (; k > 0 && fabs(gap(&d[k - 1])) < fabs(gap(&moved)); k--)
            d[k] = d[k - 1];
        d[k] = moved;
    }
}

/* ---- the chart: bars to either side of no difference ------------------------------------------- */
static void bar(struct hy_sheet *s, const struct difference *d, float y, double most, struct hy_color color,
                bool hollow)
{
    const float left = HY_LEFT_EDGE + 120, width = HY_TEXT_WIDTH - 240, middle = left + width / 2;
    const float to = middle + (float)(gap(d) / most) * width / 2;
    const struct hy_pen edge = {color, 1.2f, 0, 0}, rule = {hy_faint(), 0.8f, 0, 0};
    const struct hy_text_style name = hy_style(HY_SANS, 8, hy_ink(), HY_RIGHT),
                               number = hy_style(HY_SANS, 7.4f, hy_grey(), HY_RIGHT);
    hy_pdf_text(s->pdf, left - 8, y + 10, &name, d->op);
    hy_pdf_line(s->pdf, middle, y, middle, y + ROW, &rule);
    hy_pdf_rectangle(s->pdf, fminf(middle, to), y + 3, fabsf(to - middle), ROW - 6, hollow ? NULL : &color,
                     hollow ? &edge : NULL);
    hy_pdf_text(s->pdf, HY_RIGHT_EDGE, y + 10, &number,
                hy_pdf_format(s->pdf, "%+.2f ms (%.2f, %.2f)", gap(d), d->ms[0], d->ms[1]));
}

static void chart(struct hy_sheet *s, const struct difference *d, int n, const struct hy_variant *const v[2],
                  bool hollow)
{
    const int shown = n > SHOWN ? SHOWN : n;
    struct difference others = {.op = "all others"}, all = {.op = "the whole step"};
    for (int i = 0; i < n; i++)
        for (int k = 0; k < 2; k++) {
            all.ms[k] += d[i].ms[k];
            others.ms[k] += i >= shown ? d[i].ms[k] : 0;
        }
    double most = fabs(gap(&all));
    for (int i = 0; i < shown; i++)
        most = fmax(most, fabs(gap(&d[i])));
    const int rows = shown + (n > shown) + 1;
    float y = hy_sheet_take(s, (float)rows * ROW + 6);
    for (int i = 0; i < shown; i++, y += ROW)
        bar(s, &d[i], y, fmax(most, 1e-9), gap(&d[i]) > 0 ? v[1]->color : v[0]->color, hollow);
    if (n > shown) {
        bar(s, &others, y, fmax(most, 1e-9), hy_grey(), hollow);
        y += ROW;
    }
    bar(s, &all, y, fmax(most, 1e-9), hy_ink(), hollow);
}

/* "linear (+8.1 ms) and scan (+2.0 ms) make 84 % of it": of the ops that go the same way as the whole. */
static const char *reason(struct hy_sheet *s, const struct difference *d, int n, double whole)
{
    const char *text = "";
    double named = 0;
    int count = 0;
    for (int i = 0; i < n && count < 3 && fabs(named) < 0.8 * fabs(whole); i++) {
        if (gap(&d[i]) * whole <= 0)
            continue;
        text = hy_pdf_format(s->pdf, "%s%s%s (%+.2f ms)", text, count ? ", " : "", d[i].op, gap(&d[i]));
        named += gap(&d[i]);
        count++;
    }
    return count
               ? hy_pdf_format(s->pdf, " Most of it: %s, together %.0f\xC2\xA0%% of the difference%s.", text,
                               100 * named / whole, fabs(named) > fabs(whole) ? "; other ops give some of it back" : "")
               : "";
}

static void two_blocks(struct hy_sheet *s, const struct hy_report *r, const struct hy_variant *const v[2])
{
    struct difference d[MOST_OPS];
    const int n = differences(r, v, d);
    double ms[2] = {0, 0};
    for (int i = 0; i < n; i++)
        for (int k = 0; k < 2; k++)
            ms[k] += d[i].ms[k];
    sort(d, n);
    const char *source[2] = {hy_profile_source(&r->data, v[0]->name), hy_profile_source(&r->data, v[1]->name)};
    const bool alike = strcmp(source[0], source[1]) == 0;
    const bool holds = alike && hy_profile_quality(&r->data, v[0]->name) == HY_ROW_OK &&
                       hy_profile_quality(&r->data, v[1]->name) == HY_ROW_OK;
    hy_sheet_heading(s, hy_pdf_format(s->pdf, "%s and %s", v[0]->name, v[1]->name), 190);
    if (holds)
        hy_sheet_paragraph(s, HY_BODY,
                           hy_pdf_format(s->pdf,
                                         "A step of %s takes %.2f ms in its ops, one of %s %.2f ms: %+.1f\xC2\xA0%%.%s",
                                         v[0]->name, ms[0], v[1]->name, ms[1], 100 * (ms[1] / ms[0] - 1),
                                         reason(s, d, n, ms[1] - ms[0])));
    else if (!alike)
        hy_sheet_paragraph(
            s, HY_BODY,
            "One of the two profiles was imported and the other was not: the bars are hollow, and nothing "
            "is concluded from them.");
    else
        hy_sheet_paragraph(
            s, HY_BODY,
            "The times of one of the two profiles do not hold (disturbed or drifted): the bars are hollow, and "
            "nothing is concluded from them.");
    chart(s, d, n, v, !holds);
    hy_sheet_paragraph(
        s, HY_CAPTION,
        hy_pdf_format(s->pdf,
                      "Time of a training step by op, summed over layers, forward, backward and update: to the "
                      "right what %s takes longer, to the left what %s does; in brackets both times.%s%s%s",
                      v[1]->name, v[0]->name, *source[0] && alike ? " Times of a device, imported from " : "",
                      alike ? source[0] : "", *source[0] && alike ? "." : ""));
}

/* ---- the questions -------------------------------------------------------------------------------- */

/* The ratio as a dot with its interval, on a logarithmic axis from a half to double around no difference. */
static void ratio_cell(struct hy_grid *g, int column, const struct hy_csv *t, size_t row, bool holds)
{
    struct hy_pdf *pdf = g->sheet->pdf;
    const double most = log(2),
                 values[] = {log(hy_csv_number_of(t, row, "ci_low")), log(hy_csv_number_of(t, row, "ratio")),
                             log(hy_csv_number_of(t, row, "ci_high"))};
    const float middle = g->left[column] + g->width[column] / 2, half = g->width[column] / 2 - 4;
    const float y = g->row_top + g->row_height / 2;
    const struct hy_color ink = holds ? hy_ink() : hy_grey();
    const struct hy_pen rule = {hy_faint(), 0.8f, 0, 0}, line = {ink, 1, 0, 0};
    float x[3];
    for (int i = 0; i < 3; i++)
        x[i] = middle + half * (float)fmax(-1, fmin(1, values[i] / most));
    hy_pdf_line(pdf, middle, g->row_top, middle, g->row_top + g->row_height, &rule);
    if (isfinite(values[0]) && isfinite(values[2]))
        hy_pdf_line(pdf, x[0], y, x[2], y, &line);
    if (isfinite(values[1]))
        hy_pdf_circle(pdf, x[1], y, 1.8f, holds ? &ink : NULL, &line);
}

static const char *interval(struct hy_sheet *s, const struct hy_csv *t, size_t row)
{
    const double low = hy_csv_number_of(t, row, "ci_low"), high = hy_csv_number_of(t, row, "ci_high");
    return isfinite(low) && isfinite(high) ? hy_pdf_format(s->pdf, "%.3f \xE2\x80\x93 %.3f", low, high) : HY_DASH;
}

static void questions(struct hy_sheet *s, const struct hy_csv *t)
{
    static const struct hy_grid_column columns[] = {
        {"Question", 0, HY_LEFT},      {"New / base", 72, HY_LEFT},
        {"Pass", 36, HY_LEFT},         {"Base", 34, HY_RIGHT},
        {"New", 34, HY_RIGHT},         {"Ratio", 32, HY_RIGHT},
        {"95\xC2\xA0%", 58, HY_RIGHT}, {"half \xE2\x80\x93 double", 62, HY_CENTER}};
    struct hy_grid g;
    const char *last = "";
    hy_sheet_heading(s, "What one design costs against the other", 160);
    hy_grid_begin(&g, s, columns, 8, 6.8f);
    for (size_t i = 0; i < t->rows; i++) {
        struct hy_number base, fresh;
        const enum hy_row_quality quality = hy_row_quality(t, i);
        const char *name = hy_csv_text_of(t, i, "pair"), *skipped = hy_csv_text_of(t, i, "skip_reason");
        struct hy_grid_look look = {.rule_above = *last && strcmp(last, name) != 0, .muted = quality != HY_ROW_OK};
        const char *cells[] = {
            hy_csv_text_of(t, i, "question"),
            hy_pdf_format(s->pdf, "%s / %s", hy_csv_text_of(t, i, "fresh_side"), hy_csv_text_of(t, i, "base_side")),
            hy_pdf_format(s->pdf, "%s %s", hy_csv_text_of(t, i, "pass"), hy_csv_text_of(t, i, "dtype")),
            *skipped ? skipped : hy_pdf_format(s->pdf, "%s", hy_show_time_ns(&base, hy_csv_number_of(t, i, "base_ns"))),
            hy_pdf_format(s->pdf, "%s", hy_show_time_ns(&fresh, hy_csv_number_of(t, i, "fresh_ns"))),
            hy_pdf_format(s->pdf, "%s%s", hy_cell_fixed(s, hy_csv_number_of(t, i, "ratio"), 3), hy_row_mark(quality)),
            interval(s, t, i),
            ""};
        hy_grid_row(&g, cells, &look);
        ratio_cell(&g, 7, t, i, quality == HY_ROW_OK);
        last = name;
    }
    hy_grid_end(&g);
    hy_sheet_paragraph(
        s, HY_CAPTION,
        "The kernels that stand for either design at the models' sizes, timed in turns; below 1 the new one is "
        "faster. Grey, with a ring: the machine was not ours for too much of the time. pairs.csv has the calls.");
}

void hy_page_blocks(struct hy_sheet *s, const struct hy_report *r)
{
    const bool pairs = r->data.have[HY_TABLE_PAIRS] && r->data.table[HY_TABLE_PAIRS].rows > 0;
    const struct hy_variant *v[2] = {r->data.groups > 0 && r->data.have[HY_TABLE_OPS] ? hybrid_of(r, 0) : NULL, NULL};
    hy_sheet_section(s, "Why is one block slower", 260);
    bool any = false;
    for (size_t group = 1; v[0] && group < r->data.groups; group++) {
        v[1] = hybrid_of(r, group);
        if (v[1])
            two_blocks(s, r, v);
        any |= v[1] != NULL;
    }
    if (!any)
        hy_sheet_paragraph(s, HY_MISSING, HY_DASH " no two hybrids of different blocks have a profile in ops.csv.");
    if (pairs)
        questions(s, &r->data.table[HY_TABLE_PAIRS]);
    else
        hy_sheet_paragraph(s, HY_MISSING,
                           HY_DASH " pairs.csv is not there: what the designs cost by themselves was not measured.");
}
