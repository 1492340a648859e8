/* What fusion.cu, addnorm.cu and the kernel that is both (fusion_add.cu) share. */
#ifndef HY_KERNELS_CUDA_MIXER_END_CUH
#define HY_KERNELS_CUDA_MIXER_END_CUH

#include "kernels/cuda/row.cuh"

/* w * beta, of this lane's four columns */
template <bool FOURS>
__device__ __forceinline__ float4 hy_fusion_gain(const struct hy_fusion &a, const struct hy_in &w,
                                                 const struct hy_in &beta, int first)
{
    const float4 v = hy_row_read<FOURS>(w.v, first, a.D);
    return a.has_beta && beta.v ? v * hy_row_read<FOURS>(beta.v, first, a.D) : v;
}

/* The row of y that row r = (b, t) gives, or -1 for the rows that the norm leaves out. */
__device__ __forceinline__ long hy_normed_row(const struct hy_addnorm &a, long r)
{
    const int b = (int)(r / a.T), t = (int)(r % a.T);
    return t < a.skip ? -1 : (long)b * (a.T - a.skip) + t - a.skip;
}

/* Whether all rows of a call may be taken four elements at a time. */
template <class T> static inline bool hy_fusion_fours(const struct hy_fusion *a)
{
    return hy_row_fours<T>(a->a.v, a->a.ld, a->D) && hy_row_fours<T>(a->m.v, a->m.ld, a->D) &&
           hy_row_fours<T>(a->y.v, a->y.ld, a->D) && hy_row_fours(a->wa.v, 4, a->D) && hy_row_fours(a->wm.v, 4, a->D) &&
           hy_row_fours(a->beta_a.v, 4, a->D) && hy_row_fours(a->beta_m.v, 4, a->D) &&
           hy_row_fours<T>(a->a.d, 4, a->D) && hy_row_fours<T>(a->m.d, 4, a->D) && hy_row_fours<T>(a->y.d, 4, a->D);
}

template <class T> static inline bool hy_addnorm_fours(const struct hy_addnorm *a)
{
    return hy_row_fours(a->h.v, a->h.ld, a->D) && hy_row_fours<T>(a->x.v, a->x.ld, a->D) &&
           hy_row_fours(a->w.v, 4, a->D) && hy_row_fours(a->sum.v, a->sum.ld, a->D) &&
           hy_row_fours<T>(a->y.v, a->y.ld, a->D) && hy_row_fours(a->h.d, 4, a->D) &&
           hy_row_fours<T>(a->x.d, 4, a->D) && hy_row_fours(a->sum.d, 4, a->D) && hy_row_fours<T>(a->y.d, 4, a->D);
}

/* The parameters' gradients from `parts` sums in `work`, for hy_give_end(). */
void hy_addnorm_give(const struct hy_addnorm *a, int parts);
void hy_fusion_give(const struct hy_fusion *a, int parts);

#endif
