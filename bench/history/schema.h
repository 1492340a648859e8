/* The tables of a history, and how a file of an older program comes to have them. */
#ifndef HY_BENCH_HISTORY_SCHEMA_H
#define HY_BENCH_HISTORY_SCHEMA_H

#include "bench/history/store.h"

/* Brings the file to the newest version, step by step, each in one transaction after the file was copied to
 * PATH.version-N. HY_BAD_INPUT: another program's file, or a newer version's. A file that is only read is not touched:
 * HY_BAD_INPUT where it is an older version's. */
hy_status hy_schema_bring(struct hy_history *h, enum hy_history_mode mode);

#endif
