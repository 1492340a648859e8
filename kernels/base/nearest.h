/* "Did you mean": the known word closest to a mistyped one. */
#ifndef HY_KERNELS_BASE_NEAREST_H
#define HY_KERNELS_BASE_NEAREST_H

#include <stddef.h>

/* Insertions, deletions, replacements and swaps of neighbours that turn a into
 * b (optimal string alignment). Words longer than 63 bytes count as far apart. */
int hy_edit_distance(const char *a, const char *b);

/* The word of known[0..n) with the smallest distance, the first of equals, or
 * one that begins with `word`; NULL when none is near (more than half of the
 * letters would change). */
const char *hy_nearest(const char *word, const char *const *known, size_t n);

#endif
