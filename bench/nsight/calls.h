/* The calls of the CUDA interface in a capture: who launched what, in which range, and when the host waited. */
#ifndef HY_BENCH_NSIGHT_CALLS_H
#define HY_BENCH_NSIGHT_CALLS_H

#include "bench/nsight/ranges.h"

struct hy_call {
    int64_t start, end; /* ns */
    uint32_t correlation;
    uint32_t range; /* the innermost that was open when it began, or none */
    uint16_t thread, process;
};

struct hy_wait { /* in a call that synchronises */
    int64_t start, end;
    uint16_t thread;
};

struct hy_calls {
    struct hy_call *calls; /* (n) by process and correlation */
    uint32_t n, room;
    struct hy_wait *waits; /* (n_waits) by thread and time, those of a thread apart from each other */
    uint32_t n_waits, wait_room;
    uint32_t hint;
};

/* HY_BAD_INPUT where the file is damaged. On failure *c is empty. */
hy_status hy_calls_read(struct hy_calls *c, struct hy_export *e, struct hy_names *names, struct hy_threads *threads,
                        struct hy_ranges *ranges);
void hy_calls_fini(struct hy_calls *c); /* zeroed is fine */

/* The call with that correlation id, or none. */
uint32_t hy_calls_find(struct hy_calls *c, uint16_t process, uint32_t correlation);

/* Of [from, to) the time that the thread spent waiting for the device, in ns. */
int64_t hy_calls_waited(const struct hy_calls *c, uint16_t thread, int64_t from, int64_t to);

#endif
