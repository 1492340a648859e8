/* Implementation *split* (the notebook's "mine"): attention and Mamba with their
 * own projections, outputs normed, weighted by learned vectors and added. */
#include "models/blocks/paths.h"
#include "models/config/block.h"

static int d_ff(int d_model)
{
    return (int)((int64_t)d_model * 8 / 3);
}

static int dt_rank(int d_model)
{
    return (d_model + 15) / 16;
}

static void parameters(struct hy_params *p, const struct hy_config *c, int layer)
{
    if (hy_has_attention(c))
        hy_attention_path_parameters(p, c, layer);
    if (hy_has_mamba(c))
        hy_mamba_path_parameters(p, c, layer);
    if (c->arch != HY_HYBRID)
        return;
    static const char *const fusion[] = {"attn_out_norm.weight", "mamba_out_norm.weight", "beta_attn", "beta_mamba"};
    for (int i = 0; i < 4; i++)
        hy_params_add(p, layer, fusion[i], c->d_model, 0, HY_PARAM_OTHER, HY_INIT_ONES);
}

const struct hy_block hy_split_block = {.archs = 1 << HY_HYBRID | 1 << HY_MAMBA | 1 << HY_TRANSFORMER,
                                        .first_of_three = true,
                                        .drops_outputs = true,
                                        .d_ff = d_ff,
                                        .dt_rank = dt_rank,
                                        .parameters = parameters};

hy_t hy_split_mixer(struct hy_build *b, hy_t x, int layer)
{
    if (b->c->arch == HY_TRANSFORMER)
        return hy_build_attention_path(b, x, layer);
    if (b->c->arch == HY_MAMBA)
        return hy_build_mamba_path(b, x, layer);
    hy_t a = hy_build_attention_path(b, x, layer), m = hy_build_mamba_path(b, x, layer);
    return hy_build_fusion(b, a, m, hy_build_parameter(b, layer, "attn_out_norm.weight"),
                           hy_build_parameter(b, layer, "mamba_out_norm.weight"),
                           hy_build_parameter(b, layer, "beta_attn"), hy_build_parameter(b, layer, "beta_mamba"), 1,
                           layer);
}
