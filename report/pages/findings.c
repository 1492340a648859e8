/* Findings: each sentence with its caveat right below it. */
#include "report/pages/pages.h"

void hy_page_findings(struct hy_sheet *s, const struct hy_report *r)
{
    struct hy_text_style title = hy_style(HY_BOLD, 9, hy_ink(), HY_LEFT);
    struct hy_text_style body = hy_style(HY_SANS, 9, hy_ink(), HY_LEFT);
    struct hy_text_style caveat = hy_style(HY_SANS, 8, hy_rgb(0x8a5a00), HY_LEFT);
    struct hy_color edge = hy_rgb(0xe6c27a);
    hy_sheet_section(s, "Findings", 200);
    for (size_t i = 0; i < r->findings.count; i++) {
        const struct hy_finding *f = &r->findings.item[i];
        float text = hy_sheet_wrapped(s, 0, 0, HY_TEXT_WIDTH, &body, 12.8f, f->text, false);
        float note = hy_sheet_wrapped(s, 0, 0, HY_TEXT_WIDTH - 12, &caveat, 11, f->caveat, false);
        float y = hy_sheet_take(s, 14 + text + note + 9);
        hy_pdf_text(s->pdf, HY_LEFT_EDGE, y + 9, &title, f->title);
        hy_sheet_wrapped(s, HY_LEFT_EDGE, y + 14, HY_TEXT_WIDTH, &body, 12.8f, f->text, true);
        if (note > 0)
            hy_pdf_rectangle(s->pdf, HY_LEFT_EDGE + 1, y + 15 + text, 2, note, &edge, NULL);
        hy_sheet_wrapped(s, HY_LEFT_EDGE + 12, y + 14 + text, HY_TEXT_WIDTH - 12, &caveat, 11, f->caveat, true);
    }
    hy_sheet_paragraph(s, HY_CAPTION,
                       "Percentages are changes of the best validation perplexity: plus is worse. The indented "
                       "lines say what stands against reading more into a number.");
}
