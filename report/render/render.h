/* What a document becomes. Each writes its files atomically, and the same bytes for the same document. */
#ifndef HY_REPORT_RENDER_RENDER_H
#define HY_REPORT_RENDER_RENDER_H

#include "kernels/base/status.h"
#include "report/doc/doc.h"

/* A4 pages with contents, bookmarks, footers and links. Errors as hy_pdf_open() and hy_pdf_finish(). */
hy_status hy_render_pdf(const struct hy_doc *d, const char *path);

/* The same pages on a canvas that draws nothing (canvas/plan.h), which is the caller's to close: for tests. */
hy_status hy_render_plan(const struct hy_doc *d, struct hy_canvas **plan);

/* One self-contained page: charts as SVG, tables that sort, light and dark. */
hy_status hy_render_html(const struct hy_doc *d, const char *path);

/* GitHub-flavoured Markdown for a job summary; figures as links to charts/<name>.svg beside it. */
hy_status hy_render_markdown(const struct hy_doc *d, const char *path);

/* Each figure as <dir>/<name>.svg; the folder is made. */
hy_status hy_render_charts(const struct hy_doc *d, const char *dir);

#endif
