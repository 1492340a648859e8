/* Bars from zero: one per variant lying down, or in standing pairs. */
#include <math.h>
#include <stdlib.h>

#include "report/charts/chart.h"
#include "report/pdf/sheet.h"
#include "report/table/number.h"

enum { ROW = 21 };

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Where the axis ends: all bars, unless one lies far beyond the others (a run
 * that diverged must not flatten the rest), and the references that are near. */
static double cap_of(const double *values, int count, const struct hy_reference_line *references, int reference_count)
{
    double sound[64], top = 0;
    int n = 0;
    for (int i = 0; i < count && n < 64; i++)
        if (isfinite(values[i]) && values[i] >= 0)
            sound[n++] = values[i];
    if (n == 0)
        return 1;
    qsort(sound, (size_t)n, sizeof *sound, ascending);
    double most = 3 * sound[(n - 1) / 2];
    for (int i = 0; i < n; i++)
        if (sound[i] <= most)
            top = sound[i];
    double near = top * 2.2;
    for (int i = 0; i < reference_count; i++)
        if (isfinite(references[i].value) && references[i].value <= near && references[i].value > top)
            top = references[i].value;
    return top * 1.02;
}

static void draw_bar(struct hy_pdf *pdf, struct hy_box bar, const struct hy_chart_item *item)
{
    const struct hy_pen outline = {item->color, 1.3f, 0, 0};
    if (item->hollow)
        hy_pdf_rectangle(pdf, bar.x, bar.y, bar.width, bar.height, NULL, &outline);
    else
        hy_look_area(pdf, bar.x, bar.y, bar.width, bar.height, item->color, item->look, 1.3f);
}

/* A white zigzag near the end of a lying bar: it goes on beyond the axis. */
static void torn_edge(struct hy_pdf *pdf, struct hy_box bar)
{
    struct hy_pen white = {hy_rgb(0xffffff), 2.2f, 0, 0};
    struct hy_point points[5];
    for (int i = 0; i < 5; i++)
        points[i] = (struct hy_point){bar.x + bar.width - 12 + (i % 2 ? 4.0f : 0.0f),
                                      bar.y - 2 + (bar.height + 4) * (float)i / 4};
    hy_pdf_polyline(pdf, points, 5, &white);
}

float hy_chart_bars_height(int count, int reference_count)
{
    return (float)(ROW * count) + (reference_count ? 46 : 34);
}

static void vertical_references(const struct hy_plot *p, const struct hy_reference_line *references, int count)
{
    struct hy_pen ground = {hy_rgb(0xffffff), 1.6f, 0, 0}, dots = {hy_ink(), 0.8f, 2, 2};
    struct hy_box in = p->inside;
    struct hy_number n;
    struct hy_text_style style = hy_style(HY_SANS, 7.2f, hy_grey(), HY_CENTER);
    struct hy_text_style right = hy_style(HY_SANS, 7.2f, hy_grey(), HY_LEFT);
    for (int i = 0; i < count; i++) {
        if (!isfinite(references[i].value) || references[i].value > p->x.high)
            continue;
        float x = hy_plot_x(p, references[i].value);
        hy_pdf_line(p->pdf, x, in.y - 3, x, in.y + in.height, &ground);
        hy_pdf_line(p->pdf, x, in.y - 3, x, in.y + in.height, &dots);
        hy_pdf_text(p->pdf, x, in.y - 6, &style,
                    hy_pdf_format(p->pdf, "%s %s", references[i].name, hy_show_ppl(&n, references[i].value)));
    }
    const char *beyond = hy_references_beyond(p->pdf, references, count, p->x.high);
    if (*beyond)
        hy_pdf_text(p->pdf, in.x + in.width + 6, in.y - 6, &right, hy_pdf_format(p->pdf, "%s \xE2\x86\x92", beyond));
}

void hy_chart_bars(struct hy_pdf *pdf, struct hy_box box, const struct hy_chart_item *items, int count,
                   const struct hy_reference_line *references, int reference_count, const char *label)
{
    struct hy_text_style name = hy_style(HY_SANS, 8, hy_ink(), HY_RIGHT);
    struct hy_text_style value = hy_style(HY_SANS, 8, hy_ink(), HY_LEFT);
    struct hy_plot p = {.pdf = pdf};
    double *values = hy_pdf_alloc(pdf, sizeof *values * (size_t)count);
    float names = 0;
    struct hy_number n;
    for (int i = 0; i < count; i++) {
        values[i] = items[i].value;
        names = fmaxf(names, hy_pdf_text_width(pdf, &name, items[i].name));
    }
    hy_axis_fit(&p.x, 0, cap_of(values, count, references, reference_count), false, 6, true);
    p.x.label = label;
    p.inside = (struct hy_box){box.x + names + 8, box.y + (reference_count ? 14 : 4), box.width - names - 8 - 92,
                               (float)(ROW * count)};
    hy_plot_frame(&p, true, false);
    float *ends = hy_pdf_alloc(pdf, sizeof *ends * (size_t)count);
    for (int i = 0; i < count; i++) {
        struct hy_box bar = {p.inside.x, p.inside.y + (float)(ROW * i) + 4, 0, ROW - 8};
        float middle = bar.y + bar.height / 2 + 2.9f;
        hy_pdf_text(pdf, p.inside.x - 6, middle, &name, items[i].name);
        if (isfinite(items[i].value)) {
            bool beyond = items[i].value > p.x.high;
            bar.width = hy_plot_x(&p, beyond ? p.x.high : items[i].value) - bar.x;
            draw_bar(pdf, bar, &items[i]);
            if (beyond)
                torn_edge(pdf, bar);
        }
        ends[i] = bar.x + bar.width + 5;
    }
    vertical_references(&p, references, reference_count);
    for (int i = 0; i < count; i++) {
        /* a label needs a clean ground where a reference line passes */
        const char *shown = items[i].text ? items[i].text : hy_show_ppl(&n, items[i].value);
        const char *text =
            hy_pdf_format(pdf, "%s%s%s", shown, items[i].note ? "  " : "", items[i].note ? items[i].note : "");
        struct hy_color white = hy_rgb(0xffffff);
        float y = p.inside.y + (float)(ROW * i) + 4;
        hy_pdf_rectangle(pdf, ends[i] - 1, y, hy_pdf_text_width(pdf, &value, text) + 2, ROW - 8, &white, NULL);
        hy_pdf_text(pdf, ends[i], y + (ROW - 8) / 2.0f + 2.9f, &value, text);
    }
}

