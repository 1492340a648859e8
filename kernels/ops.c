#include "kernels/ops.h"

#include "kernels/base/threads.h"
#include "kernels/scan_cut.h"
#include "kernels/scan_parts.h"

#include <math.h>

_Static_assert(sizeof(union hy_args) == sizeof(union hy_args_f64), "both precisions share one layout");

#define SLOT(op, field, role, flags)                                   \
    {                                                                  \
#field, offsetof(struct hy_##op, field), HY_ROLE_##role, flags \
    }
#define END                    \
    {                          \
        NULL, 0, HY_ROLE_IN, 0 \
    }

enum {
    BACK = HY_SLOT_BACK_READS,
    INPLACE = HY_SLOT_GRAD_INPLACE,
    DOUBLE = HY_SLOT_DOUBLE,
    PARAM = HY_SLOT_PARAM,
    ACT = HY_SLOT_ACTIVATION,
    EITHER = HY_SLOT_EITHER,
};

static struct hy_shape shape(double rows, double cols)
{
    return (struct hy_shape){(size_t)rows, (size_t)cols};
}

/* Pieces of scratch start on 16 elements. */
static size_t piece(size_t n)
{
    return (n + 15) / 16 * 16;
}

/* ---- embed ----------------------------------------------------------------- */
static const struct hy_slot embed_slots[] = {
    SLOT(embed, table, IN, PARAM),
    SLOT(embed, meta, IN, PARAM),
    SLOT(embed, h, OUT, 0),
    SLOT(embed, ids, IDS, BACK),
    END,
};

static void embed_shapes(const union hy_args *u, struct hy_shape *s)
{
    const struct hy_embed *a = &u->embed;
    s[0] = shape(a->V, a->D);
    s[1] = shape(a->M, a->D);
    s[2] = shape((double)a->B * a->T, a->D);
    s[3] = shape(a->B, a->T - a->M);
}

static double embed_flops(const union hy_args *u, enum hy_pass pass)
{
    const struct hy_embed *a = &u->embed;
    return pass == HY_FORWARD ? 0 : (double)a->B * a->T * a->D;
}

/* ---- rmsnorm --------------------------------------------------------------- */
static const struct hy_slot rmsnorm_slots[] = {
    SLOT(rmsnorm, x, IN, BACK),    SLOT(rmsnorm, w, IN, BACK | PARAM), SLOT(rmsnorm, y, OUT, ACT),
    SLOT(rmsnorm, rstd, SAVED, 0), SLOT(rmsnorm, work, SCRATCH, 0),    END,
};

static void rmsnorm_shapes(const union hy_args *u, struct hy_shape *s)
{
    const struct hy_rmsnorm *a = &u->rmsnorm;
    s[0] = s[2] = shape(a->rows, a->D);
    s[1] = shape(1, a->D);
    s[3] = shape(a->rows, 1);
    s[4] = shape(hy_work_parts(), a->D);
}

static double rmsnorm_flops(const union hy_args *u, enum hy_pass pass)
{
    const struct hy_rmsnorm *a = &u->rmsnorm;
    return (double)a->rows * a->D * (pass == HY_FORWARD ? 4 : 9);
}

/* ---- addnorm --------------------------------------------------------------- */
static const struct hy_slot addnorm_slots[] = {
    SLOT(addnorm, h, IN, 0),
    SLOT(addnorm, x, IN, ACT),
    SLOT(addnorm, w, IN, BACK | PARAM),
    SLOT(addnorm, sum, OUT, BACK),
    SLOT(addnorm, y, OUT, ACT),
    SLOT(addnorm, rstd, SAVED, 0),
    SLOT(addnorm, work, SCRATCH, 0),
    END,
};

static void addnorm_shapes(const union hy_args *u, struct hy_shape *s)
{
    const struct hy_addnorm *a = &u->addnorm;
    s[0] = s[1] = s[3] = shape((double)a->B * a->T, a->D);
    s[2] = shape(1, a->D);
    s[4] = shape((double)a->B * (a->T - a->skip), a->D);
    s[5] = shape((double)a->B * (a->T - a->skip), 1);
    s[6] = shape(hy_work_parts(), a->D);
}

