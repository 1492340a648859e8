#include "models/blocks/paths.h"

hy_t hy_build_attention_path(struct hy_build *b, hy_t x, int layer)
{
    bool owner = hy_owns_kv(b->c, layer);
    hy_t w = hy_build_span(b, layer, "attn.q_proj.weight", owner ? "attn.v_proj.weight" : "attn.q_proj.weight");
    hy_t qkv = hy_build_linear(b, x, w, layer, "attn.qkv");
    hy_t y = hy_build_attention(b, qkv, layer, "attn", true);
    return hy_build_linear(b, y, hy_build_parameter(b, layer, "attn.o_proj.weight"), layer, "attn.out");
}

void hy_attention_path_parameters(struct hy_params *p, const struct hy_config *c, int layer)
{
    int D = c->d_model, width = c->q_heads * c->head_dim;
    bool owner = hy_owns_kv(c, layer);
    hy_params_add(p, layer, "attn.q_proj.weight", width, D, HY_PARAM_ATTENTION, HY_INIT_NORMAL);
    if (owner) {
        hy_params_add(p, layer, "attn.k_proj.weight", c->k_width, D, HY_PARAM_ATTENTION, HY_INIT_NORMAL);
        hy_params_add(p, layer, "attn.v_proj.weight", c->v_width, D, HY_PARAM_ATTENTION, HY_INIT_NORMAL);
    }
    hy_params_add(p, layer, "attn.o_proj.weight", D, width, HY_PARAM_ATTENTION, HY_INIT_NORMAL);
    hy_params_add(p, layer, "attn.q_norm.weight", c->head_dim, 0, HY_PARAM_ATTENTION, HY_INIT_ONES);
    if (owner)
        hy_params_add(p, layer, "attn.k_norm.weight", c->head_dim, 0, HY_PARAM_ATTENTION, HY_INIT_ONES);
}

hy_t hy_build_mamba_path(struct hy_build *b, hy_t x, int layer)
{
    int E = b->c->d_inner;
    hy_t xz = hy_build_linear(b, x, hy_build_parameter(b, layer, "mamba.in_proj.weight"), layer, "mamba.in");
    hy_t y = hy_build_ssm(b, hy_columns(b->p, xz, 0, E), hy_columns(b->p, xz, E, E), layer, "mamba", false);
    return hy_build_linear(b, y, hy_build_parameter(b, layer, "mamba.out_proj.weight"), layer, "mamba.out");
}

void hy_mamba_path_parameters(struct hy_params *p, const struct hy_config *c, int layer)
{
    int D = c->d_model, E = c->d_inner;
    hy_params_add(p, layer, "mamba.in_proj.weight", 2 * E, D, HY_PARAM_MAMBA, HY_INIT_NORMAL);
    hy_params_add_ssm(p, layer, c, "mamba");
    hy_params_add(p, layer, "mamba.out_proj.weight", D, E, HY_PARAM_MAMBA, HY_INIT_NORMAL);
}
