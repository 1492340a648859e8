/* What the row-wise kernels share: cutting rows into parts for the threads,
 * sums of parameter gradients over the parts, and the pieces of RMS norm. */
#ifndef HY_KERNELS_CPU_ROWS_H
#define HY_KERNELS_CPU_ROWS_H

#include "kernels/base/threads.h"
#include "kernels/cpu/vec.h"
#include "kernels/ops.h"

#include <math.h>

/* Into how many parts a call over rows * cols elements is cut, at most one per
 * thread. It depends on nothing else, so the same call adds in the same order;
 * below some thousand elements waking a thread costs more than it brings.
 *
 *     int parts = hy_parts(rows, D);
 *     #pragma omp parallel for num_threads(parts) schedule(static, 1)
 *     for (int id = 0; id < parts; id++)      then hy_share(rows, id, parts, ...) */
static inline int hy_parts(long rows, long cols)
{
    long parts = rows * cols / 8192;
    parts = parts < rows ? parts : rows;
    return parts < 1 ? 1 : parts < hy_threads() ? (int)parts : hy_threads();
}

/* Whether `rows` rows of `cols` activations, written whole, go past the caches: a line that is stored
 * to is read first otherwise, and of so much little would be left for the next op. Rows have to start
 * at whole vectors. hy_streamed() ends what one thread writes so. */
enum { HY_STREAM_BYTES = 4 << 20 };

static inline bool hy_streams(const float *v, int ld, long rows, long cols)
{
    const size_t vector = HY_VEC * sizeof(hy_stored);
    return (size_t)rows * (size_t)cols * sizeof(hy_stored) >= HY_STREAM_BYTES && (uintptr_t)v % vector == 0 &&
           (size_t)ld * sizeof(hy_stored) % vector == 0;
}

/* The same for a gradient; one that takes its value's place finds the lines read. */
static inline bool hy_streams_gradient(const struct hy_in *to, long rows, long cols)
{
    return !to->add && to->d != to->v && hy_streams(to->d, to->ld, rows, cols);
}

static inline void hy_streamed(void)
{
    _mm_sfence();
}

/* Hands over a parameter's gradient of n elements: the sum of n elements at
 * sums, sums + stride, ... (one per part), in this order, times scale[i] when given. */
static inline void hy_give_sums(const struct hy_in *to, const float *sums, size_t stride, int parts, int n,
                                const float *scale)
{
    if (!to->d)
        return;
    for (int i = 0; i < n; i += HY_VEC) {
        hy_vf sum = hy_vf_load_n(sums + i, n - i);
        for (int part = 1; part < parts; part++)
            sum += hy_vf_load_n(sums + (size_t)part * stride + i, n - i);
        if (scale)
            sum *= hy_vf_load_n(scale + i, n - i);
        hy_vf_give_n(to->d + i, sum, to->add, n - i);
    }
}

/* Vector i of a row of activations, or of one that is f32 in any case. */
static inline hy_vf hy_row_load_n(const void *x, bool stored, int i, int n)
{
    return stored ? hy_vs_load_n((const hy_stored *)x + i, n) : hy_vf_load_n((const float *)x + i, n);
}

/* sum of x[i]^2, i < n; four sums run side by side to hide the additions' latency */
static inline float hy_row_squares_of(const void *x, bool stored, int n)
{
    hy_vf s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
    int i = 0;
    for (; i + 4 * HY_VEC <= n; i += 4 * HY_VEC) {
        hy_vf x0 = hy_row_load_n(x, stored, i, HY_VEC), x1 = hy_row_load_n(x, stored, i + HY_VEC, HY_VEC);
        hy_vf x2 = hy_row_load_n(x, stored, i + 2 * HY_VEC, HY_VEC),
              x3 = hy_row_load_n(x, stored, i + 3 * HY_VEC, HY_VEC);
        s0 += x0 * x0;
        s1 += x1 * x1;
        s2 += x2 * x2;
        s3 += x3 * x3;
    }
    for (; i < n; i += HY_VEC) {
        hy_vf x0 = hy_row_load_n(x, stored, i, n - i);
        s0 += x0 * x0;
    }
    return hy_vf_sum((s0 + s1) + (s2 + s3));
}
static inline float hy_row_squares(const float *x, int n)
{
    return hy_row_squares_of(x, false, n);
}
static inline float hy_stored_squares(const hy_stored *x, int n)
{
    return hy_row_squares_of(x, true, n);
}

/* 1/sqrt(mean + eps) */
static inline float hy_rstd_of(float squares, int n, float eps)
{
    return 1.0f / sqrtf(squares / (float)n + eps);
}

/* sum of x[i] * w[i] * dy[i]: what couples the elements in RMS norm's backward */
static inline float hy_row_dot3(const float *x, const float *w, const hy_stored *dy, int n)
{
    hy_vf s0 = {0}, s1 = {0};
    int i = 0;
    for (; i + 2 * HY_VEC <= n; i += 2 * HY_VEC) {
        s0 += hy_vf_load(x + i) * hy_vf_load(w + i) * hy_vs_load(dy + i);
        s1 += hy_vf_load(x + i + HY_VEC) * hy_vf_load(w + i + HY_VEC) * hy_vs_load(dy + i + HY_VEC);
    }
    for (; i < n; i += HY_VEC)
        s0 += hy_vf_load_n(x + i, n - i) * hy_vf_load_n(w + i, n - i) * hy_vs_load_n(dy + i, n - i);
    return hy_vf_sum(s0 + s1);
}

static inline void hy_row_zero(float *x, size_t n)
{
    memset(x, 0, n * sizeof *x);
}

#endif
