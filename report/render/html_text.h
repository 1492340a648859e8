/* Text in an HTML page: what the reader sees is what was given, whatever characters it holds. */
#ifndef HY_REPORT_RENDER_HTML_TEXT_H
#define HY_REPORT_RENDER_HTML_TEXT_H

#include <stdio.h>

/* Fit for what stands between tags and for an attribute in quotes, in HTML and in XML. NULL is "". */
void hy_html_text(FILE *out, const char *text);

/* The same between tags, with its line breaks. */
void hy_html_lines(FILE *out, const char *text);

#endif
