#include "kernels/cpu/rows.h"
#include "kernels/dispatch.h"

typedef float hy_vh __attribute__((vector_size(2 * HY_VEC)));  /* half a vector of floats, */
typedef double hy_vd __attribute__((vector_size(4 * HY_VEC))); /* widened */

/* The sum of squares of one block, in double, always in the same order. */
static double block_squares(const float *g, size_t n)
{
    enum { LANES = HY_VEC / 2, SIDE = 4 }; /* SIDE sums side by side hide the latency */
    hy_vd sums[SIDE] = {{0}};
    size_t i = 0;
    for (; i + SIDE * LANES <= n; i += SIDE * LANES)
        for (int k = 0; k < SIDE; k++) {
            hy_vh h;
            memcpy(&h, g + i + (size_t)k * LANES, sizeof h);
            hy_vd d = __builtin_convertvector(h, hy_vd);
            sums[k] += d * d;
        }
    hy_vd pairs = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    double total = 0;
    for (int lane = 0; lane < LANES; lane++)
        total += pairs[lane];
    for (; i < n; i++)
        total += (double)g[i] * (double)g[i];
    return total;
}

void HY_CPU(hy_gradnorm_fwd)(const union hy_args *u)
{
    const struct hy_gradnorm *a = &u->gradnorm;
    long blocks = (long)((a->n + HY_NORM_BLOCK - 1) / HY_NORM_BLOCK);
    int parts = hy_parts(blocks, HY_NORM_BLOCK);
#pragma omp parallel for num_threads(parts) schedule(static)
    for (long b = 0; b < blocks; b++) {
        size_t start = (size_t)b * HY_NORM_BLOCK, left = a->n - start;
        a->partial[b] = block_squares(a->g + start, left < HY_NORM_BLOCK ? left : HY_NORM_BLOCK);
    }
    double total = 0;
    for (long b = 0; b < blocks; b++)
        total += a->partial[b];
    a->norm[0] = (float)sqrt(total);
}
