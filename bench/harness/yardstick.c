#include "bench/harness/yardstick.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/harness/env.h"
#include "bench/harness/handover.h"
#include "bench/harness/memory.h"
#include "bench/harness/peaks_fma.h"
#include "bench/harness/realtime.h"
#include "bench/harness/stats.h"
#include "kernels/base/clock.h"
#include "kernels/base/threads.h"

/* WARM_NS: until the clock is what it stays at under load; BRIEF_WARM_NS: for who lives for seconds only, and is
 * compared with another that does. RAMP: loops, some 400 us, before the one that counts: after lighter work an Intel
 * core grants wide multiply-adds their full rate only then (0.85 of it at once, 0.98 so). */
enum {
    WARM_NS = 150000000,
    BRIEF_WARM_NS = 20000000,
    RAMP = 4,
    LOOP_NS = 100000,
    SLICE = 2 << 20,
    DUE_NS = 20000000,
    PATIENCE_NS = 5000000, /* with neighbours: the next one is due soon */
    OPEN_NS = 400000000,   /* all of the opening, by far */
    OPENING = 3 * HY_YARDSTICK_WINDOW
};

/* Of few readings: a single copy scatters by a tenth on an idle machine. */
enum { LATEST = 3, ENOUGH = 27 };
static const double CLOCK_SLOW = 0.97, COPY_SLOW = 0.9;

/* Of this process: where its processors lie, and how fast they are, does not depend on who asks. */
static double nearest;
static struct hy_pace usual, kept_up;

double hy_yardstick_near(void)
{
    return nearest;
}

void hy_yardstick_expect_near(double handover_ns)
{
    if (handover_ns > 0 && (nearest <= 0 || handover_ns < nearest))
        nearest = handover_ns;
}

void hy_yardstick_expect_pace(struct hy_pace of_last_runs)
{
    usual = of_last_runs;
}

struct hy_pace hy_yardstick_pace(void)
{
    return kept_up;
}

static double loop(const struct hy_yardstick *y, long rounds)
{
    double sum = 0;
    uint64_t from = hy_now_ns();
#pragma omp parallel num_threads(hy_threads()) reduction(+ : sum)
    sum += hy_fma_rounds(y->isa, rounds);
    double ns = (double)(hy_now_ns() - from);
    hy_keep(&sum);
    return ns;
}

static double copy(struct hy_yardstick *y)
{
    uint64_t from = hy_now_ns();
    hy_copy_all((char *)y->to + y->at, (const char *)y->from + y->at, y->slice);
    double ns = (double)(hy_now_ns() - from);
    y->at += y->slice;
    if (y->at + y->slice > y->bytes)
        y->at = 0;
    return ns;
}

static double median_of(const double *values, size_t n)
{
    double sorted[HY_YARDSTICK_MOST];
    memcpy(sorted, values, n * sizeof *values);
    return hy_median(sorted, n);
}

static void remember(struct hy_yardstick *y, double clock_ns, double copy_ns)
{
    y->clock_ns[y->taken % HY_YARDSTICK_WINDOW] = clock_ns;
    y->copy_ns[y->taken % HY_YARDSTICK_WINDOW] = copy_ns;
    if (++y->taken < HY_YARDSTICK_WINDOW)
        return;
    const size_t at = y->medians++ % HY_YARDSTICK_MOST;
    y->clock_medians[at] = median_of(y->clock_ns, HY_YARDSTICK_WINDOW);
    y->copy_medians[at] = median_of(y->copy_ns, HY_YARDSTICK_WINDOW);
}

void hy_yardstick_open(struct hy_yardstick *y, struct hy_witness *w, size_t most_bytes)
{
    struct hy_machine m;
    hy_machine_get(&m);
    size_t llc = m.llc_bytes ? m.llc_bytes : (size_t)32 << 20;
    if (most_bytes > 0 && llc > most_bytes)
        llc = most_bytes;
    *y = (struct hy_yardstick){.isa = hy_isa(),
                               .bytes = llc / SLICE * SLICE + SLICE,
                               .slice = SLICE,
                               .whole = most_bytes == 0,
                               .handover_ns = NAN};
    y->from = hy_buffer(y->bytes);
    y->to = hy_buffer(y->bytes);
    double shortest = INFINITY;
    (void)hy_realtime_hold(OPEN_NS);
    for (uint64_t start = hy_now_ns(); hy_now_ns() - start < (y->whole ? WARM_NS : BRIEF_WARM_NS);)
        shortest = fmin(shortest, loop(y, 10000));
    y->rounds = (long)(10000 * LOOP_NS / fmax(shortest, 1)) + 1;
    struct hy_yards unused = {.n = 0};
    for (int i = 0; i < OPENING; i++)
        hy_yardstick_take(y, w, &unused);
    hy_realtime_release();
}

void hy_yardstick_close(struct hy_yardstick *y)
{
    if (y->whole && y->medians >= ENOUGH)
        hy_yardstick_rates(y, &kept_up.clock_round_ns, &kept_up.copy_byte_ns);
    free(y->from);
    free(y->to);
    *y = (struct hy_yardstick){0};
}

