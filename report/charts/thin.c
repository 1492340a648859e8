#include "report/charts/thin.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { FEW = 200 };

static bool is_gap(struct hy_point p)
{
    return !isfinite(p.x) || !isfinite(p.y);
}

/* The end of the points from `from` on that stand in its column and are no gaps. */
static size_t column_end(const struct hy_point *points, size_t from, size_t count, float column)
{
    const float own = floorf(points[from].x / column);
    size_t end = from + 1;
    while (end < count && !is_gap(points[end]) && floorf(points[end].x / column) == own)
        end++;
    return end;
}

size_t hy_thin_line(struct hy_point *points, size_t count, float column)
{
    size_t kept = 0;
    if (count <= FEW)
        return count;
    for (size_t i = 0; i < count;) {
        if (is_gap(points[i])) {
            if (kept > 0 && !is_gap(points[kept - 1]))
                points[kept++] = points[i];
            i++;
            continue;
        }
        const size_t end = column_end(points, i, count, column);
        size_t low = i, high = i;
        for (size_t k = i + 1; k < end; k++) {
            low = points[k].y < points[low].y ? k : low;
            high = points[k].y > points[high].y ? k : high;
        }
        const struct hy_point first = points[low < high ? low : high], second = points[low < high ? high : low];
        points[kept++] = first;
        if (low != high)
            points[kept++] = second;
        i = end;
    }
    return kept;
}

/* ---- bands ---------------------------------------------------------------------------------- */
/* One pair for each column: the lowest and the highest of all in it. */
static size_t thin_pairs(struct hy_point *low, struct hy_point *high, size_t count, float column)
{
    size_t kept = 0;
    for (size_t i = 0; i < count;) {
        const size_t end = count <= FEW ? i + 1 : column_end(low, i, count, column);
        struct hy_point least = low[i], most = high[i];
        for (size_t k = i + 1; k < end; k++) {
            least.y = fmaxf(least.y, low[k].y); /* y grows downwards */
            most.y = fminf(most.y, high[k].y);
        }
        low[kept] = least;
        high[kept++] = most;
        i = end;
    }
    return kept;
}

void hy_thin_band(struct hy_canvas *c, struct hy_point *low, struct hy_point *high, size_t count, float column,
                  struct hy_color color, float alpha)
{
    struct hy_point *way = hy_arena_alloc(hy_canvas_arena(c), (2 * count + 1) * sizeof *way);
    for (size_t i = 0; i < count;) {
        size_t end = i;
        while (end < count && !is_gap(low[end]) && !is_gap(high[end]))
            end++;
        const size_t n = thin_pairs(low + i, high + i, end - i, column);
        for (size_t k = 0; k < n; k++) {
            way[k] = high[i + k];
            way[2 * n - 1 - k] = low[i + k];
        }
        if (n >= 2)
            hy_canvas_polygon(c, way, 2 * n, color, alpha);
        i = end + 1;
    }
}
