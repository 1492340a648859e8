/* A side of a comparison from whatever file it lies in. */
#ifndef HY_BENCH_COMPARE_OPEN_H
#define HY_BENCH_COMPARE_OPEN_H

#include "bench/compare/side.h"

/* Reads a run folder, a table of kernels (micro --csv), or google-benchmark's JSON; which one it is, the path and the
 * file's beginning say. HY_BAD_INPUT: cannot be read, is none of these, or is damaged (file, line, fault); HY_NO_DATA:
 * readable, and nothing in it can be compared. On failure *s is empty. */
hy_status hy_side_open(struct hy_side *s, const char *path);

/* Whether the file begins as JSON does: then it is google-benchmark's, else a table. False where it cannot be read. */
bool hy_side_is_json(const char *path);

#endif
