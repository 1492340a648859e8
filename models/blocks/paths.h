/* Attention and Mamba as whole paths, (B*T, D) to (B*T, D), with projections of their own: what a
 * mixer is put together from that does not project both at once. Each has its parameters beside its builder, and
 * comes in two parts for mixers that project the input themselves. */
#ifndef HY_MODELS_BLOCKS_PATHS_H
#define HY_MODELS_BLOCKS_PATHS_H

#include "models/blocks/build.h"
#include "models/config/params.h"

/* Projections to q, k and v, grouped attention, projection back: "attn.q_proj.weight" .. "attn.k_norm.weight". */
hy_t hy_build_attention_path(struct hy_build *b, hy_t x, int layer);
void hy_attention_path_parameters(struct hy_params *p, const struct hy_config *c, int layer);

/* Its projections in, "attn.q_proj.weight" .. "attn.v_proj.weight"; and what follows, on the columns q, k, v. */
void hy_attention_in_parameters(struct hy_params *p, const struct hy_config *c, int layer);
void hy_attention_out_parameters(struct hy_params *p, const struct hy_config *c, int layer);
hy_t hy_build_attention_out(struct hy_build *b, hy_t qkv, int layer);

/* Projection to x and z, the selective SSM, projection back: "mamba.in_proj.weight" .. "mamba.out_proj.weight". */
hy_t hy_build_mamba_path(struct hy_build *b, hy_t x, int layer);
void hy_mamba_path_parameters(struct hy_params *p, const struct hy_config *c, int layer);

/* Its projection in, "mamba.in_proj.weight"; and what follows, on the columns x and z. */
void hy_mamba_in_parameters(struct hy_params *p, const struct hy_config *c, int layer);
void hy_mamba_out_parameters(struct hy_params *p, const struct hy_config *c, int layer);
hy_t hy_build_mamba_out(struct hy_build *b, hy_t x, hy_t z, int layer);

#endif