static double addnorm_flops(const union hy_args *u, enum hy_pass pass)
{
    const struct hy_addnorm *a = &u->addnorm;
    double elements = (double)a->B * a->T * a->D;
    return elements * ((pass == HY_FORWARD ? 5 : 10) + (a->p > 0 ? 1 : 0));
}

/* ---- linear ---------------------------------------------------------------- */
static const struct hy_slot linear_slots[] = {
    SLOT(linear, x, IN, BACK | EITHER),
    SLOT(linear, w, IN, BACK | PARAM),
    SLOT(linear, y, OUT, EITHER),
    END,
};

static void linear_shapes(const union hy_args *u, struct hy_shape *s)
{
    const struct hy_linear *a = &u->linear;
    s[0] = shape(a->rows, a->in);
    s[1] = shape(a->out, a->in);
    s[2] = shape(a->rows, a->out);
}

static double linear_flops(const union hy_args *u, enum hy_pass pass)
{
    const struct hy_linear *a = &u->linear;
    return (double)a->rows * a->in * a->out * (pass == HY_FORWARD ? 2 : 4);
}

/* ---- qkrope ---------------------------------------------------------------- */
static const struct hy_slot qkrope_slots[] = {
    SLOT(qkrope, x, IN, BACK | ACT),
    SLOT(qkrope, wq, IN, BACK | PARAM),
    SLOT(qkrope, wk, IN, BACK | PARAM),
    SLOT(qkrope, q, OUT, ACT),
    SLOT(qkrope, k, OUT, ACT),
    SLOT(qkrope, v, OUT, ACT),
    SLOT(qkrope, rq, SAVED, 0),
    SLOT(qkrope, rk, SAVED, 0),
    SLOT(qkrope, work, SCRATCH, 0),
    SLOT(qkrope, start, IDS, BACK),
    END,
};

static void qkrope_shapes(const union hy_args *u, struct hy_shape *s)
{
    const struct hy_qkrope *a = &u->qkrope;
    double rows = (double)a->B * a->T;
    s[0] = shape(rows, (double)(a->H + 2 * a->K) * a->P);
    s[1] = shape(1, a->P);
    s[2] = shape(a->K ? 1 : 0, a->P);
    s[3] = shape(rows * a->H, a->P);
    s[4] = s[5] = shape(rows * a->K, a->P);
    s[6] = shape(rows * a->H, 1);
    s[7] = shape(rows * a->K, 1);
    s[8] = shape(hy_work_parts(), 2.0 * a->P);
    s[9] = shape(a->positions ? a->B : 0, 1);
}

static double qkrope_flops(const union hy_args *u, enum hy_pass pass)
{
    const struct hy_qkrope *a = &u->qkrope;
    return (double)a->B * a->T * (a->H + a->K) * a->P * (pass == HY_FORWARD ? 7 : 13);
}

/* ---- attention ------------------------------------------------------------- */
static const struct hy_slot attention_slots[] = {
    SLOT(attention, q, IN, BACK | ACT), SLOT(attention, k, IN, BACK | ACT),
    SLOT(attention, v, IN, BACK | ACT), SLOT(attention, y, OUT, BACK | ACT),
    SLOT(attention, lse, SAVED, 0),     SLOT(attention, delta, SCRATCH, 0),
    SLOT(attention, work, SCRATCH, 0),  END,
};

size_t hy_attention_sums(int T, int P)
{
    return 2 * (size_t)T * piece((size_t)P);
}

static void attention_shapes(const union hy_args *u, struct hy_shape *s)
{
    const struct hy_attention *a = &u->attention;
    double rows = (double)a->B * a->T;
    s[0] = shape(rows * a->H, a->P);
    s[1] = s[2] = shape(rows * a->K, a->P);
    s[3] = shape(rows, (double)a->H * a->P);
    s[4] = s[5] = shape(rows * a->H, 1);
    s[6] = shape(hy_threads(), (double)hy_attention_sums(a->T, a->P));
}

double hy_attention_pairs(int T, int W, int M)
{
    double pairs = 0;
    for (int t = 0; t < T; t++) {
        int first = W > 0 && t - W + 1 > 0 ? t - W + 1 : 0; /* of the window */
        pairs += t - first + 1 + (first < M ? first : M);
    }
    return pairs;
}

