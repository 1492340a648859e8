#include "bench/measure/scaling_layers.h"

#include "bench/instrument/instrument.h"

enum kind { KIND_GLOBAL, KIND_LOCAL, KIND_SHARED, KIND_SSM, KINDS, KIND_NONE = KINDS };

static enum kind attention_kind(const struct hy_config *c, int layer)
{
    if (!hy_owns_kv(c, layer))
        return KIND_SHARED;
    return c->layers[layer].global ? KIND_GLOBAL : KIND_LOCAL;
}

static enum kind kind_of(const struct hy_config *c, enum hy_op_id op, int layer)
{
    const unsigned traits = hy_ops[op].traits;
    return traits & HY_TRAIT_OF_ATTENTION ? attention_kind(c, layer) : traits & HY_TRAIT_OF_SSM ? KIND_SSM : KIND_NONE;
}

static int layers_of(const struct hy_config *c, enum kind kind)
{
    int n = 0;
    for (int i = 0; i < c->n_layers; i++)
        n += kind == KIND_SSM ? hy_has_mamba(c) : attention_kind(c, i) == kind;
    return n;
}

hy_status hy_scaling_layers(struct hy_decoder *d, const int32_t *ids, int tokens, struct hy_scaling_row *r)
{
    double *const us[KINDS] = {&r->global_us, &r->local_us, &r->shared_us, &r->ssm_us};
    double ns[KINDS] = {0};
    struct hy_slots slots;
    hy_status status = HY_OK;
    hy_slots_init(&slots, (size_t)d->one.p->n_steps + 8);
    d->trace = &slots.trace;
    for (int i = 0; i < tokens && status == HY_OK; i++)
        status = hy_decoder_step(d, ids + (size_t)i * (size_t)d->options.batch);
    d->trace = NULL;
    for (size_t i = 0; i < slots.n; i++) {
        const struct hy_slot_time *s = &slots.slots[i];
        enum kind kind = s->layer >= 0 ? kind_of(&d->config, s->node->op, s->layer) : KIND_NONE;
        if (kind != KIND_NONE)
            ns[kind] += (double)s->ns;
    }
    for (int kind = 0; kind < KINDS && status == HY_OK && tokens > 0; kind++)
        if (ns[kind] > 0)
            *us[kind] = ns[kind] * 1e-3 / tokens / layers_of(&d->config, (enum kind)kind);
    hy_slots_fini(&slots);
    return status;
}
