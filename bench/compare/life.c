#include "bench/compare/life.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/compare/launch.h"
#include "bench/compare/served.h"
#include "bench/compare/side_read.h"
#include "bench/harness/stats.h"
#include "kernels/base/file.h"

enum { BASE, NEW, SIDES, ROUNDS = 2, TURNS = 4, PAIRS = ROUNDS * TURNS / 2, LAST_WORDS = 6 };

/* Logarithms of the undisturbed times of a row, pair by pair; NaN: it did not hold. */
struct pairs {
    double of[SIDES][PAIRS];
};

static hy_status failed(const struct hy_life *l, int side, int code)
{
    char *words = hy_last_lines(l->err[side], LAST_WORDS);
    const hy_status status =
        hy_fail(code == HY_CHECK_FAILED ? HY_CHECK_FAILED : HY_BAD_INPUT,
                "%s cannot be measured, its micro ended with %d:\n%s", l->names[side], code, words);
    free(words);
    return status;
}

static hy_status ask(const struct hy_life *l, const struct hy_served *s, int side, const char *line)
{
    int code = HY_RUN_FAILED;
    const hy_status status = hy_served_ask(&s[side], line, &code);
    if (code == HY_INTERRUPTED || (l->interrupted && l->interrupted()))
        return hy_fail(HY_INTERRUPTED, "interrupted; what is decided stands");
    return status || (code != HY_OK && code != HY_NO_DATA) ? failed(l, side, code) : HY_OK;
}

/* A row of one of them, now: its time's logarithm. Of its samples the lower quartile: others, and places that do not
 * suit a cache, only ever slow a call down, and what is left scatters half as much as the median. */
static hy_status turn(const struct hy_life *l, const struct hy_served *s, int side, struct hy_life_row *row,
                      double *log_ns)
{
    struct hy_side seen;
    char *filter = hy_format("^(%s)$", row->subject);
    (void)unlink(l->csv[side]);
    hy_status status = ask(l, s, side, filter);
    free(filter);
    hy_side_init(&seen, l->names[side]);
    if (status == HY_OK)
        status = hy_side_read_kernels(&seen, l->csv[side]);
    const struct hy_side_row *found = status == HY_OK ? hy_side_find(&seen, row->subject, "time") : NULL;
    const struct hy_observation *seen_now = found && found->n > 0 ? &found->seen[0] : NULL;
    *log_ns = seen_now ? log(seen_now->lower > 0 ? seen_now->lower : seen_now->value) : (double)NAN;
    row->doubtful[side] += found && found->n == 0;
    hy_side_fini(&seen);
    return status;
}

/* ABBA or BAAB: two pairs. */
static hy_status turns(const struct hy_life *l, const struct hy_served *s, struct hy_stream *order,
                       struct hy_life_row *row, struct pairs *p, int round)
{
    const int first = hy_stream_uniform(order) < 0.5 ? BASE : NEW, second = first == BASE ? NEW : BASE;
    const int sides[TURNS] = {first, second, second, first};
    hy_status status = HY_OK;
    for (int i = 0; i < TURNS && status == HY_OK; i++)
        status = turn(l, s, sides[i], row, &p->of[sides[i]][(round * TURNS + i) / 2]);
    return status;
}

/* The median ratio of the pairs that hold, about the middle of their times. */
static void settle(struct hy_life_row *row, const struct pairs *p)
{
    double ratio[PAIRS], middle[PAIRS];
    size_t n = 0;
    for (int i = 0; i < PAIRS; i++) {
        const double base = p->of[BASE][i], fresh = p->of[NEW][i];
        if (isnan(base) || isnan(fresh))
            continue;
        ratio[n] = fresh - base;
        middle[n++] = (fresh + base) / 2;
    }
    const double half = n ? hy_median(ratio, n) / 2 : (double)NAN, about = n ? hy_median(middle, n) : (double)NAN;
    row->value[BASE] = exp(about - half);
    row->value[NEW] = exp(about + half);
}

static hy_status begin(const struct hy_life *l, struct hy_served *s)
{
    hy_status status = HY_OK;
    for (int side = 0; side < SIDES && status == HY_OK; side++)
        status = hy_served_open(&s[side], l->argv[side], l->err[side]);
    for (int side = 0; side < SIDES && status == HY_OK; side++) /* both are there before either is measured */
        status = ask(l, s, side, "");
    return status;
}

hy_status hy_life_run(const struct hy_life *l, struct hy_stream *order, struct hy_life_row *rows, size_t n)
{
    struct hy_served s[SIDES] = {{0}};
    struct pairs *pairs = calloc(n ? n : 1, sizeof *pairs);
    HY_ASSERT(pairs, "out of memory for a comparison");
    hy_status status = begin(l, s);
    for (size_t i = 0; i < n && status == HY_OK; i++) /* a row stays open there until another one is asked for */
        for (int round = 0; round < ROUNDS && status == HY_OK; round++)
            status = turns(l, s, order, &rows[i], &pairs[i], round);
    for (size_t i = 0; i < n && status == HY_OK; i++)
        settle(&rows[i], &pairs[i]);
    for (int side = 0; side < SIDES; side++)
        hy_served_close(&s[side]);
    free(pairs);
    return status;
}
