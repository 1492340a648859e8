/* Linear layers: nothing but the front door's products. */
#include "kernels/cuda/gemm.cuh"

static void forward(enum hy_precision precision, const struct hy_linear *a)
{
    hy_cuda_gemm(precision, false, true, a->rows, a->out, a->in, a->x.v, a->x.ld, a->w.v, a->w.ld, 0.0f, a->y.v,
                 a->y.ld);
}

static void backward(enum hy_precision precision, const struct hy_linear *a)
{
    if (a->x.d)
        hy_cuda_gemm(precision, false, false, a->rows, a->in, a->out, a->y.d, a->y.ld, a->w.v, a->w.ld,
                     a->x.add ? 1.0f : 0.0f, a->x.d, a->x.ld);
    if (a->w.d)
        hy_cuda_gemm(precision, true, false, a->out, a->in, a->rows, a->y.d, a->y.ld, a->x.v, a->x.ld,
                     a->w.add ? 1.0f : 0.0f, a->w.d, a->w.ld);
}

extern "C" void hy_linear_fwd_f32_cuda(const union hy_args *args)
{
    forward(HY_F32, &args->linear);
}

extern "C" void hy_linear_fwd_tf32_cuda(const union hy_args *args)
{
    forward(HY_TF32, &args->linear);
}

extern "C" void hy_linear_fwd_bf16_cuda(const union hy_args *args)
{
    forward(HY_BF16, &args->linear);
}

extern "C" void hy_linear_bwd_f32_cuda(const union hy_args *args)
{
    backward(HY_F32, &args->linear);
}

extern "C" void hy_linear_bwd_tf32_cuda(const union hy_args *args)
{
    backward(HY_TF32, &args->linear);
}

extern "C" void hy_linear_bwd_bf16_cuda(const union hy_args *args)
{
    backward(HY_BF16, &args->linear);
}
