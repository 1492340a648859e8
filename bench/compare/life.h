/* Two programs that live at the same time and are asked in turns, row by row: what the machine does meanwhile it does
 * to both, within some hundredths of a second. */
#ifndef HY_BENCH_COMPARE_LIFE_H
#define HY_BENCH_COMPARE_LIFE_H

#include <stdbool.h>
#include <stddef.h>

#include "kernels/base/rng.h"
#include "kernels/base/status.h"

/* What one life says of a row. A program's pages and place in memory last as long as it does, so that all of it is one
 * observation: a ratio of neighbours in time, the median of a few. */
struct hy_life_row {
    const char *subject; /* in */
    double value[2];     /* BASE's and NEW's, ns, whose ratio that is; NaN: no pair was undisturbed */
    size_t doubtful[2];  /* times that did not hold */
};

struct hy_life {
    const char *const *argv[2]; /* micro --serve --csv csv[i] ..., NULL behind the last */
    const char *names[2];       /* what they are called */
    const char *csv[2], *err[2];
    bool (*interrupted)(void); /* NULL: nobody asks to stop */
};

/* Each row ABBA or BAAB, drawn, and once more. HY_INTERRUPTED; HY_BAD_INPUT with the last words of a program that
 * fails. */
hy_status hy_life_run(const struct hy_life *l, struct hy_stream *order, struct hy_life_row *rows, size_t n);

#endif
