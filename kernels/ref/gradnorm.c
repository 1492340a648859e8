#include "kernels/ref/ref.h"

void HY_REF(hy_gradnorm_fwd)(const union HY_OF(args) * args)
{
    const struct HY_OF(gradnorm) *a = &args->gradnorm;
    double sum = 0; /* in every build: the op promises a sum in double */
    for (size_t i = 0; i < a->n; i++)
        sum += (double)a->g[i] * (double)a->g[i];
    a->norm[0] = (real)sqrt(sum);
}
