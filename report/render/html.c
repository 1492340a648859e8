/* A document as one page that needs nothing beside it. It is well-formed XML too, but for what stands in <style> and
 * <script>. */
#include <stdlib.h>

#include "kernels/base/file.h"
#include "report/doc/say.h"
#include "report/render/html_colors.h"
#include "report/render/html_page.h"
#include "report/render/html_text.h"
#include "report/render/render.h"

/* What every page has stands in the program, byte for byte. */
__asm__(".pushsection .rodata\n"
        "hy_report_page_css: .incbin \"report/render/html/page.css\"\n"
        "hy_report_page_css_end:\n"
        "hy_report_page_js: .incbin \"report/render/html/page.js\"\n"
        "hy_report_page_js_end:\n"
        ".popsection\n");
extern const char hy_report_page_css[], hy_report_page_css_end[];
extern const char hy_report_page_js[], hy_report_page_js_end[];

static void put_file(FILE *out, const char *from, const char *to)
{
    fwrite(from, 1, (size_t)(to - from), out);
}

static void put_text_in(FILE *out, const char *before, const char *text, const char *after)
{
    fputs(before, out);
    hy_html_text(out, text);
    fputs(after, out);
}

static void put_head(FILE *out, const struct hy_doc *d, const char *body)
{
    put_text_in(out, "<!DOCTYPE html>\n<html lang=\"", hy_say_language(), "\">\n<head>\n<meta charset=\"utf-8\"/>\n");
    fputs("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
          "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
          "script-src 'unsafe-inline'; img-src data:\"/>\n"
          "<meta name=\"generator\" content=\"hymbench\"/>\n",
          out);
    put_text_in(out, "<meta name=\"description\" content=\"", d->subject, "\"/>\n");
    put_text_in(out, "<title>", d->title, "</title>\n<link rel=\"icon\" href=\"data:,\"/>\n<style>\n");
    put_file(out, hy_report_page_css, hy_report_page_css_end);
    hy_html_colors(out, body);
    fputs("</style>\n<script>\n", out);
    put_file(out, hy_report_page_js, hy_report_page_js_end);
    fputs("</script>\n</head>\n", out);
}

static void put_navigation(struct hy_html *h)
{
    const struct hy_doc *d = h->doc;
    put_text_in(h->out, "<nav aria-label=\"", _("Contents"), "\">\n<ol>\n");
    for (size_t i = 0; i < d->count; i++) {
        const struct hy_block *b = &d->block[i];
        if (b->kind != HY_BLOCK_SECTION)
            continue;
        fputs("<li>", h->out);
        hy_html_link(h, b->name);
        put_text_in(h->out, "", b->text, "</a></li>\n");
    }
    put_text_in(h->out, "</ol>\n<button type=\"button\" class=\"theme\" aria-pressed=\"false\">", _("Dark"),
                "</button>\n</nav>\n");
}

static void begin_section(struct hy_html *h, const struct hy_block *b, bool first)
{
    fprintf(h->out, "%s<section%s", first ? "" : "</section>\n", b->new_page ? " class=\"new\"" : "");
    hy_html_id(h, b->name);
    put_text_in(h->out, ">\n<h2>", b->text, "</h2>\n");
    h->heading = b->text;
}

static hy_status put_block(struct hy_html *h, const struct hy_block *b)
{
    switch (b->kind) {
    case HY_BLOCK_SECTION:
        break; /* put_body */
    case HY_BLOCK_HEADING:
        hy_html_heading(h, b);
        break;
    case HY_BLOCK_PARAGRAPH:
        hy_html_paragraph(h, b);
        break;
    case HY_BLOCK_CARDS:
        hy_html_cards(h, b);
        break;
    case HY_BLOCK_FACTS:
        hy_html_facts(h, b);
        break;
    case HY_BLOCK_FIGURES:
        return hy_html_figures(h, b);
    case HY_BLOCK_TABLE:
        return hy_html_table(h, b);
    }
    return HY_OK;
}

static hy_status put_body(struct hy_html *h)
{
    const struct hy_doc *d = h->doc;
    hy_status status = HY_OK;
    put_text_in(h->out, "<body>\n<a class=\"skip\" href=\"#the_text\">", _("Skip to the text"), "</a>\n");
    put_navigation(h);
    put_text_in(h->out, "<div class=\"page\">\n<main id=\"the_text\" tabindex=\"-1\">\n<header>\n<h1>", d->title,
                "</h1>\n");
    if (d->subtitle && *d->subtitle)
        put_text_in(h->out, "<p class=\"subtitle\">", d->subtitle, "</p>\n");
    fputs("</header>\n", h->out);
    for (size_t i = 0; status == HY_OK && i < d->count; i++) {
        if (d->block[i].kind == HY_BLOCK_SECTION)
            begin_section(h, &d->block[i], i == 0);
        status = put_block(h, &d->block[i]);
    }
    put_text_in(h->out, d->count ? "</section>\n</main>\n<footer><p>" : "</main>\n<footer><p>", d->footer,
                "</p></footer>\n</div>\n</body>\n</html>\n");
    return status;
}

/* malloc'd; on failure NULL. */
static hy_status body_of(const struct hy_doc *d, char **body)
{
    size_t bytes = 0;
    struct hy_html h = {.doc = d, .out = open_memstream(body, &bytes)};
    HY_ASSERT(h.out, "out of memory for a page");
    const hy_status status = put_body(&h);
    const bool whole = fclose(h.out) == 0;
    HY_ASSERT(whole && *body, "out of memory for a page");
    hy_swatches_fini(&h.swatches);
    if (status != HY_OK) {
        free(*body);
        *body = NULL;
    }
    return status;
}

hy_status hy_render_html(const struct hy_doc *d, const char *path)
{
    struct hy_new_file file;
    char *body;
    hy_status status = body_of(d, &body);
    if (status == HY_OK)
        status = hy_new_file_open(&file, path);
    if (status == HY_OK) {
        put_head(file.stream, d, body);
        fputs(body, file.stream);
        status = hy_new_file_commit(&file);
    }
    free(body);
    return status;
}
