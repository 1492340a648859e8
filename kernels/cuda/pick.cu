/* The last real row of each sequence: a warp moves 128 columns of one. */
#include "kernels/cuda/row.cuh"

enum { THREADS = 128 };

template <bool FOURS> __global__ void __launch_bounds__(THREADS) pick_fwd(struct hy_pick a)
{
    const int b = blockIdx.x, first = (blockIdx.y * (THREADS / HY_WARP) + threadIdx.x / HY_WARP) * HY_PIECE;
    const int len = a.len[b];
    const float *x = len > 0 ? a.x.v + ((size_t)b * a.T + len - 1) * a.x.ld : nullptr; /* NULL reads as zeros */
    hy_row_write<FOURS>(a.y.v + (size_t)b * a.y.ld, first, a.D, hy_row_read<FOURS>(x, first, a.D));
}

extern "C" void hy_pick_fwd_f32_cuda(const union hy_args *args)
{
    const struct hy_pick *a = &args->pick;
    const bool fours = hy_row_fours(a->x.v, a->x.ld, a->D) && hy_row_fours(a->y.v, a->y.ld, a->D);
    if (a->B > 0)
        hy_launch("pick_fwd", fours ? pick_fwd<true> : pick_fwd<false>,
                  dim3(a->B, hy_ceil_div(a->D, THREADS / HY_WARP * HY_PIECE)), dim3(THREADS), 0, *a);
}