bool hy_yardstick_due(const struct hy_yardstick *y)
{
    return hy_now_ns() - y->last_ns >= DUE_NS;
}

void hy_yardstick_take(struct hy_yardstick *y, struct hy_witness *w, struct hy_yards *to)
{
    y->handover_ns = hy_handover_ns();
    if (hy_siblings_look() >= HY_SIBLINGS_ALONE) /* two on one core are nearer than two cores ever are */
        hy_yardstick_expect_near(y->handover_ns);
    (void)loop(y, RAMP * y->rounds);
    hy_witness_begin_alone(w, PATIENCE_NS);
    const double clock_ns = loop(y, y->rounds), copy_ns = copy(y);
    const struct hy_disturbance d = hy_witness_end(w, clock_ns + copy_ns);
    y->last_ns = hy_now_ns();
    if (hy_disturbed(&d))
        return;
    remember(y, clock_ns, copy_ns);
    to->far += to->n < HY_YARDSTICK_MOST && y->handover_ns > HY_HANDOVER_FAR * nearest;
    const int at = to->n < HY_YARDSTICK_MOST ? to->n++ : (int)(y->taken % HY_YARDSTICK_MOST);
    to->clock_ns[at] = clock_ns;
    to->copy_ns[at] = copy_ns;
}

void hy_yards_add(struct hy_yards *to, const struct hy_yards *more)
{
    to->far += more->far;
    for (int i = 0; i < more->n && to->n < HY_YARDSTICK_MOST; i++, to->n++) {
        to->clock_ns[to->n] = more->clock_ns[i];
        to->copy_ns[to->n] = more->copy_ns[i];
    }
}

/* What the run keeps up, of the medians so far; NaN without any. */
static double best(const double *medians, size_t taken)
{
    double sorted[HY_YARDSTICK_MOST];
    const size_t kept = taken < HY_YARDSTICK_MOST ? taken : HY_YARDSTICK_MOST;
    if (kept == 0)
        return NAN;
    memcpy(sorted, medians, kept * sizeof *medians);
    (void)hy_median(sorted, kept); /* which puts them in order */
    return hy_quantile(sorted, kept, 0.25);
}

/* The least that is known of: NaN and what is not there do not count. */
static double least(double a, double b)
{
    return b > 0 ? fmin(a, b) : a;
}

static double best_clock(const struct hy_yardstick *y, double round_ns)
{
    const double rounds = (double)y->rounds;
    return round_ns > 0 ? round_ns * rounds
                        : least(best(y->clock_medians, y->medians), y->whole ? usual.clock_round_ns * rounds : 0);
}

static double best_copy(const struct hy_yardstick *y)
{
    return least(best(y->copy_medians, y->medians), y->whole ? usual.copy_byte_ns * (double)y->slice : 0);
}

static double ratio(const double *values, int n, double whole)
{
    return n == 0 || isnan(whole) ? NAN : fmin(1, whole / median_of(values, (size_t)n));
}

/* The median of the last few of a window. */
static double latest(const double *window, size_t taken)
{
    double few[LATEST];
    for (size_t i = 0; i < LATEST; i++)
        few[i] = window[(taken - 1 - i) % HY_YARDSTICK_WINDOW];
    return hy_median(few, LATEST);
}

double hy_yardstick_round_ns(const struct hy_yardstick *y)
{
    return y->taken < HY_YARDSTICK_WINDOW ? NAN : latest(y->clock_ns, y->taken) / (double)y->rounds;
}

bool hy_yardstick_slow(const struct hy_yardstick *y, bool memory, double clock_round_ns)
{
    if (y->handover_ns > HY_HANDOVER_FAR * nearest)
        return true;
    if (y->taken < HY_YARDSTICK_WINDOW)
        return false;
    return best_clock(y, clock_round_ns) < CLOCK_SLOW * latest(y->clock_ns, y->taken) ||
           (memory && best_copy(y) < COPY_SLOW * latest(y->copy_ns, y->taken));
}

double hy_yards_clock(const struct hy_yards *r, const struct hy_yardstick *y, double clock_round_ns)
{
    return ratio(r->clock_ns, r->n, best_clock(y, clock_round_ns));
}

double hy_yards_clock_round_ns(const struct hy_yards *r, const struct hy_yardstick *y)
{
    return r->n == 0 ? NAN : median_of(r->clock_ns, (size_t)r->n) / (double)y->rounds;
}

double hy_yards_memory(const struct hy_yards *r, const struct hy_yardstick *y)
{
    return ratio(r->copy_ns, r->n, best_copy(y));
}

void hy_yardstick_rates(const struct hy_yardstick *y, double *clock_ns_per_round, double *copy_ns_per_byte)
{
    *clock_ns_per_round = best(y->clock_medians, y->medians) / (double)y->rounds;
    *copy_ns_per_byte = best(y->copy_medians, y->medians) / (double)y->slice;
}

bool hy_yards_far(const struct hy_yards *r)
{
    return 2 * r->far > r->n;
}
