/* One harness for every kernel of every op, for the tests and for the microbenchmark.
 *
 * A case is an op with its sizes and one word why it is there; a mode says how
 * the operands lie and which gradients are wanted. A trial of both draws the
 * operands, runs the double reference and works out how far a result may be from
 * it; op_trial_run() then holds any kernel of that op and pass against it.
 *
 * How far: the same reference compiled in float ("plain f32") runs OP_SAMPLES
 * times on the operands moved by one unit in their last place, each time into
 * other directions. The largest distance of those results from the exact one is
 * what f32 arithmetic loses on this case: rounding of n summed terms,
 * cancellation, and the growth of errors along a recurrence are all in it, at
 * the magnitudes of this case. A kernel may lose OP_SLACK times that, because it
 * sums in another order and has its own exp, plus a floor of OP_SLACK roundings of
 * the operand's largest element, for the cases where plain f32 happens to be exact.
 *
 * Products in tf32 or bf16 round their factors, so the samples move them by such a
 * rounding instead, and such a rounding is in the floor: what they do to a sum of n terms
 * is in the yardstick, and where it has one term the samples may all have met in the middle.
 * What kernels find in bf16 (HY_SLOT_ACTIVATION) is drawn in bf16, so that the reference sees
 * the same numbers; each element of a result that is stored in bf16 may besides be off by
 * that rounding of itself. */
#ifndef HY_KERNELS_TRIAL_OP_CASE_H
#define HY_KERNELS_TRIAL_OP_CASE_H

#include "kernels/trial/op_mode.h"

enum {
    OP_SAMPLES = 4,
    OP_SLACK = 4,
};

struct op_trial;

struct op_report {
    bool good;
    double share;    /* the largest error as a share of its budget */
    char text[1024]; /* kernel, shape, mode, seed, operand, worst index, share; or what else is wrong */
};

/* Never NULL. close(NULL) is legal. */
struct op_trial *op_trial_open(const struct op_case *c, const struct op_mode *m);
void op_trial_close(struct op_trial *t);

/* Runs `kernel` on fresh operands: guards around every operand and between its
 * rows must stay, inputs must stay, everything that is to be written must be
 * finite and within its budget, and nothing may be read that the op's slots do
 * not declare (it holds NaN). */
struct op_report op_trial_run(const struct op_trial *t, const char *name, hy_kernel_fn *kernel);

/* Runs it twice; true if every result has the same bits. */
bool op_trial_repeats(const struct op_trial *t, hy_kernel_fn *kernel);

/* ---- the same case inside a larger call -------------------------------------
 * The double reference of a study's shapes takes minutes. A larger call of the
 * kernel repeats the case's operands (its rows, its sequences) and sends gradients
 * only from the first part, so that every result that concerns this part, sums
 * over all rows included, must equal the case's. The measured call is so checked
 * itself, at the price of the small reference. */
struct op_operands;

/* Operands for `sizes`, which differ from the case's in the number of rows,
 * sequences or elements only, and are not smaller. Never NULL; close(NULL) is legal. */
struct op_operands *op_operands_open(const struct op_trial *t, const union hy_args *sizes);
void op_operands_close(struct op_operands *w);

/* What the one call made since op_operands_open() is worth, as op_trial_run() reports it. */
struct op_report op_operands_report(const struct op_trial *t, const struct op_operands *w, const char *kernel);

/* From checking to measuring: every part sends gradients, every row counts. */
void op_operands_unmask(const struct op_trial *t, struct op_operands *w);

/* Sizes of a case as text, for messages: "attention B2 T33 ...". */
const char *op_case_text(const struct op_case *c, char text[256]);

/* ---- for tests of the references themselves --------------------------------- */

/* The operands of a trial as the double reference sees them, its outputs filled
 * in; backward: its gradients too. Owned by the trial. */
union hy_args_f64 *op_trial_exact(struct op_trial *t);

#endif
