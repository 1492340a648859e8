/* What work costs a GPU in energy, by the driver's counter. */
#ifndef HY_BENCH_MEASURE_ENERGY_H
#define HY_BENCH_MEASURE_ENERGY_H

#include "kernels/base/status.h"
#include "kernels/dispatch.h"

/* A piece of the work, short beside a second and waited for; *units of it (tokens) were done. */
struct hy_energy_work {
    hy_status (*piece)(void *ctx, double *units);
    void *ctx;
};

/* Joules per unit, of pieces that are done one after the other for `seconds` at least. The counter is one of all the
 * GPU's users and moves some ten times a second: it is read where it has just moved, at the first and at the last, and
 * the units in between are counted. NaN where the backend is no GPU's, where there is no counter, or where it does not
 * move twice within five times `seconds`. Fails as a piece does. */
hy_status hy_energy_per_unit(struct hy_backend backend, double seconds, const struct hy_energy_work *work,
                             double *joules);

#endif
