#include "bench/measure/scaling_layers.h"

#include "bench/measure/listen.h"

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

/* Tokens at the end of a context cannot be made again: as any long figure's parts they count where a third of their
 * time was undisturbed. */
static bool holds(const struct hy_listener *l)
{
    const struct hy_observer *o = l->watch.observer;
    return !o || hy_tally_conditions(&l->watch.tally, hy_witness_name(&o->witness)).quality == HY_QUALITY_OK;
}

hy_status hy_scaling_layers(struct hy_decoder *d, const int32_t *ids, int tokens, struct hy_observer *observer,
                            struct hy_scaling_row *r)
{
    double *const us[KINDS] = {&r->global_us, &r->local_us, &r->shared_us, &r->ssm_us};
    double ns[KINDS] = {0};
    struct hy_listener l;
    hy_status status = HY_OK;
    hy_listener_init(&l, d->one.p->n_steps, observer);
    d->trace = &l.one.trace;
    for (int i = 0; i < tokens && status == HY_OK; i++) {
        hy_listener_begin(&l);
        status = hy_decoder_step(d, ids + (size_t)i * (size_t)d->options.batch);
        (void)hy_listener_end(&l); /* remembered by the tally */
    }
    d->trace = NULL;
    for (size_t i = 0; i < l.quiet.n; i++) {
        const struct hy_slot_time *s = &l.quiet.slots[i];
        enum kind kind = s->layer >= 0 ? kind_of(&d->config, s->node->op, s->layer) : KIND_NONE;
        if (kind != KIND_NONE)
            ns[kind] += (double)s->ns;
    }
    for (int kind = 0; kind < KINDS && status == HY_OK && holds(&l); kind++)
        if (ns[kind] > 0)
            *us[kind] = ns[kind] * 1e-3 / (double)l.quiet.steps / layers_of(&d->config, (enum kind)kind);
    hy_listener_fini(&l);
    return status;
}
