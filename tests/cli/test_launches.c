/* hymbench launches: counted from the program, on no device. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cli/cli.h"
#include "tests/cli/study.h"

/* $R: the program with the host rig behind its device. */
static void set_up(void)
{
    char path[256];
    cli_begin();
    snprintf(path, sizeof path, "%s-rig", getenv("H"));
    cr_assert_eq(setenv("R", path, 1), 0);
}

TestSuite(cli_launches, .init = set_up, .fini = cli_end);

static const char tiny[] = "launches --config $D/tiny.yaml --profile smoke";

static void open_study(void)
{
    static char both[256];
    snprintf(both, sizeof both, "%s%s", study_hybrid, study_fused);
    study_write("tiny.yaml", 4, 0, "", both);
}

static const struct cli *count(const char *more)
{
    char line[256];
    snprintf(line, sizeof line, "$R %s %s", tiny, more);
    return cli_good(line);
}

/* The number behind "Hybrid, bf16: ". */
static long launches(const char *more)
{
    long n = 0;
    const struct cli *c = count(more);
    const char *colon = strchr(c->out, ':');
    cr_assert(colon && sscanf(colon, ": %ld launches a step", &n) == 1, "%s", c->out);
    return n;
}

Test(cli_launches, a_table_whose_last_line_is_its_sum)
{
    long forward, backward, update, all;
    open_study();
    const long n = launches("--variant Hybrid --precision bf16");
    const struct cli *c = count("--variant Hybrid --precision bf16");
    const char *last = strstr(c->out, "\nlaunches ");
    cr_assert_not_null(last, "%s", c->out);
    cr_assert_eq(sscanf(last, " launches %ld %ld %ld %ld", &forward, &backward, &update, &all), 4, "%s", last);
    cr_expect(all == n && forward + backward + update == n && forward > 0 && backward > forward, "%s", c->out);
    cr_expect_not_null(strstr(c->out, "linear     product"), "%s", c->out);
}

Test(cli_launches, what_is_computed_again_costs_launches)
{
    open_study();
    cr_expect_gt(launches("--variant Hybrid --recompute"), launches("--variant Hybrid"));
}

Test(cli_launches, csv_of_all_variants)
{
    open_study();
    count("--precision bf16 --csv >$D/all.csv");
    cli_good("head -n 1 $D/all.csv | grep -qx variant,precision,pass,op,kernel,n");
    cli_good("grep -q '^Hybrid,bf16,forward,linear,product,' $D/all.csv");
    cli_good("grep -q '^Fused,bf16,backward,scan,scan_backward,' $D/all.csv");
    cli_good("test $(grep -c variant,precision $D/all.csv) = 1");
}

Test(cli_launches, what_nobody_has)
{
    open_study();
    cli_refused(2, "Hybrid", "$R launches --config $D/tiny.yaml --profile smoke --variant Hybird");
    cli_refused(2, "f31", "$R launches --config $D/tiny.yaml --profile smoke --precision f31");
}
