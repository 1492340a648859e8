#include "bench/compare/pairs_turns.h"

#include <math.h>
#include <string.h>

#include "bench/harness/realtime.h"
#include "bench/harness/stats.h"
#include "kernels/base/clock.h"
#include "kernels/base/rng.h"

enum { FEWEST = 12, MOST = 256, MOST_CALLS = 1000, WARM = 2, FEWEST_YARDS = 5 };

/* A side's piece is as long as a group of samples, so that its witness speaks for it. */
static const double piece_ns = 3e5, narrow = 0.01;

struct turns {
    struct hy_pair_side *sides;
    struct hy_observer *observer;
    int calls; /* of each side in a piece */
    double kept[HY_PAIR_SIDES][MOST], aside[HY_PAIR_SIDES][MOST];
    int n_kept, n_aside;
    int in_a_row; /* pairs that others disturbed */
    double kept_ns, aside_ns;
    struct hy_yards yards;
    double clock_round_ns; /* the best that the clock's yardstick was between these two so far; 0: not known */
};

static void run_side(const struct hy_pair_side *s)
{
    for (int i = 0; i < s->calls; i++)
        s->run[i](hy_places_args(&s->places[i]));
}

/* What was in the way of a pair: a look tells when a neighbour has gone, others are waited for. */
struct in_the_way {
    bool anybody, others;
};

static void move_on(struct hy_pair_side *sides)
{
    for (int side = 0; side < HY_PAIR_SIDES; side++)
        for (int i = 0; i < sides[side].calls; i++)
            hy_places_next(&sides[side].places[i]);
}

static double piece(struct turns *t, int side, struct in_the_way *way)
{
    struct hy_witness *w = &t->observer->witness;
    for (int i = 0; i < WARM; i++) /* the other one's operands were in the caches */
        run_side(&t->sides[side]);
    hy_witness_begin_alone(w, HY_NEIGHBOUR_NS);
    const uint64_t from = hy_now_ns();
    for (int i = 0; i < t->calls; i++)
        run_side(&t->sides[side]);
    const double ns = (double)(hy_now_ns() - from);
    const struct hy_disturbance d = hy_witness_end(w, ns);
    way->anybody |= hy_disturbed(&d);
    way->others |= hy_disturbed_by_others(&d);
    return ns;
}

/* Whether the machine is slow right now, for these two: what they do to the clock themselves is none of others. */
static bool feel(struct turns *t)
{
    struct hy_yardstick *y = &t->observer->yardstick;
    if (hy_yardstick_due(y)) {
        hy_yardstick_take(y, &t->observer->witness, &t->yards);
        if (t->yards.n >= FEWEST_YARDS && hy_yardstick_round_ns(y) > 0)
            t->clock_round_ns = fmin(t->clock_round_ns > 0 ? t->clock_round_ns : INFINITY, hy_yardstick_round_ns(y));
    }
    return hy_yardstick_slow(y, false, t->clock_round_ns);
}

static void pair(struct turns *t, int first)
{
    double ns[HY_PAIR_SIDES];
    struct in_the_way way = {false, false};
    const bool slow = feel(t);
    ns[first] = piece(t, first, &way);
    ns[!first] = piece(t, !first, &way);
    t->in_a_row = way.others ? t->in_a_row + 1 : 0;
    if (way.others)
        hy_witness_wait(t->in_a_row - 1);
    if (way.anybody || slow) {
        for (int i = 0; i < HY_PAIR_SIDES && t->n_aside < MOST; i++)
            t->aside[i][t->n_aside] = ns[i] / t->calls;
        t->n_aside += t->n_aside < MOST;
        t->aside_ns += ns[0] + ns[1];
        return;
    }
    for (int i = 0; i < HY_PAIR_SIDES; i++)
        t->kept[i][t->n_kept] = ns[i] / t->calls;
    t->n_kept++;
    t->kept_ns += ns[0] + ns[1];
}

