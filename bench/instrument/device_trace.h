/* Device time of what the ranges launched: a listener of kernels/base/trace.h on top of CUPTI.
 *
 * Every step, op and sample range pushes a number that CUPTI hands back with the
 * correlation id of each launch, so kernels, copies and memsets find their way to
 * the (pass, node) that started them, however late and in whatever order
 * their records come. What a replayed graph runs belongs to the range that launched
 * the graph: the step.
 *
 * Tracing costs time: never take times of the host while one is running. */
#ifndef HY_BENCH_INSTRUMENT_DEVICE_TRACE_H
#define HY_BENCH_INSTRUMENT_DEVICE_TRACE_H

#include "bench/instrument/cupti_api.h"
#include "bench/instrument/instrument.h"

struct hy_device_row {
    enum hy_trace_kind kind;    /* HY_TRACE_STEP, HY_TRACE_OP or HY_TRACE_SAMPLE */
    const char *pass, *name;    /* borrowed from the ranges; pass "" outside any */
    int layer;                  /* -1 outside the layers */
    const struct hy_node *node; /* of an op; borrowed */
    uint64_t kernels, copies, sets;
    uint64_t copied_bytes;
    uint64_t busy_ns; /* during which at least one of them ran: the union of their intervals */
};

/* One kernel of the device as one range launched it. */
struct hy_device_function {
    const char *name; /* as the compiler mangled it; lives as long as the program */
    size_t row;       /* into rows */
    uint64_t launches, ns;
    int registers, shared_bytes; /* of the last launch */
};

struct hy_device_trace {
    struct hy_device_row *rows; /* (n) in the order of first use */
    size_t n, capacity;
    struct hy_device_function *functions; /* (n_functions), after stop */
    size_t n_functions;
    uint64_t steps;      /* step ranges seen */
    uint64_t busy_ns;    /* of everything together, the union */
    uint64_t strays;     /* records nobody's range launched */
    uint64_t dropped;    /* records CUPTI had no room for: the times above are then too small */
    uint64_t incomplete; /* records without a start or an end, left out */
    struct {
        enum hy_trace_kind kind;
        const char *pass; /* of the ranges outside */
    } open[HY_TRACE_DEPTH];
    int depth;
    const char *pass;
    size_t last; /* the row found last */
    struct hy_trace trace;
};

/* Attaches CUPTI and starts to keep records, with room for `capacity` rows; one trace at
 * a time. Any other state than HY_CUPTI_OK leaves nothing attached and *t zeroed;
 * hy_cupti_sentence() says why. A GPU must be open: without a driver some entries
 * of CUPTI do worse than fail. *t must not move. */
enum hy_cupti_state hy_device_trace_start(struct hy_device_trace *t, size_t capacity);

/* Collects all records, detaches, and fills in the rows. The device's work must
 * have been waited for. Another state than HY_CUPTI_OK: records are missing. */
enum hy_cupti_state hy_device_trace_stop(struct hy_device_trace *t);
void hy_device_trace_fini(struct hy_device_trace *t); /* NULL and zeroed are fine; stops one that runs */

#endif
