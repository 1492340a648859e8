/* A libcupti that needs no GPU: what launches would have left is told to it, and it
 * replays that through the real protocol (buffers asked for, filled and handed back
 * by a thread of its own) when it is flushed. Its records are longer than what we
 * declare of them, as the real ones are.
 *
 * Environment, for whoever cannot call these functions:
 *   MOCK_CUPTI_FAIL=39          the entry MOCK_CUPTI_FAIL_AT (default cuptiSubscribe) gives that code
 *   MOCK_CUPTI_VERSION=120040   what cuptiGetVersion says
 *   MOCK_CUPTI_AUTO=250         every range that ends has launched one kernel of 250 ns
 *
 * In a program with the host rig inside (it exports simt_listen) every kernel, copy and memset that is really
 * launched while a subscriber is there is recorded besides, each of MOCK_CUPTI_NS. */
#ifndef HY_TESTS_MOCK_CUPTI_H
#define HY_TESTS_MOCK_CUPTI_H

#include <stddef.h>
#include <stdint.h>

#include "kernels/simt/runtime.h"

enum { MOCK_CUPTI_NS = 100 };

/* One launch by the range that is open now: the API call, its link and the device's
 * record of kind `kind`; returns the correlation id. */
typedef uint32_t mock_cupti_launch_fn(uint32_t kind, const char *name, uint64_t start, uint64_t end, uint64_t bytes);
mock_cupti_launch_fn mock_cupti_launch;

/* A further kernel of the same call, as a graph's nodes are. */
typedef void mock_cupti_again_fn(uint32_t correlation, const char *name, uint64_t start, uint64_t end);
mock_cupti_again_fn mock_cupti_again;

/* The last record comes first: links after what they link. */
typedef void mock_cupti_reverse_fn(void);
mock_cupti_reverse_fn mock_cupti_reverse;

/* That many records are reported as dropped with the next buffer. */
typedef void mock_cupti_drop_fn(size_t count);
mock_cupti_drop_fn mock_cupti_drop;

/* Whether a subscriber is there, how many kinds are enabled, how many ids are on the stack, buffers handed back. */
struct mock_cupti_counts {
    int subscribers, kinds, depth, buffers;
};
typedef struct mock_cupti_counts mock_cupti_counts_fn(void);
mock_cupti_counts_fn mock_cupti_counts;

/* ---- for the rest of the library (counters.c) ------------------------------------------ */

int mock_cupti_verdict(const char *entry); /* the code that MOCK_CUPTI_FAIL orders for it, else success */

/* The rig's simt_listen(), if this program has one. */
void mock_cupti_listen(simt_listener *listener);

#endif
