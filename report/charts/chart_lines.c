/* Curves with their names at the right end instead of a legend. */
#include <math.h>

#include "report/charts/chart.h"
#include "report/pdf/sheet.h"
#include "report/table/number.h"

enum { LABELS = 92 }; /* points kept at the right for the names */

struct bounds {
    double x_low, x_high, y_low, y_high;
};

static void widen(struct bounds *b, double x, double y, bool log_y)
{
    if (!isfinite(x) || !isfinite(y) || (log_y && y <= 0))
        return;
    b->x_low = fmin(b->x_low, x);
    b->x_high = fmax(b->x_high, x);
    b->y_low = fmin(b->y_low, y);
    b->y_high = fmax(b->y_high, y);
}

static struct bounds bounds_of(const struct hy_series *series, int count, bool log_y)
{
    struct bounds b = {INFINITY, -INFINITY, INFINITY, -INFINITY};
    for (int s = 0; s < count; s++)
        for (size_t i = 0; i < series[s].count; i++)
            widen(&b, series[s].x[i], series[s].y[i], log_y);
    return b;
}

static void draw_series(const struct hy_plot *p, const struct hy_series *s)
{
    struct hy_pen pen = hy_look_pen(s->color, s->count > 60 ? 1.0f : 1.4f, s->look);
    struct hy_point *points = hy_pdf_alloc(p->pdf, sizeof *points * (s->count + 1));
    for (size_t i = 0; i < s->count; i++)
        points[i] = (struct hy_point){hy_plot_x(p, s->x[i]), hy_plot_y(p, s->y[i])};
    hy_pdf_polyline(p->pdf, points, s->count, &pen);
    const struct hy_color paper = hy_rgb(0xffffff);
    const struct hy_pen ring = {s->color, 1, 0, 0};
    for (size_t i = 0; s->hollow && i < s->count; i++)
        hy_pdf_circle(p->pdf, points[i].x, points[i].y, 2.4f, s->hollow[i] ? &paper : &s->color, &ring);
}

/* The last point that can be drawn, or NULL's worth of -1. */
static long last_sound(const struct hy_series *s, bool log_y)
{
    for (long i = (long)s->count - 1; i >= 0; i--)
        if (isfinite(s->x[i]) && isfinite(s->y[i]) && (!log_y || s->y[i] > 0))
            return i;
    return -1;
}

static void name_lines(const struct hy_plot *p, const struct hy_series *series, int count,
                       const struct hy_reference_line *references, int reference_count)
{
    enum { MOST = 48 };
    float wanted[MOST], placed[MOST], from[MOST];
    const char *text[MOST];
    struct hy_color color[MOST];
    int n = 0;
    struct hy_number shown;
    float low = p->inside.y + p->inside.height;
    for (int s = 0; s < count && n < MOST; s++) {
        long last = last_sound(&series[s], p->y.log);
        if (last < 0)
            continue;
        wanted[n] = fminf(fmaxf(hy_plot_y(p, series[s].y[last]), p->inside.y), low);
        from[n] = fminf(hy_plot_x(p, series[s].x[last]), p->inside.x + p->inside.width);
        color[n] = series[s].color;
        text[n++] = series[s].name;
    }
    for (int r = 0; r < reference_count && n < MOST; r++) {
        double value = references[r].value;
        if (!(isfinite(value) && value > 0))
            continue;
        bool below = value<p->y.low, above = value> p->y.high;
        wanted[n] = below ? low : above ? p->inside.y : hy_plot_y(p, value);
        from[n] = p->inside.x + p->inside.width;
        color[n] = hy_grey();
        text[n++] = hy_pdf_format(p->pdf, "%s%s %s",
                                  below   ? "\xE2\x86\x93 "
                                  : above ? "\xE2\x86\x91 "
                                          : "",
                                  references[r].name, hy_show_ppl(&shown, value));
    }
    for (int i = 0; i < n; i++)
        placed[i] = wanted[i];
    hy_spread_labels(placed, n, 9.6f, p->inside.y, low);
    for (int i = 0; i < n; i++) {
        float right = p->inside.x + p->inside.width;
        struct hy_pen leader = {hy_tint(color[i], 0.7f), 0.5f, 0, 0};
        struct hy_text_style style = hy_style(HY_SANS, 7.4f, color[i], HY_LEFT);
        struct hy_point way[3] = {
            {from[i] + 2, wanted[i]}, {fmaxf(right, from[i]) + 4, wanted[i]}, {right + 12, placed[i]}};
        hy_pdf_polyline(p->pdf, way, 3, &leader);
        hy_pdf_text(p->pdf, right + 14, placed[i] + 2.6f, &style, hy_pdf_fit(p->pdf, &style, text[i], LABELS - 12));
    }
}

void hy_chart_lines(struct hy_pdf *pdf, struct hy_box box, const struct hy_series *series, int count,
                    const struct hy_reference_line *references, int reference_count, const struct hy_lines_look *look)
{
    struct hy_plot p = {.pdf = pdf, .inside = {box.x + 44, box.y + 6, box.width - 44 - LABELS - 4, box.height - 38}};
    struct hy_pen dots = {hy_grey(), 0.8f, 2, 2};
    struct bounds b = bounds_of(series, count, look->log_y);
    double low = b.y_low, high = b.y_high;
    if (look->y_cap > 0 && high > look->y_cap && low < look->y_cap)
        high = look->y_cap;
    for (int i = 0; i < reference_count; i++) { /* a reference just outside is worth the room */
        double value = references[i].value;
        if (isfinite(value) && value < low && value > low * 0.6)
            low = value * 0.97;
        if (isfinite(value) && value > high && value < high * 1.3)
            high = value * 1.03;
    }
    hy_axis_fit(&p.x, b.x_low > 0 ? 0 : b.x_low, b.x_high, false, 7, false);
    hy_axis_fit(&p.y, low, high, look->log_y, 6, true);
    p.x.label = look->x_label;
    p.y.label = look->y_label;
    hy_plot_frame(&p, false, true);
    for (int i = 0; i < reference_count; i++) {
        float y = hy_plot_y(&p, references[i].value);
        if (references[i].value >= p.y.low && references[i].value <= p.y.high)
            hy_pdf_line(pdf, p.inside.x, y, p.inside.x + p.inside.width, y, &dots);
    }
    hy_pdf_clip(pdf, p.inside.x, p.inside.y - 1, p.inside.width + 1, p.inside.height + 2);
    for (int s = 0; s < count; s++)
        draw_series(&p, &series[s]);
    hy_pdf_unclip(pdf);
    name_lines(&p, series, count, references, reference_count);
}
