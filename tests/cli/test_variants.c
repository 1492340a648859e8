/* hymbench variants, and studies with grids and matched widths from their file to the run's tables. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/table/csv.h"
#include "tests/cli/cli.h"
#include "tests/cli/study.h"

TestSuite(cli_variants, .init = cli_begin, .fini = cli_end);

static struct hy_csv table(const char *name)
{
    struct hy_csv t;
    cr_assert_eq(hy_csv_read(&t, cli_path(name), HY_CSV_COMPLETE), HY_OK, "%s", hy_error());
    return t;
}

static size_t row_of(const struct hy_csv *t, const char *name)
{
    for (size_t i = 0; i < t->rows; i++)
        if (strcmp(hy_csv_text_of(t, i, "name"), name) == 0)
            return i;
    cr_assert_fail("no row '%s'", name);
    return 0;
}

Test(cli_variants, every_study_is_listed)
{
    static const char *const studies[] = {"hymba", "companions", "matched", "mqar", "hymba_paper"};
    static const char first[] = "name,implementation,params,layers,meta,window,kv_groups,compare_to,isolates";
    char line[256];
    for (size_t i = 0; i < sizeof studies / sizeof *studies; i++) {
        snprintf(line, sizeof line, "$H variants --config bench/ablations/%s.yaml", studies[i]);
        const struct cli *c = cli_good(line);
        cr_expect_eq(strncmp(c->out, "name ", 5), 0, "%s", c->out);
        cr_expect_eq(strstr(c->out, "mismatch_pct") != NULL, strcmp(studies[i], "matched") == 0, "%s", studies[i]);
        cr_expect_eq(strstr(c->out, "in_proj") != NULL, strcmp(studies[i], "companions") == 0, "%s", studies[i]);
        snprintf(line, sizeof line, "$H variants --csv --config bench/ablations/%s.yaml", studies[i]);
        c = cli_good(line);
        cr_expect_eq(strncmp(c->out, first, strlen(first)), 0, "%s", c->out);
    }
    const struct cli *c = cli_good("$H variants --variants Hybrid-Mine,Mamba-only");
    cr_expect(strstr(c->out, "Mamba-only") && !strstr(c->out, "Transformer-only"), "%s", c->out);
}

/* The seven of the study, as large as Hybrid-Mine or as the one that is named. */
Test(cli_variants, matched_sizes)
{
    static const struct {
        const char *options, *to, *figure;
    } cases[] = {{"--match params", "Hybrid-Mine", "params"},
                 {"--match flops", "Hybrid-Mine", "flops_per_token"},
                 {"--match flops --profile quick", "Hybrid-Mine", "flops_per_token"},
                 {"--match params --to Transformer-only --profile smoke", "Transformer-only", "params"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[256];
        snprintf(line, sizeof line, "$H variants --csv %s >$D/v.csv", cases[i].options);
        cli_good(line);
        struct hy_csv t = table("v.csv");
        const size_t to = row_of(&t, cases[i].to);
        const double target = hy_csv_number_of(&t, to, cases[i].figure);
        cr_assert_eq(t.rows, 7);
        for (size_t row = 0; row < t.rows; row++) {
            const double off = 100 * (hy_csv_number_of(&t, row, cases[i].figure) / target - 1);
            cr_expect_leq(fabs(off), 1, "%s: %s is %g %% off", cases[i].options, hy_csv_text_of(&t, row, "name"), off);
            if (row == to) {
                cr_expect_str_eq(hy_csv_text_of(&t, row, "match"), "");
                continue;
            }
            cr_expect_float_eq(hy_csv_number_of(&t, row, "mismatch_pct"), off, 0.001);
            cr_expect_str_eq(hy_csv_text_of(&t, row, "match_to"), cases[i].to);
        }
        hy_csv_fini(&t);
    }
    const struct cli *c = cli_good("$H variants --match params --variants Mamba-only");
    cr_expect(strstr(c->out, "d_model") && strstr(c->out, "480") && !strstr(c->out, "Transformer"), "%s", c->out);
}

Test(cli_variants, refusals)
{
    cli_refused(2, "'Hybrid-Mine'", "$H variants --match params --to Hybrid-Mime");
    cli_refused(2, "'Mamba-only'", "$H variants --variants Mamba-onli");
    cli_refused(2, "--match params or --match flops", "$H variants --to Hybrid-Mine");
    cli_refused(2, "params", "$H variants --match size");
    cli_refused(2, "nothing to match", "$H variants --match params --config bench/ablations/hymba_paper.yaml");
    study_write("far.yaml", 1, 0, "",
                "  - name: Small\n    n_layers: 1\n    global_layers: [0]\n"
                "  - name: Deep\n    arch: mamba\n    n_layers: 64\n    d_model: 128\n    n_heads: 64\n"
                "    match: params\n    to: Small\n");
    for (int i = 0; i < 2; i++) {
        const char *line = i ? "$H train --variant Deep --config $D/far.yaml" : "$H variants --config $D/far.yaml";
        cli_refused(2, "far.yaml:", line);
        cli_refused(2, "no widths give 'Deep' as many parameters as 'Small' within 1 %", line);
    }
    study_write("bad.yaml", 1, 0, "", "  - grid: {window: [4, x]}\n    name: W{window}\n");
    cli_refused(2, "window is 'x'", "$H ablation --config $D/bad.yaml --out $D/r");
    cr_assert(!cli_exists("r"));
}

/* From two lines of a file to claims in variants.csv, the audit's verdict in effects.csv, and a configuration that runs
 * again. */
Test(cli_variants, grids_and_widths_reach_the_tables)
{
    study_write("sweep.yaml", 2, 0, "",
                "  - name: Base\n"
                "  - grid: {meta_tokens: [0, 2], fusion: [beta, mean]}\n"
                "    name: M{meta_tokens}-{fusion}\n"
                "  - name: Mamba\n    arch: mamba\n    match: flops\n    to: Base\n"
                "    compare_to: Base\n    isolates: arch\n");
    const struct cli *c = cli_run("$H ablation --config $D/sweep.yaml --no-report --out $D/r");
    cr_assert(cli_settled(c), "exit %d: %s", c->code, c->err);
    static const char *const names[] = {"Base", "M0-beta", "M0-mean", "M2-mean", "Mamba"};
    struct hy_csv t = table("r/variants.csv"), e = table("r/effects.csv");
    cr_assert_eq(t.rows, 5);
    for (size_t i = 0; i < 5; i++)
        cr_expect_str_eq(hy_csv_text_of(&t, i, "name"), names[i]);
    const size_t corner = row_of(&t, "M0-mean"), mamba = row_of(&t, "Mamba");
    cr_expect_str_eq(hy_csv_text_of(&t, corner, "compare_to"), "M2-mean;M0-beta");
    cr_expect_str_eq(hy_csv_text_of(&t, corner, "isolates"), "meta_tokens;fusion");
    cr_expect_str_eq(hy_csv_text_of(&t, corner, "fusion"), "mean");
    cr_expect_str_eq(hy_csv_text_of(&t, mamba, "fusion"), "");
    cr_expect_str_eq(hy_csv_text_of(&t, mamba, "match_to"), "Base");
    cr_expect(hy_csv_number_of(&t, mamba, "d_model") > 32);
    cr_expect_eq(hy_csv_number_of(&t, mamba, "kv_bytes"), 0);
    cr_expect(fabs(hy_csv_number_of(&t, mamba, "flops_per_token") / hy_csv_number_of(&t, 0, "flops_per_token") - 1) <
              0.01);
    cr_assert_eq(e.rows, 5);
    for (size_t i = 0; i < e.rows; i++)
        cr_expect_eq(hy_csv_number_of(&e, i, "confounded"), 0, "%s", hy_csv_text_of(&e, i, "other_variant"));
    hy_csv_fini(&t);
    hy_csv_fini(&e);
    /* the configuration that was written has the widths and no grid */
    cli_good("$H variants --csv --profile smoke --config $D/sweep.yaml >$D/a.csv");
    cli_good("$H variants --csv --profile smoke --config $D/r/config.yaml >$D/b.csv");
    cli_same_file("a.csv", "b.csv");
    cli_good("! grep -n 'grid' $D/r/config.yaml");
    c = cli_run("$H ablation --resume --no-report --out $D/r");
    cr_assert(cli_settled(c), "the same run: exit %d: %s", c->code, c->err);
}

/* Weights say how their branches meet, and decode as they were trained. */
Test(cli_variants, choices_travel_with_the_weights)
{
    study_write("ways.yaml", 4, 0, "",
                "  - name: Mean\n    fusion: mean\n    in_proj: shared\n"
                "  - name: Beta\n    implementation: fused\n    fusion: beta\n    in_proj: separate\n");
    static const char ids[] = "\5\0\0\0\6\0\0\0\7\0\0\0\10\0\0\0\11\0\0\0\12\0\0\0";
    static const char *const variants[] = {"Mean", "Beta"};
    cli_write("ids.i32", ids, 24);
    for (int v = 0; v < 2; v++) {
        char line[256];
        size_t bytes, again;
        snprintf(line, sizeof line, "$H train --config $D/ways.yaml --variant %s --save $D/w.st", variants[v]);
        cli_good(line);
        cli_good(v ? "grep -aq 'in_proj.*separate' $D/w.st && grep -aq 'mixer.beta_attn' $D/w.st"
                   : "grep -aq 'in_proj.*shared' $D/w.st && ! grep -aq 'beta_attn\"' $D/w.st");
        cli_good("$H logits --weights $D/w.st --ids $D/ids.i32 --batch 1 --out $D/whole.f32");
        cli_good("$H logits --weights $D/w.st --ids $D/ids.i32 --batch 1 --out $D/steps.f32 --incremental");
        float *whole = (float *)(void *)cli_read("whole.f32", &bytes),
              *steps = (float *)(void *)cli_read("steps.f32", &again);
        cr_assert(bytes == again && bytes > 6 * 100 * sizeof(float));
        for (size_t i = 0; i < bytes / sizeof(float); i++)
            cr_assert(fabsf(whole[i] - steps[i]) < 1e-4f, "%s: logit %zu: %g and %g", variants[v], i, (double)whole[i],
                      (double)steps[i]);
        free(whole);
        free(steps);
    }
}
