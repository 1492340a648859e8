/* A table of a run folder written anew, with some of its rows replaced and all others as they were. */
#ifndef HY_BENCH_RUN_REWRITE_H
#define HY_BENCH_RUN_REWRITE_H

#include "report/table/columns.h"

struct hy_rewrite {
    struct hy_csv there; /* the table as it is; without rows where there is none */
    struct hy_table out;
};

/* HY_BAD_INPUT where the folder's run is unfinished, which would write the table over. */
hy_status hy_rewrite_allowed(const char *dir);

/* Makes the folder where there is none. New rows carry the Run and Corpus of the folder's tables, else its name and
 * `corpus`. HY_BAD_INPUT: the folder cannot be made or written, or its table is damaged. On failure *r is empty. */
hy_status hy_rewrite_open(struct hy_rewrite *r, enum hy_table_id id, const char *dir, const char *corpus);

void hy_rewrite_keep(struct hy_rewrite *r, size_t row); /* the row as it was, cell by cell */

hy_status hy_rewrite_commit(struct hy_rewrite *r); /* the table appears; *r is empty */

#endif
