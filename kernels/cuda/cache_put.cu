/* New keys and values into the caches: a warp moves one row, keys first. */
#include "kernels/cuda/row.cuh"

enum { THREADS = 128 };

template <bool FOURS> __global__ void __launch_bounds__(THREADS) cache_put_fwd(struct hy_cache_put a)
{
    const unsigned at = blockIdx.x * (THREADS / HY_WARP) + threadIdx.x / HY_WARP;
    const unsigned head = at / (unsigned)a.T, b = head / (unsigned)a.K;
    const int t = (int)(at % (unsigned)a.T);
    if (b >= (unsigned)a.B)
        return;
    const int len = a.len[b], skip = len > a.C ? len - a.C : 0; /* the rows before would be overwritten at once */
    if (t < skip || t >= len)
        return;
    const struct hy_in &in = blockIdx.y ? a.v : a.k;
    const float *from = in.v + (size_t)at * in.ld;
    float *to = (blockIdx.y ? a.cv : a.ck) + ((size_t)head * a.C + (a.start[b] - a.M + t) % a.C) * a.P;
    for (int first = 0; first < a.P; first += HY_PIECE)
        hy_row_write<FOURS>(to, first, a.P, hy_row_read<FOURS>(from, first, a.P));
}

extern "C" void hy_cache_put_fwd_f32_cuda(const union hy_args *args)
{
    const struct hy_cache_put *a = &args->cache_put;
    const long rows = (long)a->B * a->K * a->T, each = THREADS / HY_WARP;
    const bool fours = hy_row_fours(a->k.v, a->k.ld, a->P) && hy_row_fours(a->v.v, a->v.ld, a->P) &&
                       hy_row_fours(a->ck, a->P, a->P) && hy_row_fours(a->cv, a->P, a->P);
    if (rows > 0)
        hy_launch("cache_put_fwd", fours ? cache_put_fwd<true> : cache_put_fwd<false>,
                  dim3((unsigned)((rows + each - 1) / each), 2), dim3(THREADS), 0, *a);
}
