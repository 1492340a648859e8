#include "kernels/trial/op_case.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/rng.h"
#include "kernels/sizes.h"
#include "kernels/trial/op_fill.h"
#include "kernels/trial/op_operands.h"

struct op_trial {
    const struct op_case *c;
    struct op_mode m;
    const struct hy_op *op;
    struct hy_run run;
    struct hy_shape shape[HY_MAX_SLOTS];
    /* what was drawn, without gaps: values, and gradients that arrive or are there before */
    float *v[HY_MAX_SLOTS], *d[HY_MAX_SLOTS];
    int32_t *ids[HY_MAX_SLOTS];
    union hy_args_f64 exact;
    double *exact_v[HY_MAX_SLOTS], *exact_d[HY_MAX_SLOTS];
    double budget_v[HY_MAX_SLOTS], budget_d[HY_MAX_SLOTS];
};

/* The references in plain f32, by the same table. */
#define HY_REFERENCE(function, op, pass) hy_kernel_fn function##_in_f32;
#include "kernels/tables/ops.inc"

static hy_kernel_fn *plain_of(enum hy_op_id op, enum hy_pass pass)
{
    static hy_kernel_fn *const plain[HY_OP_COUNT][HY_PASSES] = {
#define HY_REFERENCE(function, op, pass) [op][pass] = function##_in_f32,
#include "kernels/tables/ops.inc"
    };
    return plain[op][pass];
}

static bool bit(unsigned mask, int i)
{
    return (mask >> i & 1u) != 0;
}

/* How kernels of this precision find slot i in memory. */
static bool stored_bf16(const struct op_trial *t, int i)
{
    unsigned flags = t->op->slots[i].flags;
    if (t->m.precision != HY_BF16)
        return false;
    return flags & HY_SLOT_ACTIVATION || (flags & HY_SLOT_EITHER && bit(t->m.either, i));
}

/* The most that rounding to a precision changes a number, relative to it; 0 stands for f32's. */
static float rounding_of(enum hy_precision precision)
{
    static const float most[HY_PRECISIONS] = {[HY_TF32] = 0x1p-11f, [HY_BF16] = 0x1p-8f};
    return most[precision];
}

/* How far a sample moves operands, relative to their size; 0 stands for one unit in the last place of f32.
 * Kernels that multiply matrices round their factors, intermediate ones too; all others work in f32
 * on what they find. */
static float far_of(const struct op_trial *t)
{
    return t->op->traits & HY_TRAIT_PRODUCTS ? rounding_of(t->m.precision) / 2 : 0; /* a rounding of the usual size */
}

/* ---- a operands --------------------------------------------------------------------- */

static bool value_is_there(const struct op_trial *t, int i)
{
    return t->m.pass == HY_FORWARD || (t->op->slots[i].flags & HY_SLOT_BACK_READS);
}

static bool takes_place(const struct op_trial *t, int i)
{
    return t->m.in_place && (t->op->slots[i].flags & HY_SLOT_GRAD_INPLACE);
}

static bool wants(const struct op_trial *t, int i)
{
    return t->m.pass == HY_BACKWARD && t->op->slots[i].role == HY_ROLE_IN && !bit(t->m.unwanted, i);
}

static bool larger(const struct op_trial *t, const struct op_operands *w, int i)
{
    return w->shape[i].rows != t->shape[i].rows || w->shape[i].cols != t->shape[i].cols;
}

/* Values the trial drew, repeated where the operands is larger; `counts`: this operand alone decides what a sum is. */
static void operands_fill(const struct op_trial *t, const struct op_operands *w, int i, const struct op_buffer *b,
                          const float *drawn, bool counts, struct hy_stream *moves)
{
    if (!b->at)
        return;
    if (larger(t, w, i))
        op_buffer_repeat(b, drawn, t->shape[i].rows * t->shape[i].cols, w->masked && counts);
    else
        op_buffer_fill(b, drawn, moves, far_of(t));
}

/* An operand as the kernel finds it. */
static struct op_buffer operands_operand(const struct op_trial *t, struct op_operands *w, int i)
{
    bool bf16 = !w->plain && stored_bf16(t, i);
    hy_slot_store(&t->op->slots[i], &w->args, bf16);
    return op_buffer_open(w->shape[i], w->shape[i].cols + t->m.pad, bf16, &w->room);
}

