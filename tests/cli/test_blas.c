/* An OpenBLAS that does not know the processor, and a core that the user asks for. $M: the folder of the mock
 * libraries. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/machine.h"
#include "tests/cli/cli.h"

static void begin(void)
{
    char path[4096];
    cli_begin();
    snprintf(path, sizeof path, "%.*s/tests", (int)(strrchr(getenv("H"), '/') - getenv("H")), getenv("H"));
    setenv("M", path, 1);
    unsetenv("OPENBLAS_CORETYPE");
}

TestSuite(cli_blas, .init = begin, .fini = cli_end);

/* (A sanitizer's library wants to be the first.) */
#define UNKNOWN "LD_PRELOAD=$(ldd $H | awk '/lib[a-z]*san/ { printf \"%s:\", $3 }')$M/mock_blas.so "

Test(cli_blas, one_that_does_not_know_the_processor_is_left_out)
{
    if (hy_isa_of_machine() == HY_ISA_ANY)
        cr_skip_test("any core is good enough for this processor");
    const struct cli *c = cli_good(UNKNOWN "$H env");
    cr_assert_not_null(strstr(c->out, "core=Prescott"), "%s", c->out);
    cr_assert_not_null(strstr(c->out, "does not know this processor"), "%s", c->out);
    c = cli_good(UNKNOWN "$H env --json");
    cr_assert_not_null(strstr(c->out, "\"core_used\": false"), "%s", c->out);
    cr_assert_not_null(strstr(c->out, "(Prescott, not used)"), "%s", c->out);
    /* one row, many, flat and wide ones: checked against the reference, and no call reaches OpenBLAS */
    cli_run(UNKNOWN "$H micro --profile smoke --no-roofs --filter '^hy_linear_(fwd|bwd)_f32_blas/.*/hot$' "
                    "--min-time 0.001 --min-samples 1 --timeout 1");
    cr_assert(c->code == 0 || c->code == 3, "%d: %s", c->code, c->err);
    cr_assert_null(strstr(c->err, "mock_blas"), "%s", c->err);
}

Test(cli_blas, a_core_that_was_asked_for_is_obeyed)
{
    if (hy_isa_of_machine() == HY_ISA_ANY)
        cr_skip_test("no core is below this processor");
    const struct cli *c = cli_good("OPENBLAS_CORETYPE=Prescott $H env --json");
    cr_assert_not_null(strstr(c->out, "\"core\": \"Prescott\""), "%s", c->out);
    cr_assert_not_null(strstr(c->out, "\"core_asked\": true"), "%s", c->out);
    cr_assert_not_null(strstr(c->out, "\"core_used\": true"), "%s", c->out);
    cr_assert_not_null(strstr(c->out, "below this processor's"), "%s", c->out);
}
