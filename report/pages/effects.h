/* The forest plot of the effects, which two pages show. Inner header of report/pages. */
#ifndef HY_REPORT_PAGES_EFFECTS_H
#define HY_REPORT_PAGES_EFFECTS_H

#include "report/pages/pages.h"

/* A row per comparison that has a result, grouped by component and, in it, by implementation; those that change more
 * than one thing behind, in groups that say so. Of more than `most` (0: all) the largest differences. Name and title
 * are the caller's to change. */
struct hy_figure hy_effects_forest(struct hy_doc *d, const struct hy_report *r, size_t most);

/* Whether some comparison has a result; more than one seed; a measured noise of evaluation. */
bool hy_effects_any(const struct hy_report *r);
bool hy_effects_seeded(const struct hy_report *r);
bool hy_effects_sampled(const struct hy_report *r);
bool hy_effects_tested(const struct hy_report *r); /* they are of samples that nothing was chosen by */

#endif
