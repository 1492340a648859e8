#include "kernels/ref/ref.h"

static real log_sum_exp(const struct HY_OF(xent) * a, size_t row)
{
    real largest = hy_ref_in(&a->logits, row, 0), sum = 0;
    for (size_t c = 0; c < (size_t)a->V; c++)
        largest = hy_ref_in(&a->logits, row, c) > largest ? hy_ref_in(&a->logits, row, c) : largest;
    for (size_t c = 0; c < (size_t)a->V; c++)
        sum += exp(hy_ref_in(&a->logits, row, c) - largest);
    return largest + log(sum);
}

static size_t counted_rows(const struct HY_OF(xent) * a)
{
    size_t n = 0;
    for (size_t r = 0; r < (size_t)a->rows; r++)
        n += a->targets[r] >= 0;
    return n;
}

void HY_REF(hy_xent_fwd)(const union HY_OF(args) * args)
{
    const struct HY_OF(xent) *a = &args->xent;
    size_t V = (size_t)a->V, counted = counted_rows(a);
    real total = 0, smoothing = (real)a->smoothing;
    for (size_t r = 0; r < (size_t)a->rows; r++) {
        real lse = log_sum_exp(a, r), nll = 0, mean = 0;
        if (a->targets[r] >= 0) {
            nll = lse - hy_ref_in(&a->logits, r, (size_t)a->targets[r]);
            for (size_t c = 0; c < V; c++)
                mean += (lse - hy_ref_in(&a->logits, r, c)) / (real)V;
            total += (1 - smoothing) * nll + smoothing * mean;
        }
        if (a->nll)
            a->nll[r] = nll;
        if (a->lse)
            a->lse[r] = lse;
    }
    if (a->counted)
        a->counted[0] = (real)counted;
    if (a->loss)
        a->loss[0] = counted ? total / (real)counted : 0;
}

void HY_REF(hy_xent_bwd)(const union HY_OF(args) * args)
{
    const struct HY_OF(xent) *a = &args->xent;
    size_t rows = (size_t)a->rows, V = (size_t)a->V, counted = counted_rows(a);
    real *dlogits = hy_ref_zeros(rows * V), smoothing = (real)a->smoothing;
    for (size_t r = 0; r < rows; r++) {
        if (a->targets[r] < 0)
            continue;
        real lse = log_sum_exp(a, r);
        for (size_t c = 0; c < V; c++) {
            real wanted = smoothing / (real)V + (c == (size_t)a->targets[r] ? 1 - smoothing : 0);
            dlogits[r * V + c] = (exp(hy_ref_in(&a->logits, r, c) - lse) - wanted) / (real)counted;
        }
    }
    hy_ref_give(&a->logits, rows, V, dlogits);
    free(dlogits);
}
