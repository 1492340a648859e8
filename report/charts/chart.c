/* Axes, the plot frame and the placing of labels, shared by all charts. */
#include "report/charts/chart.h"

#include <math.h>

#include "report/pdf/sheet.h"
#include "report/table/number.h"

static void add_tick(struct hy_axis *axis, double value)
{
    double slack = 1e-9 * (fabs(axis->low) + fabs(axis->high));
    if (axis->ticks < HY_MAX_TICKS && value >= axis->low - slack && value <= axis->high + slack)
        axis->tick[axis->ticks++] = !axis->log && fabs(value) < slack ? 0 : value;
}

/* The step of 1, 2 or 5 times a power of ten that gives about so many ticks. */
static double nice_step(double span, int about)
{
    double raw = span / about, power = pow(10, floor(log10(raw))), part = raw / power;
    return power * (part < 1.5 ? 1 : part < 3.5 ? 2 : part < 7.5 ? 5 : 10);
}

static void linear_ticks(struct hy_axis *axis, int about, bool round_bounds)
{
    double step = nice_step(axis->high - axis->low, about);
    if (round_bounds) {
        axis->low = floor(axis->low / step + 1e-9) * step;
        axis->high = ceil(axis->high / step - 1e-9) * step;
    }
    double first = ceil(axis->low / step - 1e-9);
    for (int i = 0; i < HY_MAX_TICKS && (first + i) * step <= axis->high + step * 1e-6; i++)
        add_tick(axis, (first + i) * step);
}

/* 1, 2, 5 in each decade; 1 alone when there are many decades. */
static void log_ticks(struct hy_axis *axis, bool round_bounds)
{
    static const double parts[] = {1, 2, 5};
    double decades = log10(axis->high / axis->low);
    int stride = decades > 5 ? 3 : 1;
    if (round_bounds) {
        double low = 0, high = 0;
        for (int e = (int)floor(log10(axis->low)) - 1; e <= (int)ceil(log10(axis->high)) + 1; e++)
            for (int i = 0; i < 3; i += stride) {
                double at = parts[i] * pow(10, e);
                low = at <= axis->low * 1.0000001 ? at : low;
                high = high == 0 && at >= axis->high * 0.9999999 ? at : high;
            }
        axis->low = low;
        axis->high = high;
    }
    int every = decades > 12 ? (int)(decades / 8) : 1; /* decades between ticks */
    for (int e = (int)floor(log10(axis->low)); e <= (int)ceil(log10(axis->high)); e += every)
        for (int i = 0; i < 3; i += stride)
            add_tick(axis, parts[i] * pow(10, e));
}

void hy_axis_fit(struct hy_axis *axis, double low, double high, bool log, int about, bool round_bounds)
{
    bool sound = isfinite(low) && isfinite(high) && (!log || (low > 0 && high > 0)) && low <= high;
    axis->log = log;
    axis->ticks = 0;
    axis->low = sound ? low : log ? 1 : 0;
    axis->high = sound ? high : log ? 10 : 1;
    if (axis->high - axis->low <= 1e-12 * fabs(axis->high)) { /* one value: give it room */
        double room = axis->high != 0 ? fabs(axis->high) * 0.1 : 1;
        axis->high += room;
        axis->low -= log ? room * 0.9 : room;
    }
    bool steps_would_do = log && axis->high / axis->low < 4; /* too short for 1, 2, 5 */
    if (log && !steps_would_do)
        log_ticks(axis, round_bounds);
    else
        linear_ticks(axis, about, round_bounds && !(log && axis->low <= 0));
    if (log && axis->low <= 0)
        axis->low = axis->ticks > 1 ? axis->tick[1] * 0.5 : 1e-3;
}

double hy_axis_part(const struct hy_axis *axis, double value)
{
    if (!axis->log)
        return (value - axis->low) / (axis->high - axis->low);
    return value > 0 ? log(value / axis->low) / log(axis->high / axis->low) : (double)NAN;
}

const char *hy_axis_text(struct hy_pdf *pdf, const struct hy_axis *axis, int tick)
{
    struct hy_number n;
    double value = axis->tick[tick], step = axis->ticks > 1 ? axis->tick[1] - axis->tick[0] : value;
    if (value != 0 && (fabs(value) >= 1e6 || fabs(value) < 1e-3))
        return hy_pdf_format(pdf, "%s", hy_show_short(&n, value));
    if (axis->log && axis->high / axis->low >= 4)
        step = value;
    int decimals = step > 0 ? (int)-floor(log10(step * 1.000001)) : 0;
    return hy_pdf_format(pdf, "%s", hy_show_fixed(&n, value, decimals < 0 ? 0 : decimals));
}

