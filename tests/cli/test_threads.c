/* Fewer threads than asked for: the same result, or a word about it. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "report/table/csv.h"
#include "tests/cli/cli.h"
#include "tests/cli/study.h"

TestSuite(cli_threads, .init = cli_begin, .fini = cli_end);

/* The loss of the last step of a short run in the environment that `with` sets. */
static double loss(const char *with, const char *study, const char *variant)
{
    char line[512];
    snprintf(
        line, sizeof line,
        "rm -rf $D/replay; unset HYMBENCH_THREADS OMP_NUM_THREADS; %s $H train --config $D/%s --variant %s --dropout 0 "
        "--replay $D/replay",
        with, study, variant);
    cli_good(line);
    struct hy_csv t;
    cr_assert_eq(hy_csv_read(&t, cli_path("replay/steps.csv"), HY_CSV_COMPLETE), HY_OK, "%s", hy_error());
    cr_assert_eq(t.rows, 6);
    double value = hy_csv_number_of(&t, 5, "loss");
    hy_csv_fini(&t);
    return value;
}

Test(cli_threads, what_openmp_withholds_changes_no_result)
{
    static const char *const with[] = {"OMP_THREAD_LIMIT=1",
                                       "OMP_THREAD_LIMIT=2 OMP_NUM_THREADS=4",
                                       "OMP_THREAD_LIMIT=3 OMP_NUM_THREADS=4",
                                       "OMP_MAX_ACTIVE_LEVELS=0",
                                       "OMP_DYNAMIC=true",
                                       "OMP_NUM_THREADS=4"};
    study_write("hybrid.yaml", 6, 0, "", study_hybrid);
    const double alone = loss("OMP_NUM_THREADS=1", "hybrid.yaml", "Hybrid");
    for (size_t i = 0; i < sizeof with / sizeof *with; i++) {
        double other = loss(with[i], "hybrid.yaml", "Hybrid");
        cr_assert(fabs(other - alone) < 1e-4, "%s: %g, alone %g", with[i], other, alone);
    }
}

Test(cli_threads, says_what_it_cannot_have)
{
    study_write("hybrid.yaml", 1, 0, "", study_hybrid);
    const struct cli *c = cli_good("OMP_THREAD_LIMIT=2 $H train --threads 3 --config $D/hybrid.yaml --variant Hybrid");
    cr_assert(strstr(c->err, "3 threads were asked for and 2 came"), "%s", c->err);
    c = cli_good("$H train --threads 64 --config $D/hybrid.yaml --variant Hybrid");
    cr_assert(strstr(c->err, "64 threads share"), "%s", c->err);
}
