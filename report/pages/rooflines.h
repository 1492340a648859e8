/* The parts of the page on rooflines. Inner header of report/pages. */
#ifndef HY_REPORT_PAGES_ROOFLINES_H
#define HY_REPORT_PAGES_ROOFLINES_H

#include "report/findings/step_ops.h"
#include "report/pages/pages.h"

/* The ceilings of env.json for arithmetic in `dtype` ("f32", "bf16", "tf32"), which live as the document: the
 * machine's flat ones, and a sloped one for each level of memory. Returns how many. */
size_t hy_roofline_ceilings(struct hy_doc *d, const struct hy_run_data *data, const char *dtype,
                            const struct hy_ceiling **ceilings);

/* A row for each case of kernels.csv, hot and cold side by side, and what was not run. */
void hy_rooflines_kernel_table(struct hy_doc *d, const struct hy_report *r);

/* A whole training step op by op: where its time goes in each variant, and how far from the roofs one of them is. */
void hy_rooflines_step(struct hy_doc *d, const struct hy_report *r);

#endif
