/* Reading the tables of a run folder, and refusing those that are damaged. */
#ifndef HY_REPORT_TABLE_TABLE_READ_H
#define HY_REPORT_TABLE_TABLE_READ_H

#include "report/table/columns.h"

/* Reads a table of a run folder. Columns may stand in any order and further ones
 * may follow (a newer program wrote it); a missing one reads as empty cells.
 *
 * HY_BAD_INPUT with file, line and fault: what hy_csv_read refuses; cells separated by something else than ',' and
 * files that have no column of the table; a cell of a numeric column that is no number (nan and inf are); two rows
 * with the same key (hy_table_spec). An append-only log may end in a torn line: t->torn_line. */
hy_status hy_table_read(struct hy_csv *t, enum hy_table_id id, const char *dir);

#endif
