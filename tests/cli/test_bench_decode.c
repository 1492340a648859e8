/* hymbench bench-decode: what its tables count, and what it refuses. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "report/table/csv.h"
#include "tests/cli/cli.h"

TestSuite(cli_bench_decode, .init = cli_begin, .fini = cli_end);

/* The table that begins with the n-th line that starts with "variant,". */
static struct hy_csv table_of(const struct cli *c, int n)
{
    struct hy_csv t = {0};
    const char *at = c->out;
    while (at && n-- > 0) {
        at = strstr(at, "\nvariant,");
        at = at ? at + 1 : NULL;
    }
    cr_assert_not_null(at, "no such table in: %s", c->out);
    const char *end = strstr(at, "\n\n");
    cr_assert_not_null(end);
    cr_assert_eq(hy_csv_parse(&t, "output", at, (size_t)(end + 1 - at), 0, HY_CSV_COMPLETE), HY_OK, "%s", hy_error());
    return t;
}

/* Smoke's Hybrid-Mine: 8 meta tokens of width 32 that no new token reads. */
Test(cli_bench_decode, rates_and_shares_of_prompts_and_tokens)
{
    const struct cli *v = cli_run("$H variants --profile smoke --csv | grep ^Hybrid-Mine, | cut -d, -f3");
    const double params = strtod(v->out, NULL);
    const struct cli *c =
        cli_run("$H bench-decode --profile smoke --variant Hybrid-Mine --contexts 20,50 --chunk 8 --rounds 2");
    cr_assert(cli_settled(c), "exit %d: %s", c->code, c->err);
    struct hy_csv prompts = table_of(c, 0), tokens = table_of(c, 1);
    cr_assert_eq(prompts.rows, 1);
    cr_assert_eq(hy_csv_number_of(&prompts, 0, "context"), 20);
    cr_assert_eq(hy_csv_number_of(&prompts, 0, "chunk"), 7, "three equal chunks");
    cr_assert_gt(hy_csv_number_of(&prompts, 0, "prefill_tok_s"), 0);
    cr_assert_gt(hy_csv_number_of(&prompts, 0, "prefill_share"), 0);
    cr_assert_eq(tokens.rows, 2);
    for (size_t i = 0; i < 2; i++) {
        cr_assert_eq(hy_csv_number_of(&tokens, i, "context"), i ? 50 : 20);
        cr_assert_float_eq(hy_csv_number_of(&tokens, i, "weight_mb"), 4e-6 * (params - 8 * 32), 1e-3);
        cr_assert_gt(hy_csv_number_of(&tokens, i, "decode_tok_s"), 0);
        cr_assert_gt(hy_csv_number_of(&tokens, i, "decode_share"), 0);
        const char *level = hy_csv_text_of(&tokens, i, "level");
        cr_assert(strcmp(level, "l2") == 0 || strcmp(level, "llc") == 0 || strcmp(level, "memory") == 0, "%s", level);
        char *column = hy_format("%s_read_gbps", level);
        cr_assert_gt(hy_csv_number_of(&tokens, i, column), 0, "the column names the level: %s", column);
        free(column);
    }
    cr_assert_eq(hy_csv_number_of(&tokens, 0, "time_ratio"), 1);
    const char *chunk = strstr(c->out, "a chunk of the prompt"), *token = strstr(c->out, "a token");
    cr_assert(chunk && token && chunk < token);
    cr_assert_not_null(strstr(token, "scan_step"));
    hy_csv_fini(&prompts);
    hy_csv_fini(&tokens);
}

Test(cli_bench_decode, refusals)
{
    cli_refused(2, "--variant", "$H bench-decode");
    cli_refused(2, "Hybrid-Mine", "$H bench-decode --variant Hybrid-Main");
    cli_refused(2, "'none'", "$H bench-decode --variant Hybrid-Mine --contexts 12,none");
    cli_refused(2, "at most 8", "$H bench-decode --variant Hybrid-Mine --contexts 1,2,3,4,5,6,7,8,9");
    cli_refused(2, "cannot be run", "$H bench-decode --config bench/ablations/hymba_paper.yaml --variant Qwen2.5-1.5B");
}
