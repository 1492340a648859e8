#include "models/config/params.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The most a layer has: 24 in a split hybrid that owns its K and V. */
enum { PER_LAYER = 32, PER_MODEL = 4 };

struct list {
    struct hy_params *p;
    int layer; /* whose parameters are being added; -1 = the model's */
};

/* One more parameter; `columns` 0 makes it a vector. */
static void add(struct list *l, const char *name, int rows, int columns, enum hy_param_kind kind,
                enum hy_param_init init)
{
    struct hy_param *q = &l->p->items[l->p->n++];
    *q = (struct hy_param){.layer = l->layer, .ndim = columns ? 2 : 1, .dims = {rows, columns ? columns : 1}};
    q->kind = kind;
    q->init = init;
    q->count = (int64_t)q->dims[0] * q->dims[1];
    int length = l->layer < 0 ? snprintf(q->name, sizeof q->name, "%s", name)
                              : snprintf(q->name, sizeof q->name, "layers.%d.%s", l->layer, name);
    HY_ASSERT(length < (int)sizeof q->name, "a parameter's name fits its array");
    l->p->count += q->count;
    l->p->by_kind[kind] += q->count;
}

/* What both implementations have of the SSM; `prefix` is "mamba" or "mixer". */
static void add_ssm(struct list *l, const struct hy_config *c, const char *prefix)
{
    int E = c->d_inner, N = c->d_state, R = c->dt_rank;
    const struct {
        const char *name;
        int rows, columns;
        enum hy_param_init init;
    } rows[] = {
        {"conv1d.weight", E, c->d_conv, HY_INIT_CONV},
        {"conv1d.bias", E, 0, HY_INIT_CONV},
        {"x_proj.weight", R + 2 * N, E, HY_INIT_NORMAL},
        {"dt_proj.weight", E, R, HY_INIT_NORMAL},
        {"dt_proj.bias", E, 0, HY_INIT_DT_BIAS},
        {"A_log", E, N, HY_INIT_A_LOG},
        {"D", E, 0, HY_INIT_ONES},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char name[48];
        snprintf(name, sizeof name, "%s.%s", prefix, rows[i].name);
        add(l, name, rows[i].rows, rows[i].columns, HY_PARAM_MAMBA, rows[i].init);
    }
}

static void add_split_mixer(struct list *l, const struct hy_config *c)
{
    int D = c->d_model, hd = c->head_dim;
    bool owner = hy_owns_kv(c, l->layer);
    if (hy_has_attention(c)) {
        add(l, "attn.q_proj.weight", c->q_heads * hd, D, HY_PARAM_ATTENTION, HY_INIT_NORMAL);
        if (owner) {
            add(l, "attn.k_proj.weight", c->k_width, D, HY_PARAM_ATTENTION, HY_INIT_NORMAL);
            add(l, "attn.v_proj.weight", c->v_width, D, HY_PARAM_ATTENTION, HY_INIT_NORMAL);
        }
        add(l, "attn.o_proj.weight", D, c->q_heads * hd, HY_PARAM_ATTENTION, HY_INIT_NORMAL);
        add(l, "attn.q_norm.weight", hd, 0, HY_PARAM_ATTENTION, HY_INIT_ONES);
        if (owner)
            add(l, "attn.k_norm.weight", hd, 0, HY_PARAM_ATTENTION, HY_INIT_ONES);
    }
    if (hy_has_mamba(c)) {
        add(l, "mamba.in_proj.weight", 2 * c->d_inner, D, HY_PARAM_MAMBA, HY_INIT_NORMAL);
        add_ssm(l, c, "mamba");
        add(l, "mamba.out_proj.weight", D, c->d_inner, HY_PARAM_MAMBA, HY_INIT_NORMAL);
    }
    if (c->arch == HY_HYBRID) {
        add(l, "attn_out_norm.weight", D, 0, HY_PARAM_OTHER, HY_INIT_ONES);
        add(l, "mamba_out_norm.weight", D, 0, HY_PARAM_OTHER, HY_INIT_ONES);
        add(l, "beta_attn", D, 0, HY_PARAM_OTHER, HY_INIT_ONES);
        add(l, "beta_mamba", D, 0, HY_PARAM_OTHER, HY_INIT_ONES);
    }
}

