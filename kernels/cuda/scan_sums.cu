#include "kernels/cuda/scan_sums.cuh"

#include <stddef.h>

extern "C" {
#include "kernels/base/status.h"
#include "kernels/device.h"
}

enum {
    THREADS = 128,
    LISTED = 5, /* Bt, Ct, A_log, dt_bias, D */
    MOST = 8,   /* and what of a matrix is rounded between two of them, before and behind */
};

/* A block of columns: the sum of its parts goes to d; without parts what lies there is read. Where `rounded`, to there
 * too. */
struct scan_piece {
    float *d;
    hy_bf16 *rounded;
    const float *parts;
    size_t rows;
    int ld, rounded_ld, count, cols, add;
    unsigned first; /* block */
};

struct scan_pieces {
    struct scan_piece of[MOST];
    unsigned blocks;
    int n;
};

__global__ void __launch_bounds__(THREADS) scan_add_up(struct scan_pieces pieces)
{
    int mine = 0; /* the same for the whole block */
    while (mine + 1 < pieces.n && blockIdx.x >= pieces.of[mine + 1].first)
        mine++;
    const struct scan_piece &s = pieces.of[mine];
    const size_t all = s.rows * s.cols, i = (size_t)(blockIdx.x - s.first) * THREADS + threadIdx.x;
    if (i >= all)
        return;
    const size_t row = i / s.cols, c = i % s.cols;
    float *const at = s.d + row * s.ld + c;
    float sum = 0;
#pragma unroll 8
    for (int p = 0; p < s.count; p++)
        sum += s.parts[p * all + i];
    if (s.count == 0 || s.add)
        sum = *at + sum;
    if (s.count > 0)
        *at = sum;
    if (s.rounded)
        hy_store1(s.rounded + row * s.rounded_ld + c, sum);
}

static void put(struct scan_pieces *to, struct scan_piece p)
{
    HY_ASSERT(to->n < MOST, "a matrix has few columns between sums");
    p.first = to->blocks;
    to->of[to->n++] = p;
    to->blocks += (unsigned)((p.rows * (size_t)p.cols + THREADS - 1) / THREADS);
}

static void launch(const struct scan_pieces &pieces)
{
    if (pieces.n > 0)
        hy_launch("scan_add_up", scan_add_up, dim3(pieces.blocks), dim3(THREADS), 0, pieces);
}

static struct {
    struct hy_scan_sum of[LISTED];
    int n;
    bool held, hold;
} listed;

/* Sums that are held for another matrix, as far as they do not lie in this one, whose columns `covered` it marks. */
static void put_listed(struct scan_pieces *to, const struct hy_matrix *in, int cols, hy_bf16 *rounded, int rounded_ld,
                       bool *covered)
{
    for (int i = 0; i < listed.n; i++) {
        const struct hy_scan_sum *s = &listed.of[i];
        const ptrdiff_t column = in ? s->x.d - (float *)in->at : -1;
        const bool inside = in && column >= 0 && column + s->cols <= cols && s->x.ld == in->ld;
        put(to, {s->x.d, inside ? rounded + column : nullptr, s->parts, s->rows, s->x.ld, rounded_ld, s->count, s->cols,
                 s->x.add, 0});
        for (int c = 0; inside && c < s->cols; c++)
            covered[column + c] = true;
    }
    listed.n = 0;
    listed.held = false;
}

void hy_scan_sums_flush(void)
{
    struct scan_pieces all = {};
    put_listed(&all, nullptr, 0, nullptr, 0, nullptr);
    launch(all);
}

void hy_scan_sum(const struct hy_scan_sum &sum)
{
    if (listed.held)
        hy_scan_sums_flush(); /* of another call, which nobody asked for */
    if (sum.x.d && sum.rows > 0 && sum.cols > 0)
        listed.of[listed.n++] = sum;
}

void hy_scan_sums_end(void)
{
    if (listed.hold)
        listed.held = listed.n > 0;
    else
        hy_scan_sums_flush();
}

extern "C" void hy_cuda_hold_sums(bool hold)
{
    listed.hold = hold;
}

static bool is_for(const struct hy_matrix *from, size_t rows, int cols)
{
    for (int i = 0; listed.held && i < listed.n; i++) {
        const ptrdiff_t column = listed.of[i].x.d - (float *)from->at;
        if (column >= 0 && column + listed.of[i].cols <= cols && listed.of[i].x.ld == from->ld &&
            listed.of[i].rows == rows)
            return true;
    }
    return false;
}

void hy_scan_sums_ready(struct hy_matrix m, size_t rows, int cols)
{
    if (is_for(&m, rows, cols))
        hy_scan_sums_flush();
}

bool hy_scan_sums_round(struct hy_matrix from, size_t rows, int cols, hy_bf16 *to, int to_ld)
{
    enum { WIDEST = 1024 };
    bool covered[WIDEST] = {};
    struct scan_pieces all = {};
    if (from.bf16 || !is_for(&from, rows, cols))
        return false;
    if (cols > WIDEST) {
        hy_scan_sums_flush();
        return false;
    }
    put_listed(&all, &from, cols, to, to_ld, covered);
    for (int c = 0; c < cols; c++) {
        int end = c;
        while (end < cols && !covered[end])
            end++;
        if (end > c)
            put(&all, {(float *)from.at + c, to + c, nullptr, rows, from.ld, to_ld, 0, end - c, 0, 0});
        c = end;
    }
    launch(all);
    return true;
}
