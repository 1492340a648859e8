#include "bench/nsight/totals.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Steps repeat: the row wanted is mostly the one after the row before. */
uint32_t hy_totals_row(struct hy_totals *t, uint32_t name, uint8_t pass, int32_t layer)
{
    for (uint32_t k = 0; k < t->n; k++) {
        const uint32_t i = (t->last + 1 + k) % t->n;
        const struct hy_total *row = &t->rows[i];
        if (row->name == name && row->pass == pass && row->layer == layer)
            return t->last = i;
    }
    if (t->n == t->room) {
        t->room = t->room ? 2 * t->room : 64;
        t->rows = realloc(t->rows, t->room * sizeof *t->rows);
        HY_ASSERT(t->rows, "out of memory for the sums of a capture");
    }
    t->rows[t->n] = (struct hy_total){.name = name, .pass = pass, .layer = layer, .until_ns = INT64_MIN};
    return t->last = t->n++;
}

void hy_totals_fini(struct hy_totals *t)
{
    free(t->rows);
    memset(t, 0, sizeof *t);
}

void hy_total_busy(struct hy_total *row, int64_t start, int64_t end)
{
    const int64_t from = start > row->until_ns ? start : row->until_ns;
    if (end > from) {
        row->busy_ns += end - from;
        row->until_ns = end;
    }
}

double hy_total_calls(const struct hy_total *row, uint32_t steps)
{
    return row->recorded ? (double)row->recorded : (double)row->calls / steps;
}

double hy_total_bytes(const struct hy_total *row, uint32_t steps)
{
    const double bytes = row->recorded ? (double)row->recorded_bytes : (double)row->bytes / steps;
    return bytes >= 0 ? bytes : NAN;
}
