/* How a variant reads prompts and makes tokens at a context length and batch size, and
 * what memory that takes. */
#ifndef HY_BENCH_MEASURE_SCALING_H
#define HY_BENCH_MEASURE_SCALING_H

#include "bench/harness/gpu_witness.h"
#include "bench/measure/scaling_row.h"
#include "kernels/dispatch.h"
#include "models/config/config.h"
#include "models/program/weights.h"

struct hy_scaling_options {
    const int *contexts, *batches; /* ascending contexts */
    int n_contexts, n_batches;
    double timeout;               /* seconds a cell may take */
    double budget;                /* seconds for all cells; 0: no bound */
    struct hy_observer *observer; /* looks on while the host works; NULL: nobody does */
    struct hy_gpu_witness *gpu;   /* looks on while a device works; NULL: nobody does */
    double energy_seconds;        /* of tokens made anew for their energy, on a GPU that counts it; beyond the budget */
    int energy_cells;             /* of so many cells, the first ones */
};

/* Called with each cell when it is known. */
typedef void hy_scaling_sink(void *to, const struct hy_config *c, const struct hy_scaling_row *row);

/* Measures all cells of one variant. A cell that runs out of time, or would need more memory
 * than there is, is a row with its reason; so are the larger ones behind it, untried.
 * HY_INTERRUPTED when asked to stop. */
hy_status hy_scaling_run(const struct hy_config *c, struct hy_weights *w, struct hy_backend backend,
                         const struct hy_scaling_options *o, hy_scaling_sink *sink, void *to);

#endif
