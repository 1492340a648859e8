/* How smoothly each variant trained, from steps.csv. */
#ifndef HY_REPORT_FINDINGS_STABILITY_H
#define HY_REPORT_FINDINGS_STABILITY_H

#include <stddef.h>

#include "report/table/data.h"

struct hy_stability {
    size_t steps;                 /* of the first seed in the file; 0 = no rows */
    double *step, *loss, *norm;   /* (steps) */
    double first_loss, last_loss; /* means over the first and last `window` steps */
    double largest_rise; /* largest rise of the mean loss of `window` steps above its lowest value before, nats */
    double rise_step;    /* at this step; NaN when the loss never rose */
    double median_norm, largest_norm; /* of the gradient, before clipping */
    double clipped_percent;           /* of the steps */
    size_t window;                    /* 10, or 1 for runs under 40 steps */
};

void hy_stability_make(struct hy_stability *s, const struct hy_run_data *d, const char *variant);
void hy_stability_fini(struct hy_stability *s); /* NULL is fine */

#endif
