/* What can be said of any op from its descriptor alone: its slots, its run record, the bytes it moves. */
#include "kernels/ops.h"

#include <math.h>

/* Where an op's arguments hold the run record, the site and the probability; 0 (an operand's place) where they do not.
 */
static const struct {
    size_t run, site, p;
} places[HY_OP_COUNT] = {
#define HY_RUN(ID, op) [HY_OP_##ID].run = offsetof(struct hy_##op, run),
#define HY_DROPS(ID, op) \
    [HY_OP_##ID].site = offsetof(struct hy_##op, site), [HY_OP_##ID].p = offsetof(struct hy_##op, p),
#include "kernels/tables/ops.inc"
};

const struct hy_run **hy_op_run(enum hy_op_id op, union hy_args *a)
{
    return places[op].run ? (const struct hy_run **)(void *)((char *)a + places[op].run) : NULL;
}

bool hy_op_drops(enum hy_op_id op)
{
    return places[op].p != 0;
}

void hy_op_set_dropout(enum hy_op_id op, union hy_args *a, uint32_t site, float p)
{
    if (!hy_op_drops(op))
        return;
    *(uint32_t *)(void *)((char *)a + places[op].site) = site;
    *(float *)(void *)((char *)a + places[op].p) = p;
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

/* How many of `kinds` occur among n drawn alike, on average. */
static double hy_distinct(double n, double kinds)
{
    return kinds * -expm1(n * log1p(-1 / kinds));
}

/* <op>_bytes of the ops that do not move each operand once */
#define HY_BYTES(ID, op, expression)                                  \
    static double op##_bytes(const union hy_args *args, double bytes) \
    {                                                                 \
        const struct hy_##op *a = &args->op;                          \
        (void)bytes;                                                  \
        return expression;                                            \
    }
#include "kernels/tables/ops.inc"

static double (*const corrected[HY_OP_COUNT])(const union hy_args *args, double bytes) = {
#define HY_BYTES(ID, op, expression) [HY_OP_##ID] = op##_bytes,
#include "kernels/tables/ops.inc"
};

static double bytes_of(enum hy_op_id op, const union hy_args *a, enum hy_pass pass, bool distinct)
{
    struct hy_shape shapes[HY_MAX_SLOTS] = {{0, 0}};
    const struct hy_op *o = &hy_ops[op];
    double bytes = 0;
    o->shapes(a, shapes);
    for (int i = 0; o->slots[i].name; i++) {
        const bool once = distinct && o->slots[i].role == HY_ROLE_STATE;
        bytes += (double)shapes[i].rows * (double)shapes[i].cols * (once ? 1 : traffic(&o->slots[i], pass)) *
                 (double)hy_slot_element(&o->slots[i], a);
    }
    return corrected[op] ? corrected[op](a, bytes) : bytes;
}

double hy_op_bytes(enum hy_op_id op, const union hy_args *a, enum hy_pass pass)
{
    return bytes_of(op, a, pass, false);
}

double hy_op_footprint(enum hy_op_id op, const union hy_args *a, enum hy_pass pass)
{
    return bytes_of(op, a, pass, true);
}
