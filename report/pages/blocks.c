/* One block against another: two hybrids side by side, why one is slower, and what each design costs by itself. */
#include "report/pages/blocks.h"

#include <string.h>

#include "report/findings/step_ops.h"

static bool is_hybrid(const struct hy_report *r, const struct hy_variant *v)
{
    const long row = hy_run_data_configured(&r->data, v->name);
    return row >= 0 && strcmp(hy_csv_text_of(&r->data.table[HY_TABLE_VARIANTS], (size_t)row, "arch"), "hybrid") == 0;
}

static bool profiled(const struct hy_report *r, const struct hy_variant *v)
{
    struct hy_step_ops s;
    hy_step_ops_make(&s, &r->data, v->name);
    const bool has = s.count > 0;
    hy_step_ops_fini(&s);
    return has;
}

/* The group's first hybrid, one with a profile if there is any: the one that the study's own questions start from. */
static const struct hy_variant *hybrid_of(const struct hy_report *r, size_t group)
{
    for (int bare = 0; bare < 2; bare++)
        for (size_t i = 0; i < r->data.variants; i++) {
            const struct hy_variant *v = &r->data.variant[i];
            if (v->group == group && is_hybrid(r, v) && (bare || profiled(r, v)))
                return v;
        }
    return NULL;
}

static void two_blocks(struct hy_doc *d, const struct hy_report *r, const struct hy_variant *const v[2], size_t number)
{
    hy_doc_heading(d, hy_doc_format(d, "blocks-pair-%zu", number),
                   hy_doc_format(d, _("%s against %s"), v[1]->name, v[0]->name));
    hy_blocks_table(d, r, v, number);
    hy_blocks_difference(d, r, v, number);
}

void hy_page_blocks(struct hy_doc *d, const struct hy_report *r)
{
    const struct hy_variant *v[2] = {r->data.groups > 0 ? hybrid_of(r, 0) : NULL, NULL};
    size_t shown = 0;
    hy_doc_section(d, "blocks", _("One block against another"), false);
    hy_page_findings(d, r, HY_FINDING_BLOCKS);
    for (size_t group = 1; v[0] && group < r->data.groups; group++) {
        v[1] = hybrid_of(r, group);
        if (v[1])
            two_blocks(d, r, v, ++shown);
    }
    if (shown == 0)
        hy_page_missing(d, _("The run has no hybrids of different blocks to set side by side."));
    hy_doc_heading(d, "pairs", _("What one design costs against the other"));
    if (r->data.have[HY_TABLE_PAIRS])
        hy_blocks_pairs(d, r);
    else
        hy_page_missing(d, _("pairs.csv is not there: what the designs cost by themselves was not measured."));
}