static void operands_in(const struct op_trial *t, struct op_operands *w, int i, struct hy_stream *moves)
{
    struct hy_in *in = hy_slot_in(&w->args, &t->op->slots[i]);
    w->v[i] = operands_operand(t, w, i);
    if (value_is_there(t, i))
        operands_fill(t, w, i, &w->v[i], t->v[i], false, moves);
    in->v = w->v[i].at;
    in->ld = (int)w->v[i].ld;
    in->add = bit(t->m.add, i) && !takes_place(t, i);
    if (!wants(t, i))
        return;
    if (takes_place(t, i)) {
        in->d = w->v[i].at;
        return;
    }
    w->d[i] = operands_operand(t, w, i);
    if (in->add)
        operands_fill(t, w, i, &w->d[i], t->d[i], false, moves);
    in->d = w->d[i].at;
}

static void operands_out(const struct op_trial *t, struct op_operands *w, int i, struct hy_stream *moves)
{
    struct hy_out *out = hy_slot_out(&w->args, &t->op->slots[i]);
    w->v[i] = operands_operand(t, w, i);
    if (t->m.pass == HY_BACKWARD && value_is_there(t, i))
        op_buffer_round(&w->v[i], t->exact_v[i], t->shape[i]);
    out->v = w->v[i].at;
    out->ld = (int)w->v[i].ld;
    if (t->m.pass == HY_FORWARD || (t->m.sum_unread && t->op->slots[i].flags & HY_SLOT_MAY_END))
        return;
    w->d[i] = operands_operand(t, w, i);
    operands_fill(t, w, i, &w->d[i], t->d[i], true, moves);
    out->d = w->d[i].at;
}

static int32_t *operands_ids(const struct op_trial *t, const struct op_operands *w, int i)
{
    size_t all = w->shape[i].rows * w->shape[i].cols, drawn = t->shape[i].rows * t->shape[i].cols;
    int32_t *ids = op_zeros(all, sizeof *ids);
    for (size_t n = 0; n < all; n++)
        ids[n] = w->masked && n >= drawn && op_draw_of(t->c->op, i) == HY_DRAW_TARGET ? -1 : t->ids[i][n % drawn];
    return ids;
}

static void operands_plain(const struct op_trial *t, struct op_operands *w, int i, struct hy_stream *moves)
{
    const struct hy_slot *slot = &t->op->slots[i];
    struct hy_shape s = w->shape[i];
    void *pointer;
    if (slot->role == HY_ROLE_IDS) {
        pointer = w->ids[i] = operands_ids(t, w, i);
    } else {
        if (slot->flags & HY_SLOT_DOUBLE)
            s.cols *= sizeof(double) / sizeof(float);
        w->v[i] = op_buffer_open(s, s.cols, false, &w->room);
        if (slot->role == HY_ROLE_STATE || slot->role == HY_ROLE_READ)
            operands_fill(t, w, i, &w->v[i], t->v[i], (t->op->traits & HY_TRAIT_REDUCES) != 0, moves);
        if (slot->role == HY_ROLE_SAVED && t->m.pass == HY_BACKWARD)
            op_buffer_round(&w->v[i], t->exact_v[i], t->shape[i]);
        pointer = w->v[i].at;
    }
    memcpy((char *)&w->args + slot->offset, &pointer, sizeof pointer);
}

/* Values and gradients of all slots, whether or not the pass has them, the widest that they may be stored. */
static size_t most_bytes(const struct op_trial *t, const struct hy_shape *shape)
{
    size_t bytes = 0;
    for (int i = 0; t->op->slots[i].name; i++) {
        const struct hy_shape wide = {shape[i].rows, 2 * shape[i].cols}; /* doubles */
        bytes += 2 * op_buffer_bytes(wide, wide.cols + t->m.pad, false);
    }
    return bytes;
}

/* `moves`: for the yardstick, operands moved as it draws. `together`: all in one room. */
static struct op_operands *operands_open(const struct op_trial *t, const union hy_args *sizes, struct hy_stream *moves,
                                         bool together)
{
    struct op_operands *w = op_zeros(1, sizeof *w);
    w->args = *sizes;
    w->masked = true;
    w->plain = moves != NULL;
    t->op->shapes(sizes, w->shape);
    if (together)
        w->room = op_room_open(most_bytes(t, w->shape));
    op_set_run(t->c->op, &w->args, &t->run, t->m.p);
    for (int i = 0; t->op->slots[i].name; i++) {
        if (t->op->slots[i].role == HY_ROLE_IN)
            operands_in(t, w, i, moves);
        else if (t->op->slots[i].role == HY_ROLE_OUT)
            operands_out(t, w, i, moves);
        else
            operands_plain(t, w, i, moves);
    }
    return w;
}

