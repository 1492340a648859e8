#include "kernels/cpu/rows.h"
#include "kernels/cpu/vec_exp2.h"
#include "kernels/dispatch.h"

/* A row of logits stays in the cache over its two passes. Rows are cut into a
 * fixed number of shares, so the loss does not depend on the number of threads. */
enum { SHARES = 64 };

static long counted_rows(const struct hy_xent *a)
{
    long n = 0;
    for (int r = 0; r < a->rows; r++)
        n += a->targets[r] >= 0;
    return n;
}

struct row_sums {
    float lse, mean; /* log sum exp, and the mean logit */
};

/* The exponentials are taken of differences that are at most 0, so 2^x with its
 * lighter edges serves. `next`: how far the next row is, which is asked for while this
 * one's exponentials are worked out; 0: there is none. */
static struct row_sums sums_of(const float *x, int V, long next)
{
    enum { SIDE = 4 }; /* vectors side by side */
    const float log2_e = 1.44269504088896341f;
    const hy_vf lowest = hy_vf_set(-INFINITY), zero = {0};
    hy_vf m[SIDE], sum[SIDE], exps[SIDE];
    for (int k = 0; k < SIDE; k++)
        m[k] = lowest, sum[k] = exps[k] = zero;
    int whole = V - V % (SIDE * HY_VEC);
    for (int c = 0; c < whole; c += SIDE * HY_VEC)
        for (int k = 0; k < SIDE; k++) {
            hy_vf v = hy_vf_load(x + c + k * HY_VEC);
            m[k] = hy_vf_max(m[k], v);
            sum[k] += v;
        }
    float largest = hy_vf_largest(hy_vf_max(hy_vf_max(m[0], m[1]), hy_vf_max(m[2], m[3])));
    float total = hy_vf_sum((sum[0] + sum[1]) + (sum[2] + sum[3]));
    for (int c = whole; c < V; c++) {
        largest = x[c] > largest ? x[c] : largest;
        total += x[c];
    }
    for (int c = 0; c < whole; c += SIDE * HY_VEC)
        for (int k = 0; k < SIDE; k++) {
            __builtin_prefetch(x + next + c + k * HY_VEC, 0, 2);
            exps[k] += hy_vf_exp2((hy_vf_load(x + c + k * HY_VEC) - largest) * log2_e);
        }
    float exp_sum = hy_vf_sum((exps[0] + exps[1]) + (exps[2] + exps[3]));
    for (int c = whole; c < V; c++)
        exp_sum += expf(x[c] - largest);
    return (struct row_sums){largest + logf(exp_sum), total / (float)V};
}

/* The sum of the losses of rows first ... last - 1. A NaN among the logits makes
 * the exponentials' sum NaN, and so the loss. */
static double forward_rows(const struct hy_xent *a, long first, long last)
{
    double total = 0;
    for (long r = first; r < last; r++) {
        const float *x = a->logits.v + r * a->logits.ld;
        struct row_sums s = sums_of(x, a->V, r + 1 < last ? a->logits.ld : 0);
        float nll = 0;
        if (a->targets[r] >= 0) {
            nll = s.lse - x[a->targets[r]];
            total += (1 - (double)a->smoothing) * (double)nll + (double)a->smoothing * ((double)s.lse - (double)s.mean);
        }
        if (a->nll)
            a->nll[r] = nll;
        if (a->lse)
            a->lse[r] = s.lse;
    }
    return total;
}

void HY_CPU(hy_xent_fwd)(const union hy_args *u)
{
    const struct hy_xent *a = &u->xent;
    long counted = counted_rows(a);
    int parts = hy_parts(a->rows, a->V);
    double shares[SHARES], total = 0;
#pragma omp parallel for num_threads(parts) schedule(static)
    for (int i = 0; i < SHARES; i++) {
        long first, last;
        hy_share(a->rows, i, SHARES, &first, &last);
        shares[i] = forward_rows(a, first, last);
    }
    for (int i = 0; i < SHARES; i++)
        total += shares[i];
    if (a->counted)
        a->counted[0] = (float)counted;
    if (a->loss)
        a->loss[0] = counted ? (float)(total / (double)counted) : 0;
}

/* d logit = (p - smoothing/V - (1 - smoothing) [target]) / counted, element by
 * element, so it may take the logit's place. */
static void backward_rows(const struct hy_xent *a, float scale, long first, long last)
{
    const float floor_part = a->smoothing / (float)a->V;
    for (long r = first; r < last; r++) {
        const float *x = a->logits.v + r * a->logits.ld;
        float *dx = a->logits.d + r * a->logits.ld;
        int target = a->targets[r];
        if (target < 0) {
            if (!a->logits.add)
                hy_row_zero(dx, (size_t)a->V);
            continue;
        }
        float lse = a->lse[r];
        for (int c = 0; c < a->V; c += HY_VEC) {
            int n = a->V - c;
            hy_vf p = hy_vf_exp(hy_vf_load_n(x + c, n) - lse);
            hy_vf_give_n(dx + c, (p - floor_part) * scale, a->logits.add, n);
        }
        dx[target] -= (1 - a->smoothing) * scale;
    }
}

void HY_CPU(hy_xent_bwd)(const union hy_args *u)
{
    const struct hy_xent *a = &u->xent;
    if (!a->logits.d)
        return;
    long counted = counted_rows(a);
    float scale = counted ? (float)(1.0 / (double)counted) : 0;
    int parts = hy_parts(a->rows, a->V);
#pragma omp parallel for num_threads(parts) schedule(static, 1)
    for (int id = 0; id < parts; id++) {
        long first, last;
        hy_share(a->rows, id, parts, &first, &last);
        backward_rows(a, scale, first, last);
    }
}
