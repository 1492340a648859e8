/* hymbench bench-step --estimate: the least time of a step on a GPU that is not here. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/cli/cli.h"
#include "tests/cli/study.h"

TestSuite(cli_estimate, .init = cli_begin, .fini = cli_end);

/* step_ms_at_least, gflop and gbyte of the one row that is printed */
static void row_of(const char *line, double *ms, double *gflop, double *gbyte)
{
    const struct cli *c = cli_good(line);
    const char *row = strchr(c->out, '\n');
    cr_assert_not_null(row);
    cr_assert_eq(sscanf(row + 1, "%*[^,],%*[^,],%*[^,],%*d,%*d,%lf,%*f,%*f,%lf,%lf", ms, gflop, gbyte), 3, "%s",
                 c->out);
}

static const char tiny[] = "bench-step --config $D/tiny.yaml --profile smoke --estimate h200";

static void open_study(void)
{
    static char both[256];
    snprintf(both, sizeof both, "%s%s", study_hybrid, study_fused);
    study_write("tiny.yaml", 4, 0, "", both);
}

Test(cli_estimate, follows_from_counted_work_and_stated_roofs)
{
    char line[256];
    double f32, bf16, gflop, gbyte, again;
    open_study();
    snprintf(line, sizeof line, "$H %s --variant Hybrid --batch 64", tiny);
    row_of(line, &f32, &gflop, &gbyte);
    snprintf(line, sizeof line, "$H %s --variant Hybrid --batch 64 --precision bf16", tiny);
    row_of(line, &bf16, &again, &gbyte);
    cr_assert_eq(gflop, again, "the work is the same");
    cr_assert_geq(bf16, gbyte / 4800 * 1e3 * 0.9, "no faster than the memory");
    cr_assert_leq(bf16, f32);
    cr_assert_leq(f32, (gbyte / 4800 + gflop / 67000) * 1e3 * 1.1, "no slower than both roofs one after the other");
}

Test(cli_estimate, all_variants_of_a_study)
{
    char line[256];
    open_study();
    snprintf(line, sizeof line, "$H %s --precision tf32 >$D/all.csv && test $(wc -l <$D/all.csv) = 3", tiny);
    cli_good(line);
    cli_good("grep -q '^Fused,h200,tf32,2,32,' $D/all.csv");
}

Test(cli_estimate, a_gpu_nobody_states_peaks_of)
{
    cli_refused(2, "known are", "$H bench-step --estimate gtx");
}