static void add_fused_mixer(struct list *l, const struct hy_config *c)
{
    int D = c->d_model, E = c->d_inner;
    bool owner = hy_owns_kv(c, l->layer);
    int attention_rows = c->q_heads * c->head_dim + (owner ? c->k_width + c->v_width : 0);
    add(l, "mixer.in_proj.weight", attention_rows + 2 * E, D, HY_PARAM_MAMBA, HY_INIT_NORMAL);
    /* one matrix serves both branches; its q, k and v rows count as attention's */
    l->p->by_kind[HY_PARAM_MAMBA] -= (int64_t)attention_rows * D;
    l->p->by_kind[HY_PARAM_ATTENTION] += (int64_t)attention_rows * D;
    add(l, "mixer.q_norm.weight", c->head_dim, 0, HY_PARAM_ATTENTION, HY_INIT_ONES);
    if (owner)
        add(l, "mixer.k_norm.weight", c->head_dim, 0, HY_PARAM_ATTENTION, HY_INIT_ONES);
    add_ssm(l, c, "mixer");
    add(l, "mixer.dt_norm.weight", c->dt_rank, 0, HY_PARAM_MAMBA, HY_INIT_ONES);
    add(l, "mixer.B_norm.weight", c->d_state, 0, HY_PARAM_MAMBA, HY_INIT_ONES);
    add(l, "mixer.C_norm.weight", c->d_state, 0, HY_PARAM_MAMBA, HY_INIT_ONES);
    add(l, "mixer.attn_out_norm.weight", E, 0, HY_PARAM_OTHER, HY_INIT_ONES);
    add(l, "mixer.mamba_out_norm.weight", E, 0, HY_PARAM_OTHER, HY_INIT_ONES);
    add(l, "mixer.out_proj.weight", D, E, HY_PARAM_MAMBA, HY_INIT_NORMAL);
}

void hy_params_list(const struct hy_config *c, struct hy_params *out)
{
    int D = c->d_model, F = c->d_ff;
    *out = (struct hy_params){0};
    out->items = calloc(PER_MODEL + (size_t)PER_LAYER * (size_t)c->n_layers, sizeof *out->items);
    HY_ASSERT(out->items, "memory for a list of parameter names");
    struct list l = {out, -1};

    add(&l, "embed_tokens.weight", c->vocab, D, HY_PARAM_EMBEDDING, HY_INIT_NORMAL);
    if (c->meta_tokens > 0)
        add(&l, "meta_tokens", c->meta_tokens, D, HY_PARAM_EMBEDDING, HY_INIT_NORMAL);
    for (l.layer = 0; l.layer < c->n_layers; l.layer++) {
        add(&l, "input_norm.weight", D, 0, HY_PARAM_OTHER, HY_INIT_ONES);
        if (c->implementation == HY_FUSED)
            add_fused_mixer(&l, c);
        else
            add_split_mixer(&l, c);
        add(&l, "ffn_norm.weight", D, 0, HY_PARAM_OTHER, HY_INIT_ONES);
        add(&l, "ffn.gate_proj.weight", F, D, HY_PARAM_FFN, HY_INIT_NORMAL);
        add(&l, "ffn.up_proj.weight", F, D, HY_PARAM_FFN, HY_INIT_NORMAL);
        add(&l, "ffn.down_proj.weight", D, F, HY_PARAM_FFN, HY_INIT_NORMAL);
    }
    l.layer = -1;
    add(&l, "norm.weight", D, 0, HY_PARAM_OTHER, HY_INIT_ONES);
    HY_ASSERT(out->n <= PER_MODEL + PER_LAYER * c->n_layers, "the list was long enough");
}

void hy_params_fini(struct hy_params *p)
{
    if (!p)
        return;
    free(p->items);
    *p = (struct hy_params){0};
}

const struct hy_param *hy_params_find(const struct hy_params *p, const char *name)
{
    for (int i = 0; i < p->n; i++)
        if (strcmp(p->items[i].name, name) == 0)
            return &p->items[i];
    return NULL;
}

int64_t hy_params_count(const struct hy_config *c)
{
    struct hy_params params;
    hy_params_list(c, &params);
    int64_t count = params.count;
    hy_params_fini(&params);
    return count;
}
