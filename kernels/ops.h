/* The ops: what each one computes (args.inc), its operands, shapes, flops and bytes.
 *
 * A model is a list of these ops (models/program/program.h); a kernel is one way to
 * compute one of them (dispatch.h). Everything generic (planning memory, binding
 * addresses, derived backward passes, tests, microbenchmarks) reads the
 * descriptors below, so an op is described once. */
#ifndef HY_KERNELS_OPS_H
#define HY_KERNELS_OPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    HY_NORM_BLOCK = 1 << 16, /* gradients per partial sum of gradnorm */
    HY_MAX_SLOTS = 16,
};

/* What changes from step to step; read by kernels when they run, so that a
 * program (or a captured graph) is built once and replayed. */
struct hy_run {
    uint64_t seed;
    uint32_t step; /* optimizer steps done before this one */
    float lr;
};

/* What every row of the tables takes; a model of more is refused where it is read. */
enum {
    HY_MOST_STATES = 256, /* of a scan, per channel */
    HY_MOST_HEAD = 512,   /* width of an attention head */
    HY_MOST_TAPS = 64,    /* of a convolution over time */
};

#define HY_REAL      float
#define HY_ARG(name) hy_##name
#include "kernels/tables/args.inc"
#undef HY_REAL
#undef HY_ARG

#define HY_REAL      double
#define HY_ARG(name) hy_##name##_f64
#include "kernels/tables/args.inc"
#undef HY_REAL
#undef HY_ARG

enum hy_op_id {
#define HY_OP(ID, op, backward, traits) HY_OP_##ID,
#include "kernels/tables/ops.inc"
    HY_OP_COUNT,
};

/* The number of every operand among its op's slots: HY_SCAN_DT, HY_LINEAR_W, ... */
#define HY_SLOTS(ID, op) \
    enum hy_##op##_slot  \
    {
#define HY_SLOT(ID, op, NAME, ...) HY_##ID##_##NAME,
#define HY_SLOTS_END(ID, op) \
    }                        \
    ;
#include "kernels/tables/ops.inc"

enum hy_pass { HY_FORWARD, HY_BACKWARD, HY_PASSES };

enum hy_role {
    HY_ROLE_IN,      /* struct hy_in: an activation, or a parameter */
    HY_ROLE_OUT,     /* struct hy_out */
    HY_ROLE_SAVED,   /* float *: forward writes, backward reads */
    HY_ROLE_SCRATCH, /* float *: backward's working memory, nothing survives it */
    HY_ROLE_IDS,     /* const int32_t *: indices, no gradient */
    HY_ROLE_STATE,   /* float *: read and written in place (optimizer, caches), no gradient */
    HY_ROLE_READ,    /* const float *: read, no gradient (optimizer) */
    HY_ROLE_RESULT,  /* float *: forward writes, nothing differentiates it */
};

enum hy_slot_flags {
    HY_SLOT_BACK_READS = 1,   /* the backward reads the value (an IN's or OUT's v) */
    HY_SLOT_GRAD_INPLACE = 2, /* the gradient may take the value's storage */
    HY_SLOT_DOUBLE = 4,       /* elements are double, whatever HY_REAL is */
    HY_SLOT_PARAM = 8,        /* what models pass here is a parameter: its gradient is always wanted */
    HY_SLOT_ACTIVATION = 16,  /* bf16 in memory, value and gradient, for the op's bf16 rows; f32 for all others */
    HY_SLOT_EITHER = 32,      /* bf16 or f32 in memory, as its `bf16` says, for the bf16 rows; f32 for all others */
    HY_SLOT_NORMED = 64,      /* its rows are divided by their own size: tiny ones are comparable to eps */
    HY_SLOT_MAY_END =
        128,            /* an output whose gradient may be missing (nobody reads it any more) while others' is there */
    HY_SLOT_SUMS = 256, /* scratch that a device may add up after the backward instead of in it */
};

/* What can be said of a whole op. */
enum hy_op_trait {
    HY_TRAIT_CHEAP = 1,         /* its outputs may be computed again in the backward to save memory */
    HY_TRAIT_PRODUCTS = 2,      /* it multiplies matrices: its flops count as a model's, its factors may be rounded */
    HY_TRAIT_GEMM = 4,          /* it is one product: the rate of products is its roof in every precision */
    HY_TRAIT_REDUCES = 8,       /* a result is a sum over all rows (or elements) of the call */
    HY_TRAIT_CONTINUES = 16,    /* it continues sequences from caches and states */
    HY_TRAIT_OF_ATTENTION = 32, /* part of an attention layer ... */
    HY_TRAIT_OF_SSM = 64,       /* ... or of a state space layer */
};

struct hy_slot {
    const char *name; /* NULL ends an op's list */
    size_t offset;    /* of the field inside the argument struct */
    enum hy_role role;
    unsigned flags;
};

