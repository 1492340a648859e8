/* A series as a chart of characters: a column per night, or several nights to one. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare/value_text.h"
#include "bench/history/print.h"
#include "kernels/base/file.h"

enum { HEIGHT = 12, GUTTER = 14, MOST_COLUMNS = 200, FEWEST_COLUMNS = 20, DIGITS = 5 };

/* What stands in a column: the median of its nights; low and high of all of them. */
struct column {
    double middle, low, high;
    bool doubtful; /* it has no other */
    size_t n;
};

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static struct column column_of(const struct hy_series *s, size_t from, size_t to)
{
    struct column c = {.low = INFINITY, .high = -INFINITY, .middle = NAN};
    double *values = malloc((to - from + 1) * sizeof *values);
    HY_ASSERT(values, "out of memory for a chart");
    for (int doubtful = 0; doubtful < 2 && c.n == 0; doubtful++)
        for (size_t i = from; i < to; i++) {
            if ((s->points[i].quality != HY_POINT_OK) != (doubtful == 1))
                continue;
            values[c.n++] = s->points[i].value;
            c.doubtful = doubtful == 1;
            c.low = fmin(c.low, s->points[i].value);
            c.high = fmax(c.high, s->points[i].value);
        }
    if (c.n) {
        qsort(values, c.n, sizeof *values, by_value);
        c.middle = values[c.n / 2];
    }
    free(values);
    return c;
}

static int row_of(double value, double low, double high)
{
    return high > low ? (int)lround((HEIGHT - 1) * (value - low) / (high - low)) : HEIGHT / 2;
}

static void fill(char grid[HEIGHT][MOST_COLUMNS + 1], const struct column *columns, size_t n, double low, double high)
{
    for (size_t i = 0; i < n; i++) {
        const struct column *c = &columns[i];
        if (c->n == 0)
            continue;
        for (int y = row_of(c->low, low, high); y <= row_of(c->high, low, high); y++)
            grid[y][i] = ':';
        grid[row_of(c->middle, low, high)][i] = c->doubtful ? 'o' : '*';
    }
}

static void chart(FILE *out, const struct hy_nights *n, const struct hy_series *s, size_t columns)
{
    static char grid[HEIGHT][MOST_COLUMNS + 1];
    struct column cells[MOST_COLUMNS];
    double low = INFINITY, high = -INFINITY;
    const size_t shown = s->n < columns ? s->n : columns;
    memset(grid, ' ', sizeof grid);
    for (size_t i = 0; i < shown; i++) {
        cells[i] = column_of(s, i * s->n / shown, (i + 1) * s->n / shown);
        low = fmin(low, cells[i].low);
        high = fmax(high, cells[i].high);
    }
    fill(grid, cells, shown, low, high);
    for (int y = HEIGHT - 1; y >= 0; y--) {
        char label[40] = "";
        if (high > low ? y % 4 == 3 || y == 0 : y == HEIGHT / 2)
            hy_value_text(label, low + (high - low) * y / (HEIGHT - 1), s->unit, DIGITS);
        grid[y][shown] = '\0';
        fprintf(out, "%*s |%s\n", GUTTER - 2, label, grid[y]);
    }
    char first[HY_UTC_TEXT], last[HY_UTC_TEXT];
    hy_utc_text(first, s->points[0].at, "%Y-%m-%d");
    hy_utc_text(last, s->points[s->n - 1].at, "%Y-%m-%d");
    fprintf(out, "%*s%s .. %s, %zu night%s, %.12s .. %.12s\n", GUTTER - 1, "", first, last, s->n, s->n == 1 ? "" : "s",
            n->nights[s->points[0].night].sha, n->nights[s->points[s->n - 1].night].sha);
}

void hy_history_plot(FILE *out, const struct hy_nights *n, int columns)
{
    const int room = columns - GUTTER;
    const size_t wide = room < FEWEST_COLUMNS ? FEWEST_COLUMNS : room > MOST_COLUMNS ? MOST_COLUMNS : (size_t)room;
    for (size_t i = 0; i < n->n; i++) {
        const struct hy_series *s = &n->series[i];
        char *name = hy_series_name(s);
        fprintf(out, "%s#%lld %s: %s is better, o: doubtful\n", i ? "\n" : "", (long long)s->id, name,
                s->more_is_better ? "more" : "less");
        free(name);
        if (s->n)
            chart(out, n, s, wide);
    }
}
