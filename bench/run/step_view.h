/* A run folder's ops.csv as answers want it: a variant's step, layers summed, and what binds each op. */
#ifndef HY_BENCH_RUN_STEP_VIEW_H
#define HY_BENCH_RUN_STEP_VIEW_H

#include "bench/harness/peaks.h"
#include "report/table/row_quality.h"

/* What the least time of an op's calls is made of: ops.csv holds how far the step is from it, env.json the peaks. */
enum hy_step_bound { HY_STEP_UNKNOWN, HY_STEP_COMPUTE, HY_STEP_CACHES, HY_STEP_MEMORY, HY_STEP_BOUNDS };
const char *hy_step_bound_name(enum hy_step_bound b); /* "-", "compute", "caches", "memory" */

struct hy_step_row { /* of an op and pass; NaN where the table does not tell */
    const char *op, *pass;
    double calls, ms, share_pct, flops, bytes;
    double roof_ms;                        /* the least that the roofs allow */
    double bound_ms[HY_STEP_BOUNDS];       /* of `ms`, by what binds the calls */
    double launches, copies, sets, gap_ms; /* of a device; gap_ms: nothing ran, before its work */
};

struct hy_step_view {
    const char *variant;
    struct hy_step_row *rows; /* (n) the most time first */
    int n;
    bool device;                 /* the device's times and launches are there */
    double busy_pct;             /* of the whole step; NaN: not known */
    enum hy_row_quality quality; /* the worst of its rows */
    const char *source;          /* where another program's file was imported; else "" */
    struct hy_step_row all;      /* sums over the rows; share_pct: of the step, the rest lies between ops */
};

/* What the folder holds; the views borrow from it. */
struct hy_step_views {
    struct hy_csv table;
    json_t *env;                /* NULL: none */
    struct hy_step_view *views; /* (n) in the table's order */
    int n;
    struct hy_peaks peaks;
    bool have_peaks;
    const char *device, *precision; /* as env.json says; "" where it does not */
};

/* HY_BAD_INPUT: no such folder, or a damaged table. HY_NO_DATA: no ops.csv, or one without rows. On failure *v is
 * empty. */
hy_status hy_step_views_load(struct hy_step_views *v, const char *dir);
void hy_step_views_fini(struct hy_step_views *v); /* NULL and zeroed are fine */

/* HY_BAD_INPUT, naming what there is, where the table has no such variant. */
hy_status hy_step_views_find(const struct hy_step_views *v, const char *variant, const struct hy_step_view **out);

/* The bound that most of the time stands under. */
enum hy_step_bound hy_step_row_bound(const struct hy_step_row *r);

#endif
