/* A table of a run folder written anew, with some of its rows replaced and all others as they were. */
#ifndef HY_BENCH_NSIGHT_REWRITE_H
#define HY_BENCH_NSIGHT_REWRITE_H

#include "report/table/columns.h"

struct hy_rewrite {
    struct hy_csv there; /* the table as it is; without rows where there is none */
    struct hy_table out;
};

/* Makes the folder where there is none. New rows carry the Run and Corpus of the folder's tables, else its name and
 * nothing. HY_BAD_INPUT: the folder cannot be made or written, its table is damaged, or its run is unfinished, which
 * would write the table over. On failure *r is empty. */
hy_status hy_rewrite_open(struct hy_rewrite *r, enum hy_table_id id, const char *dir);

void hy_rewrite_keep(struct hy_rewrite *r, size_t row); /* the row as it was, cell by cell */

hy_status hy_rewrite_commit(struct hy_rewrite *r); /* the table appears; *r is empty */
void hy_rewrite_abort(struct hy_rewrite *r);       /* the old one stays; zeroed is fine */

#endif
