/* Linear layers, by the products of gemm.cuh. Where x or y is stored in bf16, all factors have to be: those that are
 * not are rounded into scratch memory first, but w where a rounded copy of it is kept. */
#include "kernels/cuda/gemm.cuh"
#include "kernels/cuda/scan_sums.cuh"

extern "C" {
#include "kernels/device.h"
}

enum {
    THREADS = 256,
    MOST_FACTORS = 3,
    COPY_ALIGNMENT = 256, /* bytes; where a copy begins */
    COPY_ROW = 8,         /* elements; a row of a copy is a multiple of them, so that all rows are on 16 bytes */
};

/* ---- rounded copies ------------------------------------------------------------------ */

/* Piece i: four neighbours of a row. FOURS: `from` and its rows take 16-byte accesses, and cols % 4 = 0. */
template <bool FOURS>
__global__ void __launch_bounds__(THREADS)
    round_rows(hy_bf16 *to, int to_ld, const float *from, int ld, unsigned pieces, int cols)
{
    const unsigned i = blockIdx.x * THREADS + threadIdx.x, in_row = (unsigned)hy_ceil_div(cols, 4), row = i / in_row;
    const int c = (int)(i - row * in_row) * 4;
    if (i >= pieces)
        return;
    to += (size_t)row * to_ld + c;
    from += (size_t)row * ld + c;
    if (FOURS)
        hy_store4(to, hy_load4(from));
    else
        for (int k = 0; k < 4 && c + k < cols; k++)
            hy_store1(to + k, from[k]);
}

/* A factor of products. */
struct factor {
    struct hy_matrix m;
    int rows, cols;
};

static struct factor factor_of(const float *at, int ld, int bf16, int rows, int cols)
{
    const struct factor f = {{(void *)at, ld, bf16 != 0}, rows, cols};
    return f;
}

static int copy_ld(const struct factor *f)
{
    return hy_ceil_div(f->cols, COPY_ROW) * COPY_ROW;
}

static size_t copy_bytes(const struct factor *f)
{
    const size_t bytes = (size_t)f->rows * copy_ld(f) * sizeof(hy_bf16);
    return (bytes + COPY_ALIGNMENT - 1) / COPY_ALIGNMENT * COPY_ALIGNMENT;
}

static void round_factor(struct factor *f, void *to)
{
    const struct hy_matrix from = f->m;
    const unsigned pieces = (unsigned)f->rows * (unsigned)hy_ceil_div(f->cols, 4);
    const bool fours = f->cols % 4 == 0 && hy_fours(from.at, from.ld);
    f->m = hy_matrix{to, copy_ld(f), true};
    if (pieces > 0)
        hy_launch("round_rows", fours ? round_rows<true> : round_rows<false>, dim3((pieces + THREADS - 1) / THREADS),
                  dim3(THREADS), 0, (hy_bf16 *)to, f->m.ld, (const float *)from.at, from.ld, pieces, f->cols);
}

/* The f32 ones among n factors. */
static size_t copies_bytes(const struct factor *f, int n)
{
    size_t bytes = 0;
    for (int i = 0; i < n; i++)
        if (!f[i].m.bf16)
            bytes += copy_bytes(&f[i]);
    return bytes;
}

/* Brings them to bf16; sums that a scan holds for one of them are added up by the way. */
static void round_factors(struct factor *f, int n)
{
    char *at = (char *)hy_cuda_scratch(copies_bytes(f, n));
    for (int i = 0; i < n; i++)
        if (!f[i].m.bf16) {
            char *const to = at;
            at += copy_bytes(&f[i]);
            if (hy_scan_sums_round(f[i].m, (size_t)f[i].rows, f[i].cols, (hy_bf16 *)to, copy_ld(&f[i])))
                f[i].m = hy_matrix{to, copy_ld(&f[i]), true};
            else
                round_factor(&f[i], to);
        }
}

/* Whether all factors of a call have to be bf16. */
static bool rounds(const struct hy_linear *a)
{
    return a->x.bf16 || a->y.bf16;
}

static struct factor x_of(const struct hy_linear *a)
{
    return factor_of(a->x.v, a->x.ld, a->x.bf16, a->rows, a->in);
}

/* The kept copy has no gaps between its rows, and serves where they are on 16 bytes all the same. */
static struct factor w_of(const struct hy_linear *a)
{
    const bool kept = rounds(a) && a->rounded && (uintptr_t)a->rounded % 16 == 0 && a->in % COPY_ROW == 0;
    return factor_of(kept ? (const float *)a->rounded : a->w.v, kept ? a->in : a->w.ld, kept, a->out, a->in);
}

static struct factor dy_of(const struct hy_linear *a)
{
    return factor_of(a->y.d, a->y.ld, a->y.bf16, a->rows, a->out);
}

/* A backward that wants both gradients multiplies all three, a forward x and w. */
size_t hy_linear_scratch(const struct hy_linear *a, enum hy_pass pass)
{
    const struct factor f[MOST_FACTORS] = {x_of(a), w_of(a), dy_of(a)};
    return rounds(a) ? copies_bytes(f, pass == HY_FORWARD ? 2 : 3) : 0;
}

/* ---- products ------------------------------------------------------------------------ */

static void forward(enum hy_precision precision, const struct hy_linear *a)
{
    struct factor f[] = {x_of(a), w_of(a)};
    const struct hy_matrix y = {a->y.v, a->y.ld, a->y.bf16 != 0};
    if (rounds(a))
        round_factors(f, 2);
    hy_cuda_gemm(precision, false, true, a->rows, a->out, a->in, f[0].m, f[1].m, 0.0f, y);
}

static void backward(enum hy_precision precision, const struct hy_linear *a)
{
    const struct hy_matrix dx = {a->x.d, a->x.ld, a->x.bf16 != 0}, dw = {a->w.d, a->w.ld, false};
    struct factor f[MOST_FACTORS] = {dy_of(a)};
    int n = 1;
    if (a->x.d)
        f[n++] = w_of(a);
    if (a->w.d)
        f[n++] = x_of(a);
    if (n == 1)
        return;
    if (rounds(a))
        round_factors(f, n);
    else
        hy_scan_sums_ready(f[0].m, (size_t)f[0].rows, f[0].cols);
    if (a->x.d)
        hy_cuda_gemm(precision, false, false, a->rows, a->in, a->out, f[0].m, f[1].m, a->x.add ? 1.0f : 0.0f, dx);
    if (a->w.d)
        hy_cuda_gemm(precision, true, false, a->out, a->in, a->rows, f[0].m, f[n - 1].m, a->w.add ? 1.0f : 0.0f, dw);
}

/* n elements that follow each other; rows of ROUNDED, so that one launch takes any number. */
extern "C" void hy_cuda_round(hy_address to, hy_address from, size_t n)
{
    enum { ROUNDED = 4096 };
    const bool fours = hy_fours((const void *)from, 4) && hy_fours<hy_bf16>((const void *)to, 4);
    const size_t whole = n / ROUNDED * ROUNDED;
    for (size_t at = 0; at < n; at = at < whole ? whole : n) {
        const int cols = at < whole ? (int)ROUNDED : (int)(n - whole);
        const unsigned pieces = (unsigned)((at < whole ? whole / ROUNDED : 1) * (size_t)hy_ceil_div(cols, 4));
        hy_launch("round_rows", fours && cols % 4 == 0 ? round_rows<true> : round_rows<false>,
                  dim3((pieces + THREADS - 1) / THREADS), dim3(THREADS), 0, (hy_bf16 *)to + at, cols,
                  (const float *)from + at, cols, pieces, cols);
    }
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
