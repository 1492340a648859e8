#include "kernels/ref/ref.h"

/* A key that a query may see, and its value. */
struct entry {
    const real *k, *v;
};

/* Position s of sequence b under kv head `kv`: a shared meta entry, a cached one, or one of the new tokens. */
static struct entry entry_at(const struct HY_OF(attend) * a, size_t b, size_t kv, size_t s)
{
    size_t M = (size_t)a->M, C = (size_t)a->C, start = (size_t)a->start[b], row;
    if (s < M) {
        row = kv * M + s;
        return (struct entry){&a->mk.v[row * (size_t)a->mk.ld], &a->mv.v[row * (size_t)a->mv.ld]};
    }
    if (s < start) {
        row = (b * (size_t)a->K + kv) * C + (s - M) % C;
        return (struct entry){&a->ck.v[row * (size_t)a->ck.ld], &a->cv.v[row * (size_t)a->cv.ld]};
    }
    row = (b * (size_t)a->K + kv) * (size_t)a->T + s - start;
    return (struct entry){&a->k.v[row * (size_t)a->k.ld], &a->v.v[row * (size_t)a->v.ld]};
}

/* One query at position p: y (P), zeroed before, gets the mean of the values; two passes over the keys it may see. */
static void attend_one(const struct HY_OF(attend) * a, size_t b, size_t kv, size_t p, const real *q, real *weight,
                       real *y)
{
    size_t P = (size_t)a->P, M = (size_t)a->M, W = (size_t)a->W;
    real largest = -INFINITY, sum = 0;
    for (size_t s = 0; s <= p; s++) {
        if (W > 0 && s + W <= p && s >= M)
            continue;
        struct entry e = entry_at(a, b, kv, s);
        real dot = 0;
        for (size_t i = 0; i < P; i++)
            dot += q[i] * e.k[i];
        weight[s] = dot / sqrt((real)P);
        largest = weight[s] > largest ? weight[s] : largest;
    }
    for (size_t s = 0; s <= p; s++) {
        if (W > 0 && s + W <= p && s >= M)
            continue;
        struct entry e = entry_at(a, b, kv, s);
        real w = exp(weight[s] - largest);
        sum += w;
        for (size_t i = 0; i < P; i++)
            y[i] += w * e.v[i];
    }
    for (size_t i = 0; i < P; i++)
        y[i] /= sum;
}

void HY_REF(hy_attend_fwd)(const union HY_OF(args) * args)
{
    const struct HY_OF(attend) *a = &args->attend;
    size_t T = (size_t)a->T, H = (size_t)a->H, P = (size_t)a->P;
    for (size_t b = 0; b < (size_t)a->B; b++) {
        real *weight = hy_ref_zeros((size_t)a->start[b] + T);
        for (size_t h = 0; h < H; h++)
            for (size_t t = 0; t < T; t++) {
                real *y = hy_ref_out(&a->y, b * T + t, h * P);
                for (size_t i = 0; i < P; i++)
                    y[i] = 0;
                if (t < (size_t)a->len[b])
                    attend_one(a, b, h * (size_t)a->K / H, (size_t)a->start[b] + t,
                               &a->q.v[((b * H + h) * T + t) * (size_t)a->q.ld], weight, y);
            }
        free(weight);
    }
}
