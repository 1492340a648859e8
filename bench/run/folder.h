/* The folder of a run: results/<UTC time>-<profile>-<device>/.
 *
 * While a run is not finished the folder holds a file `unfinished`, locked by
 * the process at work; results/latest points to the newest finished run. */
#ifndef HY_BENCH_RUN_FOLDER_H
#define HY_BENCH_RUN_FOLDER_H

#include <stdbool.h>

#include "models/config/study.h"

struct hy_run_folder {
    char *dir;  /* without a slash at its end */
    char *name; /* its last part: what tables call the run */
    int lock;   /* descriptor, -1: none */
};

/* Makes or takes up a folder. `out`: the one to use, or NULL for a new one under
 * results/ (with `resume`: the newest unfinished one there with the same
 * resolved configuration, HY_NO_DATA when there is none). HY_BAD_INPUT: not
 * writable, locked by another run, or `out` holds a run (and not `resume`, or of
 * another configuration). Writes config.yaml. */
hy_status hy_run_folder_open(struct hy_run_folder *f, const struct hy_study *s, const char *out, const char *device,
                             bool resume);

/* The run is complete: removes the mark, points results/latest to it when it lies there. */
hy_status hy_run_folder_finish(struct hy_run_folder *f);

void hy_run_folder_fini(struct hy_run_folder *f); /* gives the lock back; NULL is fine */

#endif
