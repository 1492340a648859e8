#include "report/statistics/bootstrap.h"

#include <math.h>
#include <stdlib.h>

#include "kernels/base/rng.h"
#include "kernels/base/status.h"

static const uint64_t KEY = 0x626f6f7473747270; /* "bootstrp": the same draws in every report */

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Philox gives four words at a time. */
struct draws {
    uint64_t next;
    uint32_t words[4];
};

/* A number below n < 2^32. */
static size_t draw(struct draws *d, size_t n)
{
    const uint32_t counter[4] = {(uint32_t)(d->next >> 2), (uint32_t)(d->next >> 34), 0, 0};
    if (d->next % 4 == 0)
        hy_philox(counter, KEY, d->words);
    return (size_t)((uint64_t)d->words[d->next++ % 4] * n >> 32);
}

static double drawn_anew(const double *part, const double *whole, size_t n, struct draws *d)
{
    double parts = 0, wholes = 0;
    for (size_t i = 0; i < n; i++) {
        const size_t k = draw(d, n);
        parts += part[k];
        wholes += whole[k];
    }
    return parts / wholes;
}

struct hy_interval hy_bootstrap_ratio(const double *part, const double *whole, size_t n, double alpha)
{
    if (n < 2)
        return (struct hy_interval){NAN, NAN};
    HY_ASSERT(n <= UINT32_MAX, "no text has so many samples");
    struct draws d = {0};
    double *ratios = calloc(HY_RESAMPLES, sizeof *ratios);
    HY_ASSERT(ratios, "out of memory for the resamples");
    for (int i = 0; i < HY_RESAMPLES; i++)
        ratios[i] = drawn_anew(part, whole, n, &d);
    qsort(ratios, HY_RESAMPLES, sizeof *ratios, ascending);
    const int beyond = (int)((HY_RESAMPLES + 1) * alpha / 2);
    HY_ASSERT(beyond >= 1 && beyond <= HY_RESAMPLES / 2, "an interval within the resamples");
    const struct hy_interval ends = {ratios[beyond - 1], ratios[HY_RESAMPLES - beyond]};
    free(ratios);
    return ends;
}
