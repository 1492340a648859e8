#include "report/table/cell.h"

#include <string.h>

#include "report/pdf/memory.h"
#include "report/table/number.h"

const char *hy_cell_or_dash(const char *text)
{
    return text && *text ? text : HY_DASH;
}

const char *hy_cell_fixed(struct hy_sheet *s, double value, int decimals)
{
    struct hy_number n;
    return hy_pdf_format(s->pdf, "%s", hy_show_fixed(&n, value, decimals));
}

const char *hy_cell_ppl(struct hy_sheet *s, double value)
{
    struct hy_number n;
    return hy_pdf_format(s->pdf, "%s", hy_show_ppl(&n, value));
}

const char *hy_cell_two_lines(struct hy_sheet *s, const char *name)
{
    const char *dash = strchr(name, '-');
    return dash ? hy_pdf_format(s->pdf, "%.*s-\n%s", (int)(dash - name), name, dash + 1) : name;
}