/* ---- pairs ---------------------------------------------------------------------- */

static void standing_bar(const struct hy_plot *p, float x, float width, const struct hy_chart_item *item)
{
    struct hy_number n;
    struct hy_text_style value = hy_style(HY_BOLD, 8, hy_ink(), HY_CENTER);
    struct hy_text_style name = hy_style(HY_SANS, 7.2f, hy_ink(), HY_CENTER);
    float floor_y = p->inside.y + p->inside.height, top = floor_y;
    if (!item->name)
        return;
    if (isfinite(item->value)) {
        top = hy_plot_y(p, fmin(item->value, p->y.high));
        draw_bar(p->pdf, (struct hy_box){x, top, width, floor_y - top}, item);
    }
    struct hy_color white = hy_rgb(0xffffff);
    const char *text = hy_show_ppl(&n, item->value);
    float half = hy_pdf_text_width(p->pdf, &value, text) / 2;
    hy_pdf_rectangle(p->pdf, x + width / 2 - half - 1, top - 13, 2 * half + 2, 10.5f, &white, NULL);
    hy_pdf_text(p->pdf, x + width / 2, top - 5, &value, text);
    hy_pdf_text(p->pdf, x + width / 2, floor_y + 10, &name, item->name);
}

void hy_chart_pairs(struct hy_pdf *pdf, struct hy_box box, const struct hy_pair *pairs, int count,
                    const struct hy_reference_line *references, int reference_count, const char *label)
{
    struct hy_text_style group = hy_style(HY_BOLD, 8.2f, hy_ink(), HY_CENTER);
    struct hy_text_style mark = hy_style(HY_SANS, 7.2f, hy_grey(), HY_LEFT);
    struct hy_pen dots = {hy_grey(), 0.8f, 2, 2};
    struct hy_plot p = {.pdf = pdf, .inside = {box.x + 44, box.y + 14, box.width - 44 - 70, box.height - 44}};
    double *values = hy_pdf_alloc(pdf, sizeof *values * (size_t)count * 2);
    struct hy_number n;
    for (int i = 0; i < count; i++) {
        values[2 * i] = pairs[i].left.name ? pairs[i].left.value : (double)NAN;
        values[2 * i + 1] = pairs[i].right.name ? pairs[i].right.value : (double)NAN;
    }
    hy_axis_fit(&p.y, 0, 1.06 * cap_of(values, 2 * count, references, reference_count), false, 5, true);
    p.y.label = label;
    hy_plot_frame(&p, false, true);
    for (int i = 0; i < reference_count; i++) {
        if (!isfinite(references[i].value) || references[i].value > p.y.high)
            continue;
        float y = hy_plot_y(&p, references[i].value);
        hy_pdf_line(pdf, p.inside.x, y, p.inside.x + p.inside.width + 3, y, &dots);
        hy_pdf_text(pdf, p.inside.x + p.inside.width + 6, y + 2.6f, &mark,
                    hy_pdf_format(pdf, "%s %s", references[i].name, hy_show_ppl(&n, references[i].value)));
    }
    const char *beyond = hy_references_beyond(pdf, references, reference_count, p.y.high);
    if (*beyond)
        hy_pdf_text(pdf, p.inside.x + p.inside.width + 6, p.inside.y - 2, &mark,
                    hy_pdf_format(pdf, "\xE2\x86\x91 %s", beyond));
    float span = p.inside.width / (float)count, bar = fminf(70, span * 0.34f);
    for (int i = 0; i < count; i++) {
        float middle = p.inside.x + span * ((float)i + 0.5f);
        standing_bar(&p, middle - bar - 5, bar, &pairs[i].left);
        standing_bar(&p, middle + 5, bar, &pairs[i].right);
        hy_pdf_text(pdf, middle, p.inside.y + p.inside.height + 24, &group, pairs[i].name);
    }
}
