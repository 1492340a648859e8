#include "report/statistics/pareto.h"

#include <math.h>

void hy_pareto_front(const double *x, const double *y, size_t count, int better_x, int better_y, bool *front)
{
    for (size_t i = 0; i < count; i++) {
        front[i] = isfinite(x[i]) && isfinite(y[i]);
        for (size_t k = 0; front[i] && k < count; k++) {
            const double gain_x = better_x * (x[k] - x[i]), gain_y = better_y * (y[k] - y[i]);
            if (isfinite(gain_x) && isfinite(gain_y) && gain_x >= 0 && gain_y >= 0 && gain_x + gain_y > 0)
                front[i] = false;
        }
    }
}
