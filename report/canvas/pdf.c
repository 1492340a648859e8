#include "report/canvas/pdf.h"

#include <cairo-ft.h>
#include <cairo-pdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "report/canvas/backend.h"
#include "report/canvas/pdf_complete.h"
#include "report/canvas/utf8.h"

struct pdf {
    struct hy_canvas canvas;
    cairo_surface_t *surface;
    cairo_t *cr;
    cairo_font_face_t *face[HY_FACES]; /* NULL: made when it is needed */
    struct hy_pdf_bytes bytes;         /* what cairo wrote */
    struct hy_pdf_facts facts;
    size_t bookmark_room;
    cairo_glyph_t *glyph; /* (glyph_room) of the text that is being drawn */
    cairo_text_cluster_t *cluster;
    size_t glyph_room;
};

/* ---- shapes -------------------------------------------------------------------------- */

static void trace(cairo_t *cr, const struct hy_shape *s)
{
    const struct hy_point *p = s->points;
    switch (s->kind) {
    case HY_SHAPE_LINES:
    case HY_SHAPE_POLYGON:
        for (size_t i = 0; i < s->count; i++)
            cairo_line_to(cr, p[i].x, p[i].y);
        if (s->kind == HY_SHAPE_POLYGON)
            cairo_close_path(cr);
        break;
    case HY_SHAPE_CURVE:
        cairo_move_to(cr, p[0].x, p[0].y);
        cairo_curve_to(cr, p[1].x, p[1].y, p[2].x, p[2].y, p[3].x, p[3].y);
        break;
    case HY_SHAPE_RECTANGLE:
        cairo_rectangle(cr, s->box.x, s->box.y, s->box.width, s->box.height);
        break;
    case HY_SHAPE_CIRCLE:
        cairo_arc(cr, p->x, p->y, s->radius, 0, 2 * M_PI);
        cairo_close_path(cr);
        break;
    }
}

static void stroke(cairo_t *cr, const struct hy_pen *pen)
{
    const double dash[] = {pen->on, pen->off};
    const bool dashed = pen->on > 0 && pen->off > 0;
    cairo_set_source_rgb(cr, pen->color.r, pen->color.g, pen->color.b);
    cairo_set_line_width(cr, pen->width);
    cairo_set_line_cap(cr, dashed ? CAIRO_LINE_CAP_BUTT : CAIRO_LINE_CAP_ROUND);
    cairo_set_dash(cr, dash, dashed ? 2 : 0, 0);
    cairo_stroke(cr);
}

static void shape(struct hy_canvas *c, const struct hy_shape *s, const struct hy_paint *p)
{
    cairo_t *cr = ((struct pdf *)c)->cr;
    cairo_new_path(cr);
    trace(cr, s);
    if (p->fill) {
        if (p->alpha < 1)
            cairo_set_source_rgba(cr, p->fill->r, p->fill->g, p->fill->b, p->alpha);
        else
            cairo_set_source_rgb(cr, p->fill->r, p->fill->g, p->fill->b);
        cairo_fill_preserve(cr);
    }
    if (p->pen)
        stroke(cr, p->pen);
    cairo_new_path(cr);
}

static void clip(struct hy_canvas *c, const struct hy_box *box)
{
    cairo_t *cr = ((struct pdf *)c)->cr;
    if (!box) {
        cairo_restore(cr);
        return;
    }
    cairo_save(cr);
    cairo_new_path(cr);
    cairo_rectangle(cr, box->x, box->y, box->width, box->height);
    cairo_clip(cr);
}

static void tag(struct hy_canvas *c, const char *name, bool begins)
{
    cairo_t *cr = ((struct pdf *)c)->cr;
    if (begins)
        cairo_tag_begin(cr, name, NULL);
    else
        cairo_tag_end(cr, name);
}

/* ---- text -------------------------------------------------------------------------------- */

static void drop_faces(void *faces)
{
    hy_faces_drop(faces);
}

