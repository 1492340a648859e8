/* hymbench micro as google-benchmark's tools drive it. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "tests/cli/cli.h"

TestSuite(cli_micro, .init = cli_begin, .fini = cli_end);

/* Every listed name selects itself, and only itself. */
Test(cli_micro, names_that_are_listed_select)
{
    cli_good("$H micro --benchmark_list_tests -a op=[scan,rmsnorm,attend,cache_put] >$D/names");
    cr_assert(cli_lines("names") > 20);
    cli_good("while read -r n; do $H micro --benchmark_list_tests --benchmark_filter=\"$n\"; done <$D/names >$D/again; "
             "cmp $D/names $D/again");
    cli_good(
        "$H micro --benchmark_list_tests >$D/every; $H micro --benchmark_list_tests --benchmark_filter=all >$D/all; "
        "cmp $D/every $D/all");
    cli_good("$H micro --benchmark_list_tests --benchmark_filter=-bwd >$D/forward; ! grep -q bwd $D/forward");
    cr_assert(cli_lines("forward") > 20);
}

Test(cli_micro, so_many_iterations)
{
    cli_good("$H micro --profile smoke --benchmark_filter=hy_pick_fwd_f32_base/prefill/cold --benchmark_min_time=7x "
             "--benchmark_out=$D/x.json --csv $D/x.csv");
    cli_good("grep -q '\"iterations\": 7' $D/x.json");
    cr_assert_eq(cli_lines("x.csv"), 2);
}

/* What google-benchmark's own tools read: repetitions side by side, then their aggregates. */
Test(cli_micro, repetitions_come_with_aggregates)
{
    const char *pick = "$H micro --profile smoke --benchmark_filter=^hy_pick_fwd_f32_base/prefill "
                       "--benchmark_min_time=5x --benchmark_repetitions=3";
    char line[512];
    snprintf(line, sizeof line, "%s --benchmark_out=$D/x.json --csv $D/x.csv", pick);
    const struct cli *c = cli_good(line);
    cr_assert_not_null(strstr(c->out, "hy_pick_fwd_f32_base/prefill/hot_stddev"));
    cli_good("test $(grep -c '\"run_type\": \"iteration\"' $D/x.json) = 6");
    for (int i = 0; i < 4; i++) {
        static const char *const names[] = {"mean", "median", "stddev", "cv"};
        snprintf(line, sizeof line, "test $(grep -c '\"aggregate_name\": \"%s\"' $D/x.json) = 2", names[i]);
        cli_good(line);
    }
    cli_good("test $(grep -c '\"aggregate_unit\": \"percentage\"' $D/x.json) = 2");
    cr_assert_eq(cli_lines("x.csv"), 7);

    snprintf(line, sizeof line, "%s --benchmark_report_aggregates_only --benchmark_out=$D/y.json", pick);
    c = cli_good(line);
    cr_assert_null(strstr(c->out, "/hot "));
    cr_assert_not_null(strstr(c->out, "/hot_mean "));
    cli_good("! grep iteration\\\" $D/y.json; test $(grep -c aggregate_name $D/y.json) = 8");
}

Test(cli_micro, formats_of_google_benchmark)
{
    const char *pick = "$H micro --profile smoke --benchmark_filter=^hy_pick_fwd_f32_base/prefill/hot "
                       "--benchmark_min_time=5x";
    char line[512];
    snprintf(line, sizeof line, "%s --benchmark_format=json --benchmark_time_unit=us", pick);
    const struct cli *c = cli_good(line);
    json_t *root = json_loads(c->out, JSON_REJECT_DUPLICATES, NULL);
    const json_t *row = json_array_get(json_object_get(root, "benchmarks"), 0);
    cr_assert_not_null(row, "no JSON: %s", c->out);
    cr_assert_str_eq(json_string_value(json_object_get(row, "time_unit")), "us");
    cr_assert_eq(json_integer_value(json_object_get(row, "iterations")), 5);
    json_decref(root);

    snprintf(line, sizeof line,
             "%s --benchmark_format=csv --benchmark_time_unit=s --benchmark_out=$D/z.csv --benchmark_out_format=csv",
             pick);
    c = cli_good(line);
    cr_assert_eq(strncmp(c->out, "name,iterations,real_time,cpu_time,time_unit,", 45), 0);
    cr_assert_not_null(strstr(c->out, "hy_pick_fwd_f32_base/prefill/hot,5,"));
    cli_print("stdout.csv", "%s", c->out);
    cli_same_file("stdout.csv", "z.csv");

    snprintf(line, sizeof line, "%s --benchmark_format=console --benchmark_time_unit=ms", pick);
    c = cli_good(line);
    cr_assert_not_null(strstr(c->out, " ms "));
}

