/* Attention in f32: multiply-adds on register tiles. Also what runs, in any precision, heads wider than 128. */
#include "kernels/cuda/attention_bwd.cuh"
#include "kernels/cuda/attention_fwd.cuh"

/*                                        WIDTH, warps, columns, staging, blocks an SM at least */

extern "C" void hy_attention_fwd_f32_cuda(const union hy_args *args)
{
    const struct hy_attention *a = &args->attention;
    if (a->P <= 32)
        hy_attention_fwd_launch<hy_math_f32, 32, 4, 64, HY_STAGE_COPY, 3>(a);
    else if (a->P <= 64)
        hy_attention_fwd_launch<hy_math_f32, 64, 4, 64, HY_STAGE_COPY, 3>(a);
    else if (a->P <= 128)
        hy_attention_fwd_launch<hy_math_f32, 128, 2, 32, HY_STAGE_COPY, 4>(a);
    else if (a->P <= HY_WIDEST_HEAD)
        hy_attention_fwd_launch<hy_math_f32, 256, 1, 8, HY_STAGE_COPY, 4>(a);
    else
        hy_cuda_note(cudaErrorInvalidValue, "attention heads wider than 256");
}

extern "C" void hy_attention_bwd_f32_cuda(const union hy_args *args)
{
    const struct hy_attention *a = &args->attention;
    if (a->P <= 32)
        hy_attention_bwd_launch<hy_math_f32, 32, 4, 32, HY_STAGE_PLAIN, 4, 3>(a);
    else if (a->P <= 64)
        hy_attention_bwd_launch<hy_math_f32, 64, 4, 32, HY_STAGE_PLAIN, 3, 2>(a);
    else if (a->P <= 128)
        hy_attention_bwd_launch<hy_math_f32, 128, 2, 16, HY_STAGE_PLAIN, 4, 4>(a);
    else if (a->P <= HY_WIDEST_HEAD)
        hy_attention_bwd_launch<hy_math_f32, 256, 1, 8, HY_STAGE_PLAIN, 4, 4>(a);
    else
        hy_cuda_note(cudaErrorInvalidValue, "attention heads wider than 256");
}
