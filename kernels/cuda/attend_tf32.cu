/* Attention of a chunk of new tokens over the caches, products on tensor cores in tf32. */
#include "kernels/cuda/attend.cuh"

extern "C" void hy_attend_fwd_f32_cuda(const union hy_args *args);

extern "C" void hy_attend_fwd_tf32_cuda(const union hy_args *args)
{
    const struct hy_attend *a = &args->attend;
    if (a->P > 64)
        hy_attend_fwd_f32_cuda(args);
    else if (!hy_attend_few(a))
        hy_attend_chunk_launch<hy_math_tf32, 64, 4, 32, HY_STAGE_PLAIN, 4>(a);
}
