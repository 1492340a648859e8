/* Time per op of one profiled training step. */
#include <math.h>
#include <string.h>

#include "report/pages/pages.h"

enum { MOST_OPS = 48, SHOWN = 11 };

struct op_total {
    const char *name;
    double ms; /* over all variants: decides order and colour */
};

static int find_or_add(struct op_total *ops, int *count, const char *name)
{
    for (int i = 0; i < *count; i++)
        if (strcmp(ops[i].name, name) == 0)
            return i;
    if (*count == MOST_OPS)
        return -1;
    ops[*count] = (struct op_total){name, 0};
    return (*count)++;
}

/* Every op of the table, the costliest first. */
static int totals(const struct hy_csv *t, struct op_total ops[MOST_OPS])
{
    int count = 0;
    for (size_t i = 0; i < t->rows; i++) {
        double ms = hy_csv_number_of(t, i, "time_ms");
        int k = find_or_add(ops, &count, hy_csv_text_of(t, i, "op"));
        if (k >= 0 && ms > 0)
            ops[k].ms += ms;
    }
    for (int i = 1; i < count; i++) {
        struct op_total moved = ops[i];
        int k = i;
        for (; k > 0 && ops[k - 1].ms < moved.ms; k--)
            ops[k] = ops[k - 1];
        ops[k] = moved;
    }
    return count;
}

/* Muted colours that no variant has, so that nobody takes an op for a variant. */
static struct hy_color op_color(int i)
{
    static const unsigned colors[SHOWN + 1] = {0x264653, 0x2a9d8f, 0xe9c46a, 0xe76f51, 0x457b9d, 0x8ab17d,
                                               0x6d597a, 0xf4a261, 0xa8dadc, 0xb56576, 0x90be6d, 0xbdbdbd};
    return hy_rgb(colors[i < SHOWN ? i : SHOWN]);
}

/* Least and most of a column's numbers; false where it has none. */
static bool range_of(const struct hy_csv *t, const char *column, double range[2])
{
    bool any = false;
    for (size_t row = 0; row < t->rows; row++) {
        double x = hy_csv_number_of(t, row, column);
        if (!isfinite(x))
            continue;
        range[0] = any && range[0] < x ? range[0] : x;
        range[1] = any && range[1] > x ? range[1] : x;
        any = true;
    }
    return any;
}

/* The variant with what stands behind its name: the mark of a profile that does not hold, where it was imported from.
 */
static const char *shown_name(struct hy_sheet *s, const struct hy_report *r, const char *variant)
{
    const char *source = hy_profile_source(&r->data, variant),
               *mark = hy_row_mark(hy_profile_quality(&r->data, variant));
    return hy_pdf_format(s->pdf, "%s%s%s%s%s", variant, mark, *source ? " (" : "", source, *source ? ")" : "");
}

/* How many of the table's rows were imported. */
static size_t imported_rows(const struct hy_csv *t)
{
    size_t n = 0;
    for (size_t row = 0; row < t->rows; row++)
        n += *hy_row_source(t, row) != '\0';
    return n;
}

/* What the times are: of the host, of the device by CUPTI, of another program's capture of it. */
static void explain(struct hy_sheet *s, const struct hy_csv *t)
{
    double ratio[2], busy[2];
    const size_t imported = imported_rows(t);
    if (range_of(t, "trace_ratio", ratio) && range_of(t, "busy_pct", busy))
        hy_sheet_paragraph(
            s, HY_CAPTION,
            hy_pdf_format(
                s->pdf,
                "One training step (forward, backward, update) as the device ran it: the time during which it "
                "worked for an op, by CUPTI, summed over layers and passes. Shorter is better; bold: the whole "
                "step. Steps are traced in a repeat of their own, in which they took %.2f to %.2f times as long as "
                "untraced, as all times elsewhere are; of an untraced step the device works %.0f to %.0f %%.",
                ratio[0], ratio[1], busy[0], busy[1]));
    else if (imported < t->rows)
        hy_sheet_paragraph(
            s, HY_CAPTION,
            "One profiled training step (forward, backward, update), time summed over layers and passes. Shorter is "
            "better; bold: the whole step. A profiled step carries the cost of its timers, so it can be a little "
            "slower than the throughput of the result table implies.");
    if (imported > 0)
        hy_sheet_paragraph(
            s, HY_CAPTION,
            "(nsys): imported from a capture by Nsight Systems; the time during which a device worked for "
            "an op, in steps that ran op by op, summed over layers and passes.");
}

