#include "report/pages/pages.h"

#include <math.h>
#include <stdlib.h>

#include "kernels/base/file.h"

/* ---- the whole ---------------------------------------------------------------------------------------- */
hy_status hy_report_load(struct hy_report *r, const char *dir)
{
    *r = (struct hy_report){0};
    hy_status status = hy_run_data_load(&r->data, dir);
    if (status != HY_OK)
        return status;
    hy_audit_make(&r->audit, &r->data);
    hy_effects_make(&r->effects, &r->data, &r->audit);
    hy_findings_make(&r->findings, &r->data, &r->audit, &r->effects);
    hy_limits_make(&r->limits, &r->data, &r->audit, &r->effects, &r->findings.extent);
    r->stability = calloc(r->data.variants, sizeof *r->stability);
    HY_ASSERT(r->stability, "out of memory for the training statistics");
    for (size_t i = 0; i < r->data.variants; i++)
        hy_stability_make(&r->stability[i], &r->data, r->data.variant[i].name);
    if (isfinite(r->data.unigram))
        r->reference[r->references++] = (struct hy_mark){"unigram", r->data.unigram};
    if (isfinite(r->data.bigram))
        r->reference[r->references++] = (struct hy_mark){"bigram", r->data.bigram};
    return HY_OK;
}

void hy_report_fini(struct hy_report *r)
{
    for (size_t i = 0; r->stability && i < r->data.variants; i++)
        hy_stability_fini(&r->stability[i]);
    free(r->stability);
    hy_limits_fini(&r->limits);
    hy_findings_fini(&r->findings);
    hy_effects_fini(&r->effects);
    hy_audit_fini(&r->audit);
    hy_run_data_fini(&r->data);
    *r = (struct hy_report){0};
}

void hy_report_write(struct hy_doc *d, const struct hy_report *r)
{
    const char *run = *r->data.run ? r->data.run : _("run without a name");
    const char *corpus = *r->data.corpus ? r->data.corpus : _("corpus without a name");
    d->title = _("Ablation study of hybrid-head language models");
    d->subtitle = hy_doc_format(d, _("Run %s on %s"), run, corpus);
    d->subject = _("Hymba-style language models with attention and Mamba heads side by side");
    d->footer = hy_doc_format(d, "%s  \xC2\xB7  %s", run, corpus);
#define HY_PAGE(name) hy_page_##name(d, r);
#include "report/pages/pages.inc"
#undef HY_PAGE
}

/* ---- sentences --------------------------------------------------------------------------------------------- */
const char *hy_page_sentences(struct hy_doc *d, const char *const *sentence, size_t count)
{
    const char *text = "";
    for (size_t i = 0; i < count; i++)
        if (sentence[i] && *sentence[i])
            text = *text ? hy_doc_format(d, "%s %s", text, sentence[i]) : sentence[i];
    return text;
}

void hy_page_missing(struct hy_doc *d, const char *sentence)
{
    hy_doc_paragraph(d, HY_MISSING, sentence);
}

bool hy_page_has(struct hy_doc *d, const struct hy_report *r, enum hy_table_id id)
{
    const char *file = hy_table_spec(id)->file;
    if (r->data.have[id])
        return true;
    char *path = hy_table_path(id, r->data.dir);
    hy_page_missing(d, hy_doc_format(d,
                                     hy_file_exists(path) ? _("%s has no rows, so there is nothing to show here.")
                                                          : _("%s is missing from the run folder, so there is nothing "
                                                              "to show here."),
                                     file));
    free(path);
    return false;
}

void hy_page_findings(struct hy_doc *d, const struct hy_report *r, enum hy_finding_page page)
{
    for (size_t i = 0; i < r->findings.count; i++) {
        const struct hy_finding *f = &r->findings.item[i];
        if (f->page != page)
            continue;
        hy_doc_paragraph(d, HY_BODY, f->text);
        if (*f->caveat && !f->key)
            hy_doc_paragraph(d, HY_CAPTION, f->caveat);
    }
}

const char *hy_page_swept(const struct hy_run_data *data)
{
    return data->variants > 0 ? hy_csv_text_of(&data->table[HY_TABLE_RESULTS], 0, "Sweep") : "";
}
