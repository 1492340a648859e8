/* The report's sections, in order; one file each. Inner header of report/. */
#ifndef HY_REPORT_PAGES_PAGES_H
#define HY_REPORT_PAGES_PAGES_H

#include "report/charts/chart.h"
#include "report/findings/audit.h"
#include "report/findings/findings.h"
#include "report/findings/stability.h"
#include "report/pdf/sheet.h"
#include "report/table/data.h"
#include "report/table/number.h"

struct hy_report {
    struct hy_run_data data;
    struct hy_audit audit;
    struct hy_findings findings;
    struct hy_stability *stability;        /* (data.variants) */
    struct hy_reference_line reference[2]; /* unigram, bigram */
    int references;
};

float hy_page_title(struct hy_sheet *s, const struct hy_report *r); /* where the contents go, filled in at the end */
void hy_page_contents(struct hy_sheet *s, float top);
void hy_page_results(struct hy_sheet *s, const struct hy_report *r);
void hy_page_quality(struct hy_sheet *s, const struct hy_report *r);
void hy_page_position(struct hy_sheet *s, const struct hy_report *r);
void hy_page_recall(struct hy_sheet *s, const struct hy_report *r); /* nothing for studies of text */
void hy_page_findings(struct hy_sheet *s, const struct hy_report *r);
void hy_page_audit(struct hy_sheet *s, const struct hy_report *r);
void hy_page_stability(struct hy_sheet *s, const struct hy_report *r);
void hy_page_kv(struct hy_sheet *s, const struct hy_report *r);
void hy_page_masks(struct hy_sheet *s, const struct hy_report *r);
void hy_page_ops(struct hy_sheet *s, const struct hy_report *r);
void hy_page_memory(struct hy_sheet *s, const struct hy_report *r);
void hy_page_kernels(struct hy_sheet *s, const struct hy_report *r);
void hy_page_samples(struct hy_sheet *s, const struct hy_report *r);
void hy_page_config(struct hy_sheet *s, const struct hy_report *r);
void hy_page_environment(struct hy_sheet *s, const struct hy_report *r);

/* ---- shared by sections ----------------------------------------------------------- */

/* True when the table is there; else one line in the section says what is missing. */
bool hy_page_has(struct hy_sheet *s, const struct hy_report *r, enum hy_table_id id);

const char *hy_page_or_dash(const char *text); /* the text, or an en dash for "" */

/* Table cells that live until the document is finished. */
const char *hy_cell_fixed(struct hy_sheet *s, double value, int decimals);
const char *hy_cell_ppl(struct hy_sheet *s, double value);
const char *hy_cell_short(struct hy_sheet *s, double value);

/* The variant with its best perplexity and parameters, for a chart. */
struct hy_chart_item hy_variant_item(const struct hy_variant *v);

/* A swatch look of a variant's row. */
struct hy_grid_look hy_variant_look(const struct hy_variant *v);

#endif
