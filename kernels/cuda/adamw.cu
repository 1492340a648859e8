/* AdamW, one pass over the parameters, whose copy in bf16 it keeps where products read one. Learning rate, step and
 * norm are read when the kernel runs, so that a captured graph serves every step. */
#include "kernels/cuda/row.cuh"

enum {
    THREADS = 256,
    MOST_BLOCKS = 2112, /* 16 for each multiprocessor of an H200; a block works out the rates once */
};

/* What is the same for every element, worked out in double. */
struct rates {
    float clip, keep; /* keep = 1 - lr * decay */
    float step_size;  /* lr / (1 - beta1^t) */
    float root_bias2; /* 1 / sqrt(1 - beta2^t) */
};

__device__ struct rates rates_of(const struct hy_adamw &a)
{
    const double t = (double)a.run->step + 1, lr = (double)a.run->lr;
    const double clip = a.clip > 0 ? (double)a.clip / ((double)a.norm[0] + 1e-6) : 1;
    return {clip < 1 ? (float)clip : 1.0f, (float)(1 - lr * (double)a.decay),
            (float)(lr / (1 - pow((double)a.beta1, t))), (float)(1 / sqrt(1 - pow((double)a.beta2, t)))};
}

__device__ __forceinline__ void update(const struct hy_adamw &a, const struct rates &k, float &p, float &m, float &v,
                                       float g)
{
    g *= k.clip;
    m = m * a.beta1 + g * (1 - a.beta1);
    v = v * a.beta2 + g * g * (1 - a.beta2);
    p = p * k.keep - k.step_size * m / (sqrtf(v) * k.root_bias2 + a.eps);
}

template <bool FOURS> __global__ void __launch_bounds__(THREADS) adamw_fwd(struct hy_adamw a)
{
    __shared__ struct rates shared;
    if (threadIdx.x == 0)
        shared = rates_of(a);
    __syncthreads();
    const struct rates k = shared;
    hy_bf16 *const rounded = (hy_bf16 *)a.rounded;
    const size_t stride = (size_t)gridDim.x * THREADS;
    const size_t own = (size_t)blockIdx.x * THREADS + threadIdx.x;
    for (size_t i = own; FOURS && i < a.n / 4; i += stride) {
        float4 p = hy_load4(a.p + 4 * i), m = hy_load4(a.m + 4 * i), v = hy_load4(a.v + 4 * i);
        const float4 g = hy_load4(a.g + 4 * i);
        update(a, k, p.x, m.x, v.x, g.x);
        update(a, k, p.y, m.y, v.y, g.y);
        update(a, k, p.z, m.z, v.z, g.z);
        update(a, k, p.w, m.w, v.w, g.w);
        hy_store4(a.p + 4 * i, p);
        hy_store4(a.m + 4 * i, m);
        hy_store4(a.v + 4 * i, v);
        if (rounded)
            hy_store4(rounded + 4 * i, p);
    }
    for (size_t i = (FOURS ? a.n / 4 * 4 : 0) + own; i < a.n; i += stride) {
        update(a, k, a.p[i], a.m[i], a.v[i], a.g[i]);
        if (rounded)
            hy_store1(rounded + i, a.p[i]);
    }
}

extern "C" void hy_adamw_fwd_f32_cuda(const union hy_args *args)
{
    const struct hy_adamw *a = &args->adamw;
    const bool fours = hy_fours(a->p, 4) && hy_fours(a->m, 4) && hy_fours(a->v, 4) && hy_fours(a->g, 4) &&
                       hy_fours<hy_bf16>(a->rounded, 4);
    const size_t blocks = (a->n + 4 * THREADS - 1) / (4 * THREADS);
    if (a->n > 0)
        hy_launch("adamw_fwd", fours ? adamw_fwd<true> : adamw_fwd<false>,
                  dim3((unsigned)(blocks < MOST_BLOCKS ? blocks : (size_t)MOST_BLOCKS)), dim3(THREADS), 0, *a);
}
