/* The report of a run: everything it shows comes from the run folder's files. */
#ifndef HY_REPORT_REPORT_H
#define HY_REPORT_REPORT_H

#include <stdio.h>

#include "kernels/base/status.h"

struct hy_report_options {
    const char *run_dir;
    const char *compare_to; /* the folder of another run, set beside this one; NULL: none */
    const char *language;   /* of its texts: "en", "ko"; NULL: "en" */
    const char *out;        /* one file, whose suffix says what: .pdf, .html, or .md with the folder charts beside it;
                               NULL: report.pdf, report.html, report.md and charts/ in run_dir */
};

/* Reads the folders and writes the report, each file atomically. The same files give the same bytes (dates are in it
 * only when SOURCE_DATE_EPOCH says which). Variants that failed, missing tables and empty cells still give a report,
 * which says what is missing.
 *
 * HY_BAD_INPUT: the suffix or the language is not known, a folder does not exist or is no run folder, one of its tables
 * is damaged (file, line and fault are named), a file cannot be written, fonts are missing. HY_NO_DATA: a run has no
 * result rows. */
hy_status hy_report_build(const struct hy_report_options *o);

/* The table at the end of a run: variants by best PPL, averages per
 * implementation, the best model, and where the PDF is ("<run_dir>/report.pdf",
 * when it is there). Errors as above. */
hy_status hy_report_print_table(const char *run_dir, FILE *out);

#endif
