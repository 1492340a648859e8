/* The ops of a program's runs timed one by one under a witness.
 *
 *     struct hy_listener l;
 *     hy_listener_init(&l, program->n_steps, observer);
 *     for each run
 *         hy_listener_begin(&l);
 *         ... the run, with &l.one.trace ...
 *         disturbed = hy_listener_end(&l);
 *     l.quiet, or where too few were undisturbed l.all
 *     hy_listener_fini(&l); */
#ifndef HY_BENCH_MEASURE_LISTEN_H
#define HY_BENCH_MEASURE_LISTEN_H

#include "bench/harness/watch.h"
#include "bench/instrument/instrument.h"

struct hy_listener {
    struct hy_watch watch;
    struct hy_slots one, quiet, all; /* of the run in hand; sums of the undisturbed runs, and of all */
};

/* For runs of a program of so many steps, which all meet the same places in the same order. `observer` NULL: nobody
 * looks on, as at a device's work, and every run is undisturbed. *l must not move. */
void hy_listener_init(struct hy_listener *l, int steps, struct hy_observer *observer);
void hy_listener_fini(struct hy_listener *l);

void hy_listener_begin(struct hy_listener *l);
bool hy_listener_end(struct hy_listener *l); /* true: others were at work meanwhile */

#endif
