#include "kernels/cpu/rows.h"
#include "kernels/dispatch.h"

/* What is the same for every element, worked out in double once per call. */
struct rates {
    float clip, keep;        /* keep = 1 - lr * decay */
    float step_size;         /* lr / (1 - beta1^t) */
    float root_bias2;        /* 1 / sqrt(1 - beta2^t) */
    float beta1, beta2, eps; /* as given */
};

static struct rates rates_of(const struct hy_adamw *a)
{
    double t = (double)a->run->step + 1, lr = (double)a->run->lr;
    double clip = a->clip > 0 ? (double)a->clip / ((double)a->norm[0] + 1e-6) : 1;
    return (struct rates){
        .clip = clip < 1 ? (float)clip : 1,
        .keep = (float)(1 - lr * (double)a->decay),
        .step_size = (float)(lr / (1 - pow((double)a->beta1, t))),
        .root_bias2 = (float)(1 / sqrt(1 - pow((double)a->beta2, t))),
        .beta1 = a->beta1,
        .beta2 = a->beta2,
        .eps = a->eps,
    };
}

/* One pass: 16 bytes read and 12 written per element. */
static void update(const struct hy_adamw *a, const struct rates *k, size_t first, size_t last)
{
    for (size_t i = first; i < last; i += HY_VEC) {
        int n = last - i < HY_VEC ? (int)(last - i) : HY_VEC;
        hy_vf g = hy_vf_load_n(a->g + i, n) * k->clip;
        hy_vf m = hy_vf_load_n(a->m + i, n) * k->beta1 + g * (1 - k->beta1);
        hy_vf v = hy_vf_load_n(a->v + i, n) * k->beta2 + g * g * (1 - k->beta2);
        hy_vf p = hy_vf_load_n(a->p + i, n) * k->keep;
        p -= k->step_size * m / (hy_vf_sqrt(v) * k->root_bias2 + k->eps);
        hy_vf_store_n(a->m + i, m, n);
        hy_vf_store_n(a->v + i, v, n);
        hy_vf_store_n(a->p + i, p, n);
    }
}

void HY_CPU(hy_adamw_fwd)(const union hy_args *u)
{
    const struct hy_adamw *a = &u->adamw;
    const struct rates k = rates_of(a);
    enum { BLOCK = 4096 }; /* parts begin on whole blocks, so no cache line has two writers */
    long blocks = (long)((a->n + BLOCK - 1) / BLOCK);
    int parts = hy_parts(blocks, BLOCK);
#pragma omp parallel for num_threads(parts) schedule(static, 1)
    for (int id = 0; id < parts; id++) {
        long first, last;
        hy_share(blocks, id, parts, &first, &last);
        size_t end = (size_t)last * BLOCK;
        update(a, &k, (size_t)first * BLOCK, end < a->n ? end : a->n);
    }
}
