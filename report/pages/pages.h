/* What a section of the report draws from and on; pages.inc lists the sections. Inner header of report/. */
#ifndef HY_REPORT_PAGES_PAGES_H
#define HY_REPORT_PAGES_PAGES_H

#include "report/charts/chart.h"
#include "report/charts/variant_look.h"
#include "report/findings/audit.h"
#include "report/findings/effects.h"
#include "report/findings/findings.h"
#include "report/findings/stability.h"
#include "report/pdf/sheet.h"
#include "report/table/cell.h"
#include "report/table/data.h"
#include "report/table/number.h"
#include "report/table/row_quality.h"

struct hy_report {
    struct hy_run_data data;
    struct hy_audit audit;
    struct hy_effects effects;
    struct hy_findings findings;
    struct hy_stability *stability;        /* (data.variants) */
    struct hy_reference_line reference[2]; /* unigram, bigram */
    int references;
};

float hy_page_title(struct hy_sheet *s, const struct hy_report *r); /* where the contents go, filled in at the end */
void hy_page_contents(struct hy_sheet *s, float top);
#define HY_PAGE(name) void hy_page_##name(struct hy_sheet *s, const struct hy_report *r);
#include "report/pages/pages.inc"
#undef HY_PAGE

/* A rate with the mark of a row that does not hold behind it. */
const char *hy_cell_rate(struct hy_sheet *s, double rate, int decimals, enum hy_row_quality quality);

/* What the marks behind rates mean, and how many rows have one; nothing where none has. */
void hy_page_explain_marks(struct hy_sheet *s, const struct hy_run_data *d);

/* True when the table is there; else one line in the section says what is missing. */
bool hy_page_has(struct hy_sheet *s, const struct hy_report *r, enum hy_table_id id);

#endif
