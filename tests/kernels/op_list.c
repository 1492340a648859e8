/* The cases, each with a word why, and the modes.
 * Vectors hold 4, 8 or 16 floats, so 15, 16, 17 and 31, 33 are the edges of
 * every ISA level; 63, 64, 65 those of unrolled loops. */
#include "tests/kernels/op_list.h"

#include "kernels/trial/op_fill.h"
#include "tests/seed.h"

const struct op_case op_cases[] = {
#define HY_TRIAL(ID, op, why, flags, ...) {HY_OP_##ID, why, {.op = {__VA_ARGS__}}, flags},
#include "kernels/tables/ops.inc"
    {.why = NULL},
};

enum { EVEN = 0x5555, ODD = 0xaaaa, ALL = 0xffff };

const struct op_mode op_modes[] = {
    {.name = "plain", .seed = 1, .pass = HY_FORWARD},
    {.name = "gaps, dropout", .seed = 2, .pass = HY_FORWARD, .pad = 5, .p = 0.1f, .step = 700},
    {.name = "tiny rows", .seed = 3, .pass = HY_FORWARD, .tiny = true},
    {.name = "all ignored", .seed = 4, .pass = HY_FORWARD, .ignore_all = true},
    {.name = "plain", .seed = 5, .pass = HY_BACKWARD},
    {.name = "gaps, dropout, added", .seed = 6, .pass = HY_BACKWARD, .pad = 3, .add = ALL, .p = 0.1f, .step = 700},
    {.name = "half wanted", .seed = 7, .pass = HY_BACKWARD, .unwanted = EVEN, .p = 0.5f},
    {.name = "other half wanted, some added", .seed = 8, .pass = HY_BACKWARD, .unwanted = ODD, .add = 0x3333, .pad = 1},
    {.name = "none wanted", .seed = 9, .pass = HY_BACKWARD, .unwanted = ALL},
    {.name = "tiny rows", .seed = 10, .pass = HY_BACKWARD, .tiny = true, .add = EVEN},
    {.name = "in place, gaps", .seed = 11, .pass = HY_BACKWARD, .in_place = true, .pad = 7, .p = 0.1f},
    {.name = "sum unread", .seed = 12, .pass = HY_BACKWARD, .sum_unread = true, .p = 0.1f},
    {.name = "all ignored", .seed = 13, .pass = HY_BACKWARD, .ignore_all = true, .add = ODD},
    /* rows aligned for the widest accesses, with dropout */
    {.name = "dropout", .seed = 14, .pass = HY_FORWARD, .p = 0.1f, .step = 700},
    {.name = "dropout, some added", .seed = 15, .pass = HY_BACKWARD, .add = EVEN, .p = 0.1f, .step = 700},
    {.name = NULL},
};

static bool has_slot_flag(enum hy_op_id op, unsigned flag)
{
    for (const struct hy_slot *s = hy_ops[op].slots; s->name; s++)
        if (s->flags & flag)
            return true;
    return false;
}

bool op_mode_applies(const struct op_mode *m, const struct op_case *c)
{
    bool extra = m->unwanted || m->tiny || m->in_place, targets = false;
    if (m->pass == HY_BACKWARD && !hy_ops[c->op].has_backward)
        return false;
    for (int i = 0; hy_ops[c->op].slots[i].name; i++)
        targets = targets || op_draw_of(c->op, i) == HY_DRAW_TARGET;
    if ((m->tiny && !has_slot_flag(c->op, HY_SLOT_NORMED)) || (m->ignore_all && !targets) ||
        (m->sum_unread && !has_slot_flag(c->op, HY_SLOT_MAY_END)) ||
        (m->in_place && !has_slot_flag(c->op, HY_SLOT_GRAD_INPLACE)))
        return false;
    return !(c->flags & OP_BIG) || !extra;
}

struct op_trial *op_trial_drawn(const struct op_case *c, const struct op_mode *m)
{
    struct op_mode drawn = *m;
    drawn.seed += 1000003 * test_seed(); /* far from the seeds of other modes */
    return op_trial_open(c, &drawn);
}

bool op_mode_next_storage(struct op_mode *m, enum hy_op_id op)
{
    unsigned slots = 0;
    for (int i = 0; m->precision == HY_BF16 && hy_ops[op].slots[i].name; i++)
        slots |= hy_ops[op].slots[i].flags & HY_SLOT_EITHER ? 1u << i : 0;
    m->either = (m->either - slots) & slots; /* counts through the subsets */
    return m->either != 0;
}
