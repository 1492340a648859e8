/* Opening a history. */
#ifndef HY_BENCH_HISTORY_OPEN_H
#define HY_BENCH_HISTORY_OPEN_H

#include "bench/history/store.h"

#define HY_HISTORY_FILE "results/history.sqlite"

/* HY_HISTORY_READ: the file must be there. HY_HISTORY_WRITE makes it, and the folders above it. HY_BAD_INPUT: not
 * there, no database, another program's, of a newer version, or damaged; HY_RUN_FAILED: disk. */
hy_status hy_history_open(struct hy_history **h, const char *path, enum hy_history_mode mode);

#endif
