/* hymbench micro as google-benchmark's tools drive it. */
#include <criterion/criterion.h>
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

Test(cli_micro, a_path_that_cannot_be_written_is_said_before_measuring)
{
    cli_refused(2, "/no/such/x.json", "$H micro --benchmark_out=/no/such/x.json");
    cli_refused(2, "/no/such/x.csv", "$H micro --csv /no/such/x.csv --json $D/x.json");
    cli_good("test -z \"$(ls -A $D | grep x.json)\"");
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
