/* Other programs, started, or run to their end. */
#ifndef HY_BENCH_COMPARE_LAUNCH_H
#define HY_BENCH_COMPARE_LAUNCH_H

#include <sys/types.h>

#include "kernels/base/status.h"

struct hy_launch {
    const char *const *argv; /* NULL behind the last; argv[0] is looked for on the PATH where it has no slash */
    const char *folder;      /* to run in; NULL: this one */
    const char *out, *err;   /* files for its two streams; NULL: dropped */
    int talk;                /* a descriptor that is its stdin and stdout instead of these; 0: none */
};

/* Starts it with the signals that this program watches back in force. HY_RUN_FAILED where it cannot be started. */
hy_status hy_spawn(const struct hy_launch *l, pid_t *child);

/* Starts it and waits for its end; *code is its exit code, 128 + the signal that ended it. HY_RUN_FAILED where it
 * cannot be started. */
hy_status hy_launch(const struct hy_launch *l, int *code);

/* The path of this very program, malloc'd; HY_RUN_FAILED where nobody says. */
hy_status hy_launch_self(char **path);

/* The last lines of a file, at most `lines`, malloc'd; "" where it cannot be read. */
char *hy_last_lines(const char *path, int lines);

#endif
