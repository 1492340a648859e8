/* Scoring the recall task: how many queries are answered right, by number of pairs. */
#ifndef HY_BENCH_RUN_RECALL_H
#define HY_BENCH_RUN_RECALL_H

#include "bench/cli/material.h"
#include "bench/run/record.h"
#include "kernels/dispatch.h"
#include "models/program/weights.h"

/* Fills r->recall from all test samples, of which nothing was chosen, or where there are none from all validation
 * samples: the likeliest id against the target.
 * HY_RUN_FAILED when memory is short. */
hy_status hy_recall_score(const struct hy_config *c, struct hy_weights *w, struct hy_backend backend,
                          const struct hy_material *m, int batch, struct hy_record *r);

#endif
