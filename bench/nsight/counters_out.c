#include "bench/nsight/counters_out.h"

#include <string.h>

#include "bench/nsight/place_ops.h"
#include "bench/run/rewrite.h"

static const char SOURCE[] = "ncu";

/* A row of an earlier import that the new one has figures of. */
static bool is_replaced(const struct hy_csv *t, size_t row, const struct hy_ncu *n)
{
    if (strcmp(hy_csv_text_of(t, row, "source"), SOURCE) != 0)
        return false;
    for (size_t i = 0; i < n->n; i++) {
        const struct hy_ncu_count *c = &n->counts[i];
        if (strcmp(hy_csv_text_of(t, row, "kernel"), c->kernel) == 0 &&
            strcmp(hy_csv_text_of(t, row, "case"), c->place) == 0 &&
            strcmp(hy_csv_text_of(t, row, "pass"), c->pass) == 0 &&
            strcmp(hy_csv_text_of(t, row, "shape"), c->shape) == 0)
            return true;
    }
    return false;
}

static void put(struct hy_table *t, const struct hy_ncu_count *c)
{
    hy_table_text(t, "kernel", c->kernel);
    hy_table_text(t, "op", hy_place_op(c->place, c->continues));
    hy_table_text(t, "pass", c->pass);
    hy_table_text(t, "case", c->place);
    hy_table_text(t, "shape", c->shape);
    hy_table_text(t, "metric", c->metric);
    hy_table_float(t, "value", c->sum / (double)c->n);
    hy_table_text(t, "unit", c->unit);
    hy_table_text(t, "chip", c->chip);
    hy_table_text(t, "source", SOURCE);
    hy_table_rest_missing(t);
    hy_table_end_row(t);
}

hy_status hy_counters_write(const struct hy_ncu *n, const char *dir)
{
    struct hy_rewrite r;
    hy_status status = hy_rewrite_allowed(dir);
    if (status == HY_OK)
        status = hy_rewrite_open(&r, HY_TABLE_COUNTERS, dir, "");
    if (status)
        return status;
    for (size_t row = 0; row < r.there.rows; row++)
        if (!is_replaced(&r.there, row, n))
            hy_rewrite_keep(&r, row);
    for (size_t i = 0; i < n->n; i++)
        put(&r.out, &n->counts[i]);
    return hy_rewrite_commit(&r);
}
