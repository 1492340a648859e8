/* How much a run trained: what every number of quality rests on. */
#ifndef HY_REPORT_FINDINGS_EXTENT_H
#define HY_REPORT_FINDINGS_EXTENT_H

#include <stddef.h>

#include "report/table/data.h"

struct hy_extent {
    double steps;                   /* of the longest training; NaN when not known, as all below */
    double tokens;                  /* content tokens of these steps: steps, batch and seq_len multiplied */
    double tokens_a_weight;         /* tokens over the parameters of the largest variant */
    double epochs;                  /* the most passes over the training samples */
    double samples;                 /* validation samples of the last evaluations, the fewest of any variant */
    double fewer_samples;           /* the fewest of any evaluation */
    size_t least_seeds, most_seeds; /* of variants that have a perplexity; 0: not recorded */
};

struct hy_extent hy_extent_of(const struct hy_run_data *d);

#endif
