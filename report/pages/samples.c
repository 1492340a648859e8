/* Text each variant writes for the study's prompts, before and after training. */
#include <string.h>

#include "report/pages/pages.h"

/* Line ends as a visible mark: a sample is shown as one flowing line. */
static const char *one_line(struct hy_sheet *s, const char *text)
{
    char *out = hy_pdf_alloc(s->pdf, strlen(text) * 4 + 1), *to = out;
    for (; *text; text++) {
        if (*text == '\n') {
            to = stpcpy(to, "\xE2\x86\xB5"); /* a line-end arrow */
        } else if (*text != '\r') {
            *to++ = *text;
        }
    }
    return out;
}

static void sample(struct hy_sheet *s, const struct hy_report *r, size_t row)
{
    const struct hy_csv *t = &r->data.table[HY_TABLE_SAMPLES];
    const struct hy_variant *v = hy_run_data_find(&r->data, hy_csv_text_of(t, row, "variant"));
    struct hy_text_style name = hy_style(HY_BOLD, 7.6f, hy_ink(), HY_LEFT);
    struct hy_text_style before = hy_style(HY_MONO, 6.8f, hy_grey(), HY_LEFT),
                         after = hy_style(HY_MONO, 6.8f, hy_ink(), HY_LEFT);
    const float left = HY_LEFT_EDGE + 104, column = (HY_TEXT_WIDTH - 104 - 14) / 2;
    const char *first = hy_cell_or_dash(one_line(s, hy_csv_text_of(t, row, "before")));
    const char *second = hy_cell_or_dash(one_line(s, hy_csv_text_of(t, row, "after")));
    float a = hy_sheet_wrapped(s, 0, 0, column, &before, 9.4f, first, false);
    float b = hy_sheet_wrapped(s, 0, 0, column, &after, 9.4f, second, false);
    float y = hy_sheet_take(s, (a > b ? a : b) + 7);
    if (v)
        hy_look_area(s->pdf, HY_LEFT_EDGE, y + 1, 6.5f, 6.5f, v->color, v->group, 1.1f);
    hy_pdf_text(s->pdf, HY_LEFT_EDGE + 11, y + 7.4f, &name,
                hy_pdf_fit(s->pdf, &name, hy_csv_text_of(t, row, "variant"), 92));
    hy_sheet_wrapped(s, left, y, column, &before, 9.4f, first, true);
    hy_sheet_wrapped(s, left + column + 14, y, column, &after, 9.4f, second, true);
}

void hy_page_samples(struct hy_sheet *s, const struct hy_report *r)
{
    const struct hy_csv *t = &r->data.table[HY_TABLE_SAMPLES];
    struct hy_text_style head = hy_style(HY_BOLD, 7.6f, hy_grey(), HY_LEFT);
    const float column = (HY_TEXT_WIDTH - 104 - 14) / 2;
    hy_sheet_section(s, "Text samples", 200);
    if (!hy_page_has(s, r, HY_TABLE_SAMPLES))
        return;
    int prompt = hy_csv_column(t, "prompt");
    for (size_t i = 0; i < t->rows; i++) {
        bool seen = false;
        for (size_t k = 0; k < i; k++)
            seen |= strcmp(hy_csv_text(t, k, prompt), hy_csv_text(t, i, prompt)) == 0;
        if (seen)
            continue;
        hy_sheet_heading(
            s, hy_pdf_format(s->pdf, "Prompt \xE2\x80\x9C%s\xE2\x80\x9D", one_line(s, hy_csv_text(t, i, prompt))), 60);
        hy_pdf_text(s->pdf, HY_LEFT_EDGE + 104, s->y + 7, &head, "before training");
        hy_pdf_text(s->pdf, HY_LEFT_EDGE + 104 + column + 14, s->y + 7, &head, "after training");
        s->y += 12;
        for (size_t k = i; k < t->rows; k++)
            if (strcmp(hy_csv_text(t, k, prompt), hy_csv_text(t, i, prompt)) == 0)
                sample(s, r, k);
        hy_sheet_space(s, 6);
    }
    hy_sheet_paragraph(s, HY_CAPTION,
                       "Sampled with the temperature and top-k of the run's configuration; \xE2\x86\xB5 marks a line "
                       "end, \xEF\xBF\xBD a byte that is no character. A "
                       "sample is an illustration, not a measurement.");
}
