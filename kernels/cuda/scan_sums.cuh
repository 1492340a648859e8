/* The last launch of the scan's backward: what its blocks left in `work` is added up, all gradients at once. */
#ifndef HY_KERNELS_CUDA_SCAN_SUMS_CUH
#define HY_KERNELS_CUDA_SCAN_SUMS_CUH

#include "kernels/cuda/gemm.cuh"

/* x.d (rows, cols) = the sum of `count` parts of that shape, or added. */
struct hy_scan_sum {
    struct hy_in x; /* d == NULL: nobody wants it */
    const float *parts;
    int count, cols;
    size_t rows;
};

/* Lists one; end() launches what is listed, or holds it where the program says so (hy_cuda_hold_sums() of
 * kernels/device.h). flush() launches what is held. */
void hy_scan_sum(const struct hy_scan_sum &sum);
void hy_scan_sums_end(void);
void hy_scan_sums_flush(void);

/* Launches what is held for columns of the f32 matrix `m` (rows, cols), which is read next. */
void hy_scan_sums_ready(struct hy_matrix m, size_t rows, int cols);

/* Where sums are held for columns of the f32 matrix `from` (rows, cols): launches them, and leaves the matrix in `to`,
 * bf16, with rows to_ld apart, by the same launch. false: no sum is held for it, and nothing was done. */
bool hy_scan_sums_round(struct hy_matrix from, size_t rows, int cols, hy_bf16 *to, int to_ld);

#endif
