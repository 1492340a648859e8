/* Where the time goes: what runs ranges (the executor, the harness) tells whoever listens.
 *
 * The executor calls begin and end around every step, pass, layer and op; the
 * listeners (NVTX ranges, timing slots) live in bench/instrument, so that models
 * depend on this header alone. A NULL trace costs one comparison. */
#ifndef HY_KERNELS_BASE_TRACE_H
#define HY_KERNELS_BASE_TRACE_H

#include <stddef.h>
#include <stdint.h>

enum hy_trace_kind {
    HY_TRACE_STEP,   /* name "train", "eval" or "decode"; payload the step number */
    HY_TRACE_PASS,   /* name "forward", "backward" or "update"; payload the step number */
    HY_TRACE_LAYER,  /* name "layer"; payload the layer's index */
    HY_TRACE_OP,     /* the place of an op ("attn.core"); payload the bytes it must move */
    HY_TRACE_SAMPLE, /* name of a kernel being measured; payload the sample's index */
    HY_TRACE_KINDS,
};

struct hy_node; /* of models/program: only passed on here */

/* What begins. Listeners keep the pointers in it: both outlive the trace. */
struct hy_trace_event {
    enum hy_trace_kind kind;
    const char *name;
    int layer; /* -1 outside the layers */
    uint64_t payload;
    const struct hy_node *node; /* of an op's range: the program's node that runs; else NULL */
};

/* Ranges nest strictly: end closes what the last begin opened, by the same thread. */
struct hy_trace {
    void *ctx;
    void (*begin)(void *ctx, const struct hy_trace_event *event);
    void (*end)(void *ctx);
};

/* A range that is no node's. */
static inline void hy_trace_begin(const struct hy_trace *t, enum hy_trace_kind kind, const char *name, int layer,
                                  uint64_t payload)
{
    const struct hy_trace_event event = {kind, name, layer, payload, NULL};
    if (t != NULL)
        t->begin(t->ctx, &event);
}

static inline void hy_trace_begin_op(const struct hy_trace *t, const struct hy_node *node, const char *place, int layer,
                                     uint64_t bytes)
{
    const struct hy_trace_event event = {HY_TRACE_OP, place, layer, bytes, node};
    if (t != NULL)
        t->begin(t->ctx, &event);
}

static inline void hy_trace_end(const struct hy_trace *t)
{
    if (t != NULL)
        t->end(t->ctx);
}

#endif