/* cairo keeps faces in caches that outlive the document: each holds the fonts for as long. */
static cairo_font_face_t *face_of(struct pdf *pdf, int i)
{
    static const cairo_user_data_key_t key;
    if (pdf->face[i])
        return pdf->face[i];
    pdf->face[i] = cairo_ft_font_face_create_for_ft_face(hy_faces_get(pdf->canvas.faces, i), FT_LOAD_NO_HINTING);
    struct hy_faces *held = hy_faces_hold(pdf->canvas.faces);
    if (cairo_font_face_set_user_data(pdf->face[i], &key, held, drop_faces) != CAIRO_STATUS_SUCCESS)
        hy_faces_drop(held);
    return pdf->face[i];
}

static void make_room(struct pdf *pdf, size_t glyphs)
{
    if (glyphs <= pdf->glyph_room)
        return;
    pdf->glyph_room = glyphs;
    pdf->glyph = realloc(pdf->glyph, glyphs * sizeof *pdf->glyph);
    pdf->cluster = realloc(pdf->cluster, glyphs * sizeof *pdf->cluster);
    HY_ASSERT(pdf->glyph && pdf->cluster, "out of memory for a line of text");
}

/* Shows what comes from one face, from *at and *x on, and moves both behind it. Each character is a cluster of one
 * glyph: so copies are what was written, even where a replacement is seen. */
static void show_run(struct pdf *pdf, const struct hy_text_style *style, const char **at, double *x)
{
    const char *begin = *at;
    int face = HY_FACES, count = 0;
    for (const char *next = begin; *next; *at = next) {
        const struct hy_glyph *g = hy_faces_glyph(pdf->canvas.faces, style->font, hy_shown_next(&next));
        if (count > 0 && g->face != face)
            break;
        face = g->face;
        pdf->glyph[count] = (cairo_glyph_t){g->index, *x, 0};
        pdf->cluster[count++] = (cairo_text_cluster_t){(int)(next - *at), 1};
        *x += (double)g->advance * style->size;
    }
    cairo_set_font_face(pdf->cr, face_of(pdf, face));
    cairo_set_font_size(pdf->cr, style->size);
    cairo_show_text_glyphs(pdf->cr, begin, (int)(*at - begin), pdf->glyph, count, pdf->cluster, count, 0);
}

static void words(struct hy_canvas *c, const struct hy_words *w)
{
    struct pdf *pdf = (struct pdf *)c;
    const struct hy_color ink = w->style->color;
    const char *at = w->text;
    double x = 0;
    cairo_matrix_t place;
    if (w->up)
        cairo_matrix_init(&place, 0, -1, 1, 0, w->at.x, (double)w->at.y + w->shift);
    else
        cairo_matrix_init_translate(&place, (double)w->at.x - w->shift, w->at.y);
    make_room(pdf, strlen(w->text));
    cairo_save(pdf->cr);
    cairo_transform(pdf->cr, &place);
    cairo_set_source_rgb(pdf->cr, ink.r, ink.g, ink.b);
    while (*at)
        show_run(pdf, w->style, &at, &x);
    cairo_restore(pdf->cr);
}

static const struct hy_backend backend = {.shape = shape, .words = words, .clip = clip, .tag = tag};

/* ---- from open to finish ------------------------------------------------------------------- */

static cairo_status_t take(void *bytes, const unsigned char *data, unsigned count)
{
    struct hy_pdf_bytes *b = bytes;
    if (b->used + count > b->room) {
        b->room = (b->used + count) * 2;
        b->data = realloc(b->data, b->room);
        HY_ASSERT(b->data, "out of memory for a PDF document");
    }
    memcpy(b->data + b->used, data, count);
    b->used += count;
    return CAIRO_STATUS_SUCCESS;
}

static void close_pdf(struct pdf *pdf)
{
    if (pdf->cr)
        cairo_destroy(pdf->cr);
    if (pdf->surface)
        cairo_surface_destroy(pdf->surface);
    for (int i = 0; i < HY_FACES; i++)
        if (pdf->face[i])
            cairo_font_face_destroy(pdf->face[i]);
    hy_canvas_fini(&pdf->canvas);
    free(pdf->facts.bookmark);
    free(pdf->bytes.data);
    free(pdf->glyph);
    free(pdf->cluster);
    free(pdf);
}

