#include "report/pdf/pdf.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernels/base/file.h"
#include "report/pdf/to_unicode.h"
#include "report/pdf/writer.h"

/* ---- the document ----------------------------------------------------------------- */

static void on_error(HPDF_STATUS error, HPDF_STATUS detail, void *user)
{
    struct hy_pdf *pdf = user;
    pdf->error = error;
    pdf->detail = detail;
    longjmp(pdf->failed, 1);
}

/* The face's path, malloc'd, or NULL. */
static char *find_font(const char *file)
{
    const char *folders[] = {
        getenv("HYMBENCH_FONTS"), "/usr/share/fonts/truetype/dejavu",   "/usr/share/fonts/dejavu",
        "/usr/share/fonts/TTF",   "/usr/share/fonts/dejavu-sans-fonts", "/usr/local/share/fonts/dejavu"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        if (!folders[i] || !*folders[i])
            continue;
        char *path = hy_format("%s/%s", folders[i], file);
        if (hy_file_exists(path))
            return path;
        free(path);
    }
    return NULL;
}

static hy_status find_fonts(char *paths[HY_FONTS])
{
    static const char *const files[HY_FONTS] = {"DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSansMono.ttf"};
    for (int i = 0; i < HY_FONTS; i++) {
        paths[i] = find_font(files[i]);
        if (!paths[i])
            return hy_fail(HY_BAD_INPUT,
                           "the font %s was not found; install fonts-dejavu-core or set HYMBENCH_FONTS to its folder",
                           files[i]);
    }
    return HY_OK;
}

/* SOURCE_DATE_EPOCH is the one way a date gets into the file: without it there is none. */
static void set_dates(struct hy_pdf *pdf)
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    char *end = NULL;
    if (!epoch || !*epoch)
        return;
    time_t seconds = (time_t)strtoll(epoch, &end, 10);
    struct tm utc;
    if (*end || !gmtime_r(&seconds, &utc))
        return;
    HPDF_Date date = {utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, 'Z', 0, 0};
    HPDF_SetInfoDateAttr(pdf->doc, HPDF_INFO_CREATION_DATE, date);
    HPDF_SetInfoDateAttr(pdf->doc, HPDF_INFO_MOD_DATE, date);
}

static void prepare(struct hy_pdf *pdf, char *const paths[HY_FONTS], const struct hy_pdf_info *info)
{
    HPDF_SetCompressionMode(pdf->doc, HPDF_COMP_ALL);
    HPDF_UseUTFEncodings(pdf->doc);
    HPDF_SetCurrentEncoder(pdf->doc, "UTF-8");
    for (int i = 0; i < HY_FONTS; i++) {
        const char *name = HPDF_LoadTTFontFromFile(pdf->doc, paths[i], HPDF_TRUE);
        pdf->fonts[i] = HPDF_GetFont(pdf->doc, name, "UTF-8");
        hy_pdf_tell_unicode(pdf->doc, pdf->fonts[i]);
    }
    HPDF_SetInfoAttr(pdf->doc, HPDF_INFO_TITLE, hy_pdf_clean(pdf, info->title));
    HPDF_SetInfoAttr(pdf->doc, HPDF_INFO_SUBJECT, hy_pdf_clean(pdf, info->subject));
    HPDF_SetInfoAttr(pdf->doc, HPDF_INFO_CREATOR, "hymbench");
    set_dates(pdf);
    HPDF_SetPageMode(pdf->doc, HPDF_PAGE_MODE_USE_OUTLINE);
}

static hy_status save(struct hy_pdf *pdf, const char *path)
{
    HPDF_SaveToStream(pdf->doc);
    HPDF_UINT32 bytes = HPDF_GetStreamSize(pdf->doc);
    HPDF_BYTE *data = hy_pdf_alloc(pdf, bytes);
    HPDF_ReadFromStream(pdf->doc, data, &bytes);
    return hy_write_file(path, data, bytes);
}

hy_status hy_pdf_build(const char *path, const struct hy_pdf_info *info, void (*draw)(struct hy_pdf *pdf, void *user),
                       void *user)
{
    char *fonts[HY_FONTS] = {NULL};
    volatile hy_status status = find_fonts(fonts);
    struct hy_pdf *volatile pdf = calloc(1, sizeof *pdf);
    HY_ASSERT(pdf, "out of memory for a PDF document");
    if (status != HY_OK)
        goto out;
    if (setjmp(pdf->failed) != 0) {
        status = hy_fail(HY_RUN_FAILED, "libharu could not make '%s' (error 0x%04lX, detail %lu)", path, pdf->error,
                         pdf->detail);
        goto out;
    }
    pdf->doc = HPDF_New(on_error, pdf);
    if (!pdf->doc) {
        status = hy_fail(HY_RUN_FAILED, "libharu could not start a document");
        goto out;
    }
    prepare(pdf, fonts, info);
    draw(pdf, user);
    status = save(pdf, path);
out:
    if (pdf->doc)
        HPDF_Free(pdf->doc);
    hy_pdf_free_all(pdf);
    free(pdf);
    for (int i = 0; i < HY_FONTS; i++)
        free(fonts[i]);
    return status;
}

