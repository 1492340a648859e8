#include "models/lm.h"

#include <stdio.h>

#include "models/blocks/build.h"

static struct hy_lm build(const char *name, const struct hy_config *c, struct hy_weights *w, int B, int seq_len,
                          enum hy_precision stored, bool train)
{
    struct hy_lm m = {.p = hy_program_new(name, w),
                      .B = B,
                      .seq_len = seq_len,
                      .loss = HY_NONE,
                      .nll = HY_NONE,
                      .norm = HY_NONE,
                      .targets = HY_NONE};
    struct hy_build b = {
        .p = m.p, .c = c, .B = B, .T = c->meta_tokens + seq_len, .front = c->meta_tokens, .train = train};
    m.p->stored = stored;
    m.ids = hy_host_tensor(m.p, (size_t)B, (size_t)seq_len);
    hy_t trunk = hy_build_trunk(&b, m.ids);
    m.logits = hy_build_linear(&b, trunk, hy_parameter(m.p, "embed_tokens.weight"), -1, "head");
    hy_program_keep_f32(m.p, m.logits);
    return m;
}

static void add_loss(struct hy_lm *m, const struct hy_config *c, float smoothing)
{
    int rows = m->B * m->seq_len;
    m->targets = hy_host_tensor(m->p, (size_t)rows, 1);
    union hy_args a = {.xent = {.rows = rows, .V = c->vocab, .smoothing = smoothing}};
    hy_t slot[HY_MAX_SLOTS] = {[HY_XENT_LOGITS] = m->logits, [HY_XENT_TARGETS] = m->targets};
    hy_emit(m->p, HY_OP_XENT, &a, slot, -1, "loss");
    m->loss = slot[HY_XENT_LOSS];
    m->nll = slot[HY_XENT_NLL];
    hy_program_keep(m->p, m->loss);
    hy_program_keep(m->p, m->nll);
}

struct hy_lm hy_lm_train(const struct hy_config *c, struct hy_weights *w, int B, const struct hy_optimizer *o)
{
    struct hy_lm m = build("train", c, w, B, c->seq_len, o->stored, true);
    add_loss(&m, c, c->label_smoothing);
    hy_program_differentiate(m.p, o->recompute);

    hy_t gradients = hy_weights_vector(m.p, HY_GRADS);
    union hy_args norm = {.gradnorm = {.n = w->length}};
    hy_t slot[HY_MAX_SLOTS] = {[HY_GRADNORM_G] = gradients};
    hy_emit(m.p, HY_OP_GRADNORM, &norm, slot, -1, "grad_norm");
    m.norm = slot[HY_GRADNORM_NORM];
    hy_program_keep(m.p, m.norm);

    union hy_args step = {.adamw = {.run = &m.p->run,
                                    .n = w->length,
                                    .beta1 = o->beta1,
                                    .beta2 = o->beta2,
                                    .eps = o->eps,
                                    .decay = o->decay,
                                    .clip = o->clip}};
    hy_t update[HY_MAX_SLOTS] = {[HY_ADAMW_P] = hy_weights_vector(m.p, HY_VALUES),
                                 [HY_ADAMW_M] = hy_weights_vector(m.p, HY_MOMENT1),
                                 [HY_ADAMW_V] = hy_weights_vector(m.p, HY_MOMENT2),
                                 [HY_ADAMW_G] = gradients,
                                 [HY_ADAMW_NORM] = m.norm};
    hy_emit(m.p, HY_OP_ADAMW, &step, update, -1, "adamw");
    m.p->sums_later = m.p->pairs = o->device;
    hy_program_plan(m.p);
    return m;
}

size_t hy_lm_train_bytes(const struct hy_config *c, struct hy_weights *w, int B, const struct hy_optimizer *o)
{
    struct hy_lm m = hy_lm_train(c, w, B, o);
    size_t bytes = m.p->arena_bytes;
    hy_lm_fini(&m);
    return bytes;
}

struct hy_lm hy_lm_gradients(const struct hy_config *c, struct hy_weights *w, int B, int seq_len,
                             enum hy_recompute recompute, enum hy_precision stored)
{
    struct hy_lm m = build("gradients", c, w, B, seq_len, stored, false);
    add_loss(&m, c, c->label_smoothing);
    hy_program_keep(m.p, m.logits);
    hy_program_differentiate(m.p, recompute);
    hy_program_plan(m.p);
    return m;
}

struct hy_lm hy_lm_eval(const struct hy_config *c, struct hy_weights *w, int B, int seq_len, enum hy_precision stored)
{
    struct hy_lm m = build("eval", c, w, B, seq_len, stored, false);
    add_loss(&m, c, 0);
    hy_program_plan(m.p);
    return m;
}

struct hy_lm hy_lm_logits(const struct hy_config *c, struct hy_weights *w, int B, int seq_len, enum hy_precision stored)
{
    struct hy_lm m = build("logits", c, w, B, seq_len, stored, false);
    hy_program_keep(m.p, m.logits);
    hy_program_plan(m.p);
    return m;
}

void hy_lm_fini(struct hy_lm *m)
{
    if (!m)
        return;
    hy_program_free(m->p);
    m->p = NULL;
}

double hy_lm_flops_per_token(const struct hy_config *c)
{
    struct hy_weights w;
    hy_weights_layout(&w, c);
    struct hy_lm m = build("count", c, &w, 1, c->seq_len, HY_F32, false);
    double flops = 0;
    add_loss(&m, c, c->label_smoothing);
    for (int i = 0; i < m.p->n_nodes; i++) {
        const struct hy_node *n = &m.p->nodes[i];
        flops += hy_ops[n->op].flops(&n->sizes, HY_FORWARD);
        if (hy_ops[n->op].has_backward)
            flops += hy_ops[n->op].flops(&n->sizes, HY_BACKWARD);
    }
    hy_lm_fini(&m);
    hy_weights_fini(&w);
    return flops / c->seq_len;
}

double hy_lm_matrix_flops(const struct hy_lm *m)
{
    double flops = 0;
    for (int i = 0; i < m->p->n_steps; i++) {
        const struct hy_node *n = &m->p->nodes[m->p->steps[i].node];
        bool again = i >= m->p->first_backward && m->p->steps[i].pass == HY_FORWARD;
        if (!again && hy_ops[n->op].traits & HY_TRAIT_PRODUCTS)
            flops += hy_ops[n->op].flops(&n->sizes, m->p->steps[i].pass);
    }
    return flops;
}
