/* Text each variant writes for the study's prompts, before and after training. */
#include <string.h>

#include "report/pages/pages.h"

#define LINE_END "\xE2\x86\xB5" /* an arrow that turns back */

/* Line ends as a visible mark: a sample is shown as one flowing line. */
static const char *one_line(struct hy_doc *d, const char *text)
{
    char *out = hy_doc_alloc(d, strlen(text) * sizeof LINE_END + 1), *to = out;
    for (; *text; text++) {
        if (*text == '\n')
            to = stpcpy(to, LINE_END);
        else if (*text != '\r')
            *to++ = *text;
    }
    return out;
}

static void sample(struct hy_doc *d, const struct hy_report *r, size_t row)
{
    const struct hy_csv *t = &r->data.table[HY_TABLE_SAMPLES];
    const char *name = hy_csv_text_of(t, row, "variant");
    const struct hy_variant *v = hy_run_data_find(&r->data, name);
    const struct hy_row_look look = v ? hy_variant_row(v) : (struct hy_row_look){0};
    const struct hy_cell cells[] = {v ? hy_variant_cell(d, r, v) : hy_cell_text(name),
                                    hy_cell_greyed(hy_cell_text(one_line(d, hy_csv_text_of(t, row, "before")))),
                                    hy_cell_text(one_line(d, hy_csv_text_of(t, row, "after")))};
    hy_doc_row(d, cells, &look);
}

/* A table for each prompt, in the order in which they come. */
static void prompt(struct hy_doc *d, const struct hy_report *r, size_t first, size_t number)
{
    const struct hy_column columns[] = {
        {_("Variant"), 104, HY_LEFT}, {_("Before training"), 130, HY_LEFT}, {_("After training"), 0, HY_LEFT}};
    const struct hy_csv *t = &r->data.table[HY_TABLE_SAMPLES];
    const char *text = hy_csv_text_of(t, first, "prompt");
    hy_doc_heading(d, hy_doc_format(d, "samples-%zu", number),
                   hy_doc_format(d, _("Prompt \xE2\x80\x9C%s\xE2\x80\x9D"), one_line(d, text)));
    hy_doc_table(d, NULL, columns, sizeof columns / sizeof *columns);
    for (size_t i = first; i < t->rows; i++)
        if (strcmp(hy_csv_text_of(t, i, "prompt"), text) == 0)
            sample(d, r, i);
}

static bool seen_before(const struct hy_csv *t, size_t row)
{
    for (size_t i = 0; i < row; i++)
        if (strcmp(hy_csv_text_of(t, i, "prompt"), hy_csv_text_of(t, row, "prompt")) == 0)
            return true;
    return false;
}

void hy_page_samples(struct hy_doc *d, const struct hy_report *r)
{
    const struct hy_csv *t = &r->data.table[HY_TABLE_SAMPLES];
    size_t prompts = 0;
    hy_doc_section(d, "samples", _("Text samples"), false);
    if (!hy_page_has(d, r, HY_TABLE_SAMPLES))
        return;
    for (size_t i = 0; i < t->rows; i++)
        if (!seen_before(t, i))
            prompt(d, r, i, ++prompts);
    hy_doc_paragraph(d, HY_CAPTION,
                     _("Sampled with the temperature and top-k of the run's configuration. \xE2\x86\xB5 marks a line "
                       "end, \xEF\xBF\xBD a byte that is no character. Long samples are cut in print; samples.csv has "
                       "all of them. A sample is an illustration, not a measurement."));
}