static double attention_flops(const union hy_args *u, enum hy_pass pass)
{
    const struct hy_attention *a = &u->attention;
    double pairs = (double)a->B * a->H * hy_attention_pairs(a->T, a->W, a->M);
    return pairs * a->P * 2 * (pass == HY_FORWARD ? 2 : 5); /* two products forward, five backward */
}

/* ---- conv ------------------------------------------------------------------ */
static const struct hy_slot conv_slots[] = {
    SLOT(conv, x, IN, BACK | ACT), SLOT(conv, w, IN, BACK | PARAM), SLOT(conv, bias, IN, BACK | PARAM),
    SLOT(conv, u, OUT, ACT),       SLOT(conv, work, SCRATCH, 0),    END,
};

static void conv_shapes(const union hy_args *u, struct hy_shape *s)
{
    const struct hy_conv *a = &u->conv;
    s[0] = s[3] = shape((double)a->B * a->T, a->E);
    s[1] = shape(a->E, a->taps);
    s[2] = shape(1, a->E);
    s[4] = shape(hy_work_parts(), (a->taps + 1.0) * a->E);
}

static double conv_flops(const union hy_args *u, enum hy_pass pass)
{
    const struct hy_conv *a = &u->conv;
    double elements = (double)a->B * a->T * a->E;
    return elements * (pass == HY_FORWARD ? 2 * a->taps + 4 : 6 * a->taps + 9);
}

/* ---- scan ------------------------------------------------------------------ */
static const struct hy_slot scan_slots[] = {
    SLOT(scan, u, IN, BACK | ACT),
    SLOT(scan, dt, IN, BACK),
    SLOT(scan, Bt, IN, BACK),
    SLOT(scan, Ct, IN, BACK),
    SLOT(scan, z, IN, BACK | ACT),
    SLOT(scan, A_log, IN, BACK | PARAM),
    SLOT(scan, dt_bias, IN, BACK | PARAM),
    SLOT(scan, D, IN, BACK | PARAM),
    SLOT(scan, y, OUT, ACT),
    SLOT(scan, states, SAVED, 0),
    SLOT(scan, work, SCRATCH, 0),
    END,
};

size_t hy_scan_work_elements(const struct hy_scan *a)
{
    const struct hy_scan_cut cut = hy_scan_cut(a, hy_threads(), HY_BACKWARD);
    const size_t e = (size_t)a->E, n = (size_t)a->N, steps = (size_t)a->chunk, rows = (size_t)a->B * (size_t)a->T;
    const size_t spans = (size_t)a->B * (size_t)cut.spans, groups = (size_t)cut.blocks;
    const size_t lanes = (n + HY_SCAN_LANES - 1) / HY_SCAN_LANES * HY_SCAN_LANES * HY_SCAN_LANES;
    const size_t handed_on = cut.spans > 1 ? piece(spans * e * n) + piece(spans * e) : 0;
    size_t parts = piece(spans * e * n) + 2 * piece(spans * e) + handed_on + 2 * piece(groups * rows * n);
    size_t thread = piece(steps * n * HY_SCAN_BUNCH * 2) + piece(n * HY_SCAN_BUNCH) + 5 * piece(steps * HY_SCAN_BUNCH) +
                    3 * piece(n * HY_SCAN_GROUP) + 2 * piece(steps * lanes) + 3 * piece(HY_SCAN_GROUP);
    const size_t here = parts + (size_t)cut.threads * thread;
    const size_t device = hy_scan_parts(a->B, a->T, a->E, a->N, a->chunk).elements;
    return here > device ? here : device;
}

static void scan_shapes(const union hy_args *u, struct hy_shape *s)
{
    const struct hy_scan *a = &u->scan;
    double rows = (double)a->B * a->T;
    int chunks = a->chunk ? (a->T + a->chunk - 1) / a->chunk : 0;
    s[0] = s[1] = s[4] = s[8] = shape(rows, a->E);
    s[2] = s[3] = shape(rows, a->N);
    s[5] = shape(a->E, a->N);
    s[6] = s[7] = shape(1, a->E);
    s[9] = shape((double)a->B * chunks, (double)a->E * a->N);
    s[10] = shape(1, (double)hy_scan_work_elements(a));
}

