/* A model as a list of ops over tensors of static shape.
 *
 * Build the forward list with the calls below, derive the backward from it,
 * plan its memory, bind addresses once, then run it as often as needed. Nodes
 * hold tensor ids, never addresses; several programs may share one arena and
 * one set of weights. */
#ifndef HY_MODELS_PROGRAM_PROGRAM_H
#define HY_MODELS_PROGRAM_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/base/trace.h"
#include "kernels/device.h"
#include "kernels/dispatch.h"
#include "kernels/pairs.h"
#include "models/program/weights.h"

typedef int hy_t; /* a tensor of a program */
enum { HY_NONE = -1 };

struct hy_node {
    enum hy_op_id op;
    hy_t slot[HY_MAX_SLOTS]; /* in the order of the op's descriptor; HY_NONE = absent */
    union hy_args sizes;     /* sizes and attributes; pointers are filled by hy_program_bind */
    int layer;               /* -1: of the model */
    bool checkpoint;         /* never computed again */
    const char *place;       /* "attn.core": what the node is for; a literal, listeners of a trace keep the pointer */
};

enum hy_home {
    HY_HOME_ARENA,   /* planned memory */
    HY_HOME_WEIGHTS, /* a piece of one of the weights' vectors */
    HY_HOME_VIEW,    /* columns of another tensor, its gradient columns of that one's gradient */
    HY_HOME_KEPT,    /* outlives the run and the program: a piece of memory that several programs share */
};

struct hy_tensor {
    size_t rows, cols;
    int ld;                /* elements between rows */
    int bytes_per_element; /* 4; 2 for an activation in bf16; 8 for the doubles of gradnorm */
    enum hy_home home;
    enum hy_vector vector; /* HY_HOME_WEIGHTS: which */
    size_t offset;         /* HY_HOME_WEIGHTS, HY_HOME_VIEW, HY_HOME_KEPT: elements from the start */
    hy_t base;             /* HY_HOME_VIEW */
    bool keep;             /* the host reads or writes it between runs: never reused */
    bool has_gradient;
    bool gradient_in_place; /* its gradient takes the value's storage */
    /* planned, for arena tensors: */
    size_t value_at, gradient_at; /* bytes from the arena's start */
    int value_first, value_last;  /* steps in which the storage is in use */
    int gradient_first, gradient_last;
};

/* What the backward computes again instead of having it kept since the forward. */
enum hy_recompute {
    HY_RECOMPUTE_NOTHING,
    HY_RECOMPUTE_CHEAP,  /* outputs that cost one pass over memory: conv, qkrope, swiglu, fusion, rmsnorm */
    HY_RECOMPUTE_LAYERS, /* everything but what hy_checkpoint() marked */
};

/* One call: a node in one pass. */
struct hy_step {
    int node;
    enum hy_pass pass;
    hy_t value[HY_MAX_SLOTS];       /* whose value each slot reads or writes: the node's, or the one computed again */
    const struct hy_kernel *kernel; /* NULL on the ref backend */
    const struct hy_op_pair *pair;  /* a device runs this step and the next as one; NULL: it does not */
    union hy_args args;
    int held_for;   /* a scan's backward: a device adds its parts up in that later step; 0: at once */
    unsigned adds;  /* bit i: the gradient of slot i adds to what is there */
    unsigned wants; /* bit i: the gradient of slot i is written (backward: inputs) or known (outputs) */
};

struct hy_program {
    const char *name; /* "train", "eval", ...: borrowed, for traces */
    struct hy_weights *weights;
    enum hy_precision stored; /* HY_BF16: activations and their gradients are stored in bf16; set it before building */
    bool pairs;        /* on a device: neighbouring steps run as one where there is a row for both (kernels/pairs.h) */
    bool trace_pairs;  /* a traced run does so too: for counting. Else it takes each step by itself, and its time */
    bool sums_later;   /* on a device: parameters' gradients that are sums over rows are added up together behind
                          the backward, and scratch of HY_SLOT_SUMS lives until then; as pairs, set before planning */
    struct hy_run run; /* what changes between runs; set it before each */
    struct hy_node *nodes;
    int n_nodes;
    struct hy_tensor *tensors;
    int n_tensors;
    struct hy_step *steps;
    int n_steps;
    int first_backward, first_update; /* steps are forward, then backward, then updates */
    int n_differentiated;             /* nodes with a derived backward: [0, n_differentiated) */
    size_t arena_bytes;               /* peak, known after hy_program_plan */
    struct hy_backend backend;
    hy_address arena;     /* set by bind; borrowed, or owned after hy_program_open */
    hy_address kept;      /* borrowed: where tensors of HY_HOME_KEPT lie; set it before bind if there are any */
    hy_address scratch;   /* borrowed, or owned with the arena: what a device's rows need while they run ... */
    size_t scratch_bytes; /* ... at least hy_program_scratch_bytes() of it; set both before the first run */
    size_t run_at;        /* bytes from the arena's start: a device's copy of `run` */
    bool owns_arena;
    struct hy_graph *graph; /* the steps as a device recorded them, after the first run */
    bool ran;
    enum hy_recompute recompute;
    bool poison; /* fill storage with NaN when its last use is over: finds reads of dead tensors */
};

