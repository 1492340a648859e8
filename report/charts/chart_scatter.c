/* Points with their names beside them, each name where it covers nothing. */
#include <math.h>

#include "report/charts/chart.h"
#include "report/pdf/sheet.h"
#include "report/table/number.h"

static bool overlap(struct hy_box a, struct hy_box b)
{
    return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

static bool within(struct hy_box a, struct hy_box outer)
{
    return a.x >= outer.x && a.y >= outer.y && a.x + a.width <= outer.x + outer.width &&
           a.y + a.height <= outer.y + outer.height;
}

/* Candidate places round a point, nearest first: right, left, above, below, then further off. */
static struct hy_box place(struct hy_point at, float width, int candidate)
{
    static const float dx[] = {1, -1, 0, 0, 1, -1, 1, -1, 0, 0}, dy[] = {0, 0, -1, 1, -1, -1, 1, 1, -2, 2};
    const float height = 9.5f, off = 8;
    float x = at.x + dx[candidate] * off - (dx[candidate] < 0 ? width : dx[candidate] > 0 ? 0 : width / 2);
    float y = at.y - height / 2 + dy[candidate] * (dx[candidate] != 0 ? 9 : 12);
    return (struct hy_box){x, y, width, height};
}

/* `taken` has room for the `used` boxes in it and two more per point. */
static void name_points(const struct hy_plot *p, const struct hy_chart_item *items, const struct hy_point *at,
                        int count, struct hy_box *taken, int used)
{
    enum { PLACES = 10, FAR_ABOVE = 8, FAR_BELOW = 9 };
    struct hy_box room = p->inside;
    int own = used;
    room.width += 68; /* names may stand in the right margin */
    for (int i = 0; i < count; i++)
        taken[used++] = (struct hy_box){at[i].x - 5, at[i].y - 5, 10, 10};
    for (int i = 0; i < count; i++) {
        struct hy_text_style style = hy_style(HY_SANS, 7.6f, items[i].color, HY_LEFT);
        float width = hy_pdf_text_width(p->pdf, &style, items[i].name);
        struct hy_box best = place(at[i], width, 0);
        int fewest = 1000, chosen = 0;
        for (int c = 0; c < PLACES; c++) {
            struct hy_box b = place(at[i], width, c);
            int hits = within(b, room) ? 0 : 50;
            for (int k = 0; k < used; k++)
                hits += k != own + i && overlap(b, taken[k]);
            if (hits < fewest) {
                fewest = hits;
                best = b;
                chosen = c;
            }
        }
        taken[used++] = best;
        if (chosen == FAR_ABOVE || chosen == FAR_BELOW) { /* another name or mark lies between: lead there */
            struct hy_pen leader = {items[i].color, 0.5f, 0, 0};
            float edge = chosen == FAR_ABOVE ? best.y + best.height : best.y;
            hy_pdf_line(p->pdf, at[i].x, at[i].y, at[i].x, edge, &leader);
        }
        hy_pdf_text(p->pdf, best.x, best.y + 7.4f, &style, items[i].name);
    }
}

void hy_chart_scatter(struct hy_pdf *pdf, struct hy_box box, const struct hy_chart_item *items, int count,
                      const struct hy_reference_line *references, int reference_count, const char *x_label,
                      const char *y_label)
{
    struct hy_plot p = {.pdf = pdf, .inside = {box.x + 44, box.y + 10, box.width - 44 - 70, box.height - 42}};
    struct hy_pen dots = {hy_grey(), 0.8f, 2, 2};
    struct hy_text_style mark = hy_style(HY_SANS, 7.2f, hy_grey(), HY_LEFT);
    struct hy_chart_item *sound = hy_pdf_alloc(pdf, sizeof *sound * (size_t)count);
    struct hy_point *at = hy_pdf_alloc(pdf, sizeof *at * (size_t)count);
    double x_low = INFINITY, x_high = -INFINITY, y_low = INFINITY, y_high = -INFINITY;
    struct hy_number shown;
    int n = 0;
    for (int i = 0; i < count; i++) {
        if (!isfinite(items[i].x) || !isfinite(items[i].y) || items[i].y <= 0)
            continue;
        x_low = fmin(x_low, items[i].x);
        x_high = fmax(x_high, items[i].x);
        y_low = fmin(y_low, items[i].y);
        y_high = fmax(y_high, items[i].y);
        sound[n++] = items[i];
    }
    double margin = 0.12 * (x_high - x_low);
    bool log = y_high / y_low > 4;
    for (int i = 0; i < reference_count; i++) {
        if (references[i].value > y_high && references[i].value < 1.5 * y_high)
            y_high = references[i].value;
        if (references[i].value < y_low && references[i].value > 0.7 * y_low)
            y_low = references[i].value;
    }
    hy_axis_fit(&p.x, fmax(0, x_low - margin), x_high + margin, false, 6, true);
    double room = 0.08 * (y_high - y_low);
    hy_axis_fit(&p.y, log ? y_low * 0.9 : fmax(0, y_low - room), log ? y_high * 1.1 : y_high + room, log, 5, true);
    p.x.label = x_label;
    p.y.label = y_label;
    hy_plot_frame(&p, true, true);
    struct hy_box *taken = hy_pdf_alloc(pdf, sizeof *taken * (size_t)(2 * count + reference_count));
    int used = 0;
    for (int i = 0; i < reference_count; i++) {
        double value = references[i].value;
        if (!isfinite(value) || value < p.y.low || value > p.y.high)
            continue;
        float y = hy_plot_y(&p, value);
        hy_pdf_line(pdf, p.inside.x, y, p.inside.x + p.inside.width + 3, y, &dots);
        hy_pdf_text(pdf, p.inside.x + p.inside.width + 6, y + 2.6f, &mark,
                    hy_pdf_format(pdf, "%s %s", references[i].name, hy_show_ppl(&shown, value)));
        taken[used++] = (struct hy_box){p.inside.x + p.inside.width, y - 5, 70, 10};
    }
    const char *beyond = hy_references_beyond(pdf, references, reference_count, p.y.high);
    if (*beyond)
        hy_pdf_text(pdf, p.inside.x + p.inside.width + 6, p.inside.y - 2, &mark,
                    hy_pdf_format(pdf, "\xE2\x86\x91 %s", beyond));
    for (int i = 0; i < n; i++) {
        at[i] = (struct hy_point){hy_plot_x(&p, sound[i].x), hy_plot_y(&p, sound[i].y)};
        hy_look_marker(pdf, at[i], sound[i].color, sound[i].look);
    }
    name_points(&p, sound, at, n, taken, used);
}