static double scan_flops(const union hy_args *u, enum hy_pass pass)
{
    const struct hy_scan *a = &u->scan;
    double elements = (double)a->B * a->T * a->E;
    return elements * (pass == HY_FORWARD ? 7.0 * a->N + 11 : 19.0 * a->N + 27);
}

/* ---- fusion ---------------------------------------------------------------- */
static const struct hy_slot fusion_slots[] = {
    SLOT(fusion, a, IN, BACK | ACT),
    SLOT(fusion, m, IN, BACK | ACT),
    SLOT(fusion, wa, IN, BACK | PARAM),
    SLOT(fusion, wm, IN, BACK | PARAM),
    SLOT(fusion, beta_a, IN, BACK | PARAM),
    SLOT(fusion, beta_m, IN, BACK | PARAM),
    SLOT(fusion, y, OUT, ACT),
    SLOT(fusion, ra, SAVED, 0),
    SLOT(fusion, rm, SAVED, 0),
    SLOT(fusion, work, SCRATCH, 0),
    END,
};

static void fusion_shapes(const union hy_args *u, struct hy_shape *s)
{
    const struct hy_fusion *a = &u->fusion;
    s[0] = s[1] = s[6] = shape(a->rows, a->D);
    s[2] = s[3] = shape(1, a->D);
    s[4] = s[5] = shape(a->has_beta ? 1 : 0, a->D);
    s[7] = s[8] = shape(a->rows, 1);
    s[9] = shape(hy_work_parts(), 4.0 * a->D);
}

static double fusion_flops(const union hy_args *u, enum hy_pass pass)
{
    const struct hy_fusion *a = &u->fusion;
    return (double)a->rows * a->D * (pass == HY_FORWARD ? 10 : 22);
}

/* ---- swiglu ---------------------------------------------------------------- */
static const struct hy_slot swiglu_slots[] = {
    SLOT(swiglu, x, IN, BACK | INPLACE | ACT),
    SLOT(swiglu, y, OUT, ACT),
    END,
};

static void swiglu_shapes(const union hy_args *u, struct hy_shape *s)
{
    const struct hy_swiglu *a = &u->swiglu;
    s[0] = shape(a->rows, 2.0 * a->F);
    s[1] = shape(a->rows, a->F);
}

static double swiglu_flops(const union hy_args *u, enum hy_pass pass)
{
    const struct hy_swiglu *a = &u->swiglu;
    return (double)a->rows * a->F * ((pass == HY_FORWARD ? 5 : 11) + (a->p > 0 ? 1 : 0));
}

/* ---- xent ------------------------------------------------------------------ */
static const struct hy_slot xent_slots[] = {
    SLOT(xent, logits, IN, BACK | INPLACE),
    SLOT(xent, loss, RESULT, 0),
    SLOT(xent, nll, RESULT, 0),
    SLOT(xent, lse, SAVED, 0),
    SLOT(xent, targets, IDS, BACK),
    SLOT(xent, counted, SAVED, 0),
    SLOT(xent, partial, RESULT, DOUBLE),
    END,
};

static void xent_shapes(const union hy_args *u, struct hy_shape *s)
{
    const struct hy_xent *a = &u->xent;
    s[0] = shape(a->rows, a->V);
    s[1] = shape(1, 1);
    s[2] = s[3] = s[4] = s[6] = shape(a->rows, 1);
    s[5] = shape(1, 1);
}

static double xent_flops(const union hy_args *u, enum hy_pass pass)
{
    const struct hy_xent *a = &u->xent;
    (void)pass; /* the same both ways */
    return 4.0 * a->rows * a->V;
}

/* ---- gradnorm, adamw -------------------------------------------------------- */
static const struct hy_slot gradnorm_slots[] = {
    SLOT(gradnorm, g, READ, 0),
    SLOT(gradnorm, norm, RESULT, 0),
    SLOT(gradnorm, partial, RESULT, DOUBLE),
    END,
};

