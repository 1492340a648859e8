/* Attention with products on tensor cores, operands rounded to bf16, sums and softmax in f32. */
#include "kernels/cuda/attention_bwd.cuh"
#include "kernels/cuda/attention_fwd.cuh"

extern "C" void hy_attention_fwd_f32_cuda(const union hy_args *args);
extern "C" void hy_attention_bwd_f32_cuda(const union hy_args *args);

extern "C" void hy_attention_fwd_bf16_cuda(const union hy_args *args)
{
    const struct hy_attention *a = &args->attention;
    if (a->P <= 64)
        hy_attention_fwd_launch<hy_math_bf16, 64, 8, 32, HY_STAGE_AHEAD, 2>(a);
    else if (a->P <= 128)
        hy_attention_fwd_launch<hy_math_bf16, 128, 4, 32, HY_STAGE_PLAIN, 3>(a);
    else
        hy_attention_fwd_f32_cuda(args);
}

extern "C" void hy_attention_bwd_bf16_cuda(const union hy_args *args)
{
    const struct hy_attention *a = &args->attention;
    if (a->P <= 64)
        hy_attention_bwd_launch<hy_math_bf16, 64, 4, 32, HY_STAGE_AHEAD, 3, 3>(a);
    else if (a->P <= 128)
        hy_attention_bwd_launch<hy_math_bf16, 128, 4, 16, HY_STAGE_PLAIN, 3, 2>(a);
    else
        hy_attention_bwd_f32_cuda(args);
}
