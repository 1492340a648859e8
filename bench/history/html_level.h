/* The points of a series in the state of the machine of its newest night. */
#ifndef HY_BENCH_HISTORY_HTML_LEVEL_H
#define HY_BENCH_HISTORY_HTML_LEVEL_H

#include "bench/history/nights.h"

struct hy_level {
    double *factor; /* (s->n) of each point, doubtful ones too: its value times it */
    double *held;   /* (n_held) values of those that hold, corrected */
    size_t *index;  /* (n_held) which points they are */
    size_t n_held;
    enum hy_norm norm;
};

void hy_level_make(struct hy_level *l, const struct hy_nights *n, const struct hy_series *s);
void hy_level_fini(struct hy_level *l);

/* The median of x (n); NaN of none. */
double hy_level_median(const double *x, size_t n);

#endif
