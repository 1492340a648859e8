#include "kernels/trial/op_operands.h"

#include <string.h>

const void *op_operands_memory(const struct op_operands *w, size_t *bytes)
{
    *bytes = w->room.used;
    return w->room.from;
}

/* A pointer into the one room, as far into the other. */
static void *moved_into(const struct op_room *to, const struct op_room *from, void *p)
{
    return p ? (char *)to->from + ((char *)p - (char *)from->from) : NULL;
}

struct op_operands *op_operands_copy(enum hy_op_id op, const struct op_operands *w)
{
    if (w->room.from == NULL)
        return NULL;
    struct op_operands *copy = op_zeros(1, sizeof *copy);
    copy->args = w->args;
    copy->room = op_room_open(w->room.used);
    memcpy(copy->room.from, w->room.from, w->room.used);
    copy->room.used = w->room.used;
    for (int i = 0; hy_ops[op].slots[i].name; i++) {
        const struct hy_slot *slot = &hy_ops[op].slots[i];
        if (slot->role == HY_ROLE_IN) {
            struct hy_in *in = hy_slot_in(&copy->args, slot);
            in->v = moved_into(&copy->room, &w->room, (void *)(uintptr_t)in->v);
            in->d = moved_into(&copy->room, &w->room, in->d);
        } else if (slot->role == HY_ROLE_OUT) {
            struct hy_out *out = hy_slot_out(&copy->args, slot);
            out->v = moved_into(&copy->room, &w->room, out->v);
            out->d = moved_into(&copy->room, &w->room, (void *)(uintptr_t)out->d);
        } else if (slot->role != HY_ROLE_IDS) {
            void *p = moved_into(&copy->room, &w->room, w->v[i].at);
            memcpy((char *)&copy->args + slot->offset, &p, sizeof p);
        }
    }
    return copy;
}

union hy_args *op_operands_args(struct op_operands *w)
{
    return &w->args;
}
