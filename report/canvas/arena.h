/* Memory and texts that live until a report is done, given back all at once. */
#ifndef HY_REPORT_CANVAS_ARENA_H
#define HY_REPORT_CANVAS_ARENA_H

#include <stddef.h>

struct hy_arena {
    struct hy_arena_chunk *chunks; /* owned; zeroed is an empty arena */
};

void *hy_arena_alloc(struct hy_arena *a, size_t bytes); /* zeroed, aligned for anything, never NULL */
char *hy_arena_copy(struct hy_arena *a, const char *text);
char *hy_arena_format(struct hy_arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
void hy_arena_free(struct hy_arena *a); /* everything; the arena is empty again */

#endif
