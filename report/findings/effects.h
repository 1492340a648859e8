/* What each ablation of a study does to perplexity, by its seeds in pairs: the same seed gives both variants the same
 * order of data and the same dropout. Test perplexity where the study kept samples for testing, else the best on
 * validation samples. */
#ifndef HY_REPORT_FINDINGS_EFFECTS_H
#define HY_REPORT_FINDINGS_EFFECTS_H

#include "report/findings/audit.h"
#include "report/statistics/paired.h"
#include "report/table/data.h"

enum hy_effect_verdict {
    HY_EFFECT_NONE,      /* a variant has no result */
    HY_EFFECT_ONE_SEED,  /* no interval */
    HY_EFFECT_UNDECIDED, /* the interval holds no difference at all, or p does */
    HY_EFFECT_WORSE,     /* `other` has the higher perplexity */
    HY_EFFECT_BETTER,
};
const char *hy_effect_verdict_name(enum hy_effect_verdict v); /* "one seed", ... */

struct hy_effect {
    const char *base, *other, *claims; /* of the audit's pair; "" where nothing is claimed */
    const char *metric;                /* "Best PPL" or "Test PPL" */
    struct hy_paired paired;           /* of log(PPL other / PPL base) */
    double sampled_low,
        sampled_high;           /* its 95 % interval for the same trainings on other text (other_text.h); NaN, NaN */
    size_t sampled;             /* by so many samples drawn anew; 0 where they are not known */
    double base_ppl, other_ppl; /* geometric means over the pairs */
    double p_holm;              /* p adjusted for all effects of the study */
    enum hy_effect_verdict verdict; /* by p_holm < 0.05 */
    bool confounded;                /* more differs than is claimed: no effect of the component */
    char *left_out;                 /* seeds without a partner or a sound result: "43 (Hybrid-Mine: nan)"; "" */
};

struct hy_effects {
    struct hy_effect *item;
    size_t count;
};

/* An effect for each pair of the audit. */
void hy_effects_make(struct hy_effects *e, const struct hy_run_data *d, const struct hy_audit *audit);
/* The same of one pair, whatever the audit holds; its left_out is the caller's to free. */
struct hy_effect hy_effect_of(const struct hy_run_data *d, const char *base, const char *other);

void hy_effects_fini(struct hy_effects *e); /* zeroed is fine */

const struct hy_effect *hy_effects_find(const struct hy_effects *e, const char *base, const char *other); /* or NULL */

bool hy_effect_on_test(const struct hy_effect *e); /* it is of samples that nothing was chosen by */

double hy_percent_of(double log_ratio); /* 100 (exp(log_ratio) - 1) */

/* effects.csv of a run folder, from its other tables. Errors as hy_run_data_load(), and of writing. */
hy_status hy_effects_write(const char *dir);

#endif
