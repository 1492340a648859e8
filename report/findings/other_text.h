/* The other chance in a result: which text it was evaluated on. Trainings of other seeds tell what another training
 * would have made of a difference; the samples of one evaluation tell what the same trainings would on other text. */
#ifndef HY_REPORT_FINDINGS_OTHER_TEXT_H
#define HY_REPORT_FINDINGS_OTHER_TEXT_H

#include <stddef.h>

#include "report/table/data.h"

struct hy_other_text {
    double low, high; /* 95 % interval of the mean log(PPL other / PPL base); NaN of fewer than two samples */
    size_t n;         /* samples it is of; 0: none were kept */
};

/* From evaluation.csv, `split` being "val" or "test": the samples are drawn anew, once for all `seeds` (n), so that
 * every run meets the same text. A seed takes part where both runs have the samples of the first that does. */
struct hy_other_text hy_other_text_of(const struct hy_run_data *d, const char *base, const char *other,
                                      const char *split, const char *const *seeds, size_t n);

#endif
