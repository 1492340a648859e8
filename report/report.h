/* The report of a run: everything it shows comes from the run folder's files. */
#ifndef HY_REPORT_REPORT_H
#define HY_REPORT_REPORT_H

#include <stdio.h>

#include "kernels/base/status.h"

/* Reads run_dir and writes the PDF, atomically. The same files give the same
 * bytes (dates are in it only when SOURCE_DATE_EPOCH says which). Variants that
 * failed, missing tables and empty cells still give a report, which says what is missing.
 *
 * HY_BAD_INPUT: run_dir does not exist or is no run folder, one of its tables
 * is damaged (file, line and fault are named), out_pdf cannot be written, fonts are missing. HY_NO_DATA: no result
 * rows. */
hy_status hy_report_build(const char *run_dir, const char *out_pdf);

/* The table at the end of a run: variants by best PPL, averages per
 * implementation, the best model, and where the PDF is ("<run_dir>/report.pdf",
 * when it is there). Errors as above. */
hy_status hy_report_print_table(const char *run_dir, FILE *out);

#endif