/* Shape of one operand: rows of `cols` elements. rows == 0: absent in this use. */
struct hy_shape {
    size_t rows;
    size_t cols;
};

struct hy_op {
    const char *name;
    const struct hy_slot *slots;
    bool has_backward;
    unsigned traits; /* of enum hy_op_trait */
    /* the shape of every slot, in the order of `slots`, from the sizes in `a` */
    void (*shapes)(const union hy_args *a, struct hy_shape *shape);
    /* arithmetic operations of one call; exp, log, sqrt and division count 1 */
    double (*flops)(const union hy_args *a, enum hy_pass pass);
};

extern const struct hy_op hy_ops[HY_OP_COUNT];

/* Where the op's arguments point to the run record; NULL for an op that does not read it. */
const struct hy_run **hy_op_run(enum hy_op_id op, union hy_args *a);

int hy_op_slots(enum hy_op_id op); /* how many slots the op has */

/* Whether calls of the op drop elements (dropout). */
bool hy_op_drops(enum hy_op_id op);

/* Enters the site and the probability that a call drops elements with; nothing for an op that drops none. */
void hy_op_set_dropout(enum hy_op_id op, union hy_args *a, uint32_t site, float p);

/* Bytes of one element of a slot: 8 where it is double, 2 where it is stored in bf16, else 4. */
size_t hy_slot_element(const struct hy_slot *s, const union hy_args *a);

/* Enters how an input or output is stored. */
void hy_slot_store(const struct hy_slot *s, union hy_args *a, bool bf16);

/* Enters bf16, or f32, for every operand that may be stored in bf16. */
void hy_op_store(enum hy_op_id op, union hy_args *a, bool bf16);

/* Whether a call's activations (HY_SLOT_ACTIVATION) are stored in bf16; all of them are, or none. */
bool hy_op_stored_bf16(enum hy_op_id op, const union hy_args *a);

/* Bytes a call must at least move: every operand the pass reads or writes, once. */
double hy_op_bytes(enum hy_op_id op, const union hy_args *a, enum hy_pass pass);

/* Of these the distinct ones: what is read and written in place lies in memory once. */
double hy_op_footprint(enum hy_op_id op, const union hy_args *a, enum hy_pass pass);

/* Chunks that `states` has per sequence; 0: none are saved. */
static inline int hy_scan_chunks(const struct hy_scan *a)
{
    return a->chunk ? (a->T + a->chunk - 1) / a->chunk : 0;
}

/* Elements that scan.work needs, on the threads in force (kernels/cpu/scan_bwd.c divides them) or on a
 * device (scan_parts.h does). */
enum {
    HY_SCAN_BLOCK = 64,  /* channels that one thread takes through time together, forward ... */
    HY_SCAN_GROUP = 128, /* ... and backward */
    HY_SCAN_BUNCH = 64,  /* at most, of them, in registers at a time */
    HY_SCAN_LANES = 16,  /* at most, in a vector */
};
size_t hy_scan_work_elements(const struct hy_scan *a);

/* Elements of attention.work that each thread has: where it sums dk and dv of a kv head. */
size_t hy_attention_sums(int T, int P);

/* Pairs (t, s) that `allowed` in docs/model.md (Shared parts, Masks) admits, for one head of one sequence. */
double hy_attention_pairs(int T, int W, int M);

/* The same for a call of `attend`, all its tokens real and its caches full. */
double hy_attend_pairs(const struct hy_attend *a);

/* How many parts a device cuts the keys of each (b, t, kv head) of `attend` into: as many as make
 * HY_ATTEND_BLOCKS pieces of work, none smaller than HY_ATTEND_PART keys. 0 from HY_ATTEND_CHUNK tokens
 * on, where whole tiles of queries are the work. */
enum {
    HY_ATTEND_CHUNK = 8,
    HY_ATTEND_BLOCKS = 256,
    HY_ATTEND_PART = 64,
};
static inline int hy_attend_parts(const struct hy_attend *a)
{
    if (a->T >= HY_ATTEND_CHUNK || a->T == 0 || a->B == 0)
        return 0;
    long parts = HY_ATTEND_BLOCKS / ((long)a->B * a->T * a->K);
    long most = ((long)a->M + a->C + a->T + HY_ATTEND_PART - 1) / HY_ATTEND_PART;
    parts = parts < most ? parts : most;
    return parts > 1 ? (int)parts : 1;
}

/* Access to a slot of an argument struct by its descriptor. */
static inline struct hy_in *hy_slot_in(union hy_args *a, const struct hy_slot *s)
{
    return (struct hy_in *)(void *)((char *)a + s->offset);
}
static inline struct hy_out *hy_slot_out(union hy_args *a, const struct hy_slot *s)
{
    return (struct hy_out *)(void *)((char *)a + s->offset);
}

#endif
