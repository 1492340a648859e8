/* Curves over the seeds of a variant: their mean, and a band from the lowest to the highest. Inner header of
 * report/pages. */
#ifndef HY_REPORT_PAGES_BANDS_H
#define HY_REPORT_PAGES_BANDS_H

#include "report/pages/pages.h"

/* Reads a table with the columns variant and seed. */
struct hy_band_source {
    const struct hy_csv *table;
    const char *from, *to; /* x: the middle of these two columns, which may be one */
    const char *y;         /* a loss, or a share */
    const char *weight;    /* the mean over seeds is weighted by it; NULL: all alike */
    bool exponential;      /* draw exp(mean of y): perplexities of losses */
};

/* A series (data.variants) each: of the seeds that finished (Status of runs.csv), at the places that all of these have;
 * of a variant without any of its first seed, with a ring where it ends. Without points where the table has none. */
struct hy_series *hy_bands_of(struct hy_doc *d, const struct hy_report *r, const struct hy_band_source *source);

/* Whether some band is of more than one seed. */
bool hy_bands_seeded(const struct hy_series *series, size_t count);

#endif
