#include "bench/harness/micro_rows.h"

#include <math.h>
#include <stdlib.h>

#include "bench/harness/micro_out.h"
#include "kernels/base/file.h"

static const double MOST_APART = 1.03;

void hy_micro_rows_add(struct hy_micro_rows *r, const struct hy_micro_row *row)
{
    if (r->n == r->room) {
        r->room = r->room ? 2 * r->room : 64;
        r->rows = realloc(r->rows, r->room * sizeof *r->rows);
        HY_ASSERT(r->rows, "out of memory for a list of rows");
    }
    struct hy_micro_row *copy = &r->rows[r->n++];
    *copy = *row;
    copy->counts = NULL; /* valid during the call that brought it */
    copy->n_counts = 0;
    copy->skip_reason = row->skip_reason ? hy_format("%s", row->skip_reason) : NULL;
}

void hy_micro_rows_fini(struct hy_micro_rows *r)
{
    for (size_t i = 0; i < r->n; i++)
        free((char *)(uintptr_t)r->rows[i].skip_reason);
    free(r->rows);
    *r = (struct hy_micro_rows){0};
}

size_t hy_micro_benchmarks(const struct hy_micro_rows *r)
{
    size_t n = 0;
    while (n < r->n && r->rows[n].repetition == r->rows[0].repetition)
        n++;
    return n;
}

static bool timed(const struct hy_micro_row *row)
{
    return !row->skip_reason && row->ns.n > 0;
}

static bool holds(const struct hy_micro_row *row)
{
    return timed(row) && row->conditions.quality == HY_QUALITY_OK;
}

/* The repetitions of one benchmark, `stride` rows apart. */
static void agree(struct hy_micro_row *rows, size_t n, size_t stride)
{
    double least = INFINITY;
    size_t repetitions = 0, near = 0;
    for (size_t i = 0; i < n; i += stride) {
        repetitions += timed(&rows[i]);
        if (holds(&rows[i]))
            least = fmin(least, rows[i].ns.median);
    }
    for (size_t i = 0; i < n; i += stride)
        near += holds(&rows[i]) && rows[i].ns.median <= MOST_APART * least;
    const bool confirmed = 2 * near > repetitions || repetitions < 2;
    for (size_t i = 0; i < n; i += stride)
        if (holds(&rows[i]) && !(confirmed && rows[i].ns.median <= MOST_APART * least))
            rows[i].conditions.quality = HY_QUALITY_DRIFTED;
}

void hy_micro_rows_agree(struct hy_micro_rows *r)
{
    const size_t stride = hy_micro_benchmarks(r);
    for (size_t b = 0; b < stride; b++)
        agree(r->rows + b, r->n - b, stride);
}

/* Every peak that may bind the row was taken quietly. */
static bool sure_of(const struct hy_roofs *roofs, const struct hy_micro_row *row)
{
    if (row->bound == HY_BOUND_COMPUTE)
        return hy_peak_quiet(&roofs->evidence[row->compute]);
    for (int p = HY_PEAK_STREAMS; p < HY_PEAKS; p++)
        if (roofs->peaks.rate[p] > 0 && !hy_peak_quiet(&roofs->evidence[p]))
            return false;
    return true;
}

hy_status hy_micro_rows_settle(struct hy_micro_rows *r, const struct hy_roofs *roofs)
{
    const struct hy_micro_row *first = NULL;
    size_t past = 0;
    for (size_t i = 0; i < r->n && roofs; i++) {
        struct hy_micro_row *row = &r->rows[i];
        if (!timed(row))
            continue;
        hy_micro_hold(row, &roofs->peaks);
        if (row->roof_pct <= HY_MOST_ROOF_PCT || row->conditions.quality != HY_QUALITY_OK || !sure_of(roofs, row))
            continue;
        if (row->roof_pct <= HY_DRIFT_ROOF_PCT) {
            row->conditions.quality = HY_QUALITY_DRIFTED;
            continue;
        }
        first = first ? first : row;
        past++;
    }
    if (!first)
        return HY_OK;
    char *name = hy_micro_name(first);
    hy_status status = hy_fail(HY_CHECK_FAILED,
                               "%s runs at %.0f %% of the roof that binds it (%s): its op declares more work than it "
                               "does, or `hymbench env` shows too low a peak (rows past their roofs: %zu)",
                               name, first->roof_pct, hy_bound_name(first->bound), past);
    free(name);
    return status;
}
