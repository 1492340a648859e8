/* An NVTX tool inside the test program: keeps what reaches NVTX. The hook that
 * makes NVTX load it stands in nvtx_hook.c. */
#ifndef HY_TESTS_BENCH_INSTRUMENT_NVTX_RECORD_H
#define HY_TESTS_BENCH_INSTRUMENT_NVTX_RECORD_H

#include <stdbool.h>
#include <stdint.h>

enum { RECORDED_EVENTS = 256, RECORDED_TEXT = 64 };

struct recorded {
    bool push; /* else pop */
    int depth; /* before a push, after a pop */
    uint32_t category;
    uint64_t payload;
    bool registered, is_u64;
    char text[RECORDED_TEXT], domain[RECORDED_TEXT];
};
extern struct recorded nvtx_events[RECORDED_EVENTS];
extern int nvtx_event_count;
extern int nvtx_registered_count; /* calls that registered a string */
extern char nvtx_category_names[8][RECORDED_TEXT];

#endif
