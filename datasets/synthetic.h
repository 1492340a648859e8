/* A made-up text for machines that have no other: Zipf-distributed words in simple
 * sentences with number agreement, spoken in turns by named speakers who each keep
 * to their own favourite words, so that there is something to learn at every range.
 *
 * ASCII, integer arithmetic only: the same bytes on every machine. */
#ifndef HY_DATASETS_SYNTHETIC_H
#define HY_DATASETS_SYNTHETIC_H

#include <stddef.h>

/* `bytes` bytes and a NUL, malloc'd. A shorter text is the beginning of a longer one. */
char *hy_synthetic_text(size_t bytes);

#endif
