/* The confounding audit: does an ablation change only what it says? */
#include <math.h>

#include "report/pages/pages.h"

static const char *verdict(struct hy_sheet *s, const struct hy_audit_pair *p)
{
    struct hy_number n;
    if (!p->claimed_differs && *p->claims)
        return hy_pdf_format(s->pdf, "Warning: %s does not differ at all.", p->claims);
    if (p->beyond > 0)
        return hy_pdf_format(s->pdf, "Warning: %zu further field%s differ%s (%s)%s.", p->beyond,
                             p->beyond > 1 ? "s" : "", p->beyond > 1 ? "" : "s", p->beyond_names,
                             fabs(p->params_percent) > 5 ? hy_pdf_format(s->pdf, ", and parameters by %s",
                                                                         hy_show_percent(&n, p->params_percent))
                                                         : "");
    if (fabs(p->params_percent) > 5)
        return hy_pdf_format(s->pdf, "Warning: parameters differ by %s.", hy_show_percent(&n, p->params_percent));
    return "Only the claimed field differs.";
}

void hy_page_audit(struct hy_sheet *s, const struct hy_report *r)
{
    struct hy_text_style title = hy_style(HY_BOLD, 8.6f, hy_ink(), HY_LEFT);
    struct hy_text_style right = hy_style(HY_SANS, 8, hy_grey(), HY_RIGHT);
    struct hy_text_style body = hy_style(HY_SANS, 8, hy_ink(), HY_LEFT);
    struct hy_color bad = hy_rgb(0xb35900), good = hy_rgb(0x2a7d3f);
    struct hy_number n;
    hy_sheet_section(s, "Confounding audit", 180);
    hy_sheet_paragraph(s, HY_BODY,
                       "For every pair of variants that the study sets against each other: the configuration fields "
                       "that really differ, read from variants.csv, against the one field the comparison claims to "
                       "isolate. More than that one, or more than 5\xC2\xA0% difference in parameters, is a warning.");
    if (!hy_page_has(s, r, HY_TABLE_VARIANTS))
        return;
    if (r->audit.count == 0)
        hy_sheet_paragraph(s, HY_MISSING, HY_DASH " no two variants of this run are set against each other.");
    for (size_t i = 0; i < r->audit.count; i++) {
        const struct hy_audit_pair *p = &r->audit.pair[i];
        struct hy_text_style mark = hy_style(HY_SANS, 8, p->confounded ? bad : good, HY_LEFT);
        const char *fields = p->fields ? p->differs : "no field differs";
        const char *says = verdict(s, p);
        float height = hy_sheet_wrapped(s, 0, 0, HY_TEXT_WIDTH - 12, &body, 11, fields, false) +
                       hy_sheet_wrapped(s, 0, 0, HY_TEXT_WIDTH - 12, &mark, 11, says, false);
        float y = hy_sheet_take(s, height + 21);
        hy_pdf_text(s->pdf, HY_LEFT_EDGE, y + 9, &title,
                    hy_pdf_format(s->pdf, "%s \xE2\x86\x92 %s", p->base, p->other));
        hy_pdf_text(s->pdf, HY_RIGHT_EDGE, y + 9, &right,
                    hy_pdf_format(s->pdf, "claims to isolate %s  \xC2\xB7  parameters %s",
                                  *p->claims ? p->claims : HY_DASH, hy_show_percent(&n, p->params_percent)));
        y += 13;
        y += hy_sheet_wrapped(s, HY_LEFT_EDGE + 12, y, HY_TEXT_WIDTH - 12, &body, 11, fields, true);
        hy_sheet_wrapped(s, HY_LEFT_EDGE + 12, y, HY_TEXT_WIDTH - 12, &mark, 11, says, true);
        hy_pdf_rectangle(s->pdf, HY_LEFT_EDGE + 1, y - height + 13, 2, height, p->confounded ? &bad : &good, NULL);
    }
}
