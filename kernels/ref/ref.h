/* What the references share: the obvious form of every op, in double.
 *
 * A reference computes each gradient from the inputs alone (it does not trust
 * what the forward saved), completely and into an array of its own, and only
 * then hands it over with hy_ref_give(), so `add`, an unwanted gradient and a
 * gradient in the place of its value need no thought anywhere else.
 *
 * `real` is double. The Makefile compiles the same text once more with float
 * (HY_REF_IN_F32): what plain f32 arithmetic loses on a case is the yardstick
 * of the kernels' tolerances (kernels/trial/op_case.h). */
#ifndef HY_KERNELS_REF_REF_H
#define HY_KERNELS_REF_REF_H

#include <stdlib.h>
#include <tgmath.h>

#include "kernels/base/rng.h"
#include "kernels/dispatch.h"

#if defined(HY_REF_IN_F32)
typedef float real;
#define HY_REF(name) name##_f64_ref_in_f32
#define HY_OF(name)  hy_##name
#else
typedef double real;
#define HY_REF(name) name##_f64_ref
#define HY_OF(name)  hy_##name##_f64
#endif

/* Below so many steps of a loop a team of threads costs more than it saves. */
enum { HY_REF_WORTH_A_TEAM = 1 << 20 };

/* n zeros; the caller frees. */
static inline real *hy_ref_zeros(size_t n)
{
    real *zeros = calloc(n ? n : 1, sizeof *zeros);
    HY_ASSERT(zeros, "out of memory in a reference; take a smaller case");
    return zeros;
}

/* A finished gradient (rows, cols) without gaps goes where it is wanted. */
static inline void hy_ref_give(const struct HY_OF(in) * to, size_t rows, size_t cols, const real *gradient)
{
    if (!to->d)
        return;
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < cols; c++) {
            real *d = &to->d[r * (size_t)to->ld + c];
            *d = to->add ? *d + gradient[r * cols + c] : gradient[r * cols + c];
        }
}

static inline real hy_ref_in(const struct HY_OF(in) * x, size_t row, size_t col)
{
    return x->v[row * (size_t)x->ld + col];
}

static inline real *hy_ref_out(const struct HY_OF(out) * y, size_t row, size_t col)
{
    return &y->v[row * (size_t)y->ld + col];
}

/* The gradient that arrives at an output; 0 where nobody reads the output. */
static inline real hy_ref_arriving(const struct HY_OF(out) * y, size_t row, size_t col)
{
    return y->d ? y->d[row * (size_t)y->ld + col] : 0;
}

/* What dropout multiplies the element (row, col) of a matrix with `cols` columns by. */
static inline real hy_ref_drop(const struct hy_run *run, uint32_t site, float p, size_t row, size_t cols, size_t col)
{
    if (p <= 0)
        return 1;
    uint64_t element = row * hy_drop_pitch(cols) + col;
    return hy_drop_keeps(run->seed, run->step, site, element, p) ? 1 / (1 - (real)p) : 0;
}

static inline real hy_ref_sigmoid(real x)
{
    return 1 / (1 + exp(-x));
}

static inline real hy_ref_silu(real x)
{
    return x * hy_ref_sigmoid(x);
}

static inline real hy_ref_silu_slope(real x)
{
    real s = hy_ref_sigmoid(x);
    return s * (1 + x * (1 - s));
}

/* 1/sqrt(mean x^2 + eps) of n neighbouring elements. */
static inline real hy_ref_rstd(const real *x, size_t n, float eps)
{
    real sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i] * x[i];
    return 1 / sqrt(sum / (real)n + (real)eps);
}

/* Backward of y = x * rstd(x) * w for one row: dx is overwritten, dw is added to.
 * With r = rstd: dx = r * (w dy) - x * r^3 * mean(x w dy). */
static inline void hy_ref_rms_backward(const real *x, const real *w, const real *dy, size_t n, float eps, real *dx,
                                       real *dw)
{
    real r = hy_ref_rstd(x, n, eps), dot = 0;
    for (size_t i = 0; i < n; i++)
        dot += x[i] * w[i] * dy[i];
    for (size_t i = 0; i < n; i++) {
        dx[i] = r * w[i] * dy[i] - x[i] * r * r * r * (dot / (real)n);
        dw[i] += dy[i] * x[i] * r;
    }
}

#endif
