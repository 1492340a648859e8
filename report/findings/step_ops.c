#include "report/findings/step_ops.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/table/row_quality.h"

/* Where the columns stand: looked up once, for the table is long. */
struct places {
    int variant, op, pass, ms, roof, calls, flops, bytes;
};

static struct places places_of(const struct hy_csv *t)
{
    return (struct places){hy_csv_column(t, "variant"), hy_csv_column(t, "op"),       hy_csv_column(t, "pass"),
                           hy_csv_column(t, "time_ms"), hy_csv_column(t, "roof_pct"), hy_csv_column(t, "calls"),
                           hy_csv_column(t, "flops"),   hy_csv_column(t, "bytes")};
}

/* The part of a step that a row belongs to; HY_STEP_PARTS of a row that is of no training step. */
static enum hy_step_part part_of(const struct hy_csv *t, const struct places *at, size_t row)
{
    static const char *const passes[HY_STEP_PARTS] = {"forward", "backward", "update"};
    int part = 0;
    while (part < HY_STEP_PARTS && strcmp(hy_csv_text(t, row, at->pass), passes[part]) != 0)
        part++;
    return (enum hy_step_part)part;
}

static double or_none(double value)
{
    return value > 0 && isfinite(value) ? value : 0;
}

/* The op's sum; a name not seen before begins one. */
static struct hy_op_sum *sum_of(struct hy_step_ops *s, const char *op)
{
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->item[i].op, op) == 0)
            return &s->item[i];
    s->item[s->count] = (struct hy_op_sum){.op = op};
    return &s->item[s->count++];
}

static void sort(struct hy_step_ops *s)
{
    for (size_t i = 1; i < s->count; i++) {
        const struct hy_op_sum moved = s->item[i];
        size_t k = i;
        for (; k > 0 && s->item[k - 1].all_ms < moved.all_ms; k--)
            s->item[k] = s->item[k - 1];
        s->item[k] = moved;
    }
}

/* A row of the variant. `roofed` gathers the time of the rows that know their roof. */
static void add_row(struct hy_step_ops *s, const struct hy_csv *t, const struct places *at, size_t row, double *roofed)
{
    const double ms = hy_csv_number(t, row, at->ms), roof = hy_csv_number(t, row, at->roof);
    const enum hy_step_part part = part_of(t, at, row);
    if (part == HY_STEP_PARTS || !isfinite(ms))
        return;
    struct hy_op_sum *sum = sum_of(s, hy_csv_text(t, row, at->op));
    sum->ms[part] += ms;
    sum->all_ms += ms;
    sum->calls += or_none(hy_csv_number(t, row, at->calls));
    sum->flops += or_none(hy_csv_number(t, row, at->flops));
    sum->bytes += or_none(hy_csv_number(t, row, at->bytes));
    if (isfinite(roof)) {
        sum->roof_pct += roof * ms; /* the least time, until all rows are there */
        roofed[sum - s->item] += ms;
    }
    s->ms += ms;
}

void hy_step_ops_make(struct hy_step_ops *s, const struct hy_run_data *d, const char *variant)
{
    const struct hy_csv *t = &d->table[HY_TABLE_OPS];
    const struct places at = places_of(t);
    *s = (struct hy_step_ops){0};
    if (!d->have[HY_TABLE_OPS])
        return;
    s->item = calloc(t->rows, sizeof *s->item);
    double *roofed = calloc(t->rows, sizeof *roofed);
    HY_ASSERT(s->item && roofed, "out of memory for the ops of a step");
    for (size_t i = 0; i < t->rows; i++)
        if (strcmp(hy_csv_text(t, i, at.variant), variant) == 0)
            add_row(s, t, &at, i, roofed);
    for (size_t i = 0; i < s->count; i++)
        s->item[i].roof_pct = roofed[i] > 0 ? s->item[i].roof_pct / roofed[i] : (double)NAN;
    free(roofed);
    sort(s);
}

void hy_step_ops_fini(struct hy_step_ops *s)
{
    free(s->item);
    *s = (struct hy_step_ops){0};
}

const struct hy_op_sum *hy_step_ops_find(const struct hy_step_ops *s, const char *op)
{
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->item[i].op, op) == 0)
            return &s->item[i];
    return NULL;
}

static bool has_step(const struct hy_run_data *d, const char *variant)
{
    const struct hy_csv *t = &d->table[HY_TABLE_OPS];
    const struct places at = places_of(t);
    for (size_t i = 0; d->have[HY_TABLE_OPS] && i < t->rows; i++)
        if (strcmp(hy_csv_text(t, i, at.variant), variant) == 0 && part_of(t, &at, i) != HY_STEP_PARTS)
            return true;
    return false;
}

const struct hy_variant *hy_step_ops_of(const struct hy_run_data *d)
{
    for (int doubtful = 0; doubtful < 2; doubtful++)
        for (size_t i = 0; i < d->variants; i++) {
            const struct hy_variant *v = &d->variant[d->ranked[i]];
            if ((doubtful || hy_profile_quality(d, v->name) == HY_ROW_OK) && has_step(d, v->name))
                return v;
        }
    return NULL;
}
