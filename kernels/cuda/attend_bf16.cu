/* Attention of a chunk of new tokens over the caches, products on tensor cores in bf16. */
#include "kernels/cuda/attend.cuh"

extern "C" void hy_attend_fwd_f32_cuda(const union hy_args *args);

extern "C" void hy_attend_fwd_bf16_cuda(const union hy_args *args)
{
    const struct hy_attend *a = &args->attend;
    if (hy_attend_few(a))
        return;
    if (a->P <= 64)
        hy_attend_chunk_launch<hy_math_bf16, 64, 4, 32, HY_STAGE_PLAIN, 4>(a);
    else if (a->P <= 128)
        hy_attend_chunk_launch<hy_math_bf16, 128, 4, 32, HY_STAGE_PLAIN, 3>(a);
    else
        hy_attend_fwd_f32_cuda(args);
}
