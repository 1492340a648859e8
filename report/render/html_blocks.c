/* Everything of a page but its frame and its tables. */
#include <stdlib.h>
#include <string.h>

#include "report/render/drawing.h"
#include "report/render/html_page.h"
#include "report/render/html_text.h"

static void put_element(FILE *out, const char *tag, const char *class, const char *text)
{
    if (!text || !*text)
        return;
    fprintf(out, "<%s class=\"%s\">", tag, class);
    hy_html_lines(out, text);
    fprintf(out, "</%s>\n", tag);
}

void hy_html_id(struct hy_html *h, const char *anchor)
{
    if (anchor)
        fprintf(h->out, " id=\"%s\"", anchor);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool hy_html_link(struct hy_html *h, const char *anchor)
{
    const struct hy_doc *d = h->doc;
    if (!anchor || !bsearch(&anchor, d->anchor, d->anchors, sizeof *d->anchor, by_name))
        return false;
    fprintf(h->out, "<a href=\"#%s\">", anchor);
    return true;
}

void hy_html_heading(struct hy_html *h, const struct hy_block *b)
{
    fputs("<h3", h->out);
    hy_html_id(h, b->name);
    fputc('>', h->out);
    hy_html_text(h->out, b->text);
    fputs("</h3>\n", h->out);
    h->heading = b->text;
}

void hy_html_paragraph(struct hy_html *h, const struct hy_block *b)
{
    static const char *const class[] = {[HY_LEAD] = "lead",       [HY_BODY] = "body",       [HY_CAPTION] = "caption",
                                        [HY_MISSING] = "missing", [HY_WARNING] = "warning", [HY_CODE] = "code"};
    if (b->paragraph == HY_CODE) {
        fputs("<pre class=\"scroll\"><code>", h->out);
        hy_html_text(h->out, b->text);
        fputs("</code></pre>\n", h->out);
        return;
    }
    put_element(h->out, "p", class[b->paragraph], b -> text);
}

void hy_html_cards(struct hy_html *h, const struct hy_block *b)
{
    fputs("<ul class=\"cards\">\n", h->out);
    for (size_t i = 0; i < b->count; i++) {
        const struct hy_card *card = &b->card[i];
        fputs("<li>", h->out);
        put_element(h->out, "p", "label", card->label);
        fputs("<p class=\"value\">", h->out);
        const bool linked = hy_html_link(h, card->link);
        hy_html_lines(h->out, card->value);
        fputs(linked ? "</a></p>\n" : "</p>\n", h->out);
        put_element(h->out, "p", "range", card->range);
        put_element(h->out, "p", "note", card->note);
        fputs("</li>\n", h->out);
    }
    fputs("</ul>\n", h->out);
}

void hy_html_facts(struct hy_html *h, const struct hy_block *b)
{
    fputs("<dl class=\"facts\">\n", h->out);
    for (size_t i = 0; i < b->count; i++) {
        fputs("<div><dt>", h->out);
        hy_html_lines(h->out, b->fact[i].label);
        fputs("</dt><dd>", h->out);
        hy_html_lines(h->out, b->fact[i].value);
        fputs("</dd></div>\n", h->out);
    }
    fputs("</dl>\n", h->out);
}

/* Title, drawing and caption are there in each, be they empty: figures side by side line up by them (html/page.css). */
static hy_status put_figure(struct hy_html *h, const struct hy_figure *f, float width)
{
    char *svg;
    const hy_status status = hy_drawing_svg(f, width, 0, &svg);
    if (status != HY_OK)
        return status;
    fputs("<figure", h->out);
    hy_html_id(h, f->name);
    fprintf(h->out, " style=\"--w: %d\"><p class=\"title\">", (int)width);
    hy_html_lines(h->out, f->title);
    fprintf(h->out, "</p>\n<div class=\"scroll drawing\">%s</div>\n<figcaption>", svg);
    hy_html_lines(h->out, f->caption);
    fputs("</figcaption></figure>\n", h->out);
    free(svg);
    return HY_OK;
}

hy_status hy_html_figures(struct hy_html *h, const struct hy_block *b)
{
    hy_status status = HY_OK;
    fprintf(h->out, "<div class=\"figures n%zu\">\n", b->count);
    for (size_t i = 0; status == HY_OK && i < b->count; i++)
        status = put_figure(h, &b->figure[i], hy_drawing_width(b->count));
    fputs("</div>\n", h->out);
    return status;
}
