#include "models/config/kvmap.h"

#include <math.h>

static enum hy_kv_role role_of(const struct hy_config *c, int layer)
{
    if (!hy_has_attention(c))
        return HY_KV_NONE;
    if (c->layers[layer].global)
        return HY_KV_GLOBAL;
    if (!hy_owns_kv(c, layer))
        return HY_KV_CONSUMER;
    for (int i = layer + 1; i < c->n_layers; i++)
        if (c->layers[i].producer == layer)
            return HY_KV_PRODUCER;
    return HY_KV_ALONE;
}

static int64_t tokens_held(const struct hy_config *c, int64_t context, int window)
{
    int64_t content = window > 0 && window < context ? window : context;
    return c->meta_tokens + content;
}

void hy_kvmap(const struct hy_config *c, int64_t context, int kv_element_bytes, int state_element_bytes,
              struct hy_kvmap *out)
{
    const int64_t token_bytes = ((int64_t)c->k_width + c->v_width) * kv_element_bytes;
    *out = (struct hy_kvmap){.n = c->n_layers};
    for (int i = 0; i < c->n_layers; i++) {
        struct hy_kv_layer *l = &out->layers[i];
        l->role = role_of(c, i);
        l->producer = -1;
        if (l->role == HY_KV_NONE)
            continue;
        int window = hy_layer_window(c, i);
        int64_t windowed = tokens_held(c, context, window) * token_bytes;
        int64_t whole = tokens_held(c, context, 0) * token_bytes;
        l->windowed = window > 0;
        l->producer = c->layers[i].producer;
        l->heads = c->n_kv_heads;
        out->attention_layers++;
        out->unshared_bytes += windowed;
        out->plain_bytes += whole;
        if (l->role == HY_KV_CONSUMER)
            continue;
        l->tokens = tokens_held(c, context, window);
        l->bytes = windowed;
        out->caches++;
        out->kv_bytes += windowed;
        out->unwindowed_bytes += whole;
    }
    out->reduction = out->caches ? (double)out->attention_layers / out->caches : NAN;
    if (hy_has_mamba(c)) {
        int64_t channels = (int64_t)c->n_layers * c->d_inner * state_element_bytes;
        out->ssm_bytes = channels * c->d_state;
        out->conv_bytes = channels * (c->d_conv - 1);
    }
}

double hy_kv_paper_bytes(const struct hy_config *c, int64_t context, int element_bytes)
{
    double positions = 0; /* cached, summed over layers */
    for (int i = 0; i < c->n_layers && hy_has_attention(c); i++) {
        int window = hy_layer_window(c, i);
        if (window == 0)
            positions += (double)context + c->meta_tokens;
        else
            positions += (double)(window < context ? window : context) * (c->n_groups > 0 ? 0.5 : 1.0);
    }
    double kv = positions * ((double)c->k_width + c->v_width);
    double state = hy_has_mamba(c) ? (double)c->n_layers * c->d_inner * c->d_state : 0;
    return (kv + state) * element_bytes;
}

const char *hy_kv_role_name(enum hy_kv_role r)
{
    switch (r) {
    case HY_KV_NONE:
        return "none";
    case HY_KV_GLOBAL:
        return "global";
    case HY_KV_PRODUCER:
        return "producer";
    case HY_KV_CONSUMER:
        return "consumer";
    case HY_KV_ALONE:
        return "alone";
    }
    return "none";
}

const char *hy_kv_attention_name(const struct hy_kv_layer *l)
{
    return l->role == HY_KV_NONE ? "none" : l->windowed ? "local" : "global";
}
