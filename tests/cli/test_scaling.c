/* hymbench scaling: the rows of scaling.csv, and cells that do not come to their end. */
#include <criterion/criterion.h>
#include <string.h>

#include "report/table/table_read.h"
#include "tests/cli/cli.h"

TestSuite(cli_scaling, .init = cli_begin, .fini = cli_end);

static struct hy_csv read_out(const struct cli *c)
{
    struct hy_csv t = {0};
    cr_assert(cli_settled(c), "exit %d: %s", c->code, c->err);
    cr_assert_eq(hy_csv_parse(&t, "output", c->out, strlen(c->out), 0, HY_CSV_COMPLETE), HY_OK, "%s", hy_error());
    return t;
}

Test(cli_scaling, every_cell_has_figures_and_bytes_that_agree)
{
    struct hy_csv t = read_out(cli_run("$H scaling --profile smoke --contexts 24,48,96 --batches 1,3 --timeout 30"));
    cr_assert_eq(t.rows, 7 * 2 * 3);
    for (size_t i = 0; i < t.rows; i++) {
        const char *name = hy_csv_text_of(&t, i, "variant");
        cr_assert_gt(hy_csv_number_of(&t, i, "prefill_tok_s"), 0, "%s", name);
        cr_assert_gt(hy_csv_number_of(&t, i, "decode_tok_s"), 0, "%s", name);
        cr_assert_eq(hy_csv_number_of(&t, i, "cache_bytes"), hy_csv_number_of(&t, i, "cache_formula_bytes"), "%s",
                     name);
        cr_assert_eq(hy_csv_number_of(&t, i, "state_bytes"), hy_csv_number_of(&t, i, "state_formula_bytes"), "%s",
                     name);
        cr_assert_geq(hy_csv_number_of(&t, i, "cache_plain_bytes"), hy_csv_number_of(&t, i, "cache_bytes"), "%s", name);
        cr_assert_gt(hy_csv_number_of(&t, i, "peak_bytes"), 1e6, "%s", name);
        cr_assert_gt(hy_csv_number_of(&t, i, "planned_bytes"), hy_csv_number_of(&t, i, "cache_bytes"));
        cr_assert_str_empty(hy_csv_text_of(&t, i, "stop_reason"));
    }
    hy_csv_fini(&t);
}

/* A kind of layer has a time exactly where the model has layers of it. */
Test(cli_scaling, a_token_costs_time_in_the_kinds_of_layers_there_are)
{
    static const struct {
        const char *variant;
        bool global, local, shared, ssm;
    } kinds[] = {{"Mamba-only", false, false, false, true},
                 {"Transformer-only", true, false, false, false},
                 {"Hybrid-Mine", true, true, true, true},
                 {"Hybrid-NoKVShare", true, false, false, true},
                 {"Hybrid-Official", true, true, true, true}};
    /* files that tell of no disturbance: what is tested is not how busy the machine is */
    cli_good("mkdir -p $D/root/proc && echo 'cpu  1 2 3 4 5 6 7 8 0 0' >$D/root/proc/stat");
    struct hy_csv t =
        read_out(cli_run("HYMBENCH_ROOT=$D/root $H scaling --profile smoke --contexts 64 --batches 2 --timeout 30"));
    size_t seen = 0;
    for (size_t i = 0; i < t.rows; i++)
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
            if (strcmp(hy_csv_text_of(&t, i, "variant"), kinds[k].variant) != 0)
                continue;
            seen++;
            cr_expect_eq(hy_csv_number_of(&t, i, "global_layer_us") > 0, kinds[k].global, "%s", kinds[k].variant);
            cr_expect_eq(hy_csv_number_of(&t, i, "local_layer_us") > 0, kinds[k].local, "%s", kinds[k].variant);
            cr_expect_eq(hy_csv_number_of(&t, i, "shared_layer_us") > 0, kinds[k].shared, "%s", kinds[k].variant);
            cr_expect_eq(hy_csv_number_of(&t, i, "ssm_layer_us") > 0, kinds[k].ssm, "%s", kinds[k].variant);
        }
    cr_assert_eq(seen, sizeof kinds / sizeof *kinds);
    hy_csv_fini(&t);
}

Test(cli_scaling, a_cell_out_of_time_says_so_and_larger_ones_are_not_tried)
{
    struct hy_csv t = read_out(cli_run(
        "$H scaling --profile smoke --variant Transformer-only --contexts 16384,32768 --batches 1 --timeout 0.01"));
    cr_assert_eq(t.rows, 2);
    cr_assert_not_null(strstr(hy_csv_text_of(&t, 0, "stop_reason"), "timeout of 0.01 s"));
    cr_assert_str_empty(hy_csv_text_of(&t, 0, "decode_tok_s"));
    cr_assert_not_null(strstr(hy_csv_text_of(&t, 1, "stop_reason"), "not tried"));
    cr_assert_str_empty(hy_csv_text_of(&t, 1, "cache_bytes"));
    hy_csv_fini(&t);
}

Test(cli_scaling, a_folder_gets_the_table)
{
    struct hy_csv t = {0};
    const struct cli *c =
        cli_good("$H scaling --profile smoke --variant Hybrid-Mine --contexts 16 --batches 2 --out $D/deep/er");
    cr_assert_str_empty(c->out);
    cr_assert_eq(hy_table_read(&t, HY_TABLE_SCALING, cli_path("deep/er")), HY_OK, "%s", hy_error());
    cr_assert_eq(t.rows, 1);
    hy_csv_fini(&t);
}

Test(cli_scaling, refusals)
{
    cli_refused(2, "contexts", "$H scaling --contexts 0");
    cli_refused(2, "ascend", "$H scaling --contexts 512,256");
    cli_refused(2, "'x'", "$H scaling --batches 1,x");
    cli_refused(2, "--weights", "$H scaling --weights a.safetensors --variant Hybrid-Mine");
    cli_refused(2, "nowhere", "$H scaling --weights /nowhere.safetensors");
    cli_refused(2, "Hybrid-Mine", "$H scaling --variant Hybrid-Main");
    cli_refused(2, "timeout", "$H scaling --timeout 0");
}
