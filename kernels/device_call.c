/* Host operands on the device, generic over the ops through their slots. */
#include "kernels/device.h"

#include <stdlib.h>
#include <string.h>

struct operand {
    void *host;
    hy_address device;
    size_t bytes;
};

/* A value and a gradient for each slot, and the run record. */
struct hy_device_operands {
    struct operand list[2 * HY_MAX_SLOTS + 1];
    int n;
    union hy_args args;
    hy_address run;     /* of the run record, which is not copied back */
    hy_address scratch; /* 0: the call needs none */
    hy_status status;
};

static const struct hy_backend any_cuda = {HY_WHERE_CUDA, HY_F32};

/* The device's copy of an operand; a pointer that came before is the same operand (a gradient in its value's place). */
static hy_address enter(struct hy_device_operands *all, const void *host, size_t bytes)
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

static void enter_slot(struct hy_device_operands *all, union hy_args *a, const struct hy_slot *slot, struct hy_shape s)
{
    const size_t element = hy_slot_element(slot, a);
    if (slot->role == HY_ROLE_IN) {
        struct hy_in *in = hy_slot_in(a, slot);
        size_t bytes = span(s, in->ld, element);
        in->v = (const float *)enter(all, in->v, bytes);
        in->d = (float *)enter(all, in->d, bytes);
    } else if (slot->role == HY_ROLE_OUT) {
        struct hy_out *out = hy_slot_out(a, slot);
        size_t bytes = span(s, out->ld, element);
        out->v = (float *)enter(all, out->v, bytes);
        out->d = (const float *)enter(all, out->d, bytes);
    } else {
        void *host;
        memcpy(&host, (char *)a + slot->offset, sizeof host);
        hy_address device = enter(all, host, span(s, (int)s.cols, element));
        memcpy((char *)a + slot->offset, &device, sizeof device);
    }
}

/* As much as the hungrier pass asks for. */
static void lend_scratch(struct hy_device_operands *all, enum hy_op_id id)
{
    const size_t forward = hy_cuda_scratch_bytes(id, &all->args, HY_FORWARD),
                 backward = hy_cuda_scratch_bytes(id, &all->args, HY_BACKWARD);
    const size_t bytes = forward > backward ? forward : backward;
    if (bytes > 0 && all->status == HY_OK)
        all->status = hy_memory_open(any_cuda, bytes, &all->scratch);
    if (all->status == HY_OK)
        hy_cuda_scratch_lend(all->scratch, bytes);
}

hy_status hy_device_operands_open(enum hy_op_id id, const union hy_args *host, struct hy_device_operands **o)
{
    const struct hy_op *op = &hy_ops[id];
    struct hy_shape shape[HY_MAX_SLOTS] = {{0, 0}};
    struct hy_device_operands *all = calloc(1, sizeof *all);
    HY_ASSERT(all, "out of memory for a list of operands");
    *o = all;
    all->args = *host;
    op->shapes(host, shape);
    for (int i = 0; op->slots[i].name; i++)
        enter_slot(all, &all->args, &op->slots[i], shape[i]);
    const struct hy_run **run = hy_op_run(id, &all->args);
    if (run) {
        all->run = enter(all, *run, sizeof **run);
        *run = (const struct hy_run *)all->run;
    }
    lend_scratch(all, id);
    return all->status;
}

const union hy_args *hy_device_operands_args(const struct hy_device_operands *o)
{
    return &o->args;
}

hy_status hy_device_operands_back(const struct hy_device_operands *o)
{
    hy_status status = HY_OK;
    for (int i = 0; i < o->n && status == HY_OK; i++)
        if (o->list[i].device != o->run)
            status = hy_memory_get(any_cuda, o->list[i].host, o->list[i].device, o->list[i].bytes);
    return status;
}

void hy_device_operands_close(struct hy_device_operands *o)
{
    if (!o)
        return;
    for (int i = 0; i < o->n; i++)
        hy_memory_close(any_cuda, o->list[i].device);
    hy_memory_close(any_cuda, o->scratch);
    hy_cuda_scratch_lend(0, 0);
    free(o);
}

hy_status hy_cuda_call(const struct hy_kernel *kernel, const union hy_args *args)
{
    struct hy_device_operands *o;
    hy_status status = hy_device_operands_open(kernel->op, args, &o);
    if (status == HY_OK) {
        kernel->run(&o->args);
        status = hy_device_operands_back(o);
    }
    hy_device_operands_close(o);
    return status;
}
