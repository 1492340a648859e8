#include "bench/history/divisive.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/rng.h"
#include "kernels/base/status.h"
#include "report/statistics/student.h"

const struct hy_divisive hy_divisive_usual = {.window = 50, .p = 0.001, .min_change = 0.02, .min_segment = 3};

static void *room_for(size_t n, size_t size)
{
    void *room = calloc(n ? n : 1, size);
    HY_ASSERT(room, "out of memory for change points");
    return room;
}

/* ---- how far apart ---------------------------------------------------------------------------- */

/* The energy statistic of parts of n and m values: sums of distances across, and within each over its pairs. */
static double apart(double across, double within_n, double within_m, size_t n, size_t m)
{
    const double dn = (double)n, dm = (double)m, all = dn + dm;
    double q = 2 / all * across;
    if (n > 1)
        q -= 2 * dm / (all * (dn - 1)) * within_n;
    if (m > 1)
        q -= 2 * dn / (all * (dm - 1)) * within_m;
    return q;
}

struct level {
    double mean, squares; /* squares: of the deviations, summed */
};

static struct level level_of(const double *x, size_t n)
{
    struct level l = {0, 0};
    for (size_t i = 0; i < n; i++)
        l.mean += x[i];
    l.mean /= (double)n;
    for (size_t i = 0; i < n; i++)
        l.squares += (x[i] - l.mean) * (x[i] - l.mean);
    return l;
}

/* Two-sided p of Student's test with one variance for both. As Hunter has it, each part's variance is that of its n
 * values, not of n - 1, and is then weighted with n - 1. */
static double student_p(const struct level *a, size_t n, const struct level *b, size_t m)
{
    if (n + m <= 2)
        return 1;
    const double dn = (double)n, dm = (double)m;
    const double variance = ((dn - 1) * a->squares / dn + (dm - 1) * b->squares / dm) / (dn + dm - 2);
    const double t = (b->mean - a->mean) / sqrt(variance * (1 / dn + 1 / dm));
    return isnan(t) ? 1 : hy_student_p(t, n + m - 2); /* no number: two equal constants */
}

/* ---- first pass: split with a lax level ---------------------------------------------------------- */

/* A stretch of a window between two change points: where it divides best, and how far apart its parts are; 0: all
 * values are the same. */
struct stretch {
    size_t from, to, at;
    double q;
};

struct search {
    const double *x;
    double level;
    double *within, *right; /* (window + 1) running sums of distances */
    struct stretch *all;    /* (window) in order */
    size_t n;
};

/* Over all places `at` and all ends behind them: what lies beyond the end may be the next level but one. The sums
 * within [from, at) and [at, end) grow by one value and one place at a time. Of places equally good the first. */
static void divide(struct search *s, struct stretch *t)
{
    const double *x = s->x + t->from;
    const size_t n = t->to - t->from;
    double all = 0;
    t->q = 0;
    s->within[1] = 0; /* of the first so many values */
    for (size_t end = 2; end <= n; end++) {
        s->right[end - 1] = 0; /* from a value to those behind it */
        for (size_t i = 0; i + 1 < end; i++) {
            const double distance = fabs(x[i] - x[end - 1]);
            s->right[i] += distance;
            all += distance;
        }
        s->within[end] = all;
        double behind = 0;
        for (size_t at = end - 1; at >= 1; at--) {
            behind += s->right[at];
            const double q = apart(all - s->within[at] - behind, s->within[at], behind, at, end - at);
            if (q > t->q || (q >= t->q && q > 0 && t->from + at < t->at)) {
                t->q = q;
                t->at = t->from + at;
            }
        }
    }
}

/* The one to divide next, NULL where there is none. */
static const struct stretch *farthest(const struct search *s)
{
    const struct stretch *best = NULL;
    for (size_t i = 0; i < s->n; i++)
        if (s->all[i].q > (best ? best->q : 0))
            best = &s->all[i];
    return best;
}

static double p_of_parts(const double *x, size_t from, size_t at, size_t to)
{
    const struct level before = level_of(x + from, at - from), after = level_of(x + at, to - at);
    return student_p(&before, at - from, &after, to - at);
}

/* Divides x[from, to) until the best division left is not significant. s->all ends with the stretches. */
static void split_window(struct search *s, size_t from, size_t to)
{
    s->all[0] = (struct stretch){.from = from, .to = to};
    s->n = 1;
    divide(s, &s->all[0]);
    for (const struct stretch *best; (best = farthest(s)) != NULL;) {
        const struct stretch t = *best;
        if (p_of_parts(s->x, t.from, t.at, t.to) > s->level)
            break;
        const size_t i = (size_t)(best - s->all);
        memmove(s->all + i + 2, s->all + i + 1, (s->n - i - 1) * sizeof *s->all);
        s->all[i] = (struct stretch){.from = t.from, .to = t.at};
        s->all[i + 1] = (struct stretch){.from = t.at, .to = t.to};
        s->n++;
        divide(s, &s->all[i]);
        divide(s, &s->all[i + 1]);
    }
}

