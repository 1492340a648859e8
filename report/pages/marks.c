/* Marks behind rates that do not hold. */
#include <math.h>

#include "report/findings/doubts.h"
#include "report/pages/pages.h"

struct hy_cell hy_cell_rate(struct hy_doc *d, double rate, int decimals, enum hy_row_quality quality)
{
    struct hy_cell cell = hy_cell_fixed(d, rate, decimals);
    if (isfinite(rate) && quality != HY_ROW_OK)
        cell.text = hy_doc_format(d, "%s%s", cell.text, hy_row_mark(quality));
    return cell;
}

void hy_page_explain_marks(struct hy_doc *d, const struct hy_report *r)
{
    const struct hy_doubts n = hy_doubts_of(&r->data);
    if (hy_doubts_sum(&n) == 0)
        return;
    hy_doc_paragraph(
        d, HY_CAPTION,
        hy_doc_format(
            d,
            _("Marked are times that do not hold, and on which no sentence of this report rests: %zu of %zu "
              "trainings, %zu of %zu cells of scaling.csv, %zu of %zu op profiles. In charts they are hollow. "
              "%s disturbed: others had the processors for too much of the time. %s drifted: a fixed piece of "
              "work beside it showed the clock or the memory slower than in the rest of the run."),
            n.trainings.doubtful, n.trainings.all, n.cells.doubtful, n.cells.all, n.profiles.doubtful, n.profiles.all,
            hy_row_mark(HY_ROW_DISTURBED), hy_row_mark(HY_ROW_DRIFTED)));
}