static void operands_close(struct op_operands *w)
{
    for (int i = 0; w && i < HY_MAX_SLOTS; i++) {
        free(w->ids[i]);
        op_buffer_close(&w->v[i]);
        op_buffer_close(&w->d[i]);
    }
    if (w)
        op_room_close(&w->room);
    free(w);
}

/* ---- what is compared -------------------------------------------------------------- */

/* A result of the pass: its exact values, NULL where slot i has none of this kind. */
static const double *exact_value(const struct op_trial *t, int i)
{
    const struct hy_slot *slot = &t->op->slots[i];
    bool written = slot->role == HY_ROLE_OUT || slot->role == HY_ROLE_SAVED || slot->role == HY_ROLE_STATE ||
                   slot->role == HY_ROLE_RESULT;
    return t->m.pass == HY_FORWARD && written && !(slot->flags & HY_SLOT_DOUBLE) ? t->exact_v[i] : NULL;
}

static const double *exact_gradient(const struct op_trial *t, int i)
{
    return wants(t, i) ? t->exact_d[i] : NULL;
}

static const struct op_buffer *gradient_of(const struct op_trial *t, const struct op_operands *w, int i)
{
    return takes_place(t, i) ? &w->v[i] : &w->d[i];
}

static double farthest(const struct op_buffer *b, const double *exact, double at_least)
{
    double most = at_least;
    for (size_t r = 0; b->at && r < b->rows; r++)
        for (size_t c = 0; c < b->cols; c++)
            most = fmax(most, fabs((double)op_buffer_get(b, r * b->ld + c) - exact[r * b->cols + c]));
    return most;
}

static double largest(const double *x, struct hy_shape s)
{
    double most = 0;
    for (size_t i = 0; i < s.rows * s.cols; i++) {
        HY_ASSERT(isfinite(x[i]), "the exact result of a case must be finite");
        most = fmax(most, fabs(x[i]));
    }
    return most;
}

/* The largest gradient that slot i's is added to (0 where it is not), and the largest of what is added. */
static void largest_parts(const struct op_trial *t, int i, const double *d, double *there, double *own)
{
    const bool adds = t->op->slots[i].role == HY_ROLE_IN && bit(t->m.add, i) && !takes_place(t, i) && t->d[i];
    const size_t n = t->shape[i].rows * t->shape[i].cols;
    *there = *own = 0;
    for (size_t k = 0; k < n; k++) {
        const double before = adds ? (double)t->d[i][k] : 0;
        *there = fmax(*there, fabs(before));
        *own = fmax(*own, fabs(d[k] - before));
    }
}

/* The size of what a gradient is a sum of: the largest one that arrives, times the largest operand it may meet. */
static double largest_term(const struct op_trial *t)
{
    double arriving = 0, met = 1;
    bool starts = true; /* the chain, with a gradient of 1: a loss */
    for (int i = 0; t->op->slots[i].name; i++) {
        starts = starts && t->op->slots[i].role != HY_ROLE_OUT;
        if (t->op->slots[i].role == HY_ROLE_OUT && t->exact_d[i])
            arriving = fmax(arriving, largest(t->exact_d[i], t->shape[i]));
        if (t->op->slots[i].role == HY_ROLE_IN && t->exact_v[i])
            met = fmax(met, largest(t->exact_v[i], t->shape[i]));
    }
    return (starts ? 1 : arriving) * met;
}

/* The floor: roundings of f32, and of what factors are rounded to. */
static double budget(const struct op_trial *t, double lost_by_plain_f32, double magnitude)
{
    return OP_SLACK * (lost_by_plain_f32 + ((double)FLT_EPSILON + (double)far_of(t)) * magnitude) + (double)FLT_MIN;
}

/* Of a difference this small beside its terms f32 keeps some 8 bits. */
static const double all_but_zero = 0x1p-16;

