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

size_t hy_slot_element(const struct hy_slot *s, const union hy_args *a)
{
    union hy_args *any = (union hy_args *)(uintptr_t)a;
    if (s->flags & HY_SLOT_DOUBLE)
        return sizeof(double);
    if (s->role == HY_ROLE_IN)
        return hy_slot_in(any, s)->bf16 ? 2 : sizeof(float);
    return s->role == HY_ROLE_OUT && hy_slot_out(any, s)->bf16 ? 2 : sizeof(float);
}

void hy_slot_store(const struct hy_slot *s, union hy_args *a, bool bf16)
{
    if (s->role == HY_ROLE_IN)
        hy_slot_in(a, s)->bf16 = bf16;
    else
        hy_slot_out(a, s)->bf16 = bf16;
}

void hy_op_store(enum hy_op_id op, union hy_args *a, bool bf16)
{
    for (const struct hy_slot *s = hy_ops[op].slots; s->name; s++)
        if (s->flags & (HY_SLOT_ACTIVATION | HY_SLOT_EITHER))
            hy_slot_store(s, a, bf16);
}

bool hy_op_stored_bf16(enum hy_op_id op, const union hy_args *a)
{
    for (const struct hy_slot *s = hy_ops[op].slots; s->name; s++)
        if (s->flags & HY_SLOT_ACTIVATION)
            return hy_slot_element(s, a) == 2;
    return false;
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
    const double f32 = sizeof(float);
    double bytes = 0;
    o->shapes(a, shapes);
    for (int i = 0; o->slots[i].name; i++)
        bytes += (double)shapes[i].rows * (double)shapes[i].cols * traffic(&o->slots[i], pass) *
                 (double)hy_slot_element(&o->slots[i], a);
    if (op == HY_OP_PICK) /* one row of each sequence */
        bytes -= ((double)a->pick.T - 1) * a->pick.B * a->pick.D * f32;
    if (op == HY_OP_CACHE_PUT) /* writes as much as it reads; the rest of the caches stays */
        bytes = 4.0 * a->cache_put.B * a->cache_put.K * a->cache_put.T * a->cache_put.P * f32;
    if (op == HY_OP_EMBED) /* only the rows that occur are touched, at most one per token */
        bytes += ((double)a->embed.B * (a->embed.T - a->embed.M) - a->embed.V) * a->embed.D * f32;
    return bytes;
}
