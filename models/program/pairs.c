/* Which neighbouring steps a device may run as one (kernels/pairs.h), and which scans may leave sums to a later one: by
 * what goes from one to the other alone. */
#include "kernels/pairs.h"

#include "models/program/program.h"

/* Whether a step but those two reads or writes the value of `t`. */
static bool value_elsewhere(const struct hy_program *p, hy_t t, int first)
{
    for (int i = 0; i < p->n_steps; i++)
        for (int k = 0; i != first && i != first + 1 && k < HY_MAX_SLOTS; k++)
            if (hy_program_touches(p, i, k) && p->steps[i].value[k] == t)
                return true;
    return false;
}

static bool gradient_elsewhere(const struct hy_program *p, hy_t t, int first)
{
    for (int i = 0; i < p->n_steps; i++)
        for (int k = 0; i != first && i != first + 1 && k < HY_MAX_SLOTS; k++)
            if (p->steps[i].wants >> k & 1 && p->nodes[p->steps[i].node].slot[k] == t)
                return true;
    return false;
}

static bool is_view_or_base(const struct hy_program *p, hy_t t)
{
    bool found = p->tensors[t].home == HY_HOME_VIEW;
    for (int i = 0; i < p->n_tensors; i++)
        found = found || (p->tensors[i].home == HY_HOME_VIEW && p->tensors[i].base == t);
    return found;
}

static bool is_pair(const struct hy_program *p, int i, const struct hy_op_pair *pair)
{
    const struct hy_step *s = &p->steps[i], *next = s + 1;
    const struct hy_node *one = &p->nodes[s->node], *two = &p->nodes[next->node];
    const enum hy_precision stored = hy_op_stored_bf16(one->op, &one->sizes) ? HY_BF16 : HY_F32;
    if (one->op != pair->first || two->op != pair->second || s->pass != pair->pass || next->pass != pair->pass ||
        stored != pair->precision || hy_op_stored_bf16(two->op, &two->sizes) != (stored == HY_BF16))
        return false;
    const hy_t t = one->slot[pair->from];
    if (t == HY_NONE || t != two->slot[pair->to] || p->tensors[t].keep || is_view_or_base(p, t))
        return false;
    if (pair->pass == HY_FORWARD)
        return s->value[pair->from] == t && next->value[pair->to] == t && !value_elsewhere(p, t, i);
    return s->wants >> pair->from & 1 && next->wants >> pair->to & 1 && !(s->adds >> pair->from & 1) &&
           !gradient_elsewhere(p, t, i);
}

void hy_program_find_pairs(struct hy_program *p)
{
    for (int i = 0; i + 1 < p->n_steps; i++)
        for (const struct hy_op_pair *pair = hy_cuda_pairs; pair->name; pair++)
            if (!p->steps[i].pair && (i == 0 || !p->steps[i - 1].pair) && is_pair(p, i, pair))
                p->steps[i].pair = pair;
}

/* ---- sums of a scan's backward ---------------------------------------------------------- */

static bool touches_gradient(const struct hy_program *p, int step, hy_t t)
{
    for (int k = 0; k < HY_MAX_SLOTS; k++)
        if (p->steps[step].wants >> k & 1 && p->nodes[p->steps[step].node].slot[k] == t)
            return true;
    return false;
}

/* The linear backward whose y.d has the gradients of Bt and Ct for columns, if nobody reads these before; else 0. */
static int reader_of_sums(const struct hy_program *p, int scan)
{
    const struct hy_node *n = &p->nodes[p->steps[scan].node];
    const hy_t Bt = n->slot[HY_SCAN_BT], Ct = n->slot[HY_SCAN_CT], base = p->tensors[Bt].base;
    if (p->tensors[Bt].home != HY_HOME_VIEW || p->tensors[Ct].home != HY_HOME_VIEW || p->tensors[Ct].base != base)
        return 0;
    for (int i = scan + 1; i < p->first_update; i++) {
        const struct hy_node *m = &p->nodes[p->steps[i].node];
        if (touches_gradient(p, i, base))
            return m->op == HY_OP_LINEAR && p->steps[i].pass == HY_BACKWARD && m->slot[HY_LINEAR_Y] == base ? i : 0;
        if (touches_gradient(p, i, Bt) || touches_gradient(p, i, Ct))
            return 0;
    }
    return 0;
}

void hy_program_find_held(struct hy_program *p)
{
    for (int i = p->first_backward; i < p->first_update; i++) {
        const struct hy_node *n = &p->nodes[p->steps[i].node];
        if (n->op == HY_OP_SCAN && p->steps[i].pass == HY_BACKWARD && hy_op_stored_bf16(n->op, &n->sizes))
            p->steps[i].held_for = reader_of_sums(p, i);
    }
}
