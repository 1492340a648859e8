#include "kernels/dispatch.h"

#include <string.h>

#include "kernels/bf16.h"

#define HY_KERNEL(function, op, pass, isa) {#function, op, pass, isa, HY_F32, function},
#define HY_KERNEL_BF16(function, op, pass) {#function, op, pass, HY_ISA_AVX512, HY_BF16, function},
#define HY_KERNEL_AMX(function, op, pass)  {#function, op, pass, HY_ISA_AMX, HY_BF16, function},
const struct hy_kernel hy_kernels[] = {
#include "kernels/tables/ops.inc"
    {NULL, HY_OP_COUNT, HY_PASSES, HY_ISA_COUNT, HY_PRECISIONS, NULL},
};

#define HY_REFERENCE(function, op, pass) {#function, op, pass, function},
static const struct hy_reference references[] = {
#include "kernels/tables/ops.inc"
};

static const char *const isa_names[HY_ISA_COUNT] = {"base", "avx2", "avx512", "amx"};
static const char *const backend_names[HY_WHERES][HY_PRECISIONS] = {
    [HY_WHERE_REF] = {"ref"},
    [HY_WHERE_CPU] = {[HY_F32] = "cpu", [HY_BF16] = "cpu-bf16"},
    [HY_WHERE_CUDA] = {"cuda", "cuda-tf32", "cuda-bf16"},
};
static const char *const precision_names[HY_PRECISIONS] = {"f32", "tf32", "bf16"};

static int forced = -1; /* a level set by hy_isa_set, or none */

const char *hy_isa_name(enum hy_isa isa)
{
    HY_ASSERT((unsigned)isa < HY_ISA_COUNT, "a level that exists is asked for");
    return isa_names[isa];
}

const char *hy_backend_name(struct hy_backend backend)
{
    HY_ASSERT((unsigned)backend.where < HY_WHERES && (unsigned)backend.precision < HY_PRECISIONS &&
                  backend_names[backend.where][backend.precision],
              "a backend that exists is asked for");
    return backend_names[backend.where][backend.precision];
}

const char *hy_precision_name(enum hy_precision precision)
{
    HY_ASSERT((unsigned)precision < HY_PRECISIONS, "a precision that exists is asked for");
    return precision_names[precision];
}

enum hy_precision hy_backend_stored(struct hy_backend backend)
{
    return backend.precision == HY_BF16 ? HY_BF16 : HY_F32;
}

enum hy_isa hy_isa(void)
{
    return forced >= 0 ? (enum hy_isa)forced : hy_isa_of_machine();
}

hy_status hy_isa_set(const char *name)
{
    if (strcmp(name, "ref") == 0)
        return hy_fail(HY_BAD_INPUT,
                       "'ref' stands for the references, which are no instruction set: only --isa ref takes it");
    for (int isa = 0; isa < HY_ISA_COUNT; isa++) {
        if (strcmp(name, isa_names[isa]) != 0)
            continue;
        if ((enum hy_isa)isa > hy_isa_of_machine())
            return hy_fail(HY_BAD_INPUT, "this machine does not run the instruction set '%s'; its highest is '%s'",
                           name, isa_names[hy_isa_of_machine()]);
        forced = isa;
        return HY_OK;
    }
    return hy_fail(HY_BAD_INPUT, "unknown instruction set '%s': choose base, avx2, avx512 or amx", name);
}

const struct hy_reference *hy_reference_of(enum hy_op_id op, enum hy_pass pass)
{
    for (size_t i = 0; i < sizeof references / sizeof *references; i++)
        if (references[i].op == op && references[i].pass == pass)
            return &references[i];
    return NULL;
}

bool hy_kernel_runs(const struct hy_kernel *k)
{
    return k->isa <= hy_isa_of_machine() && (k->precision != HY_BF16 || hy_bf16_of_machine());
}

hy_status hy_precision_check(enum hy_precision precision)
{
    if (precision == HY_F32)
        return HY_OK;
    if (precision == HY_TF32)
        return hy_fail(HY_BAD_INPUT, "the device 'cpu' has no tf32 kernels; use --precision f32 or bf16");
    if (!hy_bf16_of_machine())
        return hy_fail(HY_BAD_INPUT,
                       "this CPU has no bf16 products (neither AVX512_BF16 nor AMX); use --precision f32");
    if (hy_isa() < HY_ISA_AVX512)
        return hy_fail(HY_BAD_INPUT, "bf16 needs the instruction set 'avx512', but '%s' is forced; leave --isa out",
                       hy_isa_name(hy_isa()));
    return HY_OK;
}

const struct hy_kernel *hy_kernel_in(enum hy_precision precision, enum hy_op_id op, enum hy_pass pass)
{
    const struct hy_kernel *best = NULL;
    enum hy_isa highest = hy_isa();
    for (const struct hy_kernel *k = hy_kernels; k->name; k++) {
        if (k->op != op || k->pass != pass || k->isa > highest || k->precision > precision || !hy_kernel_runs(k))
            continue;
        if (!best || k->precision >= best->precision)
            best = k; /* slowest first: the last that runs is the best */
    }
    return best;
}

const struct hy_kernel *hy_cuda_kernel_in(enum hy_precision precision, enum hy_op_id op, enum hy_pass pass)
{
    const struct hy_kernel *best = NULL;
    for (const struct hy_kernel *k = hy_cuda_kernels; k->name; k++)
        if (k->op == op && k->pass == pass && k->precision <= precision && (!best || k->precision >= best->precision))
            best = k;
    return best;
}

static const struct hy_kernel *on(struct hy_backend backend, enum hy_precision precision, enum hy_op_id op,
                                  enum hy_pass pass)
{
    if (backend.where == HY_WHERE_REF)
        return NULL;
    return backend.where == HY_WHERE_CPU ? hy_kernel_in(precision, op, pass) : hy_cuda_kernel_in(precision, op, pass);
}

const struct hy_kernel *hy_kernel_on(struct hy_backend backend, enum hy_op_id op, enum hy_pass pass)
{
    return on(backend, backend.precision, op, pass);
}

const struct hy_kernel *hy_kernel_for(struct hy_backend backend, enum hy_op_id op, enum hy_pass pass,
                                      const union hy_args *a)
{
    enum hy_precision precision = backend.precision;
    if (hy_op_stored_bf16(op, a))
        return on(backend, precision, op, pass);
    for (const struct hy_slot *s = hy_ops[op].slots; s->name; s++)
        if (s->flags & HY_SLOT_ACTIVATION && precision == HY_BF16)
            precision = HY_TF32; /* the next finer one */
    return on(backend, precision, op, pass);
}

const struct hy_kernel *hy_kernel_of(enum hy_op_id op, enum hy_pass pass)
{
    return hy_kernel_in(HY_F32, op, pass);
}

void hy_call(struct hy_backend backend, enum hy_op_id op, enum hy_pass pass, const union hy_args *a)
{
    if (backend.where == HY_WHERE_REF) {
        const struct hy_reference *reference = hy_reference_of(op, pass);
        HY_ASSERT(reference, "an op without a backward was asked for one");
        hy_reference_call(reference, a);
        return;
    }
    HY_ASSERT(backend.where == HY_WHERE_CPU, "arguments of a host call are host addresses");
    const struct hy_kernel *kernel = hy_kernel_for(backend, op, pass, a);
    HY_ASSERT(kernel, "an op without a backward was asked for one");
    kernel->run(a);
}
