/* Text as the canvases show it: UTF-8, character by character, whatever the bytes are. */
#ifndef HY_REPORT_CANVAS_UTF8_H
#define HY_REPORT_CANVAS_UTF8_H

#include <stdint.h>

#include "report/canvas/arena.h"

enum { HY_REPLACEMENT = 0xFFFD };

/* The character at *at as it is shown, and *at moved behind it; 0 at the end, where *at stays. A tab is a blank;
 * broken bytes (each of them), control characters and what lies beyond the basic plane are replacement characters. */
uint32_t hy_shown_next(const char **at);

/* The whole text as it is shown; NULL is "". */
char *hy_shown_text(struct hy_arena *a, const char *text);

#endif
