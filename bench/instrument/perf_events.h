/* What the processors counted while this process ran, by the kernel's perf events.
 *
 *     struct hy_perf p;
 *     hy_perf_open(&p, NULL);              p.why says what there is not
 *     hy_perf_read(&p, before);
 *     ... work of all threads ...
 *     hy_perf_read(&p, after);
 *     hy_perf_close(&p);
 *
 * One group of hardware events and one of the kernel's own per thread that there is at hy_perf_open(): the team has to
 * be running. A thread that comes later is not counted. Hardware events count user code alone, which is what a process
 * may ask for without further rights. Bytes of the memory controllers are the whole machine's, others' too. A read
 * costs a few microseconds per thread: never take times of short work in the same run. */
#ifndef HY_BENCH_INSTRUMENT_PERF_EVENTS_H
#define HY_BENCH_INSTRUMENT_PERF_EVENTS_H

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum hy_perf_event {
    HY_PERF_CYCLES,
    HY_PERF_INSTRUCTIONS,
    HY_PERF_CACHE_MISSES, /* what the kernel calls so: of the last level on Intel, of the L2 on AMD */
    HY_PERF_CPU_NS,       /* time on a processor, of all threads */
    HY_PERF_FAULTS,
    HY_PERF_SWITCHES,
    HY_PERF_DRAM_READ, /* bytes, of perf_dram.h; not counted by hy_perf_open() alone */
    HY_PERF_DRAM_WRITE,
    HY_PERF_EVENTS,
};
const char *hy_perf_name(enum hy_perf_event e); /* "cycles": the metric of counters.csv */
const char *hy_perf_unit(enum hy_perf_event e); /* "cycle", "ns", "byte" */

/* The kernel's side of it: tests bring one of their own. */
struct hy_perf_kernel {
    int (*open)(struct perf_event_attr *attr, pid_t thread, int cpu, int group); /* -1 and errno */
    ssize_t (*read)(int fd, void *to, size_t bytes);
    void (*close)(int fd);
};

/* Events that are read together, and whose values add up with those of the other groups. */
struct hy_perf_group {
    int fds[4]; /* (n) the first one leads */
    enum hy_perf_event events[4];
    int n;
    double scale; /* from what is counted to the event's unit */
};

struct hy_perf {
    const struct hy_perf_kernel *kernel;
    struct hy_perf_group *groups; /* (n), with room for `room` */
    int n, room;
    bool have[HY_PERF_EVENTS];
    char why[320]; /* one sentence where hardware events are missing: the reason, and what to set; else "" */
};

/* Never fails: `have` says what is counted. `kernel` NULL: the real one. */
void hy_perf_open(struct hy_perf *p, const struct hy_perf_kernel *kernel);
void hy_perf_close(struct hy_perf *p); /* zeroed is fine */

/* Since hy_perf_open(), by all threads; what is not counted is NaN. Counters that had to share the hardware with
 * others' are scaled up to the whole time. */
void hy_perf_read(const struct hy_perf *p, double counts[HY_PERF_EVENTS]);

/* A group of one event on a processor, of all that runs there: perf_dram.c. false where the kernel refuses. */
bool hy_perf_add(struct hy_perf *p, enum hy_perf_event event, struct perf_event_attr *attr, int cpu, double scale);

#endif
