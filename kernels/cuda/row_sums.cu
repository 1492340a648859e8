/* The second kernel of sums over rows: a block takes 32 columns of one gradient, eight rows of threads an eighth of the
 * parts each, and adds the eighths in order. A launch takes a list of gradients: those of one row, or of all rows of a
 * program whose scratch memory lives until then. */
#include "kernels/cuda/row.cuh"
#include "kernels/cuda/scan_sums.cuh"

extern "C" {
#include "kernels/device.h"
}

enum {
    EIGHTHS = 8,
    FEW = 8,      /* gradients of one row, as a rule */
    LISTED = 320, /* ... and of 24 hybrid layers: 14 of the 32 KiB of arguments that a kernel takes since CUDA 12.1 */
};

template <int MOST> struct listed_sums {
    struct hy_given of[MOST];
    int first[MOST]; /* block of each */
    int n;
};
static_assert(sizeof(struct listed_sums<LISTED>) <= 32764, "what a kernel takes");

template <int MOST> __global__ void __launch_bounds__(HY_WARP *EIGHTHS) give_sums(struct listed_sums<MOST> list)
{
    __shared__ float sums[EIGHTHS][HY_WARP];
    int mine = 0, behind = list.n; /* the last whose blocks begin here or before: the same for the whole block */
    while (behind - mine > 1) {
        const int middle = (mine + behind) / 2;
        if (list.first[middle] <= (int)blockIdx.x)
            mine = middle;
        else
            behind = middle;
    }
    const struct hy_given &g = list.of[mine];
    const int c = ((int)blockIdx.x - list.first[mine]) * HY_WARP + (int)threadIdx.x, eighth = threadIdx.y;
    const int begin = g.parts * eighth / EIGHTHS, end = g.parts * (eighth + 1) / EIGHTHS;
    float sum = 0;
    if (c < g.n) {
#pragma unroll 8
        for (int part = begin; part < end; part++)
            sum += g.sums[(size_t)part * g.stride + c];
    }
    sums[eighth][threadIdx.x] = sum;
    __syncthreads();
    if (eighth > 0 || c >= g.n)
        return;
    sum = sums[0][threadIdx.x];
#pragma unroll
    for (int i = 1; i < EIGHTHS; i++)
        sum += sums[i][threadIdx.x];
    if (g.scale)
        sum *= g.scale[c];
    float *const d = g.d + (size_t)c * g.step;
    *d = g.add ? *d + sum : sum;
}

static struct {
    struct hy_given of[LISTED];
    int n;
    bool later;
} given;

template <int MOST> static void launch(void)
{
    static struct listed_sums<MOST> list; /* what is behind its n is not read */
    list.n = given.n;
    int blocks = 0;
    for (int i = 0; i < given.n; i++) {
        list.of[i] = given.of[i];
        list.first[i] = blocks;
        blocks += hy_ceil_div(given.of[i].n, HY_WARP);
    }
    hy_launch("give_sums", give_sums<MOST>, dim3((unsigned)blocks), dim3(HY_WARP, EIGHTHS), 0, list);
}

static void launch_listed(void)
{
    if (given.n > 0)
        given.n <= FEW ? launch<FEW>() : launch<LISTED>();
    given.n = 0;
}

void hy_give(const struct hy_given &sum)
{
    if (!sum.d || sum.n == 0)
        return;
    bool must_wait = given.n == LISTED;
    for (int i = 0; i < given.n; i++)
        must_wait = must_wait || given.of[i].d == sum.d; /* two sums of one gradient come one after the other */
    if (must_wait)
        launch_listed();
    given.of[given.n++] = sum;
}

void hy_give_end(void)
{
    if (!given.later)
        launch_listed();
}

extern "C" void hy_cuda_sums_later(bool later)
{
    given.later = later;
    hy_give_end();
    if (!later)
        hy_scan_sums_flush();
}
