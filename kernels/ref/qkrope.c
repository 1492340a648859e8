#include "kernels/ref/ref.h"

/* Rotates one head by the angles of position t, or back (sign -1): the rotation
 * is orthogonal, so its backward is the opposite rotation. Angles are taken in
 * double in every build: they are constants, which kernels keep in tables. */
static void rotate(const struct HY_OF(qkrope) * a, real *head, size_t t, int sign)
{
    size_t half = (size_t)a->P / 2;
    for (size_t j = 0; j < half; j++) {
        double angle = (double)t * pow((double)a->base, -2.0 * (double)j / (double)a->P);
        real c = (real)cos(angle), s = (real)(sign * sin(angle));
        size_t first = a->interleaved ? 2 * j : j, second = a->interleaved ? 2 * j + 1 : j + half;
        real x0 = head[first], x1 = head[second];
        head[first] = x0 * c - x1 * s;
        head[second] = x1 * c + x0 * s;
    }
}

/* The position of row t of sequence b. */
static size_t position(const struct HY_OF(qkrope) * a, size_t b, size_t t)
{
    return a->positions ? (size_t)a->start[b] + t : t;
}

void HY_REF(hy_qkrope_fwd)(const union HY_OF(args) * args)
{
    const struct HY_OF(qkrope) *a = &args->qkrope;
    size_t T = (size_t)a->T, H = (size_t)a->H, K = (size_t)a->K, P = (size_t)a->P;
    for (size_t b = 0; b < (size_t)a->B; b++)
        for (size_t t = 0; t < T; t++)
            for (size_t h = 0; h < H + 2 * K; h++) { /* q heads, then k heads, then v heads */
                const real *from = &a->x.v[(b * T + t) * (size_t)a->x.ld + h * P];
                if (h >= H + K) {
                    for (size_t i = 0; i < P; i++)
                        *hy_ref_out(&a->v, (b * K + h - H - K) * T + t, i) = from[i];
                    continue;
                }
                int is_q = h < H;
                real *to =
                    is_q ? hy_ref_out(&a->q, (b * H + h) * T + t, 0) : hy_ref_out(&a->k, (b * K + h - H) * T + t, 0);
                const real *w = is_q ? a->wq.v : a->wk.v;
                real rstd = hy_ref_rstd(from, P, a->eps);
                for (size_t i = 0; i < P; i++)
                    to[i] = from[i] * rstd * w[i];
                rotate(a, to, position(a, b, t), 1);
                if (is_q && a->rq)
                    a->rq[(b * T + t) * H + h] = rstd;
                if (!is_q && a->rk)
                    a->rk[(b * T + t) * K + h - H] = rstd;
            }
}

void HY_REF(hy_qkrope_bwd)(const union HY_OF(args) * args)
{
    const struct HY_OF(qkrope) *a = &args->qkrope;
    size_t B = (size_t)a->B, T = (size_t)a->T, H = (size_t)a->H, K = (size_t)a->K, P = (size_t)a->P;
    size_t cols = (H + 2 * K) * P;
    real *dx = hy_ref_zeros(B * T * cols), *dwq = hy_ref_zeros(P), *dwk = hy_ref_zeros(P), *dy = hy_ref_zeros(P);
    for (size_t b = 0; b < B; b++)
        for (size_t t = 0; t < T; t++)
            for (size_t h = 0; h < H + 2 * K; h++) {
                const real *from = &a->x.v[(b * T + t) * (size_t)a->x.ld + h * P];
                real *to = &dx[(b * T + t) * cols + h * P];
                for (size_t i = 0; i < P; i++)
                    dy[i] = h < H       ? hy_ref_arriving(&a->q, (b * H + h) * T + t, i)
                            : h < H + K ? hy_ref_arriving(&a->k, (b * K + h - H) * T + t, i)
                                        : hy_ref_arriving(&a->v, (b * K + h - H - K) * T + t, i);
                if (h >= H + K) {
                    for (size_t i = 0; i < P; i++)
                        to[i] = dy[i];
                    continue;
                }
                rotate(a, dy, position(a, b, t), -1);
                hy_ref_rms_backward(from, h < H ? a->wq.v : a->wk.v, dy, P, a->eps, to, h < H ? dwq : dwk);
            }
    hy_ref_give(&a->x, B * T, cols, dx);
    hy_ref_give(&a->wq, 1, P, dwq);
    if (K > 0)
        hy_ref_give(&a->wk, 1, P, dwk);
    free(dx);
    free(dwq);
    free(dwk);
    free(dy);
}
