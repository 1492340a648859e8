/* Text in GitHub-flavoured Markdown: what the reader sees is what was given. */
#ifndef HY_REPORT_RENDER_MARKDOWN_TEXT_H
#define HY_REPORT_RENDER_MARKDOWN_TEXT_H

#include <stdio.h>

/* Inside a line: a table's cell, what stands between asterisks. Line breaks are <br>. NULL is "". */
void hy_markdown_text(FILE *out, const char *text);

/* At the beginning of a line, where a dash or a number would begin a list. */
void hy_markdown_line(FILE *out, const char *text);

/* A fenced block. */
void hy_markdown_code(FILE *out, const char *text);

#endif
