#include "bench/run/kernel_table.h"

#include <string.h>

#include "bench/cli/interrupt.h"
#include "bench/harness/micro_out.h"
#include "bench/harness/micro_rows.h"

static const double SMOKE_SECONDS = 2, QUICK_SECONDS = 30, FULL_SECONDS = 60;

static hy_status take(void *rows, const struct hy_micro_row *row)
{
    hy_micro_rows_add(rows, row);
    return HY_OK;
}

hy_status hy_kernel_table_write(const struct hy_study *s, struct hy_roofs *roofs, const char *dir, const char *run,
                                const char *corpus, struct hy_verdict *verdict)
{
    struct hy_micro_options o = hy_micro_defaults;
    bool smoke = strcmp(s->profile, "smoke") == 0, full = strcmp(s->profile, "full") == 0;
    o.small = smoke;
    o.main_only = true;
    o.best_only = true;
    o.device = roofs == NULL;
    o.roofs = roofs;
    o.budget = smoke ? SMOKE_SECONDS : full ? FULL_SECONDS : QUICK_SECONDS;
    struct hy_table table = {0};
    hy_status status = hy_table_open(&table, HY_TABLE_KERNELS, dir, run, corpus);
    if (status != HY_OK)
        return status;
    struct hy_micro_rows rows = {0};
    status = hy_micro_run(&o, take, &rows, hy_interrupt_requested);
    if (status == HY_OK)
        status = hy_micro_rows_settle(&rows, roofs);
    for (size_t i = 0; i < rows.n; i++) {
        hy_micro_put(&table, &rows.rows[i]);
        if (!rows.rows[i].skip_reason)
            hy_verdict_add(verdict, rows.rows[i].conditions.quality);
    }
    hy_micro_rows_fini(&rows);
    if (status != HY_OK && status != HY_CHECK_FAILED && status != HY_INTERRUPTED) {
        hy_table_abort(&table);
        return status;
    }
    hy_status written = hy_table_commit(&table);
    return status == HY_OK ? written : status;
}
