/* Lying bars made of parts, with one legend for all below them. */
#include <math.h>

#include "report/charts/chart.h"
#include "report/pdf/sheet.h"
#include "report/table/number.h"

enum { ROW = 22, LEGEND_ROW = 12, LEGEND_COLUMNS = 4 };

float hy_chart_stacks_height(int count, int part_count)
{
    int rows = (part_count + LEGEND_COLUMNS - 1) / LEGEND_COLUMNS;
    return (float)(ROW * count + LEGEND_ROW * rows) + 42;
}

static void legend(struct hy_pdf *pdf, float x, float y, float width, const struct hy_stack_part *parts, int count)
{
    struct hy_text_style style = hy_style(HY_SANS, 7.4f, hy_ink(), HY_LEFT);
    float column = width / LEGEND_COLUMNS;
    for (int i = 0; i < count; i++) {
        int row = i / LEGEND_COLUMNS;
        float left = x + column * (float)(i % LEGEND_COLUMNS), top = y + (float)LEGEND_ROW * (float)row;
        hy_pdf_rectangle(pdf, left, top, 7, 7, &parts[i].color, NULL);
        hy_pdf_text(pdf, left + 11, top + 6.6f, &style, hy_pdf_fit(pdf, &style, parts[i].name, column - 14));
    }
}

/* True where a label inside has to be light. An outline lies within its part: neighbours keep their colours. */
static bool draw_part(struct hy_pdf *pdf, struct hy_box part, struct hy_color color, bool hollow)
{
    enum { EDGE = 1 };
    const struct hy_pen outline = {color, EDGE, 0, 0};
    if (!hollow || part.width <= 2 * EDGE) {
        hy_pdf_rectangle(pdf, part.x, part.y, part.width, part.height, &color, NULL);
        return hy_color_is_dark(color);
    }
    hy_pdf_rectangle(pdf, part.x + EDGE / 2.0f, part.y + EDGE / 2.0f, part.width - EDGE, part.height - EDGE, NULL,
                     &outline);
    return false;
}

void hy_chart_stacks(struct hy_pdf *pdf, struct hy_box box, const char *const *names, int count, const bool *hollow,
                     const struct hy_stack_part *parts, int part_count, const double *values, const char *label)
{
    struct hy_text_style name = hy_style(HY_SANS, 8, hy_ink(), HY_RIGHT);
    struct hy_text_style total = hy_style(HY_BOLD, 8, hy_ink(), HY_LEFT);
    struct hy_plot p = {.pdf = pdf};
    struct hy_number shown;
    double most = 0;
    float width = 0;
    for (int i = 0; i < count; i++) {
        double sum = 0;
        for (int k = 0; k < part_count; k++)
            if (values[i * part_count + k] > 0)
                sum += values[i * part_count + k];
        most = fmax(most, sum);
        width = fmaxf(width, hy_pdf_text_width(pdf, &name, names[i]));
    }
    hy_axis_fit(&p.x, 0, most, false, 6, true);
    p.x.label = label;
    p.inside = (struct hy_box){box.x + width + 8, box.y + 2, box.width - width - 8 - 44, (float)(ROW * count)};
    hy_plot_frame(&p, true, false);
    for (int i = 0; i < count; i++) {
        float y = p.inside.y + (float)(ROW * i) + 4, height = ROW - 8, x = p.inside.x;
        double sum = 0;
        hy_pdf_text(pdf, p.inside.x - 6, y + height / 2 + 2.9f, &name, names[i]);
        for (int k = 0; k < part_count; k++) {
            double value = values[i * part_count + k];
            if (!isfinite(value) || value <= 0)
                continue;
            sum += value;
            float next = hy_plot_x(&p, sum), part = next - x;
            const bool dark = draw_part(pdf, (struct hy_box){x, y, part, height}, parts[k].color, hollow && hollow[i]);
            struct hy_text_style inside = hy_style(HY_SANS, 6.6f, dark ? hy_rgb(0xffffff) : hy_ink(), HY_CENTER);
            const char *text = hy_show_short(&shown, value);
            if (hy_pdf_text_width(pdf, &inside, text) + 5 < part)
                hy_pdf_text(pdf, x + part / 2, y + height / 2 + 2.4f, &inside, text);
            x = next;
        }
        hy_pdf_text(pdf, x + 5, y + height / 2 + 2.9f, &total, hy_show_short(&shown, sum > 0 ? sum : (double)NAN));
    }
    legend(pdf, p.inside.x, p.inside.y + p.inside.height + 34, p.inside.width + 44, parts, part_count);
}
