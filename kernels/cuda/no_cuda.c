/* What stands behind kernels/device.h where the build has no CUDA: no rows, and one sentence. */
#include "kernels/device.h"
#include "kernels/pairs.h"

const struct hy_kernel hy_cuda_kernels[] = {{NULL, HY_OP_COUNT, HY_PASSES, HY_ISA_COUNT, HY_PRECISIONS, NULL}};

#define HY_PAIR_CUDA(function, FIRST, FROM, SECOND, TO, pass, precision) \
    {#function, HY_OP_##FIRST, HY_##FIRST##_##FROM, HY_OP_##SECOND, HY_##SECOND##_##TO, pass, precision, NULL},
const struct hy_op_pair hy_cuda_pairs[] = {
#include "kernels/tables/pairs.inc"
    {NULL, HY_OP_COUNT, 0, HY_OP_COUNT, 0, HY_PASSES, HY_PRECISIONS, NULL},
};

static hy_status none(void)
{
    return hy_fail(HY_RUN_FAILED, "no CUDA device: this build has no CUDA kernels; build where nvcc is installed, or "
                                  "use --device cpu");
}

bool hy_cuda_built(void)
{
    return false;
}

const char *hy_cuda_products(void)
{
    return NULL;
}

hy_status hy_cuda_open(int index)
{
    (void)index;
    return none();
}

void hy_cuda_close(void)
{
}

hy_status hy_cuda_count_begin(hy_cuda_told *told, void *ctx)
{
    (void)told;
    (void)ctx;
    return hy_fail(HY_RUN_FAILED, "this build has no CUDA kernels to count the launches of; build where nvcc is "
                                  "installed, or ask build/hymbench-rig (make all-tests)");
}

void hy_cuda_count_end(void)
{
}

struct hy_cuda_about hy_cuda_about(void)
{
    return (struct hy_cuda_about){.name = ""};
}

void *hy_cuda_context(void)
{
    return NULL;
}

/* Nothing below is reached: no backend on a device can be had without hy_cuda_open(). */

hy_status hy_cuda_alloc(size_t bytes, hy_address *at)
{
    (void)bytes;
    *at = 0;
    return none();
}

void hy_cuda_free(hy_address at)
{
    (void)at;
}

void hy_cuda_put(hy_address to, const void *from, size_t bytes)
{
    (void)to;
    (void)from;
    (void)bytes;
}

void hy_cuda_put_small(hy_address to, const void *from, size_t bytes)
{
    (void)to;
    (void)from;
    (void)bytes;
}

hy_status hy_cuda_get(void *to, hy_address from, size_t bytes)
{
    (void)to;
    (void)from;
    (void)bytes;
    return none();
}

void hy_cuda_copy(hy_address to, hy_address from, size_t bytes)
{
    (void)to;
    (void)from;
    (void)bytes;
}

void hy_cuda_fill(hy_address to, unsigned char byte, size_t bytes)
{
    (void)to;
    (void)byte;
    (void)bytes;
}

hy_status hy_cuda_wait(void)
{
    return none();
}

void hy_cuda_mark(enum hy_mark mark)
{
    (void)mark;
}

hy_status hy_cuda_marked_ns(double *ns)
{
    *ns = 0;
    return none();
}

bool hy_cuda_mark_reached(enum hy_mark mark)
{
    (void)mark;
    return true;
}

void hy_cuda_touch(enum hy_touch touch, hy_address at, size_t bytes, int rounds)
{
    (void)touch;
    (void)at;
    (void)bytes;
    (void)rounds;
}

double hy_cuda_fma(hy_address sink, int rounds)
{
    (void)sink;
    (void)rounds;
    return 0;
}

void hy_cuda_product(enum hy_precision precision, int m, int n, int k, hy_address a, hy_address b, hy_address c)
{
    (void)precision;
    (void)m;
    (void)n;
    (void)k;
    (void)a;
    (void)b;
    (void)c;
}

void hy_cuda_round(hy_address to, hy_address from, size_t n)
{
    (void)to;
    (void)from;
    (void)n;
}

size_t hy_cuda_room(void)
{
    return 0;
}

size_t hy_cuda_scratch_bytes(enum hy_op_id op, const union hy_args *a, enum hy_pass pass)
{
    (void)op;
    (void)a;
    (void)pass;
    return 0;
}

void hy_cuda_scratch_lend(hy_address at, size_t bytes)
{
    (void)at;
    (void)bytes;
}

void hy_cuda_sums_later(bool later)
{
    (void)later;
}

void hy_cuda_hold_sums(bool hold)
{
    (void)hold;
}

void hy_graph_record(void)
{
}

struct hy_graph *hy_graph_recorded(void)
{
    return NULL;
}

void hy_graph_run(struct hy_graph *g)
{
    (void)g;
}

void hy_graph_free(struct hy_graph *g)
{
    (void)g;
}
