/* Curves of many points stay what they were to the eye, and small. */
#include "report/charts/thin.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "report/canvas/palette.h"
#include "report/canvas/svg.h"
#include "report/charts/charts.h"

enum { POINTS = 5000 };

Test(thin, keeps_peaks_and_gaps)
{
    static struct hy_point line[POINTS];
    for (int i = 0; i < POINTS; i++)
        line[i] = (struct hy_point){(float)i * 300 / POINTS, i == 1234 ? 90 : i == 1236 ? 1 : 50 + sinf((float)i)};
    for (int i = 3000; i < 3200; i++)
        line[i].y = NAN;
    const size_t n = hy_thin_line(line, POINTS, 1);
    size_t gaps = 0;
    float high = 0, low = 100;
    for (size_t i = 0; i < n; i++) {
        gaps += isnan(line[i].y);
        high = fmaxf(high, line[i].y);
        low = fminf(low, line[i].y);
        cr_assert(i == 0 || isnan(line[i].y) || isnan(line[i - 1].y) || line[i].x >= line[i - 1].x, "point %zu", i);
    }
    cr_assert_leq(n, 2 * 300 + 2);
    cr_assert_eq(gaps, 1);
    cr_assert(high == 90 && low == 1);
}

Test(thin, leaves_short_lines_alone)
{
    struct hy_point line[] = {{0, 1}, {0.1f, 2}, {0.2f, NAN}, {0.3f, NAN}, {0.4f, 3}};
    cr_assert_eq(hy_thin_line(line, 5, 1), 5);
}

/* 20 variants of 10 seeds with bands: in a fraction of a second, and no file of megabytes. */
Test(thin, many_long_curves_are_fast_and_small)
{
    enum { SERIES = 200 };
    static double x[POINTS], y[SERIES][POINTS], low[POINTS], high[POINTS];
    static struct hy_series series[SERIES];
    for (int s = 0; s < SERIES; s++) {
        for (int i = 0; i < POINTS; i++) {
            x[i] = i;
            y[s][i] = 100 + 900 * exp(-i / 700.0) + s / 10.0 + sin(i * 0.7 + s);
            low[i] = 95 + 900 * exp(-i / 700.0);
            high[i] = 120 + 900 * exp(-i / 700.0);
        }
        series[s] = (struct hy_series){.name = "Hybrid",
                                       .color = hy_palette((size_t)s, SERIES),
                                       .x = x,
                                       .y = y[s],
                                       .low = low,
                                       .high = high,
                                       .count = POINTS};
    }
    const struct hy_lines lines = {
        .series = series, .count = SERIES, .x_label = "step", .y_label = "ppl", .log_y = true};
    struct hy_canvas *c;
    const clock_t begin = clock();
    cr_assert_eq(hy_svg_open(&c, 487, 220, "curves"), HY_OK, "%s", hy_error());
    hy_lines_draw(c, (struct hy_box){0, 0, 487, 220}, &lines);
    char *svg = hy_svg_finish(c);
    const double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
    cr_assert_lt(seconds, 3, "%.2f s", seconds);
    cr_assert_lt(strlen(svg), 20u * SERIES * 1024, "%zu bytes", strlen(svg));
    free(svg);
}