/* Sizes are kept as they are measured: unhinted. */
static void begin(struct pdf *pdf)
{
    cairo_font_options_t *options = cairo_font_options_create();
    pdf->surface = cairo_pdf_surface_create_for_stream(take, &pdf->bytes, HY_PAGE_WIDTH, HY_PAGE_HEIGHT);
    pdf->cr = cairo_create(pdf->surface);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_set_font_options(pdf->cr, options);
    cairo_set_line_join(pdf->cr, CAIRO_LINE_JOIN_ROUND);
    cairo_font_options_destroy(options);
}

hy_status hy_pdf_open(struct hy_canvas **out, const struct hy_pdf_info *info)
{
    struct pdf *pdf = calloc(1, sizeof *pdf);
    HY_ASSERT(pdf, "out of memory for a PDF document");
    *out = NULL;
    hy_status status = hy_canvas_init(&pdf->canvas, &backend, -1);
    if (status != HY_OK) {
        close_pdf(pdf);
        return status;
    }
    struct hy_arena *arena = &pdf->canvas.arena;
    pdf->facts.title = hy_shown_text(arena, info->title);
    pdf->facts.subject = hy_shown_text(arena, info->subject);
    pdf->facts.language = hy_shown_text(arena, info->language);
    begin(pdf);
    *out = &pdf->canvas;
    return HY_OK;
}

static struct pdf *pdf_of(struct hy_canvas *c)
{
    HY_ASSERT(c->backend == &backend, "this canvas is no PDF");
    return (struct pdf *)c;
}

void hy_pdf_page(struct hy_canvas *c)
{
    struct pdf *pdf = pdf_of(c);
    hy_canvas_unclip(c);
    if (c->page++ < 0)
        hy_canvas_begin(c, "Document", NULL); /* what makes it a tagged one */
    else
        cairo_show_page(pdf->cr);
}

void hy_pdf_bookmark(struct hy_canvas *c, int level, const char *title, const char *anchor)
{
    struct pdf *pdf = pdf_of(c);
    struct hy_pdf_facts *f = &pdf->facts;
    HY_ASSERT(level == 0 || level == 1, "bookmarks have two levels");
    f->bookmark = hy_canvas_grow(f->bookmark, f->bookmarks, &pdf->bookmark_room, sizeof *f->bookmark);
    f->bookmark[f->bookmarks++] =
        (struct hy_pdf_bookmark_entry){level, hy_shown_text(&c->arena, title), hy_arena_copy(&c->arena, anchor)};
}

/* Ends the last page and cairo's part of the work. */
static hy_status end(struct pdf *pdf)
{
    struct hy_canvas *c = &pdf->canvas;
    hy_canvas_unclip(c);
    hy_canvas_end(c, "Document");
    cairo_show_page(pdf->cr);
    cairo_surface_finish(pdf->surface);
    cairo_status_t drawn = cairo_status(pdf->cr), written = cairo_surface_status(pdf->surface);
    if (drawn == CAIRO_STATUS_SUCCESS && written == CAIRO_STATUS_SUCCESS)
        return HY_OK;
    return hy_fail(HY_RUN_FAILED, "cairo could not draw the report: %s",
                   cairo_status_to_string(drawn != CAIRO_STATUS_SUCCESS ? drawn : written));
}

hy_status hy_pdf_finish(struct hy_canvas *c, const char *path)
{
    struct pdf *pdf = pdf_of(c);
    struct hy_pdf_bytes whole = {0};
    HY_ASSERT(c->page >= 0, "a document has pages");
    hy_status status = end(pdf);
    if (status == HY_OK)
        status = hy_pdf_complete(c, &pdf->facts, &pdf->bytes, &whole);
    if (status == HY_OK)
        status = hy_write_file(path, whole.data, whole.used);
    free(whole.data);
    close_pdf(pdf);
    return status;
}
