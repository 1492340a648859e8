#include "bench/harness/handover.h"

#include <math.h>
#include <omp.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "kernels/base/clock.h"
#include "kernels/base/threads.h"

/* BATCHES: the shortest counts, an interrupt is no distance. PATIENCE_NS: of the first thread with one partner; one
 * that the scheduler has put aside would keep it for a quantum. */
enum { TURNS = 40, BATCHES = 3, PARTNERS = 8, PATIENCE_NS = 2000000, LINE = 64, GIVE_UP = -1 };

struct ball {
    _Alignas(LINE) _Atomic int turn; /* odd: at the partner's, even: at the first thread's; GIVE_UP: the game is over */
    char rest_of_the_line[LINE - sizeof(int)];
};

/* The first thread's side: the shortest batch's mean; NaN when it took too long. */
static double serve(struct ball *b)
{
    const uint64_t start = hy_now_ns();
    double least = NAN;
    int turn = 0;
    for (int batch = 0; batch < BATCHES; batch++) {
        const uint64_t from = hy_now_ns();
        for (int i = 0; i < TURNS; i++) {
            atomic_store_explicit(&b->turn, turn + 1, memory_order_release);
            for (int spins = 1; atomic_load_explicit(&b->turn, memory_order_acquire) != turn + 2; spins++) {
                if (spins % 1000 == 0 && hy_now_ns() - start > PATIENCE_NS) {
                    atomic_store_explicit(&b->turn, GIVE_UP, memory_order_release);
                    return NAN;
                }
            }
            turn += 2;
        }
        least = fmin(least, (double)(hy_now_ns() - from) / TURNS); /* of a number and NaN the number */
    }
    atomic_store_explicit(&b->turn, GIVE_UP, memory_order_release);
    return least;
}

/* The other side: answers until the first thread gives up. A late answer may overwrite that: it is given again. */
static void answer(struct ball *b)
{
    for (int seen;;) {
        while ((seen = atomic_load_explicit(&b->turn, memory_order_acquire)) != GIVE_UP && seen % 2 == 0)
            ;
        if (seen == GIVE_UP)
            return;
        if (!atomic_compare_exchange_strong(&b->turn, &seen, seen + 1))
            return; /* given up meanwhile */
    }
}

static bool each_has_a_processor(void)
{
    cpu_set_t allowed;
    return sched_getaffinity(0, sizeof allowed, &allowed) != 0 || CPU_COUNT(&allowed) >= hy_threads();
}

double hy_handover_ns(void)
{
    struct ball balls[PARTNERS] = {{.turn = 0}};
    double most = NAN;
    bool failed = false;
    if (hy_threads() < 2 || !each_has_a_processor())
        return NAN;
#pragma omp parallel num_threads(hy_threads())
    {
        const int me = omp_get_thread_num(), team = omp_get_num_threads();
        const int partners = team - 1 < PARTNERS ? team - 1 : PARTNERS;
        for (int p = 0; p < partners; p++) {
            const int other = 1 + (int)((long)p * (team - 1) / partners); /* spread over the team */
            if (me == 0) {
                const double ns = serve(&balls[p]);
                failed |= isnan(ns);
                most = fmax(most, ns);
            } else if (me == other) {
                answer(&balls[p]);
            }
        }
    }
    return failed ? (double)NAN : most;
}