static double lax(double p)
{
    return p < 0.05 ? 10 * p : p < 0.5 ? 2 * p : p;
}

/* Windows advance by half of their length, or to the last point found: so the points come in order, each once. */
static size_t split(const double *x, size_t n, const struct hy_divisive *how, struct hy_change_point *found)
{
    const size_t window = how->window < n ? how->window : n;
    struct search s = {.x = x,
                       .level = lax(how->p),
                       .within = room_for(window + 1, sizeof(double)),
                       .right = room_for(window + 1, sizeof(double)),
                       .all = room_for(window, sizeof(struct stretch))};
    size_t count = 0;
    for (size_t start = 0; start < n;) {
        split_window(&s, start, n - start < window ? n : start + window);
        const size_t last = s.all[s.n - 1].from;
        for (size_t i = 1; i < s.n; i++)
            found[count++].index = s.all[i].from;
        start = last > start + how->window / 2 ? last : start + how->window / 2;
    }
    free(s.within);
    free(s.right);
    free(s.all);
    return count;
}

/* ---- second pass: merge what is weak --------------------------------------------------------------- */

/* Otava weighs anew the two points behind one that was dropped, not the one before it, which so keeps a p that it had
 * beside a shorter segment: some points stay that are not significant by the segments they are left with. */
struct points {
    const double *x;
    size_t n;
    bool as_otava;
    struct hy_change_point *found;
    size_t count;
};

static size_t begin_of(const struct points *all, size_t i)
{
    return i > 0 ? all->found[i - 1].index : 0;
}

static size_t end_of(const struct points *all, size_t i)
{
    return i + 1 < all->count ? all->found[i + 1].index : all->n;
}

/* Holds the two segments beside a point against each other. */
static void weigh(struct points *all, size_t i)
{
    if (i >= all->count)
        return;
    struct hy_change_point *c = &all->found[i];
    const size_t n = c->index - begin_of(all, i), m = end_of(all, i) - c->index;
    const struct level before = level_of(all->x + c->index - n, n), after = level_of(all->x + c->index, m);
    c->p = student_p(&before, n, &after, m);
    c->before = before.mean;
    c->after = after.mean;
}

static void weigh_all(struct points *all)
{
    for (size_t i = 0; i < all->count; i++)
        weigh(all, i);
}

/* As a share of the smaller of the means. */
static double size_of(const struct hy_change_point *c)
{
    const double forth = c->before != 0 ? fabs(c->after / c->before - 1) : 0;
    const double back = c->after != 0 ? fabs(c->before / c->after - 1) : 0;
    return fmax(forth, back);
}

static void drop(struct points *all, size_t i)
{
    memmove(all->found + i, all->found + i + 1, (all->count - i - 1) * sizeof *all->found);
    all->count--;
    weigh(all, i);
    weigh(all, all->as_otava ? i + 1 : i - 1); /* of the first there is none before: beyond the count */
}

static size_t weakest(const struct points *all)
{
    size_t worst = 0;
    for (size_t i = 1; i < all->count; i++)
        if (all->found[i].p > all->found[worst].p)
            worst = i;
    return worst;
}

static size_t smallest(const struct points *all)
{
    size_t least = 0;
    for (size_t i = 1; i < all->count; i++)
        if (size_of(&all->found[i]) < size_of(&all->found[least]))
            least = i;
    return least;
}

static void merge(struct points *all, const struct hy_divisive *how)
{
    while (all->count > 0) {
        size_t i = weakest(all);
        if (all->found[i].p < how->p) {
            i = smallest(all);
            if (size_of(&all->found[i]) > how->min_change)
                break;
        }
        drop(all, i);
    }
}

/* The weakest point beside a segment that is too short; count: none is. */
static size_t weakest_of_short(const struct points *all, size_t min_segment)
{
    size_t worst = all->count;
    for (size_t i = 0; i < all->count; i++) {
        const size_t at = all->found[i].index;
        if (at - begin_of(all, i) >= min_segment && end_of(all, i) - at >= min_segment)
            continue;
        if (worst == all->count || all->found[i].p > all->found[worst].p)
            worst = i;
    }
    return worst;
}

