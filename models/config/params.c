#include "models/config/params.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/config/block.h"

void hy_params_add(struct hy_params *p, int layer, const char *name, int rows, int columns, enum hy_param_kind kind,
                   enum hy_param_init init)
{
    if ((p->n & (p->n - 1)) == 0) { /* full: there is room for the power of two above n */
        p->items = realloc(p->items, (p->n ? 2 * (size_t)p->n : 1) * sizeof *p->items);
        HY_ASSERT(p->items, "memory for a list of parameter names");
    }
    struct hy_param *q = &p->items[p->n++];
    *q = (struct hy_param){.layer = layer, .ndim = columns ? 2 : 1, .dims = {rows, columns ? columns : 1}};
    q->kind = kind;
    q->init = init;
    q->count = (int64_t)q->dims[0] * q->dims[1];
    int length = layer < 0 ? snprintf(q->name, sizeof q->name, "%s", name)
                           : snprintf(q->name, sizeof q->name, "layers.%d.%s", layer, name);
    HY_ASSERT(length < (int)sizeof q->name, "a parameter's name fits its array");
    p->count += q->count;
    p->by_kind[kind] += q->count;
}

void hy_params_count_as(struct hy_params *p, enum hy_param_kind kind, enum hy_param_kind instead_of, int64_t count)
{
    p->by_kind[instead_of] -= count;
    p->by_kind[kind] += count;
}

void hy_params_join(struct hy_params *p)
{
    HY_ASSERT(p->n > 1 && p->items[p->n - 1].dims[1] == p->items[p->n - 2].dims[1] && p->items[p->n - 1].ndim == 2,
              "matrices are joined whose rows are equally long");
    p->items[p->n - 1].joined = true;
}

void hy_params_may_join(struct hy_params *p, int other)
{
    struct hy_param *last = &p->items[p->n - 1];
    HY_ASSERT(other >= 0 && other < p->n - 1 && last->ndim == 2 && p->items[other].dims[1] == last->dims[1],
              "matrices are joined whose rows are equally long");
    last->behind = other + 1;
}

void hy_params_add_fusion(struct hy_params *p, int layer, const struct hy_config *c, const char *prefix, int width)
{
    static const char *const names[] = {"attn_out_norm.weight", "mamba_out_norm.weight", "beta_attn", "beta_mamba"};
    const int n = c->fusion == HY_FUSE_BETA ? 4 : 2;
    for (int i = 0; i < n; i++) {
        char name[48];
        snprintf(name, sizeof name, "%s%s%s", prefix, *prefix ? "." : "", names[i]);
        hy_params_add(p, layer, name, width, 0, HY_PARAM_OTHER, HY_INIT_ONES);
    }
}

void hy_params_add_ssm(struct hy_params *p, int layer, const struct hy_config *c, const char *prefix)
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
        hy_params_add(p, layer, name, rows[i].rows, rows[i].columns, HY_PARAM_MAMBA, rows[i].init);
    }
}

void hy_params_list(const struct hy_config *c, struct hy_params *out)
{
    const struct hy_block *block = hy_block_of(c->implementation);
    int D = c->d_model, F = c->d_ff;
    *out = (struct hy_params){0};
    hy_params_add(out, -1, "embed_tokens.weight", c->vocab, D, HY_PARAM_EMBEDDING, HY_INIT_NORMAL);
    if (c->meta_tokens > 0)
        hy_params_add(out, -1, "meta_tokens", c->meta_tokens, D, HY_PARAM_EMBEDDING, HY_INIT_NORMAL);
    for (int i = 0; i < c->n_layers; i++) {
        hy_params_add(out, i, "input_norm.weight", D, 0, HY_PARAM_OTHER, HY_INIT_ONES);
        block->parameters(out, c, i);
        hy_params_add(out, i, "ffn_norm.weight", D, 0, HY_PARAM_OTHER, HY_INIT_ONES);
        hy_params_add(out, i, "ffn.gate_proj.weight", F, D, HY_PARAM_FFN, HY_INIT_NORMAL);
        hy_params_add(out, i, "ffn.up_proj.weight", F, D, HY_PARAM_FFN, HY_INIT_NORMAL);
        hy_params_join(out);
        hy_params_add(out, i, "ffn.down_proj.weight", D, F, HY_PARAM_FFN, HY_INIT_NORMAL);
    }
    hy_params_add(out, -1, "norm.weight", D, 0, HY_PARAM_OTHER, HY_INIT_ONES);
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
