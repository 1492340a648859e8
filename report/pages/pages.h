/* What the report's pages are written from and with. Each page is a function that appends its section to a document;
 * pages.inc lists them in their order. Inner header of report/. */
#ifndef HY_REPORT_PAGES_PAGES_H
#define HY_REPORT_PAGES_PAGES_H

#include <stdbool.h>
#include <stddef.h>

#include "kernels/base/status.h"
#include "report/charts/charts.h"
#include "report/doc/doc.h"
#include "report/findings/audit.h"
#include "report/findings/effects.h"
#include "report/findings/findings.h"
#include "report/findings/limits.h"
#include "report/findings/stability.h"
#include "report/table/data.h"
#include "report/table/number.h"
#include "report/table/row_quality.h"

struct hy_report {
    struct hy_run_data data;
    struct hy_audit audit;
    struct hy_effects effects;
    struct hy_findings findings;
    struct hy_limits limits;
    struct hy_stability *stability; /* (data.variants) */
    struct hy_mark reference[2];    /* the reference lines that are known: unigram, bigram, perplexities */
    size_t references;
    const struct hy_run_data *other; /* borrowed: the run set beside this one (--compare); NULL */
};

/* Everything but `other`, which is the caller's to set, from a run folder. Errors as hy_run_data_load(); then *r is
 * empty. */
hy_status hy_report_load(struct hy_report *r, const char *dir);
void hy_report_fini(struct hy_report *r); /* zeroed is fine */

/* The whole document in the language of the moment (doc/say.h). `r` must live as long as `d`. */
void hy_report_write(struct hy_doc *d, const struct hy_report *r);

/* A page that has nothing to say (no other run, no recall task) appends nothing. */
#define HY_PAGE(name) void hy_page_##name(struct hy_doc *d, const struct hy_report *r);
#include "report/pages/pages.inc"
#undef HY_PAGE

/* ---- variants: the same colour and look everywhere ------------------------------------------------ */
/* Its best perplexity and the interval over its seeds. Hollow: one seed, or a variant that did not finish. */
struct hy_dot hy_variant_dot(const struct hy_variant *v);

/* Its best perplexity against `x`. Hollow: x was disturbed or drifted (`holds` false), or it did not finish. One seed
 * is measured too, and only has no interval. */
struct hy_spot hy_variant_spot(const struct hy_variant *v, double x, bool holds);

/* A line of it. x, y (count) live as the document. */
struct hy_series hy_variant_series(const struct hy_variant *v, const double *x, const double *y, size_t count);

/* Swatch of its row; muted where it did not finish; no anchor. */
struct hy_row_look hy_variant_row(const struct hy_variant *v);

/* Its name as the first cell of a row, linked to its configuration on the page design. */
struct hy_cell hy_variant_cell(struct hy_doc *d, const struct hy_report *r, const struct hy_variant *v);

/* The anchor of its row in a table: "design-3" of prefix "design", counted from 1 in the study's order. */
const char *hy_variant_anchor(struct hy_doc *d, const struct hy_report *r, const char *prefix,
                              const struct hy_variant *v);

bool hy_variant_seeded(const struct hy_variant *v); /* more than one seed */

/* Which look stands for which implementation, as a sentence for a caption; "" where the run has one implementation. */
const char *hy_page_looks(struct hy_doc *d, const struct hy_run_data *data, enum hy_look_kind kind);

/* What a hollow marker of hy_variant_dot() says in this run, as a sentence; "" where every variant has several seeds
 * and finished. */
const char *hy_page_hollow(const struct hy_report *r);

/* Whole sentences one after the other, a blank between; those that are NULL or "" are passed over. */
const char *hy_page_sentences(struct hy_doc *d, const char *const *sentence, size_t count);

/* ---- rates that do not hold --------------------------------------------------------------------------- */
/* A rate as a cell, with the mark of a row that does not hold behind it. */
struct hy_cell hy_cell_rate(struct hy_doc *d, double rate, int decimals, enum hy_row_quality quality);

/* A caption that says what the marks mean and how many rows have one; nothing where none has. */
void hy_page_explain_marks(struct hy_doc *d, const struct hy_report *r);

/* ---- sentences --------------------------------------------------------------------------------------------- */
/* True when the table is there; else one line in the section says what is missing. */
bool hy_page_has(struct hy_doc *d, const struct hy_report *r, enum hy_table_id id);

/* A line of the kind HY_MISSING. */
void hy_page_missing(struct hy_doc *d, const char *sentence);

/* The findings that belong to a page as paragraphs, with their caveats where the first page has not said these;
 * nothing where there are none. */
void hy_page_findings(struct hy_doc *d, const struct hy_report *r, enum hy_finding_page page);

/* The learning rates that each variant was tried with, as the study names them: "0.0001, 0.0003"; "": one alone. */
const char *hy_page_swept(const struct hy_run_data *data);

#endif