static void gradnorm_shapes(const union hy_args *u, struct hy_shape *s)
{
    const struct hy_gradnorm *a = &u->gradnorm;
    s[0] = shape(1, (double)a->n);
    s[1] = shape(1, 1);
    const int64_t blocks = (a->n + HY_NORM_BLOCK - 1) / HY_NORM_BLOCK;
    s[2] = shape(1, (double)blocks);
}

static double gradnorm_flops(const union hy_args *u, enum hy_pass pass)
{
    return pass == HY_FORWARD ? 2.0 * (double)u->gradnorm.n : 0;
}

static const struct hy_slot adamw_slots[] = {
    SLOT(adamw, p, STATE, 0), SLOT(adamw, m, STATE, 0),   SLOT(adamw, v, STATE, 0),
    SLOT(adamw, g, READ, 0),  SLOT(adamw, norm, READ, 0), END,
};

static void adamw_shapes(const union hy_args *u, struct hy_shape *s)
{
    s[0] = s[1] = s[2] = s[3] = shape(1, (double)u->adamw.n);
    s[4] = shape(1, 1);
}

static double adamw_flops(const union hy_args *u, enum hy_pass pass)
{
    return pass == HY_FORWARD ? 16.0 * (double)u->adamw.n : 0;
}

/* ---- attend, cache_put ------------------------------------------------------ */
static const struct hy_slot attend_slots[] = {
    SLOT(attend, q, IN, 0),
    SLOT(attend, k, IN, 0),
    SLOT(attend, v, IN, 0),
    SLOT(attend, mk, IN, 0),
    SLOT(attend, mv, IN, 0),
    SLOT(attend, ck, IN, 0),
    SLOT(attend, cv, IN, 0),
    SLOT(attend, y, OUT, 0),
    SLOT(attend, start, IDS, 0),
    SLOT(attend, len, IDS, 0),
    SLOT(attend, partial, RESULT, DOUBLE),
    END,
};

static void attend_shapes(const union hy_args *u, struct hy_shape *s)
{
    const struct hy_attend *a = &u->attend;
    double rows = (double)a->B * a->T;
    s[0] = shape(rows * a->H, a->P);
    s[1] = s[2] = shape(rows * a->K, a->P);
    s[3] = s[4] = shape((double)a->K * a->M, a->P);
    s[5] = s[6] = shape((double)a->B * a->K * a->C, a->P);
    s[7] = shape(rows, (double)a->H * a->P);
    s[8] = s[9] = shape(a->B, 1);
    const int doubles = (a->P + 3) / 2;
    s[10] = shape(rows * a->H * hy_attend_parts(a), doubles);
}

/* With full caches and no padding: what `start` and `len` really are is known only to a run. */
static double attend_flops(const union hy_args *u, enum hy_pass pass)
{
    const struct hy_attend *a = &u->attend;
    double pairs = 0;
    for (int t = 0; pass == HY_FORWARD && t < a->T; t++) {
        int before = a->W > 0 && a->W - 1 - t < a->C ? (a->W - 1 - t > 0 ? a->W - 1 - t : 0) : a->C;
        int here = a->W > 0 && a->W < t + 1 ? a->W : t + 1;
        pairs += a->M + before + here;
    }
    return pairs * a->B * a->H * a->P * 4;
}

static const struct hy_slot cache_put_slots[] = {
    SLOT(cache_put, k, IN, 0),
    SLOT(cache_put, v, IN, 0),
    SLOT(cache_put, ck, STATE, 0),
    SLOT(cache_put, cv, STATE, 0),
    SLOT(cache_put, start, IDS, 0),
    SLOT(cache_put, len, IDS, 0),
    END,
};

static void cache_put_shapes(const union hy_args *u, struct hy_shape *s)
{
    const struct hy_cache_put *a = &u->cache_put;
    s[0] = s[1] = shape((double)a->B * a->K * a->T, a->P);
    s[2] = s[3] = shape((double)a->B * a->K * a->C, a->P);
    s[4] = s[5] = shape(a->B, 1);
}

static double no_flops(const union hy_args *u, enum hy_pass pass)
{
    (void)u;
    (void)pass;
    return 0;
}