Test(cli_micro, what_google_benchmark_does_not_take_is_refused)
{
    static const char *const bad[] = {"--benchmark_min_time=1m",   "--benchmark_min_time=0x",
                                      "--benchmark_repetitions=0", "--benchmark_format=xml",
                                      "--benchmark_time_unit=min", "--benchmark_filter=(",
                                      "--benchmark_list_tests=2",  "--benchmark_out_format=xml",
                                      "--benchmark_color=true",    "--benchmark_out"};
    char line[128], word[64];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(line, sizeof line, "$H micro '%s'", bad[i]);
        snprintf(word, sizeof word, "%.*s", (int)strcspn(bad[i], "="), bad[i]);
        cli_refused(2, strstr(bad[i], "filter") ? "--filter" : word, line);
    }
    cli_refused(2, "--benchmark_report_aggregates_only", "$H micro --benchmark_report_aggregates_only=some");
}

Test(cli_micro, a_path_that_cannot_be_written_is_said_before_measuring)
{
    cli_refused(2, "/no/such/x.json", "$H micro --benchmark_out=/no/such/x.json");
    cli_refused(2, "/no/such/x.csv", "$H micro --csv /no/such/x.csv --json $D/x.json");
    cli_good("test -z \"$(ls -A $D | grep x.json)\"");
    cli_refused(2, "/no/such/x.csv", "$H micro --json $D/x.json --google-csv /no/such/x.csv");
    cli_good("mkdir $D/folder");
    cli_refused(2, "regular file", "$H micro --json $D/folder --csv $D/x.csv");
    cli_refused(2, "/dev/null", "$H micro --csv $D/x.csv --benchmark_out=/dev/null");
    cli_refused(2, "path of its own", "$H micro --csv $D/x --json $D/x");
    cli_good("test -z \"$(ls -A $D | grep '^x')\"");
    cli_refused(2, "max-samples", "$H micro --max-samples 3");
}

Test(cli_micro, lists_what_is_asked_for_and_refuses_what_is_not_there)
{
    const struct cli *c = cli_good("$H micro --list -a op=[attention,conv] -a pass=fwd -a cache=hot -a T=[64,128]");
    cr_assert_not_null(strstr(c->out, "T128"));
    cr_assert_not_null(strstr(c->out, "hy_conv_fwd_f32_base/conv/hot"));
    cr_assert_null(strstr(c->out, "bwd"));
    c = cli_good("$H micro --benchmark_list_tests=true --benchmark_filter=hy_adamw");
    cr_assert_not_null(strstr(c->out, "hy_adamw_fwd_f32_base/adamw/hot"));
    cr_assert_null(strstr(c->out, "scan"));
    cli_refused(2, "shape", "$H micro --list -a shape=[1]");
    cli_refused(2, "--filter", "$H micro --list --filter '['");
    cli_refused(2, "no kernel", "$H micro --list --filter nosuchkernel");
    cli_refused(2, "/nosuchfolder/f.csv", "$H micro --csv /nosuchfolder/f.csv --filter adamw");
    cli_refused(2, "min-samples", "$H micro --min-samples 0");
}