static void stacks(struct hy_sheet *s, const struct hy_report *r, const struct op_total *ops, int op_count)
{
    const struct hy_csv *t = &r->data.table[HY_TABLE_OPS];
    int count = (int)r->data.variants, parts = op_count > SHOWN ? SHOWN + 1 : op_count;
    double *values = hy_pdf_alloc(s->pdf, sizeof *values * (size_t)(count * parts));
    const char **names = hy_pdf_alloc(s->pdf, sizeof *names * (size_t)count);
    const char **shown = hy_pdf_alloc(s->pdf, sizeof *shown * (size_t)count);
    bool *hollow = hy_pdf_alloc(s->pdf, sizeof *hollow * (size_t)count);
    struct hy_stack_part part[SHOWN + 1];
    for (int k = 0; k < parts; k++)
        part[k] = (struct hy_stack_part){k < SHOWN ? ops[k].name : "all others", op_color(k)};
    for (int i = 0; i < count; i++) {
        names[i] = r->data.variant[i].name;
        hollow[i] = hy_profile_quality(&r->data, names[i]) != HY_ROW_OK;
        shown[i] = shown_name(s, r, names[i]);
        for (size_t row = 0; row < t->rows; row++) {
            double ms = hy_csv_number_of(t, row, "time_ms");
            if (strcmp(hy_csv_text_of(t, row, "variant"), names[i]) != 0 || !(ms > 0))
                continue;
            int k = 0;
            while (k < parts - 1 && strcmp(part[k].name, hy_csv_text_of(t, row, "op")) != 0)
                k++;
            values[i * parts + k] += ms;
        }
    }
    float height = hy_chart_stacks_height(count, parts), top = hy_sheet_take(s, height);
    hy_chart_stacks(s->pdf, (struct hy_box){HY_LEFT_EDGE, top, HY_TEXT_WIDTH, height}, shown, count, hollow, part,
                    parts, values, "milliseconds per training step");
    explain(s, t);
}

struct op_sums {
    double forward, backward, share, flops, bytes, calls;
};

static struct op_sums sums_of(const struct hy_csv *t, const char *variant, const char *op)
{
    struct op_sums sum = {0};
    for (size_t i = 0; i < t->rows; i++) {
        if (strcmp(hy_csv_text_of(t, i, "variant"), variant) != 0 || strcmp(hy_csv_text_of(t, i, "op"), op) != 0)
            continue;
        bool backward = strcmp(hy_csv_text_of(t, i, "pass"), "backward") == 0;
        *(backward ? &sum.backward : &sum.forward) += hy_csv_number_of(t, i, "time_ms");
        sum.share += hy_csv_number_of(t, i, "share_pct");
        sum.flops += hy_csv_number_of(t, i, "flops");
        sum.bytes += hy_csv_number_of(t, i, "bytes");
        sum.calls += hy_csv_number_of(t, i, "calls");
    }
    return sum;
}

/* The costliest shown, most time first: of the best variant with rows in ops.csv. */
static void breakdown(struct hy_sheet *s, const struct hy_report *r, const struct op_total *ops, int op_count)
{
    static const struct hy_grid_column columns[] = {{"Op", 110, HY_LEFT},
                                                    {"Calls", 0, HY_RIGHT},
                                                    {"Forward or\nupdate (ms)", 0, HY_RIGHT},
                                                    {"Backward\n(ms)", 0, HY_RIGHT},
                                                    {"Share\n(%)", 0, HY_RIGHT},
                                                    {"GFLOP/s", 0, HY_RIGHT},
                                                    {"GB/s", 0, HY_RIGHT}};
    const struct hy_csv *t = &r->data.table[HY_TABLE_OPS];
    const struct hy_variant *v = NULL;
    for (int doubtful = 0; doubtful < 2 && !v; doubtful++)
        for (size_t i = 0; i < r->data.variants && !v; i++)
            for (size_t row = 0; row < t->rows && !v; row++)
                if (strcmp(hy_csv_text_of(t, row, "variant"), r->data.variant[r->data.ranked[i]].name) == 0 &&
                    (doubtful || hy_row_quality(t, row) == HY_ROW_OK))
                    v = &r->data.variant[r->data.ranked[i]];
    if (!v)
        return;
    struct hy_grid g;
    hy_sheet_heading(s, hy_pdf_format(s->pdf, "%s, op by op", shown_name(s, r, v->name)), 120);
    hy_grid_begin(&g, s, columns, 7, 7.8f);
    for (int i = 0; i < op_count; i++) {
        struct op_sums sum = sums_of(t, v->name, ops[i].name);
        double ms = sum.forward + sum.backward;
        if (!(sum.calls > 0))
            continue;
        struct hy_color color = op_color(i);
        struct hy_grid_look look = {.swatch = &color};
        const char *cells[] = {ops[i].name,
                               hy_cell_fixed(s, sum.calls, 0),
                               hy_cell_fixed(s, sum.forward, 2),
                               sum.backward > 0 ? hy_cell_fixed(s, sum.backward, 2) : HY_DASH,
                               hy_cell_fixed(s, sum.share, 1),
                               hy_cell_fixed(s, sum.flops > 0 ? sum.flops / ms / 1e6 : (double)NAN, 1),
                               hy_cell_fixed(s, sum.bytes > 0 ? sum.bytes / ms / 1e6 : (double)NAN, 1)};
        hy_grid_row(&g, cells, &look);
    }
    hy_grid_end(&g);
    hy_sheet_paragraph(s, HY_CAPTION,
                       "The best-ranked variant that was profiled undisturbed, if there is one. Rates are the ops' "
                       "declared operations and bytes over the "
                       "measured time; higher is better.");
}

void hy_page_ops(struct hy_sheet *s, const struct hy_report *r)
{
    struct op_total ops[MOST_OPS];
    hy_sheet_section(s, "Time per op", 340);
    if (!hy_page_has(s, r, HY_TABLE_OPS))
        return;
    int count = totals(&r->data.table[HY_TABLE_OPS], ops);
    stacks(s, r, ops, count);
    breakdown(s, r, ops, count);
    hy_page_explain_marks(s, &r->data);
}