float hy_plot_x(const struct hy_plot *p, double value)
{
    return p->inside.x + (float)hy_axis_part(&p->x, value) * p->inside.width;
}

float hy_plot_y(const struct hy_plot *p, double value)
{
    return p->inside.y + (1 - (float)hy_axis_part(&p->y, value)) * p->inside.height;
}

void hy_plot_frame(const struct hy_plot *p, bool vertical_grid, bool horizontal_grid)
{
    struct hy_box in = p->inside;
    struct hy_pen grid = {hy_rgb(0xe6e6e6), 0.5f, 0, 0}, edge = {hy_grey(), 0.7f, 0, 0};
    struct hy_text_style below = hy_style(HY_SANS, 7.2f, hy_grey(), HY_CENTER);
    struct hy_text_style beside = hy_style(HY_SANS, 7.2f, hy_grey(), HY_RIGHT);
    struct hy_text_style title = hy_style(HY_SANS, 7.6f, hy_ink(), HY_CENTER);
    for (int i = 0; i < p->x.ticks; i++) {
        float x = hy_plot_x(p, p->x.tick[i]);
        if (vertical_grid)
            hy_pdf_line(p->pdf, x, in.y, x, in.y + in.height, &grid);
        hy_pdf_line(p->pdf, x, in.y + in.height, x, in.y + in.height + 3, &edge);
        hy_pdf_text(p->pdf, x, in.y + in.height + 11, &below, hy_axis_text(p->pdf, &p->x, i));
    }
    for (int i = 0; i < p->y.ticks; i++) {
        float y = hy_plot_y(p, p->y.tick[i]);
        if (horizontal_grid)
            hy_pdf_line(p->pdf, in.x, y, in.x + in.width, y, &grid);
        hy_pdf_text(p->pdf, in.x - 5, y + 2.6f, &beside, hy_axis_text(p->pdf, &p->y, i));
    }
    hy_pdf_line(p->pdf, in.x, in.y + in.height, in.x + in.width, in.y + in.height, &edge);
    hy_pdf_line(p->pdf, in.x, in.y, in.x, in.y + in.height, &edge);
    if (p->x.label)
        hy_pdf_text(p->pdf, in.x + in.width / 2, in.y + in.height + 23, &title, p->x.label);
    if (p->y.label)
        hy_pdf_text_up(p->pdf, in.x - 34, in.y + in.height / 2, &title, p->y.label);
}

const char *hy_references_beyond(struct hy_pdf *pdf, const struct hy_reference_line *references, int count, double high)
{
    const char *text = "";
    struct hy_number n;
    for (int i = 0; i < count; i++)
        if (isfinite(references[i].value) && references[i].value > high)
            text = hy_pdf_format(pdf, "%s%s%s %s", text, *text ? ", " : "", references[i].name,
                                 hy_show_ppl(&n, references[i].value));
    return text;
}

/* Labels that touch form a block, which sits at the mean of what its members want. */
void hy_spread_labels(float *y, int count, float gap, float top, float bottom)
{
    enum { MOST = 64 };
    int order[MOST] = {0}, first[MOST] = {0}, blocks = 0;
    float start[MOST] = {0};
    HY_ASSERT(count <= MOST, "too many labels in one chart");
    for (int i = 0; i < count; i++) {
        int k = i;
        for (; k > 0 && y[order[k - 1]] > y[i]; k--)
            order[k] = order[k - 1];
        order[k] = i;
    }
    for (int i = 0; i < count; i++) {
        first[blocks++] = i;
        for (;;) {
            int from = first[blocks - 1], size = i - from + 1;
            float sum = 0;
            for (int k = from; k <= i; k++)
                sum += y[order[k]] - gap * (float)(k - from);
            float at = sum / (float)size;
            if (at + gap * (float)(size - 1) > bottom)
                at = bottom - gap * (float)(size - 1);
            start[blocks - 1] = at < top ? top : at;
            if (blocks < 2)
                break;
            int before = first[blocks - 1] - first[blocks - 2];
            if (start[blocks - 2] + gap * (float)before <= start[blocks - 1])
                break;
            blocks--;
        }
    }
    for (int b = 0; b < blocks; b++)
        for (int k = first[b]; k < (b + 1 < blocks ? first[b + 1] : count); k++)
            y[order[k]] = start[b] + gap * (float)(k - first[b]);
}
