/* Attention and Mamba as whole paths, (B*T, D) to (B*T, D), with projections of their own: what a
 * mixer is put together from that does not project both at once. Each has its parameters beside its builder. */
#ifndef HY_MODELS_BLOCKS_PATHS_H
#define HY_MODELS_BLOCKS_PATHS_H

#include "models/blocks/build.h"
#include "models/config/params.h"

/* Projections to q, k and v, grouped attention, projection back: "attn.q_proj.weight" .. "attn.k_norm.weight". */
hy_t hy_build_attention_path(struct hy_build *b, hy_t x, int layer);
void hy_attention_path_parameters(struct hy_params *p, const struct hy_config *c, int layer);

/* Projection to x and z, the selective SSM, projection back: "mamba.in_proj.weight" .. "mamba.out_proj.weight". */
hy_t hy_build_mamba_path(struct hy_build *b, hy_t x, int layer);
void hy_mamba_path_parameters(struct hy_params *p, const struct hy_config *c, int layer);

#endif
