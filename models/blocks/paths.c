#include "models/blocks/paths.h"

/* ---- attention ------------------------------------------------------------------------ */

hy_t hy_build_attention_out(struct hy_build *b, hy_t qkv, int layer)
{
    hy_t y = hy_build_attention(b, qkv, layer, "attn", true);
    return hy_build_linear(b, y, hy_build_parameter(b, layer, "attn.o_proj.weight"), layer, "attn.out");
}

hy_t hy_build_attention_path(struct hy_build *b, hy_t x, int layer)
{
    bool owner = hy_owns_kv(b->c, layer);
    hy_t w = hy_build_span(b, layer, "attn.q_proj.weight", owner ? "attn.v_proj.weight" : "attn.q_proj.weight");
    return hy_build_attention_out(b, hy_build_linear(b, x, w, layer, "attn.qkv"), layer);
}

void hy_attention_in_parameters(struct hy_params *p, const struct hy_config *c, int layer)
{
    int D = c->d_model;
    hy_params_add(p, layer, "attn.q_proj.weight", c->q_heads * c->head_dim, D, HY_PARAM_ATTENTION, HY_INIT_NORMAL);
    if (!hy_owns_kv(c, layer))
        return;
    hy_params_add(p, layer, "attn.k_proj.weight", c->k_width, D, HY_PARAM_ATTENTION, HY_INIT_NORMAL);
    hy_params_join(p);
    hy_params_add(p, layer, "attn.v_proj.weight", c->v_width, D, HY_PARAM_ATTENTION, HY_INIT_NORMAL);
    hy_params_join(p);
}

void hy_attention_out_parameters(struct hy_params *p, const struct hy_config *c, int layer)
{
    hy_params_add(p, layer, "attn.o_proj.weight", c->d_model, c->q_heads * c->head_dim, HY_PARAM_ATTENTION,
                  HY_INIT_NORMAL);
    hy_params_add(p, layer, "attn.q_norm.weight", c->head_dim, 0, HY_PARAM_ATTENTION, HY_INIT_ONES);
    if (hy_owns_kv(c, layer))
        hy_params_add(p, layer, "attn.k_norm.weight", c->head_dim, 0, HY_PARAM_ATTENTION, HY_INIT_ONES);
}

void hy_attention_path_parameters(struct hy_params *p, const struct hy_config *c, int layer)
{
    hy_attention_in_parameters(p, c, layer);
    hy_attention_out_parameters(p, c, layer);
}

/* ---- Mamba ---------------------------------------------------------------------------- */

hy_t hy_build_mamba_out(struct hy_build *b, hy_t x, hy_t z, int layer)
{
    hy_t y = hy_build_ssm(b, x, z, layer, "mamba", false);
    return hy_build_linear(b, y, hy_build_parameter(b, layer, "mamba.out_proj.weight"), layer, "mamba.out");
}

hy_t hy_build_mamba_path(struct hy_build *b, hy_t x, int layer)
{
    int E = b->c->d_inner;
    hy_t xz = hy_build_linear(b, x, hy_build_parameter(b, layer, "mamba.in_proj.weight"), layer, "mamba.in");
    return hy_build_mamba_out(b, hy_columns(b->p, xz, 0, E), hy_columns(b->p, xz, E, E), layer);
}

void hy_mamba_in_parameters(struct hy_params *p, const struct hy_config *c, int layer)
{
    hy_params_add(p, layer, "mamba.in_proj.weight", 2 * c->d_inner, c->d_model, HY_PARAM_MAMBA, HY_INIT_NORMAL);
}

void hy_mamba_out_parameters(struct hy_params *p, const struct hy_config *c, int layer)
{
    hy_params_add_ssm(p, layer, c, "mamba");
    hy_params_add(p, layer, "mamba.out_proj.weight", c->d_model, c->d_inner, HY_PARAM_MAMBA, HY_INIT_NORMAL);
}

void hy_mamba_path_parameters(struct hy_params *p, const struct hy_config *c, int layer)
{
    hy_mamba_in_parameters(p, c, layer);
    hy_mamba_out_parameters(p, c, layer);
}
