/* From the forward list to steps, and from steps to memory.
 *
 * The backward is the forward list in reverse order. The first step that
 * writes a tensor's gradient overwrites, later ones add. Where memory matters
 * more than time, what the backward reads is computed again into a clone just
 * before: the original then dies in the forward. A tensor's storage is
 * in use from the first step that touches it to the last one; storage of
 * tensors that never live together may overlap in the arena. */
#include <stdlib.h>
#include <string.h>

#include "models/program/program.h"

static hy_t root_of(const struct hy_program *p, hy_t t)
{
    return p->tensors[t].home == HY_HOME_VIEW ? p->tensors[t].base : t;
}

/* ---- steps ------------------------------------------------------------------------ */

/* Where a base's gradient arrives through views, they must cover it together. */
static void check_cover(const struct hy_program *p, hy_t base, const bool *written, int n)
{
    size_t columns = 0;
    for (hy_t t = 0; t < n; t++)
        if (p->tensors[t].home == HY_HOME_VIEW && p->tensors[t].base == base && written[t])
            columns += p->tensors[t].cols;
    HY_ASSERT(columns == 0 || columns == p->tensors[base].cols, "views that carry a gradient cover their tensor");
}

/* One backward step; returns false where no gradient reaches the node. */
static bool derive_step(struct hy_program *p, int node, bool *written, int n_tensors, struct hy_step *step)
{
    const struct hy_node *n = &p->nodes[node];
    const struct hy_slot *slots = hy_ops[n->op].slots;
    *step = (struct hy_step){.node = node, .pass = HY_BACKWARD};
    bool starts_chain = true, reached = false;
    for (int i = 0; slots[i].name; i++) {
        hy_t t = n->slot[i];
        if (slots[i].role != HY_ROLE_OUT || t == HY_NONE)
            continue;
        starts_chain = false;
        check_cover(p, t, written, n_tensors);
        if (written[t]) {
            step->wants |= 1u << i;
            reached = true;
        }
    }
    if (!reached && !starts_chain)
        return false;
    for (int i = 0; slots[i].name; i++) {
        hy_t t = n->slot[i];
        if (slots[i].role != HY_ROLE_IN || t == HY_NONE)
            continue;
        step->wants |= 1u << i;
        if (written[t])
            step->adds |= 1u << i;
        written[t] = written[root_of(p, t)] = true;
        p->tensors[t].has_gradient = p->tensors[root_of(p, t)].has_gradient = true;
    }
    return true;
}

/* ---- computing again ---------------------------------------------------------------- */

/* What the derivation of the backward carries from node to node. */
struct derivation {
    struct hy_program *p;
    bool *written; /* (tensors at the start) the gradient has a writer already */
    int *producer; /* (the same) the node that computes it, -1: none */
    hy_t *again;   /* (the same) its clone once it is computed again, else HY_NONE */
    int n;         /* tensors at the start: clones come behind and are never looked up */
};

static bool may_recompute(const struct hy_program *p, int node)
{
    const struct hy_node *n = &p->nodes[node];
    if (p->recompute == HY_RECOMPUTE_NOTHING || n->layer < 0 || n->checkpoint)
        return false;
    return hy_ops[n->op].traits & HY_TRAIT_CHEAP || p->recompute == HY_RECOMPUTE_LAYERS;
}

/* The tensor that holds t's value now: t, its clone, or a view of its base's clone. */
static hy_t current(struct derivation *d, hy_t t)
{
    hy_t root = root_of(d->p, t);
    if (t == HY_NONE || t >= d->n || d->again[root] == HY_NONE)
        return t;
    if (root == t)
        return d->again[t];
    if (d->again[t] == HY_NONE) {
        d->again[t] = hy_program_clone(d->p, t);
        d->p->tensors[d->again[t]].base = d->again[root];
    }
    return d->again[t];
}

static bool made_here(enum hy_role role)
{
    return role == HY_ROLE_OUT || role == HY_ROLE_SAVED || role == HY_ROLE_RESULT;
}

static void push(struct derivation *d, struct hy_step step)
{
    struct hy_program *p = d->p;
    const struct hy_node *n = &p->nodes[step.node];
    for (int i = 0; hy_ops[n->op].slots[i].name; i++)
        step.value[i] = n->slot[i] == HY_NONE ? HY_NONE : current(d, n->slot[i]);
    p->steps[p->n_steps++] = step;
}

/* Sees to it that t's value is there: computes its producer again, and before that what that one reads. */
static void provide(struct derivation *d, hy_t t)
{
    struct hy_program *p = d->p;
    t = root_of(p, t);
    int node = d->producer[t];
    if (node < 0 || d->again[t] != HY_NONE || p->tensors[t].keep || !may_recompute(p, node))
        return;
    const struct hy_node n = p->nodes[node];
    const struct hy_slot *slots = hy_ops[n.op].slots;
    for (int i = 0; slots[i].name; i++)
        if (slots[i].role == HY_ROLE_IN && n.slot[i] != HY_NONE)
            provide(d, n.slot[i]);
    for (int i = 0; slots[i].name; i++)
        if (made_here(slots[i].role) && n.slot[i] != HY_NONE) {
            hy_t clone = hy_program_clone(p, n.slot[i]);
            d->again[n.slot[i]] = clone;
        }
    push(d, (struct hy_step){.node = node, .pass = HY_FORWARD});
}

