/* The printed report: the document laid out on pages, twice. */
#include "report/canvas/pdf.h"
#include "kernels/base/status.h"
#include "report/canvas/plan.h"
#include "report/doc/say.h"
#include "report/render/pdf_sheet.h"
#include "report/render/render.h"

float hy_sheet_tail(struct hy_sheet *s, size_t i)
{
    const struct hy_doc *d = s->doc;
    if (i + 1 >= d->count)
        return 0;
    const struct hy_block *next = &d->block[i + 1];
    if (next->kind != HY_BLOCK_PARAGRAPH || next->paragraph != HY_CAPTION)
        return 0;
    return hy_sheet_paragraph_height(s, next);
}

/* Of what a section holds from block `i` on; 0 where it has ended. */
static float lead_inside(struct hy_sheet *s, size_t i)
{
    return i < s->doc->count && s->doc->block[i].kind != HY_BLOCK_SECTION ? hy_sheet_lead(s, i) : 0;
}

/* A title with a line or two below it at the foot of a page is not worth beginning: something more stands there. */
static float section_lead(struct hy_sheet *s, size_t i)
{
    const float least = 80, first = lead_inside(s, i + 1);
    const bool short_one = i + 1 < s->doc->count && s->doc->block[i + 1].kind == HY_BLOCK_PARAGRAPH;
    const float second = short_one ? lead_inside(s, i + 2) : 0;
    return hy_sheet_section_height(s, &s->doc->block[i]) + first + (second < least ? second : least);
}

float hy_sheet_lead(struct hy_sheet *s, size_t i)
{
    if (i >= s->doc->count)
        return 0;
    const struct hy_block *b = &s->doc->block[i];
    switch (b->kind) {
    case HY_BLOCK_SECTION:
        return section_lead(s, i);
    case HY_BLOCK_HEADING:
        return hy_sheet_heading_height(s, b) + lead_inside(s, i + 1);
    case HY_BLOCK_PARAGRAPH:
        return hy_sheet_paragraph_lead(s, i);
    case HY_BLOCK_CARDS:
        return hy_sheet_cards_lead(s, b);
    case HY_BLOCK_FIGURES:
        return hy_sheet_figures_lead(s, i);
    case HY_BLOCK_TABLE:
        return hy_sheet_table_lead(s, i);
    case HY_BLOCK_FACTS:
        return hy_sheet_facts_lead(s, b);
    }
    return 0;
}

static void lay_block(struct hy_sheet *s, size_t i)
{
    const struct hy_block *b = &s->doc->block[i];
    switch (b->kind) {
    case HY_BLOCK_SECTION:
        if (i > 0) /* the first one's title stands in the report's */
            hy_sheet_section(s, i);
        break;
    case HY_BLOCK_HEADING:
        hy_sheet_heading(s, i);
        break;
    case HY_BLOCK_PARAGRAPH:
        hy_sheet_paragraph(s, i);
        break;
    case HY_BLOCK_CARDS:
        hy_sheet_cards(s, b);
        break;
    case HY_BLOCK_FIGURES:
        hy_sheet_figures(s, i);
        break;
    case HY_BLOCK_TABLE:
        hy_sheet_table(s, i);
        break;
    case HY_BLOCK_FACTS:
        hy_sheet_facts(s, b);
        break;
    }
}

/* Returns the number of pages. The contents stand where the first section ends. */
static int lay_out(struct hy_sheet *s)
{
    const struct hy_doc *d = s->doc;
    bool first = true;
    s->page = -1;
    hy_sheet_new_page(s);
    hy_sheet_title(s);
    for (size_t i = 0; i < d->count; i++) {
        if (first && i > 0 && d->block[i].kind == HY_BLOCK_SECTION) {
            hy_sheet_contents(s);
            first = false;
        }
        lay_block(s, i);
    }
    hy_sheet_end_page(s);
    return s->page + 1;
}

/* The pass that only learns the pages of anchors, and how many there are. */
static hy_status learn(const struct hy_doc *d, struct hy_canvas **plan, int *pages)
{
    struct hy_sheet s = {.doc = d};
    HY_ASSERT(d->title, "a report has a title");
    const hy_status status = hy_plan_open(plan);
    if (status)
        return status;
    s.canvas = *plan;
    *pages = lay_out(&s);
    return HY_OK;
}

hy_status hy_render_plan(const struct hy_doc *d, struct hy_canvas **plan)
{
    struct hy_canvas *before = NULL;
    struct hy_sheet s = {.doc = d};
    *plan = NULL;
    hy_status status = learn(d, &before, &s.pages);
    if (status)
        return status;
    status = hy_plan_open(plan);
    if (status == HY_OK) {
        s.canvas = *plan;
        s.plan = before;
        lay_out(&s);
    }
    hy_plan_close(before);
    return status;
}

hy_status hy_render_pdf(const struct hy_doc *d, const char *path)
{
    const struct hy_pdf_info info = {d->title, d->subject ? d->subject : "", hy_say_language()};
    struct hy_canvas *before = NULL;
    struct hy_sheet s = {.doc = d, .pdf = true};
    hy_status status = learn(d, &before, &s.pages);
    if (status)
        return status;
    status = hy_pdf_open(&s.canvas, &info);
    if (status == HY_OK) {
        s.plan = before;
        lay_out(&s);
        const int left_out = hy_canvas_left_out(s.canvas);
        if (left_out > 0)
            hy_warn_once("%d shapes of the report had no finite place and were left out; please report this", left_out);
        status = hy_pdf_finish(s.canvas, path);
    }
    hy_plan_close(before);
    return status;
}
