/* Whether the machine was ours while something was timed.
 *
 *     struct hy_witness w;
 *     hy_witness_open(&w);
 *     hy_witness_begin(&w);
 *     ... what is timed, by all threads ...
 *     struct hy_disturbance d = hy_witness_end(&w, elapsed_ns);
 *     if (hy_disturbed(&d)) take it again
 *
 * Samples that agree prove nothing: a scheduler's quantum is the most regular number there is. What is read is
 * what the kernel itself counted in between: how long any thread of this process was ready and did not run
 * (/proc/self/task/<id>/schedstat), time the hypervisor gave to others (steal, /proc/stat), and stops by the
 * control group's quota (cpu.stat); and what the kernel cannot count, whether a hyperthread beside us was at work when
 * it began and ended (siblings.h). A begin and an end cost some 30 us together: samples shorter than a millisecond are
 * witnessed in groups. HYMBENCH_ROOT is put before /proc and /sys, for tests. */
#ifndef HY_BENCH_HARNESS_WITNESS_H
#define HY_BENCH_HARNESS_WITNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/harness/siblings.h"

/* What a witness can see here; a container may hide any of it, an old kernel lack it. */
enum hy_witness_sees { HY_SEES_DELAY = 1, HY_SEES_STEAL = 2, HY_SEES_THROTTLING = 4 };

struct hy_disturbance {
    double delay_share; /* time that threads were ready and did not run, over the time of the whole team */
    long switches;      /* involuntary; told, but no reason to drop: what they cost is in the delay */
    double steal_ns;    /* of all processors; counted in ticks of 10 ms, so it may show up late */
    long throttled;     /* times that the control group's quota stopped the process */
    double alone;       /* the lesser share of the cores' width at both ends: 1 where they were ours alone */
    bool brief;         /* so short that both ends speak for what lay between */
};

struct hy_witness {
    unsigned sees; /* of enum hy_witness_sees */
    int *threads;  /* (n_threads) their schedstat, open */
    int n_threads, room;
    uint64_t listed_ns;        /* when they were listed last */
    int stat, cpu_stat;        /* open files, -1: none */
    double delay_ns, steal_ns; /* as they stood at begin */
    long switches, throttled;
    double alone; /* at the last look */
    uint64_t looked_ns;
};

/* Never fails: what cannot be read is not seen, and hy_witness_name() says what remains. */
void hy_witness_open(struct hy_witness *w);
void hy_witness_close(struct hy_witness *w); /* zeroed is fine */

void hy_witness_begin(struct hy_witness *w);

/* The same when the cores are ours alone, or after `most_ns` of looking for that. */
void hy_witness_begin_alone(struct hy_witness *w, double most_ns);

/* The cores once more: where something else came between begin and what is timed (emptying the caches), and where a
 * neighbour may go soon: looks again and again until the cores are ours alone, for `most_ns` at most. */
void hy_witness_look(struct hy_witness *w, double most_ns);

/* How long it is worth waiting for that before something short: neighbours come and go in milliseconds. */
enum { HY_NEIGHBOUR_NS = 50000000 };
struct hy_disturbance hy_witness_end(struct hy_witness *w, double elapsed_ns);

/* Ready and not running for over 0.5 % of the team's time, any steal, any stop; of what took under 3 ms also a core
 * that was not ours alone at one of its ends. Longer pieces meet a neighbour now and then, one like the other. */
bool hy_disturbed(const struct hy_disturbance *d);

/* The same without neighbours, whom waiting does not send away: others were on our own processors. */
bool hy_disturbed_by_others(const struct hy_disturbance *d);

/* "delay+steal+throttling", "none", ...: the column `witness`. Static memory. */
const char *hy_witness_name(const struct hy_witness *w);

/* The same memory for a text that hy_witness_name() once gave, as a file kept it; any other text is "none". */
const char *hy_witness_named(const char *text);

/* After a disturbed sample, the n-th in a row: sleeps, 1 ms at first, twice as long each time up to 64 ms, and
 * ends early where /proc/pressure/cpu says that nobody waits for a processor any more. Gives held processors back. */
void hy_witness_wait(int n);

#endif
