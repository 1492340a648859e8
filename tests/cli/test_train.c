/* `train` with what changes memory and arithmetic: --recompute and --precision bf16. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kernels/dispatch.h"
#include "tests/cli/cli.h"
#include "tests/cli/study.h"

/* MiB that the line about the plan names: kept as asked, and the other way. */
static void plan_of(const char *err, const char *other_way, double *planned, double *otherwise)
{
    const char *at = strstr(err, "plans ");
    char pattern[64];
    cr_assert_not_null(at, "no plan in: %s", err);
    snprintf(pattern, sizeof pattern, "plans %%lf MiB (%s --recompute %%lf)", other_way);
    cr_assert_eq(sscanf(at, pattern, planned, otherwise), 2, "the plan reads: %s", at);
}

static void begin(void)
{
    cli_begin();
    study_write("tiny.yaml", 2, 2, "", study_hybrid);
}

TestSuite(cli_train, .init = begin, .fini = cli_end);

Test(cli_train, recompute_keeps_less_and_changes_nothing)
{
    double kept, less, again, more;
    /* large enough that what layers keep is most of the memory */
    const char *line = "$H train --config $D/tiny.yaml --variant Hybrid --batch 64 --save $D/%s %s";
    char text[256];
    snprintf(text, sizeof text, line, "kept.safetensors", "");
    plan_of(cli_good(text)->err, "with", &kept, &less);
    snprintf(text, sizeof text, line, "again.safetensors", "--recompute");
    plan_of(cli_good(text)->err, "without", &again, &more);
    cr_expect_leq(less, kept);
    cr_expect_eq(again, less);
    cr_expect_eq(more, kept);
    cli_same_file("kept.safetensors", "again.safetensors");
}

Test(cli_train, bf16_is_close_to_f32_in_less_memory)
{
    double f32, bf16, ignored;
    if (hy_precision_check(HY_BF16) != HY_OK)
        cr_skip("this machine has no bf16 products");
    const struct cli *c = cli_good("$H train --config $D/tiny.yaml --variant Hybrid --batch 64");
    double loss = study_val_loss(c);
    plan_of(c->err, "with", &f32, &ignored);
    c = cli_good("$H train --config $D/tiny.yaml --variant Hybrid --batch 64 --precision bf16");
    plan_of(c->err, "with", &bf16, &ignored);
    cr_expect_lt(fabs(study_val_loss(c) - loss), 0.01 * loss);
    cr_expect_lt(bf16, f32);
}
