/* A thin layer over libharu: A4 pages, embedded DejaVu fonts, UTF-8, and errors as
 * hy_status. Coordinates are points (1/72 inch) from the TOP left corner of the
 * page, y grows downwards; text is placed by its baseline.
 *
 * libharu writes garbage for NaN and wraps large numbers silently, so every call
 * here leaves out what is not finite or lies far off the page. The bytes written
 * depend on nothing but the calls made, the fonts and SOURCE_DATE_EPOCH. */
#ifndef HY_REPORT_PDF_PDF_H
#define HY_REPORT_PDF_PDF_H

#include <stdbool.h>
#include <stddef.h>

#include "kernels/base/status.h"
#include "report/pdf/memory.h"
#include "report/pdf/pdf_text.h"
#include "report/pdf/style.h"

struct hy_pdf;

struct hy_pdf_info {
    const char *title, *subject;
};

/* Makes a document: calls draw(pdf, user), which adds the pages, and writes the
 * file atomically. A failure inside libharu jumps out of `draw`, so `draw` must
 * own nothing but what hy_pdf_alloc and hy_pdf_format gave it. HY_RUN_FAILED
 * names the step that failed; HY_BAD_INPUT when no fonts are found (HYMBENCH_FONTS
 * is searched first, then the usual folders) or the file cannot be written. */
hy_status hy_pdf_build(const char *path, const struct hy_pdf_info *info, void (*draw)(struct hy_pdf *pdf, void *user),
                       void *user);

/* ---- pages, bookmarks, links --------------------------------------------------- */
int hy_pdf_add_page(struct hy_pdf *pdf);                /* its index, from 0; it becomes the current page */
void hy_pdf_select_page(struct hy_pdf *pdf, int index); /* draw on an earlier page again */
int hy_pdf_pages(const struct hy_pdf *pdf);

/* A bookmark of level 0 or 1 to height y of the current page. */
void hy_pdf_bookmark(struct hy_pdf *pdf, int level, const char *title, float y);

/* Makes a rectangle of the current page a link to the top of another page. */
void hy_pdf_link(struct hy_pdf *pdf, float x, float y, float width, float height, int page);

/* ---- drawing --------------------------------------------------------------------- */
void hy_pdf_line(struct hy_pdf *pdf, float x0, float y0, float x1, float y1, const struct hy_pen *pen);
void hy_pdf_polyline(struct hy_pdf *pdf, const struct hy_point *points, size_t count,
                     const struct hy_pen *pen); /* a NaN point is a gap */
void hy_pdf_polygon(struct hy_pdf *pdf, const struct hy_point *points, size_t count, struct hy_color fill);
void hy_pdf_curve(struct hy_pdf *pdf, const struct hy_point p[4], const struct hy_pen *pen); /* one Bezier segment */

/* `fill` or `pen` may be NULL. */
void hy_pdf_rectangle(struct hy_pdf *pdf, float x, float y, float width, float height, const struct hy_color *fill,
                      const struct hy_pen *pen);
void hy_pdf_circle(struct hy_pdf *pdf, float x, float y, float radius, const struct hy_color *fill,
                   const struct hy_pen *pen);

/* Nothing is drawn outside the rectangle until hy_pdf_unclip. Not nested. */
void hy_pdf_clip(struct hy_pdf *pdf, float x, float y, float width, float height);
void hy_pdf_unclip(struct hy_pdf *pdf);

/* How many draws were left out so far because they were not finite (0 in a sound report). */
int hy_pdf_left_out(const struct hy_pdf *pdf);

#endif
