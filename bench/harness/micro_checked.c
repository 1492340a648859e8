#include "bench/harness/micro_checked.h"
#include "kernels/trial/op_operands.h"

void hy_call_run(void *call)
{
    const struct hy_call *c = call;
    c->kernel->run(c->args);
}

/* On a device it goes there and back. */
static hy_status run_once(const struct hy_call *c, bool device)
{
    if (device)
        return hy_cuda_call(c->kernel, c->args);
    c->kernel->run(c->args);
    return HY_OK;
}

hy_status hy_checked_open(struct hy_checked *x, const struct op_trial *trial, const union hy_args *sizes,
                          const struct hy_kernel *kernel, bool device)
{
    struct op_operands *operands = op_operands_open(trial, sizes);
    x->call = (struct hy_call){kernel, op_operands_args(operands)};
    hy_status status = run_once(&x->call, device);
    x->report = op_operands_report(trial, operands, kernel->name);
    op_operands_unmask(trial, operands);
    hy_places_open(&x->places, kernel->op, operands);
    (void)hy_places_memory(&x->places, &x->bytes);
    if (status == HY_OK && device && x->report.good) {
        status = hy_device_operands_open(kernel->op, op_operands_args(operands), &x->there);
        x->call.args = hy_device_operands_args(x->there);
    }
    return status;
}

void hy_checked_tell(struct hy_checked *x, struct hy_flusher *f)
{
    x->flusher = f;
    f->of = hy_places_memory(&x->places, &f->of_bytes);
}

void hy_checked_next(void *call)
{
    struct hy_checked *x = call;
    hy_places_next(&x->places);
    x->call.args = hy_places_args(&x->places);
    if (x->flusher)
        hy_checked_tell(x, x->flusher);
}

void hy_checked_close(struct hy_checked *x)
{
    hy_device_operands_close(x->there);
    hy_places_close(&x->places);
    *x = (struct hy_checked){.report = x->report};
}

bool hy_checked_is_kept(const struct hy_checked_kept *kept, const struct hy_bench_case *c, const struct hy_kernel *k)
{
    return kept && kept->kernel == k && kept->of == c;
}

void hy_checked_forget(struct hy_checked_kept *kept)
{
    hy_checked_close(&kept->call);
    op_trial_close(kept->trial);
    *kept = (struct hy_checked_kept){0};
}