static void find_producers(struct derivation *d)
{
    const struct hy_program *p = d->p;
    for (int t = 0; t < d->n; t++) {
        d->producer[t] = -1;
        d->again[t] = HY_NONE;
    }
    for (int node = 0; node < p->n_differentiated; node++)
        for (int i = 0; hy_ops[p->nodes[node].op].slots[i].name; i++)
            if (p->nodes[node].slot[i] != HY_NONE && made_here(hy_ops[p->nodes[node].op].slots[i].role))
                d->producer[p->nodes[node].slot[i]] = node;
}

static bool reads_value(const struct hy_slot *slot, enum hy_pass pass)
{
    switch (slot->role) {
    case HY_ROLE_SCRATCH:
        return pass == HY_BACKWARD;
    case HY_ROLE_SAVED:
        return true;
    default:
        return pass == HY_FORWARD || (slot->flags & HY_SLOT_BACK_READS);
    }
}

static void backward_of(struct derivation *d, int node)
{
    struct hy_step step;
    const struct hy_node n = d->p->nodes[node];
    const struct hy_slot *slots = hy_ops[n.op].slots;
    if (!hy_ops[n.op].has_backward || !derive_step(d->p, node, d->written, d->n, &step))
        return;
    for (int i = 0; slots[i].name; i++)
        if (n.slot[i] != HY_NONE && reads_value(&slots[i], HY_BACKWARD))
            provide(d, n.slot[i]);
    push(d, step);
}

static void list_steps(struct hy_program *p)
{
    struct derivation d = {.p = p, .n = p->n_tensors};
    d.written = calloc((size_t)d.n, sizeof *d.written);
    d.producer = calloc((size_t)d.n, sizeof *d.producer);
    d.again = calloc((size_t)d.n, sizeof *d.again);
    p->steps = calloc(3 * (size_t)p->n_nodes, sizeof *p->steps); /* forward, again, backward */
    HY_ASSERT(d.written && d.producer && d.again && p->steps,
              "out of memory while planning a program (a few kilobytes)");
    find_producers(&d);
    int n_forward = p->n_differentiated ? p->n_differentiated : p->n_nodes;
    for (int i = 0; i < n_forward; i++)
        push(&d, (struct hy_step){.node = i, .pass = HY_FORWARD});
    p->first_backward = p->n_steps;
    for (int i = p->n_differentiated - 1; i >= 0; i--)
        backward_of(&d, i);
    p->first_update = p->n_steps;
    for (int i = n_forward; i < p->n_nodes; i++)
        push(&d, (struct hy_step){.node = i, .pass = HY_FORWARD});
    free(d.written);
    free(d.producer);
    free(d.again);
}

/* ---- liveness --------------------------------------------------------------------- */

bool hy_program_touches(const struct hy_program *p, int step, int k)
{
    const struct hy_step *s = &p->steps[step];
    const struct hy_node *n = &p->nodes[s->node];
    return k < hy_op_slots(n->op) && n->slot[k] != HY_NONE && reads_value(&hy_ops[n->op].slots[k], s->pass);
}

/* In use from step `from` to step `to` at least. */
static void touch(int *first, int *last, int from, int to)
{
    if (*last < 0)
        *first = from;
    *last = *last > to ? *last : to;
}

/* The last step that needs what step i touches: its own, or the backward's where the device adds sums up behind it. */
static int needed_until(const struct hy_program *p, int i, const struct hy_slot *slot)
{
    if (slot->role == HY_ROLE_SCRATCH && p->steps[i].held_for)
        return p->steps[i].held_for;
    return p->sums_later && slot->flags & HY_SLOT_SUMS && i >= p->first_backward ? p->first_update - 1 : i;
}

static void find_lifetimes(struct hy_program *p)
{
    for (int i = 0; i < p->n_tensors; i++)
        p->tensors[i].value_last = p->tensors[i].gradient_last = -1;
    for (int i = 0; i < p->n_steps; i++) {
        const struct hy_step *s = &p->steps[i];
        const struct hy_node *n = &p->nodes[s->node];
        const struct hy_slot *slots = hy_ops[n->op].slots;
        /* two steps that run as one do so from the first to the second */
        const int from = i > 0 && p->steps[i - 1].pair ? i - 1 : i, to = s->pair ? i + 1 : i;
        for (int k = 0; slots[k].name; k++) {
            if (n->slot[k] == HY_NONE)
                continue;
            struct hy_tensor *value = &p->tensors[root_of(p, s->value[k])];
            struct hy_tensor *owner = &p->tensors[root_of(p, n->slot[k])];
            if (reads_value(&slots[k], s->pass))
                touch(&value->value_first, &value->value_last, from, needed_until(p, to, &slots[k]));
            if (s->wants >> k & 1)
                touch(&owner->gradient_first, &owner->gradient_last, from, to);
        }
    }
}