size_t hy_change_points(const double *x, size_t n, const struct hy_divisive *how, struct hy_change_point *found)
{
    HY_ASSERT(how->window >= 2, "a window of change points holds two nights at least");
    if (n < 2)
        return 0;
    struct points all = {.x = x, .n = n, .found = found, .count = split(x, n, how, found), .as_otava = true};
    weigh_all(&all);
    merge(&all, how);
    weigh_all(&all);
    if (how->min_segment <= 1)
        return all.count;
    all.as_otava = false;
    merge(&all, how);
    for (size_t i; (i = weakest_of_short(&all, how->min_segment)) < all.count;) {
        drop(&all, i);
        merge(&all, how);
    }
    return all.count;
}

/* ---- one split -------------------------------------------------------------------------------------- */
size_t hy_best_split(const double *x, size_t n, size_t min_segment, double *energy)
{
    const size_t least = min_segment > 1 ? min_segment : 1;
    double best = 0, all = 0, behind = 0;
    size_t found = 0;
    double *within = room_for(n + 1, sizeof *within);
    for (size_t end = 1; end <= n; end++) {
        for (size_t i = 0; i + 1 < end; i++)
            all += fabs(x[i] - x[end - 1]);
        within[end] = all;
    }
    for (size_t at = n; at-- > least;) {
        for (size_t i = at + 1; i < n; i++)
            behind += fabs(x[i] - x[at]);
        if (n - at < least)
            continue;
        const double q = apart(all - within[at] - behind, within[at], behind, at, n - at);
        if (q >= best && q > 0) {
            best = q;
            found = at;
        }
    }
    free(within);
    if (energy)
        *energy = best;
    return found;
}

/* ---- by chance ------------------------------------------------------------------------------------------ */
enum { ENOUGH_HITS = 20 };

/* Draws of `few` out of n values. */
struct lots {
    const double *x;
    size_t n, few;
    double all, *to_all; /* the sum over all pairs; (n) of each value over all others */
    size_t *order;       /* (n) the first few are drawn */
    struct hy_stream stream;
    uint32_t words[4];
    int left; /* of the words */
};

/* One of 0 ... n - 1, as even as 32 bits allow. */
static size_t lot(struct lots *l, size_t n)
{
    if (l->left == 0) {
        const uint64_t at = l->stream.next++;
        const uint32_t counter[4] = {(uint32_t)at, (uint32_t)(at >> 32), 0, 0x6c6f7473u};
        hy_philox(counter, l->stream.key, l->words);
        l->left = 4;
    }
    return (size_t)((uint64_t)l->words[--l->left] * n >> 32);
}

static void draw(struct lots *l)
{
    for (size_t i = 0; i < l->few; i++) {
        const size_t k = i + lot(l, l->n - i), other = l->order[k];
        l->order[k] = l->order[i];
        l->order[i] = other;
    }
}

/* The energy statistic between those drawn and the rest: sums over the rest follow from those over all. */
static double apart_as_drawn(const struct lots *l)
{
    double inside = 0, leaving = 0;
    for (size_t i = 0; i < l->few; i++) {
        const double here = l->x[l->order[i]];
        leaving += l->to_all[l->order[i]];
        for (size_t k = 0; k < i; k++)
            inside += fabs(here - l->x[l->order[k]]);
    }
    const double across = leaving - 2 * inside;
    return apart(across, inside, l->all - inside - across, l->few, l->n - l->few);
}

/* The smaller part of the division is drawn first. */
static void lots_open(struct lots *l, const double *x, size_t n, size_t split, uint64_t seed)
{
    const bool last = n - split < split;
    *l = (struct lots){.x = x,
                       .n = n,
                       .few = last ? n - split : split,
                       .to_all = room_for(n, sizeof(double)),
                       .order = room_for(n, sizeof(size_t)),
                       .stream = hy_stream_open(seed, "split")};
    for (size_t i = 0; i < n; i++) {
        l->order[i] = last ? n - 1 - i : i;
        for (size_t k = 0; k < n; k++)
            l->to_all[i] += fabs(x[i] - x[k]);
        l->all += l->to_all[i] / 2;
    }
}

double hy_split_p(const double *x, size_t n, size_t split, long most, uint64_t seed)
{
    if (split == 0 || split >= n)
        return 1;
    struct lots l;
    lots_open(&l, x, n, split, seed);
    /* the same division drawn in another order is the same but for rounding */
    const double seen = apart_as_drawn(&l) - 1e-12 * l.all / (double)n;
    long draws = 0;
    int hits = 0;
    while (draws < most && hits < ENOUGH_HITS) {
        draw(&l);
        draws++;
        hits += apart_as_drawn(&l) >= seen;
    }
    free(l.to_all);
    free(l.order);
    return hits == ENOUGH_HITS ? (double)ENOUGH_HITS / (double)draws : (double)(1 + hits) / (double)(1 + draws);
}