int hy_pdf_add_page(struct hy_pdf *pdf)
{
    HY_ASSERT(pdf->page_count < HY_PDF_MAX_PAGES, "a report of so many pages has gone wrong");
    pdf->page = HPDF_AddPage(pdf->doc);
    HPDF_Page_SetWidth(pdf->page, HY_PAGE_WIDTH);
    HPDF_Page_SetHeight(pdf->page, HY_PAGE_HEIGHT);
    HPDF_Page_SetLineCap(pdf->page, HPDF_ROUND_END);
    HPDF_Page_SetLineJoin(pdf->page, HPDF_ROUND_JOIN);
    pdf->pages[pdf->page_count] = pdf->page;
    return pdf->page_count++;
}

void hy_pdf_select_page(struct hy_pdf *pdf, int index)
{
    HY_ASSERT(index >= 0 && index < pdf->page_count, "there is no such page");
    pdf->page = pdf->pages[index];
}

int hy_pdf_pages(const struct hy_pdf *pdf)
{
    return pdf->page_count;
}

int hy_pdf_left_out(const struct hy_pdf *pdf)
{
    return pdf->left_out;
}

void hy_pdf_bookmark(struct hy_pdf *pdf, int level, const char *title, float y)
{
    HPDF_Encoder utf8 = HPDF_GetEncoder(pdf->doc, "UTF-8");
    HPDF_Outline parent = level > 0 ? pdf->chapter : NULL;
    HPDF_Outline entry = HPDF_CreateOutline(pdf->doc, parent, hy_pdf_clean(pdf, title), utf8);
    HPDF_Destination target = HPDF_Page_CreateDestination(pdf->page);
    HPDF_Destination_SetFitH(target, HY_PAGE_HEIGHT - y); /* libharu refuses "keep the zoom" */
    HPDF_Outline_SetDestination(entry, target);
    if (level == 0) {
        pdf->chapter = entry;
        HPDF_Outline_SetOpened(entry, HPDF_FALSE);
    }
}

void hy_pdf_link(struct hy_pdf *pdf, float x, float y, float width, float height, int page)
{
    HY_ASSERT(page >= 0 && page < pdf->page_count, "a link must point to a page that exists");
    if (!pdf->tops[page]) {
        pdf->tops[page] = HPDF_Page_CreateDestination(pdf->pages[page]);
        HPDF_Destination_SetFitH(pdf->tops[page], HY_PAGE_HEIGHT);
    }
    HPDF_Rect box = {x, HY_PAGE_HEIGHT - y - height, x + width, HY_PAGE_HEIGHT - y};
    HPDF_Annotation link = HPDF_Page_CreateLinkAnnot(pdf->page, box, pdf->tops[page]);
    HPDF_LinkAnnot_SetBorderStyle(link, 0, 0, 0);
}

/* ---- drawing ---------------------------------------------------------------------- */

static float up(float y)
{
    return HY_PAGE_HEIGHT - y;
}

static void set_dash(HPDF_Page page, const struct hy_pen *pen)
{
#if defined(HPDF_VERSION_ID) && HPDF_VERSION_ID >= 20400
    HPDF_REAL dash[2] = {pen->on, pen->off};
#else
    HPDF_UINT16 dash[2] = {(HPDF_UINT16)lroundf(pen->on), (HPDF_UINT16)lroundf(pen->off)};
#endif
    bool solid = pen->on < 0.5f || pen->off < 0.5f;
    HPDF_Page_SetDash(page, solid ? NULL : dash, solid ? 0 : 2, 0);
}

static void take_pen(struct hy_pdf *pdf, const struct hy_pen *pen)
{
    HPDF_Page_SetRGBStroke(pdf->page, pen->color.r, pen->color.g, pen->color.b);
    HPDF_Page_SetLineWidth(pdf->page, pen->width);
    HPDF_Page_SetLineCap(pdf->page, pen->on > 0 ? HPDF_BUTT_END : HPDF_ROUND_END);
    set_dash(pdf->page, pen);
}

static void take_fill(struct hy_pdf *pdf, const struct hy_color *fill)
{
    HPDF_Page_SetRGBFill(pdf->page, fill->r, fill->g, fill->b);
}