static int calls_for(const struct turns *t)
{
    double longest = 0;
    for (int side = 0; side < HY_PAIR_SIDES; side++)
        for (int i = 0; i < WARM; i++) {
            const uint64_t from = hy_now_ns();
            run_side(&t->sides[side]);
            longest = fmax(i ? longest : 0, (double)(hy_now_ns() - from));
        }
    const double calls = ceil(piece_ns / fmax(longest, 1));
    return calls > MOST_CALLS ? MOST_CALLS : (int)calls;
}

static void settle(struct turns *t, struct hy_pair_row *row)
{
    const bool all = t->n_aside > t->n_kept;
    const int dropped = all ? 0 : t->n_aside;
    for (int k = 0; all && k < t->n_aside && t->n_kept < MOST; k++, t->n_kept++)
        for (int i = 0; i < HY_PAIR_SIDES; i++)
            t->kept[i][t->n_kept] = t->aside[i][k];
    for (int i = 0; i < 2 * FEWEST_YARDS && t->yards.n < FEWEST_YARDS; i++)
        hy_yardstick_take(&t->observer->yardstick, &t->observer->witness, &t->yards);
    row->ratio = hy_ratio_of_pairs(t->kept[HY_PAIR_BASE], t->kept[HY_PAIR_FRESH], (size_t)t->n_kept, 0.05);
    for (int i = 0; i < HY_PAIR_SIDES; i++)
        row->ns[i] = t->n_kept ? hy_median(t->kept[i], (size_t)t->n_kept) : (double)NAN;
    row->conditions = (struct hy_conditions){
        .disturbed_pct = 100 * t->aside_ns / fmax(t->kept_ns + t->aside_ns, 1),
        .dropped = (size_t)dropped,
        .clock_ratio = hy_yards_clock(&t->yards, &t->observer->yardstick, t->clock_round_ns),
        .memory_ratio = hy_yards_memory(&t->yards, &t->observer->yardstick),
        .handover_ns = t->observer->yardstick.handover_ns,
        .witness = hy_witness_name(&t->observer->witness),
        .quality = all || t->yards.n == 0 ? HY_QUALITY_DISTURBED : HY_QUALITY_OK,
    };
    /* what slows the memory slows both sides */
    hy_conditions_hold(&row->conditions, HY_REACH_CORE);
}

/* Whether the ratio is known well enough; looked at when there is a half more than the last time. */
static bool known(const struct turns *t, int *looked)
{
    if (t->n_kept < FEWEST || 2 * t->n_kept < 3 * *looked)
        return false;
    *looked = t->n_kept;
    const struct hy_ratio r = hy_ratio_of_pairs(t->kept[HY_PAIR_BASE], t->kept[HY_PAIR_FRESH], (size_t)t->n_kept, 0.05);
    return r.high - r.low < narrow * r.ratio;
}

void hy_pair_turns(struct hy_pair_row *row, struct hy_pair_side sides[HY_PAIR_SIDES], struct hy_observer *observer,
                   double seconds, uint64_t seed)
{
    struct turns t = {.sides = sides, .observer = observer};
    struct hy_stream order = hy_stream_open(seed, row->pair->name);
    const uint64_t start = hy_now_ns();
    double longest_ns = 0;
    int looked = 0;
    t.calls = calls_for(&t);
    /* a block at least, however little time there is */
    while (t.n_kept + 2 <= MOST && !known(&t, &looked) &&
           (hy_seconds_since(start) < seconds || t.n_kept + t.n_aside < 2)) {
        const uint64_t from = hy_now_ns();
        (void)hy_realtime_hold(longest_ns);
        const int first = hy_stream_uniform(&order) < 0.5 ? HY_PAIR_BASE : HY_PAIR_FRESH;
        pair(&t, first);
        pair(&t, !first);
        move_on(sides);
        longest_ns = fmax(longest_ns, (double)(hy_now_ns() - from));
    }
    hy_realtime_release();
    settle(&t, row);
}
