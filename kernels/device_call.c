/* Calling a device's kernel on host operands, generic over the ops through their slots: each
 * operand gets memory of its own on the device, exactly as large as the slots say, so that
 * a checker of the device's memory sees every step beyond. */
#include "kernels/device.h"

#include <string.h>

struct operand {
    void *host;
    hy_address device;
    size_t bytes;
};

/* A value and a gradient for each slot, and the run record. */
struct operands {
    struct operand list[2 * HY_MAX_SLOTS + 1];
    int n;
    hy_status status;
};

static const enum hy_backend any_cuda = HY_BACKEND_CUDA;

/* The device's copy of an operand; a pointer that came before is the same operand (a gradient in its value's place). */
static hy_address enter(struct operands *all, const void *host, size_t bytes)
{
    if (!host || bytes == 0 || all->status != HY_OK)
        return 0;
    for (int i = 0; i < all->n; i++)
        if (all->list[i].host == host)
            return all->list[i].device;
    struct operand *o = &all->list[all->n];
    *o = (struct operand){(void *)(uintptr_t)host, 0, bytes};
    all->status = hy_memory_open(any_cuda, bytes, &o->device);
    if (all->status != HY_OK)
        return 0;
    all->n++;
    hy_memory_put(any_cuda, o->device, host, bytes);
    return o->device;
}

static size_t span(struct hy_shape s, int ld, size_t element)
{
    return s.rows * s.cols == 0 ? 0 : ((s.rows - 1) * (size_t)ld + s.cols) * element;
}

static void enter_slot(struct operands *all, union hy_args *a, const struct hy_slot *slot, struct hy_shape s)
{
    if (slot->role == HY_ROLE_IN) {
        struct hy_in *in = hy_slot_in(a, slot);
        size_t bytes = span(s, in->ld, sizeof(float));
        in->v = (const float *)enter(all, in->v, bytes);
        in->d = (float *)enter(all, in->d, bytes);
    } else if (slot->role == HY_ROLE_OUT) {
        struct hy_out *out = hy_slot_out(a, slot);
        size_t bytes = span(s, out->ld, sizeof(float));
        out->v = (float *)enter(all, out->v, bytes);
        out->d = (const float *)enter(all, out->d, bytes);
    } else {
        void *host;
        memcpy(&host, (char *)a + slot->offset, sizeof host);
        size_t element = slot->flags & HY_SLOT_DOUBLE ? sizeof(double) : sizeof(float);
        hy_address device = enter(all, host, span(s, (int)s.cols, element));
        memcpy((char *)a + slot->offset, &device, sizeof device);
    }
}

hy_status hy_cuda_call(const struct hy_kernel *kernel, const union hy_args *args)
{
    union hy_args a = *args;
    const struct hy_op *op = &hy_ops[kernel->op];
    struct hy_shape shape[HY_MAX_SLOTS] = {{0, 0}};
    struct operands all = {.status = HY_OK};
    op->shapes(&a, shape);
    for (int i = 0; op->slots[i].name; i++)
        enter_slot(&all, &a, &op->slots[i], shape[i]);
    const struct hy_run **run = hy_op_run(kernel->op, &a);
    if (run)
        *run = (const struct hy_run *)enter(&all, *run, sizeof **run);
    if (all.status == HY_OK)
        kernel->run(&a);
    for (int i = 0; i < all.n; i++) {
        bool record = run && all.list[i].device == (hy_address)*run;
        if (all.status == HY_OK && !record)
            all.status = hy_memory_get(any_cuda, all.list[i].host, all.list[i].device, all.list[i].bytes);
        hy_memory_close(any_cuda, all.list[i].device);
    }
    return all.status;
}
