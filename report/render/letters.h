/* Characters as the renderers of text files write them. */
#ifndef HY_REPORT_RENDER_LETTERS_H
#define HY_REPORT_RENDER_LETTERS_H

#include <stdio.h>

/* Writes the character that `text` begins with, or U+FFFD where it is none that the report shows (canvas/utf8.h); a
 * line end stays one. Returns what follows it. `text` is not empty. */
const char *hy_put_letter(FILE *out, const char *text);

#endif