static void paint(struct hy_pdf *pdf, const struct hy_color *fill, const struct hy_pen *pen)
{
    if (fill && pen)
        HPDF_Page_FillStroke(pdf->page);
    else if (fill)
        HPDF_Page_Fill(pdf->page);
    else
        HPDF_Page_Stroke(pdf->page);
}

void hy_pdf_line(struct hy_pdf *pdf, float x0, float y0, float x1, float y1, const struct hy_pen *pen)
{
    float all[] = {x0, y0, x1, y1};
    if (!hy_pdf_drawable(pdf, all, 4))
        return;
    take_pen(pdf, pen);
    HPDF_Page_MoveTo(pdf->page, x0, up(y0));
    HPDF_Page_LineTo(pdf->page, x1, up(y1));
    HPDF_Page_Stroke(pdf->page);
}

static bool is_gap(const struct hy_point *p)
{
    return !(isfinite(p->x) && isfinite(p->y) && fabsf(p->x) <= 10000 && fabsf(p->y) <= 10000);
}

void hy_pdf_polyline(struct hy_pdf *pdf, const struct hy_point *points, size_t count, const struct hy_pen *pen)
{
    take_pen(pdf, pen);
    for (size_t i = 0; i < count;) {
        size_t end = i;
        while (end < count && !is_gap(&points[end]))
            end++;
        if (end - i >= 2) {
            HPDF_Page_MoveTo(pdf->page, points[i].x, up(points[i].y));
            for (size_t k = i + 1; k < end; k++)
                HPDF_Page_LineTo(pdf->page, points[k].x, up(points[k].y));
            HPDF_Page_Stroke(pdf->page);
        } else if (end - i == 1) {
            hy_pdf_circle(pdf, points[i].x, points[i].y, pen->width, &pen->color, NULL);
            take_pen(pdf, pen);
        }
        i = end + 1;
    }
}

void hy_pdf_polygon(struct hy_pdf *pdf, const struct hy_point *points, size_t count, struct hy_color fill)
{
    for (size_t i = 0; i < count; i++) {
        float all[] = {points[i].x, points[i].y};
        if (!hy_pdf_drawable(pdf, all, 2))
            return;
    }
    if (count < 3)
        return;
    take_fill(pdf, &fill);
    HPDF_Page_MoveTo(pdf->page, points[0].x, up(points[0].y));
    for (size_t i = 1; i < count; i++)
        HPDF_Page_LineTo(pdf->page, points[i].x, up(points[i].y));
    HPDF_Page_Fill(pdf->page);
}

void hy_pdf_curve(struct hy_pdf *pdf, const struct hy_point p[4], const struct hy_pen *pen)
{
    float all[] = {p[0].x, p[0].y, p[1].x, p[1].y, p[2].x, p[2].y, p[3].x, p[3].y};
    if (!hy_pdf_drawable(pdf, all, 8))
        return;
    take_pen(pdf, pen);
    HPDF_Page_MoveTo(pdf->page, p[0].x, up(p[0].y));
    HPDF_Page_CurveTo(pdf->page, p[1].x, up(p[1].y), p[2].x, up(p[2].y), p[3].x, up(p[3].y));
    HPDF_Page_Stroke(pdf->page);
}

void hy_pdf_rectangle(struct hy_pdf *pdf, float x, float y, float width, float height, const struct hy_color *fill,
                      const struct hy_pen *pen)
{
    float all[] = {x, y, width, height};
    if (!hy_pdf_drawable(pdf, all, 4) || (!fill && !pen))
        return;
    if (fill)
        take_fill(pdf, fill);
    if (pen)
        take_pen(pdf, pen);
    HPDF_Page_Rectangle(pdf->page, x, up(y + height), width, height);
    paint(pdf, fill, pen);
}

void hy_pdf_circle(struct hy_pdf *pdf, float x, float y, float radius, const struct hy_color *fill,
                   const struct hy_pen *pen)
{
    float all[] = {x, y, radius};
    if (!hy_pdf_drawable(pdf, all, 3) || radius <= 0 || (!fill && !pen))
        return;
    if (fill)
        take_fill(pdf, fill);
    if (pen)
        take_pen(pdf, pen);
    HPDF_Page_Circle(pdf->page, x, up(y), radius);
    paint(pdf, fill, pen);
}

void hy_pdf_clip(struct hy_pdf *pdf, float x, float y, float width, float height)
{
    HPDF_Page_GSave(pdf->page);
    HPDF_Page_Rectangle(pdf->page, x, up(y + height), width, height);
    HPDF_Page_Clip(pdf->page);
    HPDF_Page_EndPath(pdf->page);
}

void hy_pdf_unclip(struct hy_pdf *pdf)
{
    HPDF_Page_GRestore(pdf->page);
}
