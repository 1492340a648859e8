/* The NVTX ranges of domain `hymbench` in a capture, as the program nests them on a thread: step, pass, layer, op
 * (kernels/base/trace.h). */
#ifndef HY_BENCH_NSIGHT_RANGES_H
#define HY_BENCH_NSIGHT_RANGES_H

#include <stdbool.h>

#include "bench/nsight/names.h"

#define HY_NONE_U32 UINT32_MAX

enum hy_range_kind { HY_RANGE_STEP, HY_RANGE_PASS, HY_RANGE_LAYER, HY_RANGE_OP };
enum hy_range_pass { HY_PASS_NONE, HY_PASS_FORWARD, HY_PASS_BACKWARD, HY_PASS_UPDATE, HY_RANGE_PASSES };
const char *hy_range_pass_name(enum hy_range_pass p); /* "" of none */

struct hy_range {
    int64_t start, end; /* ns; INT64_MAX: still open when the capture ended */
    int64_t bytes;      /* the payload of an op's range; -1: none */
    uint32_t name;
    uint32_t parent; /* the range around it, or none */
    uint32_t step;   /* into steps; none outside any */
    uint32_t row;    /* of hy_capture's ops; none so far */
    int32_t layer;   /* -1 outside the layers */
    uint16_t place;  /* of hy_capture's places, with `row` */
    uint16_t thread;
    uint8_t kind, pass;
    bool recorded; /* work replayed from a graph belongs to it */
};

enum hy_step_use {
    HY_STEP_LEFT_OUT, /* of another kind, or cut by the end of the capture */
    HY_STEP_COUNTED,  /* what figures are of */
    HY_STEP_WHOLE,    /* beside those: as it is trained, in one range, from a recording; tells how the host keeps up */
};
struct hy_step {
    uint32_t range;
    enum hy_step_use use;
};

struct hy_ranges {
    struct hy_range *ranges; /* (n) by thread and start, the outer before the inner */
    uint32_t n, room;
    struct hy_step *steps; /* (n_steps) in that order */
    uint32_t n_steps, step_room;
    uint32_t counted; /* steps */
    uint32_t whole;   /* the same of HY_STEP_WHOLE */
    uint32_t cut;     /* steps of the kind still open when the capture ended */
    const char *kind; /* "train", "eval", "prefill", "decode", "whole" */
    uint32_t hint;
};

/* Reads and nests them and chooses the steps: those called `kind`, or with NULL the first of train, eval, prefill,
 * decode, whole that the capture has. HY_NO_DATA: no range of the domain, or no whole step. HY_BAD_INPUT: ranges of a
 * thread that overlap without nesting, or that never end though others follow. On failure *r is empty. */
hy_status hy_ranges_read(struct hy_ranges *r, struct hy_export *e, struct hy_names *names, struct hy_threads *threads,
                         const char *kind);
void hy_ranges_fini(struct hy_ranges *r); /* zeroed is fine */

/* The innermost range open on the thread at that time, or none. */
uint32_t hy_ranges_at(struct hy_ranges *r, uint16_t thread, int64_t time);

/* The step that range i (or none) lies in, or none; and whether it is counted. */
uint32_t hy_ranges_step(const struct hy_ranges *r, uint32_t i);
bool hy_ranges_counted(const struct hy_ranges *r, uint32_t i);

#endif
