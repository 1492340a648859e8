/* A capture's sums as the rows of one variant in a run folder's ops.csv. */
#ifndef HY_BENCH_NSIGHT_OPS_OUT_H
#define HY_BENCH_NSIGHT_OPS_OUT_H

#include "bench/nsight/gaps.h"

/* Which variant a capture is of, where the user did not say: the folder's only one. malloc'd into *variant.
 * HY_BAD_INPUT: the folder has several or none, or not the one that `asked` (or NULL) names. */
hy_status hy_ops_variant(const char *dir, const char *asked, char **variant);

/* Writes dir/ops.csv anew: the variant's rows, per step; those of other variants stay. busy_pct is of steps as they are
 * trained, `trained` (NULL: the capture has none). A row's flops, and its share of the roof by the new time, stay those
 * of the row that was there, where both moved the same bytes: then they are of the same calls. *rows says how many
 * there are. Fails as hy_rewrite_open(), the folder being untouched. */
hy_status hy_ops_write(struct hy_capture *c, const struct hy_gaps *trained, const char *dir, const char *variant,
                       size_t *rows);

#endif
