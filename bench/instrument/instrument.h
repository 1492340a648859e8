/* Listeners of kernels/base/trace.h: timing slots, NVTX ranges, and a fan that
 * feeds several. All of them serve one thread, the one that runs the program. */
#ifndef HY_BENCH_INSTRUMENT_INSTRUMENT_H
#define HY_BENCH_INSTRUMENT_INSTRUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/base/trace.h"

enum { HY_FAN_SINKS = 4, HY_TRACE_DEPTH = 16 };

/* ---- fan: one trace that passes every range on to up to HY_FAN_SINKS ----------- */
struct hy_fan {
    struct hy_trace sinks[HY_FAN_SINKS];
    int n;
    struct hy_trace trace; /* what the executor is given */
};
void hy_fan_init(struct hy_fan *f);                             /* *f must not move afterwards */
void hy_fan_add(struct hy_fan *f, const struct hy_trace *sink); /* copied; NULL adds nothing */

/* The trace to hand on: NULL while there is no sink, so that nothing is called. */
const struct hy_trace *hy_fan_trace(const struct hy_fan *f);

/* ---- slots: time of every (pass, node), summed over calls ------------------- */
struct hy_slot_time {
    const char *pass, *op;      /* names as the executor gave them (borrowed); pass "" outside any */
    int layer;                  /* -1 outside the layers */
    const struct hy_node *node; /* as the executor gave it (borrowed) */
    uint64_t calls, ns, bytes;  /* bytes: the payloads, summed */
};

struct hy_slots {
    struct hy_slot_time *slots; /* (n) in the order of first use */
    size_t n, capacity;
    uint64_t steps, step_ns; /* the step ranges: what the ops' times are shares of */
    struct {
        struct hy_trace_event event;
        uint64_t start_ns;
    } open[HY_TRACE_DEPTH];
    int depth;
    const char *pass; /* the pass now open, "" if none */
    struct hy_trace trace;
};

/* Room for `capacity` different slots is taken at once: nothing is allocated
 * while time is taken. More slots than that is an assertion. *s must not move. */
void hy_slots_init(struct hy_slots *s, size_t capacity);
void hy_slots_fini(struct hy_slots *s);  /* NULL and zeroed are fine */
void hy_slots_reset(struct hy_slots *s); /* forgets all times: after a warm-up step */

/* ---- NVTX ------------------------------------------------------------------------
 * Domain "hymbench", registered strings, push/pop ranges, u64 payloads, categories
 * train, eval, decode (a step's name gives them to all inside) and bench (samples).
 * Layers are named "layer 3", everything else by its name. */
bool hy_nvtx_built_in(void); /* the headers were there when this was compiled */

/* The sink, where a tool listens to NVTX in this process; else NULL, for who has ranges runs op by op and cannot replay
 * a recorded step on a device. HYMBENCH_NVTX=1 gives it without a tool too, 0 never. NULL without NVTX in this build,
 * said once on stderr when `say` is set. */
const struct hy_trace *hy_nvtx_trace(bool say);

/* The same sink whether or not a tool listens, and whether one does: for who measures what it costs. NULL without NVTX
 * in this build. */
const struct hy_trace *hy_nvtx_always(bool *heard);

#endif
