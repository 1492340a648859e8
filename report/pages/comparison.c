/* This run against another: the verdicts of compare.csv, and the figures of a run given beside it. */
#include "report/pages/comparison.h"

void hy_page_comparison(struct hy_doc *d, const struct hy_report *r)
{
    const bool judged = r->data.have[HY_TABLE_COMPARE];
    if (!judged && !r->other) /* most runs are compared with none, and miss nothing */
        return;
    hy_doc_section(d, "comparison", _("Against another run"), false);
    if (judged)
        hy_comparison_verdicts(d, r);
    if (r->other)
        hy_comparison_runs(d, r);
}
