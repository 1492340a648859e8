/* Kernels wrong on purpose: what the rig or the harness says about each, in both orders of threads. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kernels/device.h"
#include "kernels/simt/control.h"
#include "tests/kernels/op_list.h"
#include "tests/simt/child.h"
#include "tests/simt/wrong/wrong.h"

#ifdef __SANITIZE_ADDRESS__
static const bool sanitized = true;
#else
static const bool sanitized = false;
#endif

static const struct mistake {
    const char *what;
    hy_kernel_fn *run;
    const char *says;    /* part of what ends the program, NULL: the harness sees a wrong result */
    bool sanitizer_only; /* a plain build may not notice */
    enum hy_precision precision;
} mistakes[] = {
    {"missing barrier", simt_missing_barrier, NULL, false, HY_F32},
    {"barrier in a branch", simt_barrier_in_a_branch, "__syncthreads", false, HY_F32},
    {"a thread left before a barrier", simt_left_before_a_barrier, "__syncthreads", false, HY_F32},
    {"shuffle in a branch", simt_shuffle_in_a_branch, "lane", false, HY_F32},
    {"bound one too far", simt_bound_one_too_far, NULL, false, HY_F32},
    {"bound one short", simt_bound_one_short, NULL, false, HY_F32},
    {"stride is the width", simt_stride_is_the_width, NULL, false, HY_F32},
    {"reads four where not aligned", simt_fours_where_not_aligned, NULL, true, HY_F32},
    {"static shared memory too small", simt_shared_too_small, NULL, true, HY_F32},
    {"dynamic shared memory too small", simt_dynamic_shared_too_small, NULL, false, HY_F32},
    {"dynamic shared memory not cleared", simt_dynamic_shared_not_cleared, NULL, false, HY_F32},
    {"copy not waited for", simt_copy_not_waited_for, NULL, false, HY_F32},
    {"copy without a barrier", simt_copy_without_a_barrier, NULL, false, HY_F32},
    {"too few blocks", simt_too_few_blocks, NULL, false, HY_F32},
    {"the host reads the device's memory", simt_host_reads_the_device, NULL, true, HY_F32},
    {"bf16 is cut off", simt_bf16_truncated, NULL, false, HY_BF16},
    {"rows of bf16 as far apart as floats", simt_bf16_rows_as_of_floats, NULL, false, HY_BF16},
};

enum { MISTAKES = sizeof mistakes / sizeof *mistakes };

/* ---- all cases of the op, in both orders --------------------------------------------- */

static struct hy_kernel tried = {"", HY_OP_RMSNORM, HY_FORWARD, HY_ISA_ANY, HY_F32, NULL};

static void on_device(const union hy_args *a)
{
    cr_assert_eq(hy_cuda_call(&tried, a), HY_OK);
}

static void in_both_orders(const union hy_args *a)
{
    static bool backwards;
    simt_reverse(backwards = !backwards);
    on_device(a);
    simt_reverse(false);
}

/* Leaves with CHILD_CAUGHT at the first complaint. */
static void try_on_all_cases(const void *kernel)
{
    const struct mistake *m = kernel;
    tried.name = m->what;
    tried.run = m->run;
    if (hy_cuda_open(0) != HY_OK)
        _exit(CHILD_CAUGHT + 1);
    for (const struct op_case *c = op_cases; c->why; c++)
        for (const struct op_mode *mode = op_modes; mode->name && c->op == tried.op; mode++) {
            if (mode->pass != HY_FORWARD || (c->flags & OP_BIG) || !op_mode_applies(mode, c))
                continue;
            struct op_mode in = *mode;
            in.precision = m->precision;
            struct op_trial *t = op_trial_drawn(c, &in);
            struct op_report report = op_trial_run(t, tried.name, on_device);
            bool same = op_trial_repeats(t, in_both_orders);
            op_trial_close(t);
            if (report.good && same)
                continue;
            fprintf(stderr, "%s\n", report.good ? "the order of threads changes the result" : report.text);
            _exit(CHILD_CAUGHT);
        }
    hy_cuda_close();
}

Test(wrong, the_right_kernels_pass)
{
    static const struct mistake none[] = {{"none", simt_right, NULL, false, HY_F32},
                                          {"none, in bf16", simt_bf16_right, NULL, false, HY_BF16}};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        struct child_end end = child_run(try_on_all_cases, &none[i]);
        cr_assert(end.well, "%s: %s", none[i].what, end.text);
    }
}

ParameterizedTestParameters(wrong, each_mistake_is_caught)
{
    static int rows[MISTAKES];
    for (int i = 0; i < MISTAKES; i++)
        rows[i] = i;
    return cr_make_param_array(int, rows, MISTAKES);
}

ParameterizedTest(int *row, wrong, each_mistake_is_caught)
{
    const struct mistake *m = &mistakes[*row];
    struct child_end end = child_run(try_on_all_cases, m);
    if (m->sanitizer_only && !sanitized)
        return;
    cr_assert(!end.well && end.text[0], "not caught: %s", m->what);
    cr_assert(!m->says || strstr(end.text, m->says), "%s: %s", m->what, end.text);
    cr_log_info("%-36s %.160s\n", m->what, end.text);
}
