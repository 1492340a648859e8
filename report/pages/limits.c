/* What the numbers of this run do not say. */
#include "report/pages/pages.h"

void hy_page_limits(struct hy_doc *d, const struct hy_report *r)
{
    static const struct {
        const char *anchor, *title;
    } groups[HY_LIMIT_GROUPS] = {
        [HY_LIMIT_COMPLETE] = {"limits-complete", N_("What is missing from this run")},
        [HY_LIMIT_QUALITY] = {"limits-quality", N_("What a difference of quality may come from")},
        [HY_LIMIT_SPEED] = {"limits-speed", N_("Where times and memory hold")},
    };
    struct hy_fact *facts = hy_doc_alloc(d, (r->limits.count + 1) * sizeof *facts);
    hy_doc_section(d, "limits", _("Limits"), true);
    for (int g = 0; g < HY_LIMIT_GROUPS; g++) {
        size_t n = 0;
        for (size_t i = 0; i < r->limits.count; i++)
            if ((int)r->limits.item[i].group == g)
                facts[n++] = (struct hy_fact){r->limits.item[i].name, r->limits.item[i].text};
        if (n == 0)
            continue;
        hy_doc_heading(d, groups[g].anchor, _(groups[g].title));
        hy_doc_facts(d, facts, n);
    }
}
