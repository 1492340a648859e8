/* A sweep: peak learning rates that every variant of a study is trained with. Which of them a variant is reported with
 * is chosen on validation samples, and its result is told of test samples (struct hy_study, test_fraction). */
#ifndef HY_MODELS_CONFIG_SWEEP_H
#define HY_MODELS_CONFIG_SWEEP_H

#include <stdbool.h>

#include "kernels/base/status.h"

enum { HY_MAX_SWEEP = 16, HY_RATE_TEXT = 32 };

struct hy_sweep {
    int n; /* 0: nothing is swept */
    double lr[HY_MAX_SWEEP];
};

/* A rate as files and tables are told apart by it: nine significant digits. */
void hy_rate_print(double lr, char text[HY_RATE_TEXT]);

/* HY_BAD_INPUT for a key that cannot be swept: only lr can. */
hy_status hy_sweep_check_key(const char *key);

/* Adds the rate that `text` holds. HY_BAD_INPUT: no number, not above 0, the same as one before, one too many. */
hy_status hy_sweep_add(struct hy_sweep *s, const char *text);

/* *s from "lr=1e-4,3e-4,1e-3", the option's text. HY_BAD_INPUT as above, for an empty list, and for another shape. */
hy_status hy_sweep_parse(struct hy_sweep *s, const char *text);

bool hy_sweep_equal(const struct hy_sweep *a, const struct hy_sweep *b);

#endif
