/* env.json in full: what the run says about its machine and its making. */
#include <stdlib.h>
#include <string.h>

#include "report/pages/pages.h"

static const char *as_text(struct hy_sheet *s, json_t *value)
{
    if (json_is_string(value))
        return hy_pdf_format(s->pdf, "%s", json_string_value(value));
    char *dumped = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(6));
    const char *text = hy_pdf_format(s->pdf, "%s", dumped ? dumped : "");
    free(dumped);
    return text;
}

static void line(struct hy_sheet *s, const char *path, const char *text)
{
    struct hy_text_style key = hy_style(HY_SANS, 7.4f, hy_grey(), HY_LEFT);
    struct hy_text_style value = hy_style(HY_MONO, 7, hy_ink(), HY_LEFT);
    const float left = HY_LEFT_EDGE + 150, width = HY_TEXT_WIDTH - 150;
    float height = hy_sheet_wrapped(s, 0, 0, width, &value, 9.6f, hy_cell_or_dash(text), false);
    float y = hy_sheet_take(s, height + 2.2f);
    hy_pdf_text(s->pdf, HY_LEFT_EDGE, y + 7.2f, &key, hy_pdf_fit(s->pdf, &key, path, 144));
    hy_sheet_wrapped(s, left, y, width, &value, 9.6f, hy_cell_or_dash(text), true);
}

static void list_values(struct hy_sheet *s, const char *path, json_t *object)
{
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        const char *here = hy_pdf_format(s->pdf, "%s%s%s", path, *path ? "." : "", key);
        if (json_is_object(value) && json_object_size(value) > 0)
            list_values(s, here, value);
        else
            line(s, here, as_text(s, value));
    }
}

void hy_page_environment(struct hy_sheet *s, const struct hy_report *r)
{
    hy_sheet_section(s, "Environment", 150);
    if (r->data.env)
        list_values(s, "", r->data.env);
    else
        hy_sheet_paragraph(s, HY_MISSING, hy_pdf_format(s->pdf, HY_DASH " %s.", r->data.env_why));
    hy_sheet_space(s, 8);
    hy_sheet_paragraph(s, HY_CAPTION,
                       "All of env.json. config.yaml beside it re-runs the run; `hymbench report` rebuilds this "
                       "document from the folder's files.");
}