/* Lets a gradient take its value's storage where the op allows it and nobody
 * reads the value afterwards. */
static void overlay_gradients(struct hy_program *p)
{
    for (int i = p->first_backward; i < p->first_update; i++) {
        const struct hy_step *s = &p->steps[i];
        const struct hy_node *n = &p->nodes[s->node];
        const struct hy_slot *slots = hy_ops[n->op].slots;
        for (int k = 0; slots[k].name; k++) {
            if (!(slots[k].flags & HY_SLOT_GRAD_INPLACE) || !(s->wants >> k & 1) || (s->adds >> k & 1))
                continue;
            struct hy_tensor *t = &p->tensors[n->slot[k]];
            /* a value computed again lies elsewhere: its clone's storage is not this gradient's */
            if (t->home != HY_HOME_ARENA || t->keep || t->value_last != i || s->value[k] != n->slot[k])
                continue;
            t->gradient_in_place = true;
            t->value_last = t->gradient_last;
        }
    }
}

/* ---- placement -------------------------------------------------------------------- */

struct piece {
    size_t bytes, at;
    int first, last;
    size_t *out;
};

static int larger_first(const void *x, const void *y)
{
    const struct piece *a = x, *b = y;
    if (a->bytes != b->bytes)
        return a->bytes < b->bytes ? 1 : -1;
    return a->first - b->first;
}

static int lower_first(const void *x, const void *y)
{
    const struct piece *a = *(struct piece *const *)x, *b = *(struct piece *const *)y;
    return (a->at > b->at) - (a->at < b->at);
}

/* Greedy by size: each piece takes the lowest gap among those it lives with. */
static size_t place(struct piece *pieces, int n)
{
    struct piece **beside = malloc((size_t)(n ? n : 1) * sizeof *beside);
    HY_ASSERT(beside, "out of memory while planning a program (a few kilobytes)");
    size_t peak = 0;
    qsort(pieces, (size_t)n, sizeof *pieces, larger_first);
    for (int i = 0; i < n; i++) {
        struct piece *q = &pieces[i];
        int m = 0;
        for (int k = 0; k < i; k++)
            if (pieces[k].first <= q->last && q->first <= pieces[k].last)
                beside[m++] = &pieces[k];
        qsort(beside, (size_t)m, sizeof *beside, lower_first);
        q->at = 0;
        for (int k = 0; k < m && beside[k]->at < q->at + q->bytes; k++)
            if (beside[k]->at + beside[k]->bytes > q->at)
                q->at = beside[k]->at + beside[k]->bytes;
        *q->out = q->at;
        if (q->at + q->bytes > peak)
            peak = q->at + q->bytes;
    }
    free(beside);
    return peak;
}

static void add_piece(struct piece *pieces, int *n, const struct hy_tensor *t, int first, int last, size_t *out)
{
    size_t bytes = t->rows * (size_t)t->ld * (size_t)t->bytes_per_element;
    pieces[(*n)++] = (struct piece){.bytes = (bytes + 63) / 64 * 64, .first = first, .last = last, .out = out};
}

void hy_program_plan(struct hy_program *p)
{
    HY_ASSERT(!p->steps, "a program is planned once");
    list_steps(p);
    if (p->pairs) {
        hy_program_find_pairs(p);
        hy_program_find_held(p);
    }
    find_lifetimes(p);
    overlay_gradients(p);

    struct piece *pieces = calloc(2 * (size_t)p->n_tensors, sizeof *pieces);
    HY_ASSERT(pieces, "out of memory while planning a program (a few kilobytes)");
    int n = 0;
    for (int i = 0; i < p->n_tensors; i++) {
        struct hy_tensor *t = &p->tensors[i];
        if (t->home != HY_HOME_ARENA)
            continue;
        if (t->value_last >= 0)
            add_piece(pieces, &n, t, t->keep ? 0 : t->value_first, t->keep ? p->n_steps : t->value_last, &t->value_at);
        if (t->gradient_last >= 0 && !t->gradient_in_place)
            add_piece(pieces, &n, t, t->gradient_first, t->gradient_last, &t->gradient_at);
    }
    p->run_at = place(pieces, n); /* a multiple of 64, as all pieces are */
    p->arena_bytes = p->run_at + 64;
    for (int i = 0; i < p->n_tensors; i++)
        if (p->tensors[i].gradient_in_place)
            p->tensors[i].gradient_at = p->tensors[i].value_at;
    free(pieces);
}
