#include "report/findings/doubts.h"

#include "report/table/row_quality.h"

static struct hy_doubt trainings(const struct hy_run_data *d)
{
    const struct hy_csv *t = &d->table[HY_TABLE_RUNS];
    struct hy_doubt n = {0, d->have[HY_TABLE_RUNS] ? t->rows : 0};
    for (size_t i = 0; i < n.all; i++)
        n.doubtful += hy_row_quality(t, i) != HY_ROW_OK;
    return n;
}

static struct hy_doubt cells(const struct hy_run_data *d)
{
    const struct hy_csv *t = &d->table[HY_TABLE_SCALING];
    struct hy_doubt n = {0, 0};
    for (size_t i = 0; d->have[HY_TABLE_SCALING] && i < t->rows; i++) {
        if (!(hy_csv_number_of(t, i, "prefill_tok_s") > 0))
            continue;
        n.all++;
        n.doubtful += hy_row_quality(t, i) != HY_ROW_OK;
    }
    return n;
}

static struct hy_doubt profiles(const struct hy_run_data *d)
{
    struct hy_doubt n = {0, d->have[HY_TABLE_OPS] ? d->variants : 0};
    for (size_t i = 0; i < n.all; i++)
        n.doubtful += hy_profile_quality(d, d->variant[i].name) != HY_ROW_OK;
    return n;
}

struct hy_doubts hy_doubts_of(const struct hy_run_data *d)
{
    return (struct hy_doubts){trainings(d), cells(d), profiles(d),
                              d->have[HY_TABLE_RUNS] && hy_csv_column(&d->table[HY_TABLE_RUNS], "quality") >= 0};
}

size_t hy_doubts_sum(const struct hy_doubts *d)
{
    return d->trainings.doubtful + d->cells.doubtful + d->profiles.doubtful;
}
