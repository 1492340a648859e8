/* Implementation *split* (the notebook's "mine"): attention and Mamba with their
 * own projections, outputs normed, weighted by learned vectors and added. */
#include "models/blocks/build.h"

static hy_t attention_path(struct hy_build *b, hy_t x, int layer)
{
    bool owner = hy_owns_kv(b->c, layer);
    hy_t w = hy_build_span(b, layer, "attn.q_proj.weight", owner ? "attn.v_proj.weight" : "attn.q_proj.weight");
    hy_t qkv = hy_build_linear(b, x, w, layer, "attn.qkv");
    hy_t y = hy_build_attention(b, qkv, layer, "attn", true);
    return hy_build_linear(b, y, hy_build_parameter(b, layer, "attn.o_proj.weight"), layer, "attn.out");
}

static hy_t mamba_path(struct hy_build *b, hy_t x, int layer)
{
    int E = b->c->d_inner;
    hy_t xz = hy_build_linear(b, x, hy_build_parameter(b, layer, "mamba.in_proj.weight"), layer, "mamba.in");
    hy_t y = hy_build_ssm(b, hy_columns(b->p, xz, 0, E), hy_columns(b->p, xz, E, E), layer, "mamba", false);
    return hy_build_linear(b, y, hy_build_parameter(b, layer, "mamba.out_proj.weight"), layer, "mamba.out");
}

hy_t hy_split_mixer(struct hy_build *b, hy_t x, int layer)
{
    if (b->c->arch == HY_TRANSFORMER)
        return attention_path(b, x, layer);
    if (b->c->arch == HY_MAMBA)
        return mamba_path(b, x, layer);
    hy_t a = attention_path(b, x, layer), m = mamba_path(b, x, layer);
    return hy_build_fusion(b, a, m, hy_build_parameter(b, layer, "attn_out_norm.weight"),
                           hy_build_parameter(b, layer, "mamba_out_norm.weight"),
                           hy_build_parameter(b, layer, "beta_attn"), hy_build_parameter(b, layer, "beta_mamba"), 1,
                           layer);
}
