/* From what a variant sets to every number a model is built from, and whether it can be. */
#ifndef HY_MODELS_CONFIG_RESOLVE_H
#define HY_MODELS_CONFIG_RESOLVE_H

#include "models/config/config.h"

/* Fills the derived fields in place: d_ff, dt_rank, k_width and v_width where 0,
 * the automatic KV pairs where n_groups is HY_AUTO_GROUPS, a hybrid's fusion and in_proj where
 * they are auto, head_dim, d_inner, q_heads. Resolving twice changes nothing. Divisors that are not positive give
 * 0; hy_config_check() is what refuses them, before or after. */
void hy_config_resolve(struct hy_config *c);

/* Whether a model can be built from `c` (resolved): HY_BAD_INPUT with the
 * reason in one sentence that names the field. Every size is bounded so that no
 * parameter count or tensor size can overflow. */
hy_status hy_config_check(const struct hy_config *c);

/* The same, and *key names the field to blame (NULL: none of them), so that a file's reader can point to its line. */
hy_status hy_config_check_key(const struct hy_config *c, const char **key);

/* Less: whether the caches of `c` can be counted. Published models need not be buildable here. */
hy_status hy_config_check_cache(const struct hy_config *c, const char **key);

#endif
