/* Marks behind rates that do not hold. */
#include <math.h>
#include <stdlib.h>

#include "report/pages/pages.h"

const char *hy_cell_rate(struct hy_sheet *s, double rate, int decimals, enum hy_row_quality quality)
{
    return hy_pdf_format(s->pdf, "%s%s", hy_cell_fixed(s, rate, decimals), isfinite(rate) ? hy_row_mark(quality) : "");
}

void hy_page_explain_marks(struct hy_sheet *s, const struct hy_run_data *d)
{
    char *counts = hy_long_rows_in_doubt(d);
    if (*counts)
        hy_sheet_paragraph(
            s, HY_CAPTION,
            hy_pdf_format(s->pdf,
                          "Marked: times that do not hold, and on which no sentence of this report rests (%s). %s "
                          "disturbed: others had the processors for too much of the time. %s drifted: a fixed piece of "
                          "work beside it showed the clock or the memory slower than in the rest of the run. In charts "
                          "they are hollow. runs.csv, scaling.csv and ops.csv have the shares and ratios.",
                          counts, hy_row_mark(HY_ROW_DISTURBED), hy_row_mark(HY_ROW_DRIFTED)));
    free(counts);
}
