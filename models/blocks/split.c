/* Implementation *split* (the notebook's "mine"): attention and Mamba with their
 * own projections, outputs normed, weighted by learned vectors and added. One product may make what both paths
 * begin with (in_proj: shared, or weights laid out so): the same parameters, side by side in memory. */
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

static void both_paths_parameters(struct hy_params *p, const struct hy_config *c, int layer)
{
    if (c->in_proj == HY_IN_PROJ_SHARED) {
        hy_attention_in_parameters(p, c, layer);
        hy_mamba_in_parameters(p, c, layer);
        hy_params_join(p);
        hy_attention_out_parameters(p, c, layer);
        hy_mamba_out_parameters(p, c, layer);
    } else {
        hy_attention_in_parameters(p, c, layer);
        const int last_in = p->n - 1;
        hy_attention_out_parameters(p, c, layer);
        hy_mamba_in_parameters(p, c, layer);
        hy_params_may_join(p, last_in);
        hy_mamba_out_parameters(p, c, layer);
    }
    hy_params_add_fusion(p, layer, c, "", c->d_model);
}

static void parameters(struct hy_params *p, const struct hy_config *c, int layer)
{
    if (c->arch == HY_TRANSFORMER)
        hy_attention_path_parameters(p, c, layer);
    else if (c->arch == HY_MAMBA)
        hy_mamba_path_parameters(p, c, layer);
    else
        both_paths_parameters(p, c, layer);
}

const struct hy_block hy_split_block = {.archs = 1 << HY_HYBRID | 1 << HY_MAMBA | 1 << HY_TRANSFORMER,
                                        .first_of_three = true,
                                        .drops_outputs = true,
                                        .fusion = HY_FUSE_BETA,
                                        .in_proj = HY_IN_PROJ_SEPARATE,
                                        .d_ff = d_ff,
                                        .dt_rank = dt_rank,
                                        .parameters = parameters};

/* q, k, v, x and z by one product. */
static void project_both(struct hy_build *b, hy_t x, int layer, hy_t *a, hy_t *m)
{
    const struct hy_config *c = b->c;
    int E = c->d_inner, heads = c->q_heads + (hy_owns_kv(c, layer) ? 2 * c->n_kv_heads : 0), qkv = heads * c->head_dim;
    hy_t w = hy_build_span(b, layer, "attn.q_proj.weight", "mamba.in_proj.weight");
    hy_t in = hy_build_linear(b, x, w, layer, "mixer.in");
    *a = hy_build_attention_out(b, hy_columns(b->p, in, 0, qkv), layer);
    *m = hy_build_mamba_out(b, hy_columns(b->p, in, qkv, E), hy_columns(b->p, in, qkv + E, E), layer);
}

static bool lie_side_by_side(const struct hy_build *b, int layer)
{
    return hy_build_follows(b, layer, hy_owns_kv(b->c, layer) ? "attn.v_proj.weight" : "attn.q_proj.weight",
                            "mamba.in_proj.weight");
}

hy_t hy_split_mixer(struct hy_build *b, hy_t x, int layer)
{
    hy_t a, m;
    if (b->c->arch == HY_TRANSFORMER)
        return hy_build_attention_path(b, x, layer);
    if (b->c->arch == HY_MAMBA)
        return hy_build_mamba_path(b, x, layer);
    if (lie_side_by_side(b, layer)) {
        project_both(b, x, layer, &a, &m);
    } else {
        a = hy_build_attention_path(b, x, layer);
        m = hy_build_mamba_path(b, x, layer);
    }
    return hy_build_fusion(b, a, m, layer, "");
}