static void work_out_budgets(struct op_trial *t)
{
    struct hy_stream moves = hy_stream_open(t->m.seed, "moves");
    for (int sample = 0; sample < OP_SAMPLES; sample++) {
        struct op_operands *w = operands_open(t, &t->c->sizes, &moves, false);
        plain_of(t->c->op, t->m.pass)(&w->args);
        for (int i = 0; t->op->slots[i].name; i++) {
            if (exact_value(t, i))
                t->budget_v[i] = farthest(&w->v[i], t->exact_v[i], t->budget_v[i]);
            if (exact_gradient(t, i))
                t->budget_d[i] = farthest(gradient_of(t, w, i), t->exact_d[i], t->budget_d[i]);
        }
        operands_close(w);
    }
    for (int i = 0; t->op->slots[i].name; i++) {
        const double *v = exact_value(t, i), *d = exact_gradient(t, i);
        if (v)
            t->budget_v[i] = budget(t, t->budget_v[i], largest(v, t->shape[i]));
        if (!d)
            continue;
        double there, own, term = largest_term(t);
        largest_parts(t, i, d, &there, &own);
        /* added to what is there, it may come out small: the addition still rounds what goes into it */
        t->budget_d[i] = budget(t, t->budget_d[i], fmax(largest(d, t->shape[i]), there));
        /* A gradient that vanishes throughout (a softmax over one key), or all but (a norm of one element,
         * eps apart), is a difference of equal terms, and says nothing about their size. */
        if (own < all_but_zero * term)
            t->budget_d[i] +=
                OP_SLACK * ((double)FLT_EPSILON + (own <= (double)FLT_EPSILON * there ? (double)far_of(t) : 0)) * term;
    }
}

/* ---- the exact results ---------------------------------------------------------------- */

static double *widened(const float *x, size_t n)
{
    double *wide = op_zeros(n, sizeof *wide);
    for (size_t i = 0; x && i < n; i++)
        wide[i] = (double)x[i];
    return wide;
}

static void run_exactly(struct op_trial *t)
{
    memcpy(&t->exact, &t->c->sizes, sizeof t->exact);
    union hy_args f32 = t->c->sizes;
    op_set_run(t->c->op, &f32, &t->run, t->m.p);
    memcpy(&t->exact, &f32, sizeof t->exact);

    for (int i = 0; t->op->slots[i].name; i++) {
        const struct hy_slot *slot = &t->op->slots[i];
        char *field = (char *)&t->exact + slot->offset;
        size_t n = t->shape[i].rows * t->shape[i].cols;
        if (slot->role == HY_ROLE_IDS) {
            memcpy(field, &t->ids[i], sizeof t->ids[i]);
            continue;
        }
        if (slot->role == HY_ROLE_SCRATCH || n == 0)
            continue;
        t->exact_v[i] = widened(t->v[i], n);
        if (slot->role == HY_ROLE_IN) {
            bool add = bit(t->m.add, i) && !takes_place(t, i);
            struct hy_in_f64 in = {.v = t->exact_v[i], .ld = (int)t->shape[i].cols, .add = add};
            if (wants(t, i))
                in.d = t->exact_d[i] = widened(add ? t->d[i] : NULL, n);
            memcpy(field, &in, sizeof in);
        } else if (slot->role == HY_ROLE_OUT) {
            struct hy_out_f64 out = {.v = t->exact_v[i], .ld = (int)t->shape[i].cols};
            if (t->m.pass == HY_BACKWARD && !(t->m.sum_unread && slot->flags & HY_SLOT_MAY_END))
                out.d = t->exact_d[i] = widened(t->d[i], n);
            memcpy(field, &out, sizeof out);
        } else {
            memcpy(field, &t->exact_v[i], sizeof t->exact_v[i]);
        }
    }
    hy_reference_of(t->c->op, HY_FORWARD)->run(&t->exact);
    if (t->m.pass == HY_BACKWARD)
        hy_reference_of(t->c->op, HY_BACKWARD)->run(&t->exact);
}

/* What lies in bf16 is drawn in bf16. */
static void round_drawn(const struct op_trial *t, int i, float *drawn)
{
    for (size_t n = 0; stored_bf16(t, i) && n < t->shape[i].rows * t->shape[i].cols; n++)
        drawn[n] = op_bf16(drawn[n]);
}