struct hy_program *hy_program_new(const char *name, struct hy_weights *weights);
void hy_program_free(struct hy_program *p); /* NULL is fine */

/* ---- building ------------------------------------------------------------------ */

/* A parameter by name; HY_NONE when the model has none of that name. */
hy_t hy_parameter(struct hy_program *p, const char *name);

/* Parameters `first` to `last`, neighbours in memory with equal rows lengths, as one matrix. */
hy_t hy_parameter_span(struct hy_program *p, const char *first, const char *last);

/* Whether parameter `name` lies right behind `before` in memory; both are the model's. */
bool hy_parameter_follows(const struct hy_program *p, const char *before, const char *name);

/* Rows [first, first + rows) of a matrix parameter. A program takes rows, or the whole, never both: their gradients
 * would not know of each other. */
hy_t hy_parameter_rows(struct hy_program *p, const char *name, int first, int rows);

/* A whole vector of the weights, (1, length): what the optimizer works on. */
hy_t hy_weights_vector(struct hy_program *p, enum hy_vector vector);

/* Storage the host fills before each run. */
hy_t hy_host_tensor(struct hy_program *p, size_t rows, size_t cols);

/* Storage that keeps its values between the runs of all programs it belongs to,
 * `offset` elements from p->kept: caches and states of sequences. */
hy_t hy_kept_tensor(struct hy_program *p, size_t rows, size_t cols, size_t offset);

/* Columns [col, col + cols) of `t`. Views of one tensor must not overlap, and
 * where one of them gets a gradient together they must cover it. */
hy_t hy_columns(struct hy_program *p, hy_t t, int col, int cols);

/* Adds a node. `sizes` has sizes and attributes set; `slot` names the operands
 * in the descriptor's order. Outputs, saved values and scratch are made here
 * (their entries in `slot` are written); absent inputs are HY_NONE. */
void hy_emit(struct hy_program *p, enum hy_op_id op, const union hy_args *sizes, hy_t slot[HY_MAX_SLOTS], int layer,
             const char *place);

/* Keeps an output of the node emitted last in f32, whatever activations are stored in; before views of it are made.
 * Where a node has several activations all must be alike: only outputs of linear and rmsnorm can be kept so. */
void hy_program_keep_f32(struct hy_program *p, hy_t t);

/* What the node emitted last computes is kept for the backward under HY_RECOMPUTE_LAYERS. */
void hy_checkpoint(struct hy_program *p);

/* The host reads this tensor after a run. */
void hy_program_keep(struct hy_program *p, hy_t t);

/* ---- deriving, planning, running ----------------------------------------------- */

/* Derives the backward steps of every node so far. Nodes emitted later (the
 * optimizer) run after them. Without this call the program is forward only. */
void hy_program_differentiate(struct hy_program *p, enum hy_recompute recompute);

/* Lists the steps, finds when each tensor lives, places it in the arena. */
void hy_program_plan(struct hy_program *p);

/* Bytes that the most demanding step needs beside its operands on that backend; 0 on the host. Known once planned; less
 * where the weights were placed there before. */
size_t hy_program_scratch_bytes(const struct hy_program *p, struct hy_backend backend);

/* Which part a step belongs to: "forward", "backward" (what is computed again included) or "update". */
const char *hy_program_section(const struct hy_program *p, int step);

/* Gives the program its memory (arena_bytes of the backend's, on 64 bytes) and its kernels; the weights
 * have been placed (hy_weights_place) before. */
void hy_program_bind(struct hy_program *p, hy_address arena, struct hy_backend backend);

/* The same with memory of its own, and the weights placed. HY_RUN_FAILED when there is no room. */
hy_status hy_program_open(struct hy_program *p, struct hy_backend backend);

/* Runs all steps; on the host nothing is allocated. A device runs them when it comes to it: what went
 * wrong is told by hy_program_get(). From its second run on it replays what it recorded, unless
 * somebody listens: a traced run goes step by step and waits for each, so that ranges
 * are as long as the work. `trace` may be NULL. */
void hy_program_run(struct hy_program *p, const struct hy_trace *trace);

/* Copies a whole tensor that is kept (rows * cols elements, without gaps) into the program, or out of it
 * when the run is done. get() fails as hy_backend_wait() does. */
void hy_program_put(struct hy_program *p, hy_t t, const void *from);
void hy_program_copy(struct hy_program *p, hy_t t, hy_address from);         /* the same from the backend's memory */
void hy_program_copy_out(const struct hy_program *p, hy_t t, hy_address to); /* and to it; nobody waits */
hy_status hy_program_get(const struct hy_program *p, hy_t t, void *to);

/* Whether a step reads or writes the value in slot k; used by the planner, as the next three are. */
bool hy_program_touches(const struct hy_program *p, int step, int k);
void hy_program_find_pairs(struct hy_program *p);
void hy_program_find_held(struct hy_program *p);

/* A further tensor of the same shape, for a value that is computed again. */
hy_t hy_program_clone(struct hy_program *p, hy_t t);

/* Sum of flops over all steps, those computed again included. */
double hy_program_flops(const struct hy_program *p);

#endif
