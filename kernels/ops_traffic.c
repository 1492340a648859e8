/* What can be said of any op from its descriptor alone: its slots, its run record, the bytes it moves. */
#include "kernels/ops.h"

const struct hy_run **hy_op_run(enum hy_op_id op, union hy_args *a)
{
    switch (op) {
    case HY_OP_ADDNORM:
        return &a->addnorm.run;
    case HY_OP_ATTENTION:
        return &a->attention.run;
    case HY_OP_SWIGLU:
        return &a->swiglu.run;
    case HY_OP_ADAMW:
        return &a->adamw.run;
    default:
        return NULL;
    }
}

int hy_op_slots(enum hy_op_id op)
{
    int n = 0;
    while (hy_ops[op].slots[n].name)
        n++;
    return n;
}

/* How often a pass moves the elements of one slot. */
static int traffic(const struct hy_slot *slot, enum hy_pass pass)
{
    switch (slot->role) {
    case HY_ROLE_IN:
    case HY_ROLE_OUT:
        if (pass == HY_FORWARD)
            return 1;
        return 1 + (slot->flags & HY_SLOT_BACK_READS ? 1 : 0);
    case HY_ROLE_SAVED:
    case HY_ROLE_IDS:
        return 1;
    case HY_ROLE_STATE:
        return 2;
    case HY_ROLE_READ:
        return pass == HY_FORWARD;
    case HY_ROLE_RESULT: /* partial sums are meant to stay in the cache */
        return pass == HY_FORWARD && !(slot->flags & HY_SLOT_DOUBLE);
    case HY_ROLE_SCRATCH: /* meant to stay in the cache */
        return 0;
    }
    return 0;
}

double hy_op_bytes(enum hy_op_id op, const union hy_args *a, enum hy_pass pass)
{
    struct hy_shape shapes[HY_MAX_SLOTS] = {{0, 0}};
    const struct hy_op *o = &hy_ops[op];
    double elements = 0;
    o->shapes(a, shapes);
    for (int i = 0; o->slots[i].name; i++)
        elements += (double)shapes[i].rows * (double)shapes[i].cols * traffic(&o->slots[i], pass);
    if (op == HY_OP_PICK) /* one row of each sequence */
        elements -= ((double)a->pick.T - 1) * a->pick.B * a->pick.D;
    if (op == HY_OP_CACHE_PUT) /* writes as much as it reads; the rest of the caches stays */
        elements = 4.0 * a->cache_put.B * a->cache_put.K * a->cache_put.T * a->cache_put.P;
    if (op == HY_OP_EMBED) /* only the rows that occur are touched, at most one per token */
        elements += ((double)a->embed.B * (a->embed.T - a->embed.M) - a->embed.V) * a->embed.D;
    return elements * (double)sizeof(float);
}
