/* JSON that may stand in a script. */
#ifndef HY_BENCH_HISTORY_HTML_JSON_H
#define HY_BENCH_HISTORY_HTML_JSON_H

#include <stdio.h>

/* In quotes; '<', control characters and the line separators of JavaScript are escaped, bytes that are no UTF-8 become
 * U+FFFD each. */
void hy_json_text(FILE *out, const char *text);

void hy_json_number(FILE *out, double x); /* nine digits; null where it is not finite */

#endif