struct op_trial *op_trial_open(const struct op_case *c, const struct op_mode *m)
{
    struct op_trial *t = op_zeros(1, sizeof *t);
    t->c = c;
    t->m = *m;
    t->op = &hy_ops[c->op];
    t->run = (struct hy_run){.seed = m->seed * 77 + 1, .step = m->step, .lr = 0.05f};
    t->op->shapes(&c->sizes, t->shape);
    for (int i = 0; t->op->slots[i].name; i++) {
        size_t n = t->shape[i].rows * t->shape[i].cols;
        enum hy_role role = t->op->slots[i].role;
        if (role == HY_ROLE_IDS) {
            t->ids[i] = op_zeros(n, sizeof *t->ids[i]);
            op_fill_ids(c, m, i, t->ids[i], n);
        }
        if (role == HY_ROLE_IN || role == HY_ROLE_STATE || role == HY_ROLE_READ) {
            t->v[i] = op_zeros(n, sizeof *t->v[i]);
            op_fill_values(c, m, i, t->v[i], t->shape[i]);
            round_drawn(t, i, t->v[i]);
        }
        if (role == HY_ROLE_OUT || (role == HY_ROLE_IN && bit(m->add, i))) {
            t->d[i] = op_zeros(n, sizeof *t->d[i]);
            op_fill_gradients(c, m, i, t->d[i], t->shape[i]);
            round_drawn(t, i, t->d[i]);
        }
    }
    run_exactly(t);
    work_out_budgets(t);
    return t;
}

void op_trial_close(struct op_trial *t)
{
    if (!t)
        return;
    for (int i = 0; i < HY_MAX_SLOTS; i++) {
        free(t->v[i]);
        free(t->d[i]);
        free(t->ids[i]);
        free(t->exact_v[i]);
        free(t->exact_d[i]);
    }
    free(t);
}

union hy_args_f64 *op_trial_exact(struct op_trial *t)
{
    return &t->exact;
}

/* ---- a kernel against it ----------------------------------------------------------------- */

static void complain(const struct op_trial *t, const char *kernel, struct op_report *report, const char *operand,
                     const char *what)
{
    char text[256];
    if (!report->good)
        return; /* the first complaint stays */
    report->good = false;
    snprintf(report->text, sizeof report->text, "%s on %s (%s), mode '%s', seed %llu: %s %s", kernel,
             op_case_text(t->c, text), t->c->why, t->m.name, (unsigned long long)t->m.seed, operand, what);
}

/* Whether every part of a larger call must give what the case gives: nothing is
 * drawn by place (dropout), and no result is a sum over the parts. */
static bool parts_alike(const struct op_trial *t)
{
    return t->m.pass == HY_FORWARD && t->m.p <= 0 && !(t->op->traits & HY_TRAIT_REDUCES);
}

/* `allowed` is every element's; what is stored in bf16 may besides be rounded once, by its own size. */
static void compare(const struct op_trial *t, const char *kernel, struct op_report *report, const char *operand,
                    const struct op_buffer *b, const double *exact, struct hy_shape s, double allowed)
{
    const double stored = b->bf16 ? (double)rounding_of(HY_BF16) : 0;
    double share = -1;
    size_t at_row = 0, at_col = 0;
    char what[256];
    struct hy_shape all = parts_alike(t) ? (struct hy_shape){b->rows, b->cols} : s;
    for (size_t r = 0; b->at && r < all.rows; r++)
        for (size_t c = 0, in_case = 0; c < all.cols; c++, in_case = in_case + 1 == s.cols ? 0 : in_case + 1) {
            float got = op_buffer_get(b, r * b->ld + c);
            double want = exact[r % s.rows * s.cols + in_case];
            double error = op_finite_bits(got) ? fabs((double)got - want) : INFINITY;
            if (error > share * (allowed + stored * fabs(want))) {
                share = error / (allowed + stored * fabs(want));
                at_row = r;
                at_col = c;
            }
        }
    if (share < 0)
        return;
    report->share = fmax(report->share, share);
    if (share <= 1)
        return;
    double got = (double)op_buffer_get(b, at_row * b->ld + at_col);
    double want = exact[at_row % s.rows * s.cols + at_col % s.cols], limit = allowed + stored * fabs(want);
    snprintf(what, sizeof what, "worst at [%zu,%zu]: got %.9g, want %.9g, error %.3g is %.3g times its budget %.3g",
             at_row, at_col, got, want, share * limit, share, limit);
    complain(t, kernel, report, operand, what);
}

