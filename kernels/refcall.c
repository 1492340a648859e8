/* Calling a reference on f32 operands: every operand is copied into doubles, the
 * reference runs on the copies, and what it wrote is rounded back. Generic over
 * the ops through their slots. Storage that two operands share (a gradient in
 * its value's place, a sum over its own input) is no special case: the copies
 * are separate, and all of them are taken before the first result goes back. */
#include "kernels/dispatch.h"

#include <stdlib.h>
#include <string.h>

struct copy {
    double *wide;  /* rows * cols, without gaps */
    float *narrow; /* where it came from and where it goes back to */
    size_t rows, cols, ld;
    bool goes_back;
};

enum { MAX_COPIES = 2 * HY_MAX_SLOTS };

struct copies {
    struct copy list[MAX_COPIES];
    int n;
};

/* What a pass does with an operand. */
enum use { READS = 1, WRITES = 2 };

/* Enters an operand and returns its copy; NULL stays NULL. An operand that is
 * only written starts as zeros: its old value may be anything, NaN included. */
static double *widen(struct copies *all, const float *narrow, struct hy_shape s, size_t ld, int use)
{
    if (!narrow || !use || s.rows * s.cols == 0)
        return NULL;
    HY_ASSERT(all->n < MAX_COPIES, "an op has at most HY_MAX_SLOTS operands");
    HY_ASSERT(s.rows <= 1 || ld >= s.cols, "the rows of an operand must not overlap");
    struct copy *c = &all->list[all->n++];
    *c = (struct copy){
        calloc(s.rows * s.cols, sizeof(double)), (float *)(uintptr_t)narrow, s.rows, s.cols, ld, (use & WRITES) != 0};
    HY_ASSERT(c->wide, "out of memory in the reference backend; take a smaller model");
    if (use & READS)
        for (size_t r = 0; r < s.rows; r++)
            for (size_t i = 0; i < s.cols; i++)
                c->wide[r * s.cols + i] = (double)narrow[r * ld + i];
    return c->wide;
}

static void round_back(const struct copy *c)
{
    for (size_t r = 0; c->goes_back && r < c->rows; r++)
        for (size_t i = 0; i < c->cols; i++)
            c->narrow[r * c->ld + i] = (float)c->wide[r * c->cols + i];
}

/* What a pass does with a slot that is one plain pointer. */
static int use_of(enum hy_role role, enum hy_pass pass)
{
    switch (role) {
    case HY_ROLE_SAVED:
        return pass == HY_FORWARD ? WRITES : READS;
    case HY_ROLE_STATE:
        return READS | WRITES;
    case HY_ROLE_READ:
        return READS;
    case HY_ROLE_RESULT:
        return pass == HY_FORWARD ? WRITES : 0;
    default: /* references need no scratch */
        return 0;
    }
}

static void widen_in(struct copies *all, struct hy_in_f64 *in, struct hy_shape s, bool reads_value, enum hy_pass pass)
{
    struct hy_in narrow;
    memcpy(&narrow, in, sizeof narrow);
    size_t ld = (size_t)narrow.ld;
    in->v = widen(all, narrow.v, s, ld, reads_value ? READS : 0);
    in->d = widen(all, narrow.d, s, ld, pass == HY_FORWARD ? 0 : WRITES | (narrow.add ? READS : 0));
    in->ld = (int)s.cols;
}

static void widen_out(struct copies *all, struct hy_out_f64 *out, struct hy_shape s, bool reads_value,
                      enum hy_pass pass)
{
    struct hy_out narrow;
    memcpy(&narrow, out, sizeof narrow);
    size_t ld = (size_t)narrow.ld;
    out->v = widen(all, narrow.v, s, ld, pass == HY_FORWARD ? WRITES : reads_value ? READS : 0);
    out->d = widen(all, narrow.d, s, ld, pass == HY_FORWARD ? 0 : READS);
    out->ld = (int)s.cols;
}

void hy_reference_call(const struct hy_reference *reference, const union hy_args *a)
{
    const struct hy_op *op = &hy_ops[reference->op];
    struct hy_shape shapes[HY_MAX_SLOTS] = {{0, 0}};
    struct copies all = {.n = 0};
    union hy_args_f64 wide;

    HY_ASSERT(!hy_op_stored_bf16(reference->op, a), "the ref backend keeps everything in f32");
    memcpy(&wide, a, sizeof wide); /* one layout: sizes and attributes stay, pointers are replaced below */
    op->shapes(a, shapes);
    for (int i = 0; op->slots[i].name; i++) {
        const struct hy_slot *slot = &op->slots[i];
        void *field = (char *)&wide + slot->offset;
        bool reads_value = reference->pass == HY_FORWARD || (slot->flags & HY_SLOT_BACK_READS);
        if (slot->flags & HY_SLOT_DOUBLE || slot->role == HY_ROLE_IDS)
            continue;
        if (slot->role == HY_ROLE_IN) {
            widen_in(&all, field, shapes[i], reads_value, reference->pass);
        } else if (slot->role == HY_ROLE_OUT) {
            widen_out(&all, field, shapes[i], reads_value, reference->pass);
        } else {
            float *narrow;
            memcpy(&narrow, field, sizeof narrow);
            double *copy = widen(&all, narrow, shapes[i], shapes[i].cols, use_of(slot->role, reference->pass));
            memcpy(field, &copy, sizeof copy);
        }
    }
    reference->run(&wide);
    for (int i = 0; i < all.n; i++) {
        round_back(&all.list[i]);
        free(all.list[i].wide);
    }
}
