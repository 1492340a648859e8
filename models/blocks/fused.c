/* Implementation *fused* (the notebook's "official style"): one projection in,
 * one out; both branches are Di wide and averaged after a norm each. Two products may read the one projection's
 * rows apart (in_proj: separate). */
#include "models/blocks/build.h"
#include "models/config/block.h"
#include "models/config/params.h"

static int d_ff(int d_model)
{
    return 3 * d_model;
}

static int dt_rank(int d_model)
{
    return d_model >= 10 ? d_model / 10 : 1;
}

static void parameters(struct hy_params *p, const struct hy_config *c, int layer)
{
    int D = c->d_model, E = c->d_inner;
    bool owner = hy_owns_kv(c, layer);
    int attention_rows = c->q_heads * c->head_dim + (owner ? c->k_width + c->v_width : 0);
    hy_params_add(p, layer, "mixer.in_proj.weight", attention_rows + 2 * E, D, HY_PARAM_MAMBA, HY_INIT_NORMAL);
    /* one matrix serves both branches; its q, k and v rows count as attention's */
    hy_params_count_as(p, HY_PARAM_ATTENTION, HY_PARAM_MAMBA, (int64_t)attention_rows * D);
    hy_params_add(p, layer, "mixer.q_norm.weight", c->head_dim, 0, HY_PARAM_ATTENTION, HY_INIT_ONES);
    if (owner)
        hy_params_add(p, layer, "mixer.k_norm.weight", c->head_dim, 0, HY_PARAM_ATTENTION, HY_INIT_ONES);
    hy_params_add_ssm(p, layer, c, "mixer");
    hy_params_add(p, layer, "mixer.dt_norm.weight", c->dt_rank, 0, HY_PARAM_MAMBA, HY_INIT_ONES);
    hy_params_add(p, layer, "mixer.B_norm.weight", c->d_state, 0, HY_PARAM_MAMBA, HY_INIT_ONES);
    hy_params_add(p, layer, "mixer.C_norm.weight", c->d_state, 0, HY_PARAM_MAMBA, HY_INIT_ONES);
    hy_params_add_fusion(p, layer, c, "mixer", E);
    hy_params_add(p, layer, "mixer.out_proj.weight", D, E, HY_PARAM_MAMBA, HY_INIT_NORMAL);
}

const struct hy_block hy_fused_block = {.archs = 1 << HY_HYBRID,
                                        .inner_attention = true,
                                        .fusion = HY_FUSE_MEAN,
                                        .in_proj = HY_IN_PROJ_SHARED,
                                        .d_ff = d_ff,
                                        .dt_rank = dt_rank,
                                        .parameters = parameters};

/* What attention begins with, q, k and v, and what Mamba does, x and z. */
struct begun {
    hy_t qkv, x, z;
};

static struct begun project(struct hy_build *b, hy_t x, int layer)
{
    static const char name[] = "mixer.in_proj.weight";
    const struct hy_config *c = b->c;
    int E = c->d_inner, heads = c->q_heads + (hy_owns_kv(c, layer) ? 2 * c->n_kv_heads : 0), qkv = heads * c->head_dim;
    if (c->in_proj == HY_IN_PROJ_SEPARATE) {
        hy_t a = hy_build_linear(b, x, hy_build_rows(b, layer, name, 0, qkv), layer, "attn.qkv");
        hy_t m = hy_build_linear(b, x, hy_build_rows(b, layer, name, qkv, 2 * E), layer, "mamba.in");
        return (struct begun){a, hy_columns(b->p, m, 0, E), hy_columns(b->p, m, E, E)};
    }
    hy_t in = hy_build_linear(b, x, hy_build_parameter(b, layer, name), layer, "mixer.in");
    return (struct begun){hy_columns(b->p, in, 0, qkv), hy_columns(b->p, in, qkv, E), hy_columns(b->p, in, qkv + E, E)};
}

hy_t hy_fused_mixer(struct hy_build *b, hy_t x, int layer)
{
    struct begun in = project(b, x, layer);
    hy_t a = hy_build_attention(b, in.qkv, layer, "mixer", false);
    hy_t m = hy_build_ssm(b, in.x, in.z, layer, "mixer", true);
    hy_t y = hy_build_fusion(b, a, m, layer, "mixer");
    return hy_build_linear(b, y, hy_build_parameter(b, layer, "mixer.out_proj.weight"), layer, "mixer.out");
}