struct op_report op_operands_report(const struct op_trial *t, const struct op_operands *w, const char *name)
{
    struct op_report report = {.good = true};
    char operand[64], what[96];
    for (int i = 0; t->op->slots[i].name; i++) {
        const struct hy_slot *slot = &t->op->slots[i];
        for (int gradient = 0; gradient < 2; gradient++) {
            long where = 0;
            snprintf(operand, sizeof operand, "%s%s", slot->name, gradient ? ".d" : "");
            if (op_guards_stand(gradient ? &w->d[i] : &w->v[i], &where))
                continue;
            snprintf(what, sizeof what, "was written outside its rows, at element %ld from its start", where);
            complain(t, name, &report, operand, what);
        }
        bool only_read = slot->role == HY_ROLE_READ || (slot->role == HY_ROLE_IN && value_is_there(t, i));
        if (only_read && !takes_place(t, i) && !op_buffer_holds(&w->v[i], t->v[i], t->shape[i]))
            complain(t, name, &report, slot->name, "is an input and was changed");
        if (slot->role == HY_ROLE_OUT && !op_buffer_holds(&w->d[i], t->d[i], t->shape[i]))
            complain(t, name, &report, slot->name, ".d is only read by the backward and was changed");
        if (exact_value(t, i))
            compare(t, name, &report, slot->name, &w->v[i], t->exact_v[i], t->shape[i], t->budget_v[i]);
        snprintf(operand, sizeof operand, "d%s", slot->name);
        if (exact_gradient(t, i))
            compare(t, name, &report, operand, gradient_of(t, w, i), t->exact_d[i], t->shape[i], t->budget_d[i]);
    }
    return report;
}

struct op_report op_trial_run(const struct op_trial *t, const char *name, hy_kernel_fn *kernel)
{
    struct op_operands *w = operands_open(t, &t->c->sizes, NULL, false);
    kernel(&w->args);
    struct op_report report = op_operands_report(t, w, name);
    operands_close(w);
    return report;
}

struct op_operands *op_operands_open(const struct op_trial *t, const union hy_args *sizes)
{
    HY_ASSERT(t->m.pad == 0 && !t->m.in_place, "a larger call has its operands without gaps, each of its own");
#ifdef __SANITIZE_ADDRESS__
    return operands_open(t, sizes, NULL, false); /* which it watches each for itself */
#else
    return operands_open(t, sizes, NULL, true);
#endif
}

void op_operands_close(struct op_operands *w)
{
    operands_close(w);
}

void op_operands_unmask(const struct op_trial *t, struct op_operands *w)
{
    w->masked = false;
    for (int i = 0; t->op->slots[i].name; i++) {
        enum hy_role role = t->op->slots[i].role;
        if (role == HY_ROLE_OUT && w->d[i].at)
            operands_fill(t, w, i, &w->d[i], t->d[i], true, NULL);
        if (role == HY_ROLE_READ || role == HY_ROLE_STATE)
            operands_fill(t, w, i, &w->v[i], t->v[i], true, NULL);
        for (size_t n = 0; role == HY_ROLE_IDS && n < w->shape[i].rows * w->shape[i].cols; n++)
            w->ids[i][n] = t->ids[i][n % (t->shape[i].rows * t->shape[i].cols)];
    }
}

const char *op_case_text(const struct op_case *c, char text[256])
{
    char sizes[HY_SHAPE_TEXT];
    hy_sizes_text(sizes, c->op, &c->sizes);
    snprintf(text, 256, "%s %s", hy_ops[c->op].name, sizes);
    return text;
}

bool op_trial_repeats(const struct op_trial *t, hy_kernel_fn *kernel)
{
    struct op_operands *first = operands_open(t, &t->c->sizes, NULL, false),
                       *second = operands_open(t, &t->c->sizes, NULL, false);
    bool same = true;
    kernel(&first->args);
    kernel(&second->args);
    for (int i = 0; t->op->slots[i].name; i++)
        if (t->op->slots[i].role != HY_ROLE_SCRATCH)
            same = same && op_buffer_same(&first->v[i], &second->v[i]) && op_buffer_same(&first->d[i], &second->d[i]);
    operands_close(first);
    operands_close(second);
    return same;
}
