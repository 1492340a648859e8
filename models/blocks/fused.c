/* Implementation *fused* (the notebook's "official style"): one projection in,
 * one out; both branches are Di wide and averaged after a norm each. */
#include "models/blocks/build.h"

hy_t hy_fused_mixer(struct hy_build *b, hy_t x, int layer)
{
    const struct hy_config *c = b->c;
    int E = c->d_inner, heads = c->q_heads + (hy_owns_kv(c, layer) ? 2 * c->n_kv_heads : 0);
    int qkv = heads * c->head_dim;
    hy_t in = hy_build_linear(b, x, hy_build_parameter(b, layer, "mixer.in_proj.weight"), layer, "mixer.in");
    hy_t a = hy_build_attention(b, hy_columns(b->p, in, 0, qkv), layer, "mixer", false);
    hy_t m = hy_build_ssm(b, hy_columns(b->p, in, qkv, E), hy_columns(b->p, in, qkv + E, E), layer, "mixer", true);
    hy_t y =
        hy_build_fusion(b, a, m, hy_build_parameter(b, layer, "mixer.attn_out_norm.weight"),
                        hy_build_parameter(b, layer, "mixer.mamba_out_norm.weight"), HY_NONE, HY_NONE, 0.5f, layer);
    return hy_build_linear(b, y, hy_build_parameter(b, layer, "mixer.out_proj.weight"), layer, "mixer.out");
}
