/* Gradients of parameters that are sums over rows: blocks leave their parts in memory, a second kernel (row_sums.cu)
 * adds them up. */
#ifndef HY_KERNELS_CUDA_GIVE_CUH
#define HY_KERNELS_CUDA_GIVE_CUH

/* A parameter's gradient: the sum of n elements at sums, sums + stride, ... (one per part)
 * in this order, times scale[i] when given; or it is added to what is there. */
struct hy_given {
    const float *sums, *scale;
    float *d; /* its elements are `step` apart; NULL: nobody wants it */
    int stride, parts, n;
    short step, add;
};

/* Lists such a sum for the second kernel of sums over rows. end() is a row's last call: it launches what is listed, or
 * leaves it for later (hy_cuda_sums_later() of kernels/device.h), when `sums` have to be there still. */
void hy_give(const struct hy_given &sum);
void hy_give_end(void);

#endif
