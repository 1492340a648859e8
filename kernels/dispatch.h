/* The kernel tables and the choice among their rows.
 *
 * kernels/<op>.inc lists every kernel of an op, slowest first. The same rows
 * give the prototypes, the dispatch, the tests and the microbenchmarks, so a
 * kernel that is not tested or not timed cannot exist. */
#ifndef HY_DISPATCH_H
#define HY_DISPATCH_H

#include "kernels/base/status.h"
#include "kernels/ops.h"

/* Who runs a program's ops. HY_BACKEND_CPU_BF16 is the CPU in the precision bf16: the
 * operands of linear layers are rounded to bfloat16, everything else is as in HY_BACKEND_CPU. */
enum hy_backend { HY_BACKEND_REF, HY_BACKEND_CPU, HY_BACKEND_CPU_BF16, HY_BACKENDS };

/* What a kernel rounds the operands of its products to; all results are f32. */
enum hy_precision { HY_F32, HY_BF16, HY_PRECISIONS };

/* Rungs of the ladder; a higher one includes those below. */
enum hy_isa { HY_ISA_ANY, HY_ISA_AVX2, HY_ISA_AVX512, HY_ISA_COUNT };

typedef void hy_kernel_fn(const union hy_args *a);
typedef void hy_reference_fn(const union hy_args_f64 *a);

struct hy_kernel {
    const char *name;
    enum hy_op_id op;
    enum hy_pass pass;
    enum hy_isa isa;
    enum hy_precision precision;
    hy_kernel_fn *run;
};

struct hy_reference {
    const char *name;
    enum hy_op_id op;
    enum hy_pass pass;
    hy_reference_fn *run;
};

/* Prototypes of every row. */
#define HY_REFERENCE(function, op, pass)   hy_reference_fn function;
#define HY_KERNEL(function, op, pass, isa) hy_kernel_fn function;
#define HY_KERNEL_BF16(function, op, pass) hy_kernel_fn function;
#include "kernels/tables.inc"
#undef HY_REFERENCE
#undef HY_KERNEL
#undef HY_KERNEL_BF16

/* All rows; ends with .name == NULL. */
extern const struct hy_kernel hy_kernels[];

/* The reference of (op, pass); NULL for the backward of an op without one. */
const struct hy_reference *hy_reference_of(enum hy_op_id op, enum hy_pass pass);

/* The best f32 row of the CPU backend that this machine runs and hy_isa_set allows. */
const struct hy_kernel *hy_kernel_of(enum hy_op_id op, enum hy_pass pass);

/* The same in a precision: its best row, else (most ops are not about products) the f32 one. */
const struct hy_kernel *hy_kernel_in(enum hy_precision precision, enum hy_op_id op, enum hy_pass pass);

/* Whether this machine runs the row, whatever hy_isa_set says. */
bool hy_kernel_runs(const struct hy_kernel *k);

/* The rung in force: the machine's highest, or the one forced. */
enum hy_isa hy_isa(void);
enum hy_isa hy_isa_of_machine(void);
const char *hy_isa_name(enum hy_isa isa); /* "base", "avx2", "avx512" */

/* Forces a rung by name ("ref" means HY_BACKEND_REF and is refused here);
 * HY_BAD_INPUT for an unknown name or a rung this machine lacks. */
hy_status hy_isa_set(const char *name);

const char *hy_precision_name(enum hy_precision precision); /* "f32", "bf16" */
enum hy_precision hy_backend_precision(enum hy_backend backend);

/* HY_BAD_INPUT, saying what is missing, where the machine (or a forced rung) has no kernels of that precision. */
hy_status hy_precision_check(enum hy_precision precision);

/* Runs (op, pass) on a backend. The ref backend widens every operand to double,
 * calls the reference and rounds the results; it allocates, and is slow. */
void hy_call(enum hy_backend backend, enum hy_op_id op, enum hy_pass pass, const union hy_args *a);
const char *hy_backend_name(enum hy_backend backend); /* "ref", "cpu", "cpu-bf16" */

/* The ref backend's half of hy_call: also what tests use to get f32-rounded references. */
void hy_reference_call(const struct hy_reference *reference, const union hy_args *a);

#endif
