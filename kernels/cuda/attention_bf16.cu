/* Attention on tensor cores, operands stored in bf16 and copied into tiles as they are; sums and softmax in f32. */
#include "kernels/cuda/attention_bwd.cuh"
#include "kernels/cuda/attention_fwd.cuh"

extern "C" void hy_attention_fwd_bf16_cuda(const union hy_args *args)
{
    const struct hy_attention *a = &args->attention;
    if (a->P <= 64)
        hy_attention_fwd_launch<hy_math_bf16, 64, 8, 32, HY_STAGE_AHEAD, 2>(a);
    else if (a->P <= 128)
        hy_attention_fwd_launch<hy_math_bf16, 128, 4, 32, HY_STAGE_COPY, 3>(a);
    else if (a->P <= HY_WIDEST_HEAD)
        hy_attention_fwd_launch<hy_math_bf16, 256, 4, 16, HY_STAGE_COPY, 2>(a);
    else
        hy_cuda_note(cudaErrorInvalidValue, "attention heads wider than 256");
}

extern "C" void hy_attention_bwd_bf16_cuda(const union hy_args *args)
{
    const struct hy_attention *a = &args->attention;
    if (a->P <= 64)
        hy_attention_bwd_launch<hy_math_bf16, 64, 4, 32, HY_STAGE_COPY, 3, 3>(a);
    else if (a->P <= 128)
        hy_attention_bwd_launch<hy_math_bf16, 128, 4, 16, HY_STAGE_COPY, 3, 2>(a);
    else if (a->P <= HY_WIDEST_HEAD)
        hy_attention_bwd_launch<hy_math_bf16, 256, 2, 16, HY_STAGE_PLAIN, 4, 4>(a);
    else
        hy_cuda_note(cudaErrorInvalidValue, "attention heads wider than 256");
}
