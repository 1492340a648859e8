#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <string.h>

#include "tests/kernels/op_list.h"
#include "tests/wrong/wrong.h"

/* The parameter is the row of wrong_kernels: pointers do not travel to a test's process. */
ParameterizedTestParameters(wrong, the_mistake_is_caught_and_the_right_kernel_passes)
{
    static int rows[128];
    size_t n = 0;
    while (wrong_kernels[n].mistake) {
        rows[n] = (int)n;
        n++;
    }
    return cr_make_param_array(int, rows, n);
}

ParameterizedTest(int *row, wrong, the_mistake_is_caught_and_the_right_kernel_passes)
{
    const struct wrong_kernel *w = &wrong_kernels[*row];
    const struct hy_kernel *right = hy_kernel_in(w->precision, w->op, w->pass);
    int trials = 0, caught = 0;
    char text[1024] = "";
    if (hy_precision_check(w->precision) != HY_OK)
        cr_skip("this machine has no bf16 products");
    for (const struct op_case *c = op_cases; c->why; c++)
        for (const struct op_mode *m = op_modes; m->name && c->op == w->op; m++) {
            if (m->pass != w->pass || (c->flags & OP_BIG) || !op_mode_applies(m, c))
                continue;
            struct op_mode in = *m;
            in.precision = w->precision;
            struct op_trial *t = op_trial_drawn(c, &in);
            struct op_report of_right = op_trial_run(t, right->name, right->run);
            struct op_report of_wrong = op_trial_run(t, w->mistake, w->run);
            cr_expect(of_right.good, "%s", of_right.text);
            if (!of_wrong.good)
                memcpy(text, of_wrong.text, sizeof text);
            caught += !of_wrong.good;
            trials++;
            op_trial_close(t);
        }
    cr_assert_gt(caught, 0, "not caught in any of %d trials: %s (%s)", trials, w->mistake, hy_ops[w->op].name);
    cr_log_info("%-44s caught in %d of %d trials: %s\n", w->mistake, caught, trials, text);
    /* the complaint names the kernel, the shape and the seed */
    cr_assert(strstr(text, w->mistake) && strstr(text, hy_ops[w->op].name) && strstr(text, "seed"), "%s", text);
}

Test(wrong, there_are_mistakes_in_every_op)
{
    int mistakes[HY_OP_COUNT] = {0};
    for (const struct wrong_kernel *w = wrong_kernels; w->mistake; w++)
        mistakes[w->op]++;
    for (int op = 0; op < HY_OP_COUNT; op++)
        cr_assert_geq(mistakes[op], 1, "%s has no wrong kernel", hy_ops[op].name);
}
