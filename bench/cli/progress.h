/* The progress of a study on stderr: one line that rewrites itself on a
 * terminal, plain lines now and then elsewhere. The time left is weighted by
 * cost: variants differ several times in flops per step. */
#ifndef HY_BENCH_CLI_PROGRESS_H
#define HY_BENCH_CLI_PROGRESS_H

#include <stdbool.h>

struct hy_progress {
    double total_cost, done_cost; /* any unit; flops here */
    double timed_cost, timed_ns;  /* of this process: gives the rate */
    double last_ns;               /* when the last step ended */
    double shown_ns;              /* when a line was last written */
    bool terminal, line_open;
    const char *variant; /* borrowed */
    long step, steps;
    double loss, ppl, tokens_per_second;
};

void hy_progress_init(struct hy_progress *p, double total_cost);

/* Work that needs no more doing (a resumed run's past). */
void hy_progress_skip(struct hy_progress *p, double cost);

/* A variant begins; steps is its number of steps. */
void hy_progress_variant(struct hy_progress *p, const char *variant, long steps);

/* True when it is time for another line: what it says is then worth waiting for. */
bool hy_progress_due(const struct hy_progress *p);

/* Steps up to `step` are done, their cost together. ppl: the last evaluation's, NaN before one. */
void hy_progress_step(struct hy_progress *p, double cost, long step, double loss, double ppl, double tokens_per_second);

/* Writes the line now and ends it: before anything else is printed. */
void hy_progress_flush(struct hy_progress *p);

#endif
