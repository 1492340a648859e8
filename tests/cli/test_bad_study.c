/* Studies that are not YAML, or say what cannot be: file, line and reason, and nothing is made. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cli/cli.h"
#include "tests/cli/study.h"

TestSuite(cli_bad_study, .init = cli_begin, .fini = cli_end);

static int line_of(const char *name, const char *text)
{
    size_t bytes;
    int line = 1;
    char *file = cli_read(name, &bytes), *at = strstr(file, text);
    cr_assert_not_null(at, "the test's own study lacks '%s'", text);
    for (char *p = file; p < at; p++)
        line += *p == '\n';
    free(file);
    return line;
}

/* A variant with these further lines is refused with `word`, at the line that holds `at`. */
static void expect(const char *word, const char *at, const char *more)
{
    char variants[256], place[64];
    snprintf(variants, sizeof variants, "%s%s", study_hybrid, more);
    study_write("bad.yaml", 1, 0, "", variants);
    snprintf(place, sizeof place, "bad.yaml:%d: ", line_of("bad.yaml", at));
    cli_refused(2, word, "$H ablation --config $D/bad.yaml --out $D/r");
    cli_refused(2, place, "$H ablation --config $D/bad.yaml --out $D/r");
    cr_assert(!cli_exists("r"), "nothing is made for a mistake");
}

Test(cli_bad_study, combinations_that_cannot_be)
{
    expect("n_heads", "n_heads: 5", "    n_heads: 5\n");
    expect("n_kv_heads", "n_kv_heads: 3", "    n_kv_heads: 3\n");
    expect("7", "global_layers: [0, 7]", "    global_layers: [0, 7]\n");
    expect("global", "kv_groups: [[0, 1]]", "    kv_groups: [[0, 1]]\n");
    expect("kv_groups", "kv_groups: [[2, 1]]", "    kv_groups: [[2, 1]]\n");
    expect("twice", "kv_groups: [[1, 2], [2, 1]]", "    kv_groups: [[1, 2], [2, 1]]\n");
    expect("fused", "arch: mamba", "    implementation: fused\n    arch: mamba\n");
    expect("n_layers", "n_layers: 0", "    n_layers: 0\n");
    expect("at most 256", "d_state: 257", "    d_state: 257\n");
    expect("at most 512", "n_heads: 1\n    d_model: 514", "    n_heads: 1\n    d_model: 514\n");
    expect("seq_len", "seq_len: -3", "    seq_len: -3\n");
}

Test(cli_bad_study, what_is_no_study)
{
    expect("'n_layers'", "n_layres: 3", "    n_layres: 3\n");
    expect("window", "window: wide", "    window: wide\n");
    expect("a single value", "window: [1]", "    window: [1]\n");
    expect("twice", "window: 5", "    window: 4\n    window: 5\n");
    study_write("bad.yaml", 1, 0, "  lr: [\n", study_hybrid);
    cli_refused(2, "bad.yaml:", "$H ablation --config $D/bad.yaml --out $D/r");
    cli_print("bad.yaml", "%s", "");
    cli_refused(2, "bad.yaml", "$H ablation --config $D/bad.yaml --out $D/r");
    cli_refused(2, "nowhere.yaml", "$H ablation --config $D/nowhere.yaml --out $D/r");
    cli_write("bad.yaml", "\0\377\376name", 7);
    cli_refused(2, "bad.yaml", "$H ablation --config $D/bad.yaml --out $D/r");
    cli_refused(2, "cannot be run", "$H ablation --config bench/ablations/hymba_paper.yaml --out $D/r");
    cr_assert(!cli_exists("r"), "nothing is made for a mistake");
}

/* The decay at this rate makes every weight some 99 times larger in each step: that
 * variant stops, the others and the report come all the same. */
Test(cli_bad_study, a_loss_that_is_not_finite)
{
    char variants[256];
    snprintf(variants, sizeof variants, "%s%s", study_mamba, study_hybrid);
    study_write("wild.yaml", 60, 2, "", variants);
    cli_good("sed -i 's/ lr: .*/ lr: 100/; s/weight_decay: .*/weight_decay: 1/' $D/wild.yaml");
    const struct cli *c = cli_run("$H ablation --config $D/wild.yaml --out $D/r");
    cr_assert_eq(c->code, 4, "exit %d: %s", c->code, c->err);
    cr_assert_not_null(strstr(c->err, "'Mamba'"), "%s", c->err);
    cr_assert_not_null(strstr(c->err, "'Hybrid'"), "the other variant was tried too: %s", c->err);
    cli_good("cut -d, -f1,20 $D/r/ablation_results.csv | tr -d '\\r' >$D/states");
    cli_good("printf 'Model,Status\\nMamba,nan\\nHybrid,nan\\n' | cmp - $D/states");
    cr_assert(cli_exists("r/report.pdf"));
    cr_assert(!cli_exists("r/weights/Mamba-s42.safetensors"), "there are no weights to keep");
    cli_good("! grep -ai 'nan,\\|inf' $D/r/history.csv $D/r/steps.csv");
}
