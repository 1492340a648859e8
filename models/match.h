/* Variants as large as another one: `match: params` or `match: flops`, `to: VARIANT` in a study. The program chooses
 * their widths when the study is read, and files have what it chose. */
#ifndef HY_MODELS_MATCH_H
#define HY_MODELS_MATCH_H

#include "models/config/study.h"

#define HY_MATCH_LIMIT 1.0 /* percent */

/* Gives every matched variant the widths at which its figure is within HY_MATCH_LIMIT of that of the variant `to`:
 *
 *   1. Where it is already, nothing changes: matching twice is matching once.
 *   2. d_model becomes the multiple of 2 n_heads (heads of a whole, even width) at which the figure is nearest; d_ff
 * and dt_rank follow it where they are what the implementation makes of d_model.
 *   3. Where that is not within the limit, d_ff becomes what brings the figure nearest: a multiple of 8, of 4, of 2, or
 *      any number, the first of these that meets the limit.
 *
 * HY_BAD_INPUT "file:line: ..." where no widths do; `file` is the study's. */
hy_status hy_study_match(struct hy_study *s, const char *file);

/* The figure that is matched: parameters, or flops of training per content token (hy_lm_flops_per_token). */
double hy_match_figure(const struct hy_config *c, enum hy_match_kind kind);

#endif
