#include "bench/harness/micro_checked.h"

#include <stdlib.h>

#include "bench/harness/memory.h"

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

static void open_operands(struct hy_checked *x, const struct op_trial *trial, const union hy_args *sizes,
                          const struct hy_kernel *kernel)
{
    x->operands = op_operands_open(trial, sizes);
    x->call = (struct hy_call){kernel, op_operands_args(x->operands)};
    x->from = op_operands_memory(x->operands, &x->bytes);
}

hy_status hy_checked_open(struct hy_checked *x, const struct op_trial *trial, const union hy_args *sizes,
                          const struct hy_kernel *kernel, bool device)
{
    open_operands(x, trial, sizes, kernel);
    hy_status status = run_once(&x->call, device);
    x->report = op_operands_report(trial, x->operands, kernel->name);
    op_operands_unmask(trial, x->operands);
    if (status == HY_OK && device && x->report.good) {
        status = hy_device_operands_open(kernel->op, op_operands_args(x->operands), &x->there);
        x->call.args = hy_device_operands_args(x->there);
    }
    return status;
}

bool hy_checked_is_kept(const struct hy_checked_kept *kept, const struct hy_bench_case *c, const struct hy_kernel *k)
{
    return kept && kept->kernel == k && kept->of == c;
}

void hy_checked_open_again(struct hy_checked *x, const struct hy_checked_kept *kept, const union hy_args *sizes)
{
    open_operands(x, kept->trial, sizes, kept->kernel);
    op_operands_unmask(kept->trial, x->operands);
    x->report.share = kept->error_share;
}

void hy_checked_close(struct hy_checked *x, struct hy_checked_kept *kept)
{
    hy_device_operands_close(x->there);
    op_operands_close(x->operands);
    if (!kept || !x->operands)
        return;
    /* what was given back last is had again first: so the pages that these leave are taken at once */
    void *before = kept->aside;
    kept->aside = hy_buffer(x->bytes + 1);
    free(before);
}

void hy_checked_forget(struct hy_checked_kept *kept)
{
    op_trial_close(kept->trial);
    free(kept->aside);
    *kept = (struct hy_checked_kept){0};
}
