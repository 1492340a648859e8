/* The kernel tables and the choice among their rows.
 *
 * kernels/<op>.inc lists every kernel of an op, slowest first. The same rows
 * give the prototypes, the dispatch, the tests and the microbenchmarks, so a
 * kernel that is not tested or not timed cannot exist. */
#ifndef HY_KERNELS_DISPATCH_H
#define HY_KERNELS_DISPATCH_H

#include "kernels/base/status.h"
#include "kernels/machine.h"
#include "kernels/ops.h"

/* Whose kernels run a program's ops: the references and the CPU's work in the host's memory, the
 * CUDA ones in memory of their own (kernels/device.h). */
enum hy_where { HY_WHERE_REF, HY_WHERE_CPU, HY_WHERE_CUDA, HY_WHERES };

/* What a kernel rounds the operands of its products to, finest first. A bf16 kernel of an op with
 * activations (HY_SLOT_ACTIVATION) takes and leaves them in bf16; all other results are f32. */
enum hy_precision { HY_F32, HY_TF32, HY_BF16, HY_PRECISIONS };

/* Who runs a program's ops, and in which precision: in bf16 (and tf32) the operands of products
 * are rounded to it, and activations may be stored in bf16; everything else is as in f32. The references
 * know f32 alone, the CPU f32 and bf16. */
struct hy_backend {
    enum hy_where where;
    enum hy_precision precision;
};
static inline struct hy_backend hy_backend(enum hy_where where, enum hy_precision precision)
{
    return (struct hy_backend){where, precision};
}

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
#define HY_REFERENCE(function, op, pass)              hy_reference_fn function;
#define HY_KERNEL(function, op, pass, isa)            hy_kernel_fn function;
#define HY_KERNEL_BF16(function, op, pass)            hy_kernel_fn function;
#define HY_KERNEL_AMX(function, op, pass)             hy_kernel_fn function;
#define HY_KERNEL_CUDA(function, op, pass, precision) hy_kernel_fn function;
#include "kernels/tables/ops.inc"

/* All rows that run on the host; ends with .name == NULL. */
extern const struct hy_kernel hy_kernels[];

/* The rows for a device, whose arguments hold its addresses; empty where the build has no CUDA. */
extern const struct hy_kernel hy_cuda_kernels[];

/* The reference of (op, pass); NULL for the backward of an op without one. */
const struct hy_reference *hy_reference_of(enum hy_op_id op, enum hy_pass pass);

/* The best f32 row of the CPU backend that this machine runs and hy_isa_set allows. */
const struct hy_kernel *hy_kernel_of(enum hy_op_id op, enum hy_pass pass);

/* The same in a precision: its best row, else (most ops are not about products) the f32 one. */
const struct hy_kernel *hy_kernel_in(enum hy_precision precision, enum hy_op_id op, enum hy_pass pass);

/* The same among the rows for a device; NULL where there is none. */
const struct hy_kernel *hy_cuda_kernel_in(enum hy_precision precision, enum hy_op_id op, enum hy_pass pass);

/* The row that a backend runs (op, pass) with; NULL on the ref backend. */
const struct hy_kernel *hy_kernel_on(struct hy_backend backend, enum hy_op_id op, enum hy_pass pass);

/* The same for these arguments: where the op's activations lie in f32 though the backend's precision is bf16, no bf16
 * row. */
const struct hy_kernel *hy_kernel_for(struct hy_backend backend, enum hy_op_id op, enum hy_pass pass,
                                      const union hy_args *a);

/* Whether this machine runs the row, whatever hy_isa_set says. */
bool hy_kernel_runs(const struct hy_kernel *k);

/* The level in force: the machine's highest, or the one forced. */
enum hy_isa hy_isa(void);
const char *hy_isa_name(enum hy_isa isa); /* "base", "avx2", "avx512", "amx" */

/* Forces a level by name ("ref" is a backend and is refused here);
 * HY_BAD_INPUT for an unknown name or a level this machine lacks. */
hy_status hy_isa_set(const char *name);

const char *hy_precision_name(enum hy_precision precision); /* "f32", "tf32", "bf16" */

/* What a backend's training and evaluation store activations in: HY_BF16 or HY_F32. */
enum hy_precision hy_backend_stored(struct hy_backend backend);

/* HY_BAD_INPUT, saying what is missing, where the CPU (or a forced level) has no kernels of that precision. */
hy_status hy_precision_check(enum hy_precision precision);

/* Runs (op, pass) on a host backend. The ref backend widens every operand to double,
 * calls the reference and rounds the results; it allocates, and is slow. */
void hy_call(struct hy_backend backend, enum hy_op_id op, enum hy_pass pass, const union hy_args *a);
const char *hy_backend_name(struct hy_backend backend); /* "ref", "cpu", "cpu-bf16", "cuda", ... */

/* The ref backend's half of hy_call: also what tests use to get f32-rounded references. */
void hy_reference_call(const struct hy_reference *reference, const union hy_args *a);

#endif
