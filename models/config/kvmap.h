/* What a variant keeps while it decodes: per layer which cache, whose, how large. */
#ifndef HY_MODELS_CONFIG_KVMAP_H
#define HY_MODELS_CONFIG_KVMAP_H

#include <stdbool.h>
#include <stdint.h>

#include "models/config/config.h"

enum hy_kv_role {
    HY_KV_NONE,     /* no attention in this layer */
    HY_KV_GLOBAL,   /* a global layer: always its own cache */
    HY_KV_PRODUCER, /* a local layer whose cache later layers read too */
    HY_KV_CONSUMER, /* a local layer that reads its producer's cache */
    HY_KV_ALONE,    /* a local layer that shares with nobody */
};

struct hy_kv_layer {
    enum hy_kv_role role;
    bool windowed;  /* the mask: sees a window and the meta tokens; else every earlier position */
    int producer;   /* whose K and V; -1 without attention */
    int heads;      /* key/value heads of the cache read */
    int64_t tokens; /* positions this layer's own cache holds; 0 where it has none */
    int64_t bytes;  /* of K and V in that cache, for one sequence */
};

struct hy_kvmap {
    int n;
    struct hy_kv_layer layers[HY_MAX_LAYERS];
    int attention_layers, caches;  /* how many layers attend, how many own a cache */
    double reduction;              /* attention_layers / caches; NaN without attention */
    int64_t kv_bytes;              /* all caches */
    int64_t unshared_bytes;        /* the same model, every layer with its own cache */
    int64_t unwindowed_bytes;      /* the same model, window off, sharing kept */
    int64_t plain_bytes;           /* neither sharing nor window */
    int64_t ssm_bytes, conv_bytes; /* state [E, N] and [E, d_conv-1] of all layers */
};

/* Caches after `context` content tokens of one sequence (the meta tokens come on
 * top: a global layer holds M + context, a windowed one M + min(context, W)),
 * with `kv_element_bytes` per K or V element and `state_element_bytes` per state element. */
void hy_kvmap(const struct hy_config *c, int64_t context, int kv_element_bytes, int state_element_bytes,
              struct hy_kvmap *out);

/* The same model's cache in bytes as arXiv:2411.13676 counts it: local layers
 * that share count half each (9 shared local layers: 4.5 caches), meta tokens
 * in full-attention layers only, SSM state counted, conv state not. */
double hy_kv_paper_bytes(const struct hy_config *c, int64_t context, int element_bytes);

const char *hy_kv_role_name(enum hy_kv_role r);                /* "none", "global", "producer", "consumer", "alone" */
const char *hy_kv_attention_name(const struct hy_kv_layer *l); /* the mask: "global", "local"; "none" */

#endif
