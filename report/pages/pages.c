#include "report/pages/pages.h"

bool hy_page_has(struct hy_sheet *s, const struct hy_report *r, enum hy_table_id id)
{
    if (r->data.have[id])
        return true;
    hy_sheet_paragraph(s, HY_MISSING, hy_pdf_format(s->pdf, HY_DASH " %s.", r->data.why[id]));
    return false;
}
