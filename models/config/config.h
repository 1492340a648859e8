/* A resolved variant: every number a model is built from, nothing left open.
 *
 * Comes from a study's YAML (models/config/study.h), from a checkpoint's JSON
 * (models/config/config_json.h), or from code: zero the struct, set the fields of the
 * first two groups, call hy_config_resolve() (models/config/resolve.h), which fills the rest. */
#ifndef HY_MODELS_CONFIG_CONFIG_H
#define HY_MODELS_CONFIG_CONFIG_H

#include <stdbool.h>

#include "models/config/field.h"

enum {
    HY_MAX_LAYERS = 64,
    HY_MAX_NAME = 64,     /* a variant's name with its NUL */
    HY_MAX_VOCAB = 65536, /* token ids are stored as u16 */
    HY_AUTO_GROUPS = -1,  /* n_groups: form the pairs of docs/model.md */
};

/* One layer. Mamba-only layers have no attention: global false, producer -1. */
struct hy_layer {
    bool global;  /* sees every earlier position; else the window (and the meta tokens) */
    int producer; /* the layer whose K and V this one reads: its own index where it owns them, else an earlier one */
};

struct hy_config {
    char name[HY_MAX_NAME];
    enum hy_implementation implementation;
    enum hy_arch arch;
    enum hy_fuse fusion;     /* hybrids; AUTO before resolve: the implementation's way, and what others keep */
    enum hy_in_proj in_proj; /* the same */

    int vocab;       /* V */
    int d_model;     /* D */
    int n_layers;    /* 1 .. HY_MAX_LAYERS */
    int n_heads;     /* Hq as the study declares it; attention really has q_heads of them */
    int n_kv_heads;  /* Hkv */
    int window;      /* W of the local layers, own position included; 0 = none: local layers see everything */
    int meta_tokens; /* M */
    int d_state;     /* N */
    int d_conv;      /* taps of the causal convolution */
    int expand;      /* Di / D */
    int d_ff;        /* F; 0 before resolve: the implementation's rule */
    int dt_rank;     /* R; 0 before resolve: the implementation's rule */
    int seq_len;     /* content tokens of a training sample: T = meta_tokens + seq_len */
    float dropout;   /* in training; 0 .. < 1 */
    float label_smoothing;

    /* layers[i].global is given. layers[i].producer is given when n_groups >= 0
     * and found by resolve when n_groups is HY_AUTO_GROUPS. */
    int n_groups; /* groups of two or more layers that share one K/V */
    struct hy_layer layers[HY_MAX_LAYERS];

    /* filled by hy_config_resolve() */
    int head_dim; /* hd = d_model / n_heads */
    int d_inner;  /* Di = expand * d_model */
    int q_heads;  /* query heads really used: n_heads, or d_inner / head_dim (inner_attention, models/config/block.h) */
    int k_width, v_width; /* of one token in one layer's cache, all heads: n_kv_heads * head_dim */
};

static inline bool hy_has_attention(const struct hy_config *c)
{
    return c->arch != HY_MAMBA;
}
static inline bool hy_has_mamba(const struct hy_config *c)
{
    return c->arch != HY_TRANSFORMER;
}
/* Layer i has its own K and V projections and cache. */
static inline bool hy_owns_kv(const struct hy_config *c, int i)
{
    return hy_has_attention(c) && c->layers[i].producer == i;
}
/* The window layer i's attention really uses: 0 where it sees every earlier position. */
static inline int hy_layer_window(const struct hy_config *c, int i)
{
    return c->layers[i].global ? 0 : c->window;
}

extern const struct hy_fields hy_model_fields;  /* the keys a variant may set in YAML */
extern const struct hy_fields hy_shared_fields; /* the same in all variants of a study */
extern const struct hy_fields hy_cache_fields;  /* set only where caches are counted, not models built */

/* Field by field; floats by value. */
bool hy_config_equal(const struct hy_config *a, const struct hy_config *b);

#endif
