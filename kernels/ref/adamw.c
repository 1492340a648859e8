#include "kernels/ref/ref.h"

void HY_REF(hy_adamw_fwd)(const union HY_OF(args) * args)
{
    const struct HY_OF(adamw) *a = &args->adamw;
    double step = (double)a->run->step + 1;
    real beta1 = (real)a->beta1, beta2 = (real)a->beta2, lr = (real)a->run->lr, clip = 1;
    /* 1 - beta^step loses digits when taken in f32; kernels take it in double as well */
    real bias1 = (real)(1 - pow((double)a->beta1, step)), bias2 = (real)(1 - pow((double)a->beta2, step));
    if (a->clip > 0) {
        clip = (real)a->clip / (a->norm[0] + (real)1e-6);
        clip = clip < 1 ? clip : 1;
    }
    for (size_t i = 0; i < a->n; i++) {
        real g = a->g[i] * clip;
        a->m[i] = beta1 * a->m[i] + (1 - beta1) * g;
        a->v[i] = beta2 * a->v[i] + (1 - beta2) * g * g;
        a->p[i] -= lr * (real)a->decay * a->p[i];
        a->p[i] -= lr * (a->m[i] / bias1) / (sqrt(a->v[i] / bias2) + (real)a->eps);
    }
}
