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
    study_write("tiny.yaml", 60, 60, "", study_hybrid);
}

TestSuite(cli_train, .init = begin, .fini = cli_end);

Test(cli_train, recompute_keeps_less_and_changes_nothing)
{
    double kept, less, again, more;
    /* large enough that what layers keep is most of the memory */
    const char *line = "$H train --config $D/tiny.yaml --variant Hybrid --batch 64 --steps 2 --save $D/%s %s";
    char text[256];
    snprintf(text, sizeof text, line, "kept.safetensors", "");
    plan_of(cli_good(text)->err, "with", &kept, &less);
    snprintf(text, sizeof text, line, "again.safetensors", "--recompute");
    plan_of(cli_good(text)->err, "without", &again, &more);
    cr_expect_lt(less, 0.8 * kept);
    cr_expect_eq(again, less);
    cr_expect_eq(more, kept);
    cli_same_file("kept.safetensors", "again.safetensors");
}

Test(cli_train, bf16_is_close_to_f32_in_less_memory)
{
    double f32, bf16, ignored;
    if (hy_precision_check(HY_BF16) != HY_OK)
        cr_skip("this machine has no bf16 products");
    double start = study_val_loss(cli_good("$H train --config $D/tiny.yaml --variant Hybrid --batch 8 --steps 1"));
    const struct cli *c = cli_good("$H train --config $D/tiny.yaml --variant Hybrid --batch 8");
    double loss = study_val_loss(c);
    plan_of(c->err, "with", &f32, &ignored);
    c = cli_good("$H train --config $D/tiny.yaml --variant Hybrid --batch 8 --precision bf16");
    plan_of(c->err, "with", &bf16, &ignored);
    cr_expect_gt(start - loss, 0.5, "training learns: from %g to %g", start, loss);
    cr_expect_lt(fabs(study_val_loss(c) - loss), 0.05 * (start - loss), "as much in bf16: to %g", study_val_loss(c));
    cr_expect_lt(bf16, f32);
}