/* ---- conv_step, scan_step, pick ---------------------------------------------- */
static const struct hy_slot conv_step_slots[] = {
    SLOT(conv_step, x, IN, 0),
    SLOT(conv_step, w, IN, PARAM),
    SLOT(conv_step, bias, IN, PARAM),
    SLOT(conv_step, u, OUT, 0),
    SLOT(conv_step, tail, STATE, 0),
    SLOT(conv_step, len, IDS, 0),
    END,
};

static void conv_step_shapes(const union hy_args *u, struct hy_shape *s)
{
    const struct hy_conv_step *a = &u->conv_step;
    s[0] = s[3] = shape((double)a->B * a->T, a->E);
    s[1] = shape(a->E, a->taps);
    s[2] = shape(1, a->E);
    s[4] = shape((double)a->B * (a->taps - 1), a->E);
    s[5] = shape(a->B, 1);
}

static double conv_step_flops(const union hy_args *u, enum hy_pass pass)
{
    const struct hy_conv_step *a = &u->conv_step;
    return pass == HY_FORWARD ? (double)a->B * a->T * a->E * (2 * a->taps + 4) : 0;
}

static const struct hy_slot scan_step_slots[] = {
    SLOT(scan_step, u, IN, 0),           SLOT(scan_step, dt, IN, 0),    SLOT(scan_step, Bt, IN, 0),
    SLOT(scan_step, Ct, IN, 0),          SLOT(scan_step, z, IN, 0),     SLOT(scan_step, A_log, IN, PARAM),
    SLOT(scan_step, dt_bias, IN, PARAM), SLOT(scan_step, D, IN, PARAM), SLOT(scan_step, y, OUT, 0),
    SLOT(scan_step, state, STATE, 0),    SLOT(scan_step, len, IDS, 0),  END,
};

static void scan_step_shapes(const union hy_args *u, struct hy_shape *s)
{
    const struct hy_scan_step *a = &u->scan_step;
    double rows = (double)a->B * a->T;
    s[0] = s[1] = s[4] = s[8] = shape(rows, a->E);
    s[2] = s[3] = shape(rows, a->N);
    s[5] = shape(a->E, a->N);
    s[6] = s[7] = shape(1, a->E);
    s[9] = shape((double)a->B * a->E, a->N);
    s[10] = shape(a->B, 1);
}

static double scan_step_flops(const union hy_args *u, enum hy_pass pass)
{
    const struct hy_scan_step *a = &u->scan_step;
    return pass == HY_FORWARD ? (double)a->B * a->T * a->E * (7.0 * a->N + 11) : 0;
}

static const struct hy_slot pick_slots[] = {
    SLOT(pick, x, IN, 0),
    SLOT(pick, y, OUT, 0),
    SLOT(pick, len, IDS, 0),
    END,
};

static void pick_shapes(const union hy_args *u, struct hy_shape *s)
{
    const struct hy_pick *a = &u->pick;
    s[0] = shape((double)a->B * a->T, a->D);
    s[1] = shape(a->B, a->D);
    s[2] = shape(a->B, 1);
}

#define OP(id, name, backward) [HY_OP_##id] = {#name, name##_slots, backward, name##_shapes, name##_flops}

const struct hy_op hy_ops[HY_OP_COUNT] = {
    OP(EMBED, embed, true),
    OP(RMSNORM, rmsnorm, true),
    OP(ADDNORM, addnorm, true),
    OP(LINEAR, linear, true),
    OP(QKROPE, qkrope, true),
    OP(ATTENTION, attention, true),
    OP(CONV, conv, true),
    OP(SCAN, scan, true),
    OP(FUSION, fusion, true),
    OP(SWIGLU, swiglu, true),
    OP(XENT, xent, true),
    OP(GRADNORM, gradnorm, false),
    OP(ADAMW, adamw, false),
    OP(ATTEND, attend, false),
    [HY_OP_CACHE_PUT] = {"cache_put", cache_put_slots, false, cache_put_shapes, no_flops},
    OP(CONV_STEP, conv_step, false),
    OP(SCAN_STEP, scan_step, false),
    [HY_OP_PICK] = {"pick", pick_slots, false, pick_shapes, no_flops},
};
