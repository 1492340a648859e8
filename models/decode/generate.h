/* Continuing a prompt, token by token. */
#ifndef HY_MODELS_DECODE_GENERATE_H
#define HY_MODELS_DECODE_GENERATE_H

#include "kernels/dispatch.h"
#include "models/config/config.h"
#include "models/decode/sampler.h"
#include "models/program/weights.h"

/* Writes up to `tokens` new ids to out (tokens) after prompt (n >= 1 ids) and
 * their number to *made: fewer when `stop` (an id, or -1) comes, which is not
 * written. HY_RUN_FAILED when memory is short. */
hy_status hy_generate(const struct hy_config *c, struct hy_weights *w, struct hy_backend backend,
                      const struct hy_sampler *s, const int32_t *prompt, int n, int tokens, int stop, int32_t *out,
                      int *made);

#endif
