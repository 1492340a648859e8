#include "report/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "report/pages/pages.h"

static void footers(struct hy_sheet *s, const struct hy_report *r)
{
    struct hy_text_style left = hy_style(HY_SANS, 7, hy_grey(), HY_LEFT);
    struct hy_text_style right = hy_style(HY_SANS, 7, hy_grey(), HY_RIGHT);
    struct hy_pen rule = {hy_faint(), 0.5f, 0, 0};
    float line = HY_PAGE_HEIGHT - 40;
    int pages = hy_pdf_pages(s->pdf);
    for (int i = 0; i < pages; i++) {
        const char *name = *r->data.run ? r->data.run : "Ablation study";
        const char *text = hy_pdf_format(s->pdf, "%s%s%s", name, *r->data.corpus ? "  \xC2\xB7  " : "", r->data.corpus);
        hy_pdf_select_page(s->pdf, i);
        hy_pdf_line(s->pdf, HY_LEFT_EDGE, line, HY_RIGHT_EDGE, line, &rule);
        hy_pdf_text(s->pdf, HY_LEFT_EDGE, line + 12, &left, hy_pdf_fit(s->pdf, &left, text, HY_TEXT_WIDTH - 60));
        hy_pdf_text(s->pdf, HY_RIGHT_EDGE, line + 12, &right, hy_pdf_format(s->pdf, "%d / %d", i + 1, pages));
        if (i > 0)
            hy_pdf_link(s->pdf, HY_RIGHT_EDGE - 40, line + 2, 40, 14, 0); /* back to the contents */
    }
}

static void draw(struct hy_pdf *pdf, void *user)
{
    const struct hy_report *r = user;
    struct hy_sheet s = {.pdf = pdf};
    float contents = hy_page_title(&s, r);
#define HY_PAGE(name) hy_page_##name(&s, r);
#include "report/pages/pages.inc"
#undef HY_PAGE
    hy_page_contents(&s, contents);
    footers(&s, r);
    if (hy_pdf_left_out(pdf) > 0)
        hy_warn_once("%d shapes of the report had no finite place and were left out; please report this",
                     hy_pdf_left_out(pdf));
}

hy_status hy_report_build(const char *run_dir, const char *out_pdf)
{
    struct hy_report r = {0};
    hy_status status = hy_run_data_load(&r.data, run_dir);
    if (status != HY_OK)
        return status;
    for (int id = 0; id < HY_TABLE_COUNT; id++)
        if (r.data.table[id].torn_line > 0)
            hy_warn_once("%s:%zu: the last line was cut off while being written and is left out", r.data.table[id].name,
                         r.data.table[id].torn_line);
    hy_audit_make(&r.audit, &r.data);
    hy_effects_make(&r.effects, &r.data, &r.audit);
    hy_findings_make(&r.findings, &r.data, &r.audit, &r.effects);
    r.stability = calloc(r.data.variants, sizeof *r.stability);
    HY_ASSERT(r.stability, "out of memory for the training statistics");
    for (size_t i = 0; i < r.data.variants; i++)
        hy_stability_make(&r.stability[i], &r.data, r.data.variant[i].name);
    if (!isnan(r.data.unigram))
        r.reference[r.references++] = (struct hy_reference_line){"unigram", r.data.unigram};
    if (!isnan(r.data.bigram))
        r.reference[r.references++] = (struct hy_reference_line){"bigram", r.data.bigram};
    char *title = hy_format("Ablation study: %s", *r.data.run ? r.data.run : run_dir);
    struct hy_pdf_info info = {title, "Hymba-style hybrid-head language models"};
    status = hy_pdf_build(out_pdf, &info, draw, &r);
    free(title);
    for (size_t i = 0; i < r.data.variants; i++)
        hy_stability_fini(&r.stability[i]);
    free(r.stability);
    hy_findings_fini(&r.findings);
    hy_effects_fini(&r.effects);
    hy_audit_fini(&r.audit);
    hy_run_data_fini(&r.data);
    return status;
}
