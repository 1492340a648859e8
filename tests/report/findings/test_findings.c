/* What is computed from a run folder: ranking, averages, findings, audit, stability. */
#include "report/findings/findings.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "report/findings/stability.h"
#include "report/table/table_read.h"
#include "tests/report/folder.h"

struct made {
    struct hy_run_data d;
    struct hy_audit audit;
    struct hy_effects effects;
    struct hy_findings f;
};

static struct made make(const char *dir)
{
    struct made m;
    cr_assert_eq(hy_run_data_load(&m.d, dir), HY_OK, "%s", hy_error());
    hy_audit_make(&m.audit, &m.d);
    hy_effects_make(&m.effects, &m.d, &m.audit);
    hy_findings_make(&m.f, &m.d, &m.audit, &m.effects);
    return m;
}

static void drop(struct made *m)
{
    hy_findings_fini(&m->f);
    hy_effects_fini(&m->effects);
    hy_audit_fini(&m->audit);
    hy_run_data_fini(&m->d);
}

static const struct hy_finding *titled(const struct made *m, const char *title)
{
    for (size_t i = 0; i < m->f.count; i++)
        if (strcmp(m->f.item[i].title, title) == 0)
            return &m->f.item[i];
    cr_assert_fail("no finding '%s'", title);
    return NULL;
}

static void contains(const char *text, const char *part)
{
    cr_assert(strstr(text, part), "\"%s\" lacks \"%s\"", text, part);
}

Test(data, sorted_by_best_perplexity)
{
    struct made m = make(FIXTURE);
    cr_assert_eq(m.d.variants, 7);
    for (size_t i = 1; i < 7; i++)
        cr_assert_leq(m.d.variant[m.d.ranked[i - 1]].best_ppl, m.d.variant[m.d.ranked[i]].best_ppl);
    cr_assert_str_eq(hy_run_data_best(&m.d)->name, "Hybrid-Official");
    cr_assert_eq(m.d.unigram, 491.2);
    drop(&m);
}

Test(data, averages_per_implementation)
{
    struct made m = make(FIXTURE);
    struct hy_average mine = hy_run_data_average(&m.d, 0), official = hy_run_data_average(&m.d, 1);
    cr_assert_eq(mine.count, 5);
    cr_assert_eq(official.count, 2);
    cr_assert_float_eq(mine.best_ppl, (168.21 + 181.94 + 151.37 + 153.06 + 149.88) / 5, 1e-9);
    cr_assert_float_eq(official.best_ppl, (144.52 + 146.9) / 2, 1e-9);
    drop(&m);
}

/* A third implementation is a group of its own: no average takes it in, and every text names it. */
Test(data, a_third_implementation_has_its_own_average)
{
    char *dir = copy_of_fixture();
    cr_assert_eq(replace_in(dir, "ablation_results.csv", "Hybrid-NoKVShare,Mine,", "Hybrid-NoKVShare,Sequential,"), 1);
    struct made m = make(dir);
    cr_assert_eq(m.d.groups, 3);
    cr_assert_str_eq(m.d.group[0], "Mine");
    cr_assert_str_eq(m.d.group[1], "Sequential");
    cr_assert_str_eq(m.d.group[2], "Official");
    cr_assert_str_eq(hy_run_data_block(&m.d, 2), "fused");
    cr_assert_eq(hy_run_data_average(&m.d, 0).count, 4);
    cr_assert_float_eq(hy_run_data_average(&m.d, 0).best_ppl, (168.21 + 181.94 + 151.37 + 153.06) / 4, 1e-9);
    cr_assert_float_eq(hy_run_data_average(&m.d, 1).best_ppl, 149.88, 1e-9);
    const struct hy_finding *averages = titled(&m, "Averages per implementation");
    contains(averages->text, "The 4 variants of Mine average a best perplexity of 163.64, the 1 of Sequential 149.88, "
                             "the 2 of Official 145.71.");
    contains(averages->caveat, "Mine includes the pure Mamba and Transformer baselines, Sequential only hybrids, "
                               "Official only hybrids");
    drop(&m);
    remove_folder(dir);
}

/* The remark on sizes follows variants.csv, not a name. */
Test(findings, sizes_come_from_the_configuration)
{
    char *dir = copy_of_fixture();
    struct made m = make(dir);
    char *text = hy_findings_size_caveat(&m.d, "Hybrid-Mine", "Hybrid-Official");
    cr_assert_str_eq(text, "Hybrid-Official has twice the query heads and a wider feed-forward layer.");
    free(text);
    text = hy_findings_size_caveat(&m.d, "Hybrid-Mine", "Hybrid-NoMeta");
    cr_assert_str_eq(text, "");
    free(text);
    drop(&m);
    remove_folder(dir);
}

/* A variant that diverged is last, in no average, and never the best. */
Test(data, unfinished_variants_do_not_count)
{
    char *dir = copy_of_fixture();
    cr_assert_eq(replace_in(dir, "ablation_results.csv", "3.58831,144.52,144.93", "3.58831,,"), 1);
    cr_assert_eq(replace_in(dir, "ablation_results.csv", "cpu,f32,ok,640,", "cpu,f32,nan,640,"), 1);
    struct made m = make(dir);
    cr_assert_str_eq(m.d.variant[m.d.ranked[6]].name, "Hybrid-Official");
    cr_assert_str_eq(hy_run_data_best(&m.d)->name, "Official-NoMeta");
    cr_assert_eq(hy_run_data_average(&m.d, true).count, 1);
    contains(titled(&m, "Not finished")->text, "1 of 7 variants did not finish: Hybrid-Official (nan)");
    contains(titled(&m, "Split against fused")->text, "Hybrid-Official has no perplexity (status nan)");
    drop(&m);
    remove_folder(dir);
}

Test(findings, sentences_say_the_numbers)
{
    struct made m = make(FIXTURE);
    contains(titled(&m, "Best model")->text, "Hybrid-Official reaches the lowest validation perplexity, 144.52");
    contains(titled(&m, "Best model")->text, "Official-NoMeta follows at 146.90 (+1.6\xC2\xA0%)");
    contains(titled(&m, "Best model")->caveat, "One seed");
    contains(titled(&m, "Best model")->caveat, "120 steps");
    contains(titled(&m, "Split against fused")->text,
             "from 151.37 (Hybrid-Mine) to 144.52 (Hybrid-Official): \xE2\x88\x92"
             "4.5\xC2\xA0%, better");
    contains(titled(&m, "Split against fused")->caveat, "twice the query heads");
    contains(titled(&m, "Cost of removing meta tokens")->text,
             "from 151.37 (Hybrid-Mine) to 153.06 (Hybrid-NoMeta): +1.1\xC2\xA0%, worse");
    contains(titled(&m, "Cost of removing meta tokens, fused")->text, "+1.6\xC2\xA0%, worse");
    contains(titled(&m, "Cost of KV sharing")->text, "\xE2\x88\x92"
                                                     "1.0\xC2\xA0%, better");
    contains(titled(&m, "Cost of KV sharing")->caveat, "also changes depth and attention pattern");
    contains(titled(&m, "Against counting")->text, "7 of 7 variants are below the first, 0 below the second");
    drop(&m);
}

/* The run was stopped before its last variant began. */
Test(findings, missing_variants_are_named)
{
    char *dir = copy_of_fixture();
    cr_assert_eq(replace_in(dir, "ablation_results.csv", "Official-NoMeta,", "Something-Else,"), 1);
    struct made m = make(dir);
    contains(titled(&m, "Not run")->text, "1 of 7 configured variants have no result: Official-NoMeta.");
    drop(&m);
    remove_folder(dir);
}

/* The row of a variant in runs.csv once more, under another seed. */
static void add_seed(const char *dir, const char *variant, int seed, double ppl, const char *status)
{
    char *path = hy_format("%s/runs.csv", dir), *text;
    size_t bytes;
    struct hy_csv t;
    cr_assert_eq(hy_csv_read(&t, path, HY_CSV_COMPLETE), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_read_file(path, &text, &bytes), HY_OK);
    for (size_t i = 0; i < t.rows; i++) {
        if (strcmp(hy_csv_text_of(&t, i, "Model"), variant) != 0)
            continue;
        for (size_t c = 0; c < t.columns; c++) {
            const char *name = t.header[c], *cell = hy_csv_text(&t, i, (int)c);
            char *fresh = strcmp(name, "Seed") == 0       ? hy_format("%d", seed)
                          : strcmp(name, "Best PPL") == 0 ? hy_format("%g", ppl)
                          : strcmp(name, "Status") == 0   ? hy_format("%s", status)
                                                          : hy_format("%s", strchr(cell, ',') ? "" : cell);
            char *longer = hy_format("%s%s%s", text, c ? "," : "", fresh);
            free(fresh);
            free(text);
            text = longer;
        }
        break;
    }
    char *whole = hy_format("%s\n", text);
    cr_assert_eq(hy_write_file(path, whole, strlen(whole)), HY_OK);
    free(whole);
    free(text);
    free(path);
    hy_csv_fini(&t);
}

/* Seeds scatter more than the difference between two variants of one seed: only pairs tell. */
Test(findings, seeds_in_pairs_decide)
{
    char *dir = copy_of_fixture();
    static const double mine[] = {160, 145, 155, 148}, factor[] = {1.011, 1.012, 1.010, 1.0125};
    for (int i = 0; i < 4; i++) {
        add_seed(dir, "Hybrid-Mine", 43 + i, mine[i], "ok");
        add_seed(dir, "Hybrid-NoMeta", 43 + i, mine[i] * factor[i], "ok");
        add_seed(dir, "Hybrid-NoKVShare", 43 + i, mine[i] * (i % 2 ? 1.03 : 0.98), "ok");
    }
    add_seed(dir, "Hybrid-Mine", 47, 150, "ok");
    add_seed(dir, "Hybrid-NoMeta", 47, 1, "nan");
    add_seed(dir, "Hybrid-Mine", 48, 151, "ok");
    struct made m = make(dir);
    const struct hy_effect *meta = hy_effects_find(&m.effects, "Hybrid-Mine", "Hybrid-NoMeta");
    cr_assert_not_null(meta);
    cr_assert_eq(meta->paired.n, 5);
    cr_assert_eq(meta->verdict, HY_EFFECT_WORSE, "%g", meta->p_holm);
    cr_assert(meta->p_holm > meta->paired.p, "adjusted for all rows");
    cr_assert_float_eq(100 * (exp(meta->paired.mean) - 1), 1.133, 0.01);
    cr_assert_str_eq(meta->left_out, "47 (Hybrid-NoMeta: nan), 48 (Hybrid-NoMeta: not run)");
    const struct hy_effect *sharing = hy_effects_find(&m.effects, "Hybrid-Mine", "Hybrid-NoKVShare");
    cr_assert_eq(sharing->verdict, HY_EFFECT_UNDECIDED);
    cr_assert(sharing->paired.needed > 5 && sharing->confounded);
    const struct hy_effect *mamba = hy_effects_find(&m.effects, "Hybrid-Mine", "Mamba-only");
    cr_assert_eq(mamba->verdict, HY_EFFECT_ONE_SEED, "only 42 has both");
    contains(titled(&m, "Cost of removing meta tokens")->caveat, "5 seeds in pairs: +1.1");
    contains(titled(&m, "Cost of removing meta tokens")->caveat, "47 (Hybrid-NoMeta: nan)");
    contains(titled(&m, "Cost of KV sharing")->text, "undecided");
    contains(titled(&m, "Cost of KV sharing")->caveat, "seeds would tell");
    contains(titled(&m, "Parallel heads against Mamba alone")->caveat, "One seed: no interval.");
    cr_assert_null(hy_effects_find(&m.effects, "Hybrid-NoMeta", "Hybrid-Mine"));
    drop(&m);

    cr_assert_eq(hy_effects_write(dir), HY_OK, "%s", hy_error());
    struct hy_csv t;
    cr_assert_eq(hy_table_read(&t, HY_TABLE_EFFECTS, dir), HY_OK, "%s", hy_error());
    for (size_t i = 0; i < t.rows; i++) {
        if (strcmp(hy_csv_text_of(&t, i, "other_variant"), "Hybrid-NoMeta") != 0)
            continue;
        cr_assert_str_eq(hy_csv_text_of(&t, i, "verdict"), "worse");
        cr_assert_float_eq(hy_csv_number_of(&t, i, "difference_pct"), 1.133, 0.01);
        cr_assert(hy_csv_number_of(&t, i, "p_sign_flip") == 0.0625);
    }
    hy_csv_fini(&t);
    remove_folder(dir);
}

Test(audit, finds_what_really_differs)
{
    struct made m = make(FIXTURE);
    const struct hy_audit_pair *clean = hy_audit_find(&m.audit, "Hybrid-Mine", "Hybrid-NoMeta");
    cr_assert(clean && !clean->confounded && clean->fields == 1 && clean->claimed_differs);
    const struct hy_audit_pair *sharing = hy_audit_find(&m.audit, "Hybrid-Mine", "Hybrid-NoKVShare");
    cr_assert(sharing && sharing->confounded);
    cr_assert_str_eq(sharing->beyond_names, "layers, global_layers");
    contains(sharing->differs, "layers 11 \xE2\x86\x92 8");
    cr_assert_lt(sharing->params_percent, -5);
    const struct hy_audit_pair *mamba = hy_audit_find(&m.audit, "Hybrid-Mine", "Mamba-only");
    cr_assert(mamba && !strstr(mamba->differs, "n_heads"), "a field without meaning there is no difference");
    const struct hy_audit_pair *meta = hy_audit_find(&m.audit, "Hybrid-Official", "Official-NoMeta"),
                               *fused = hy_audit_find(&m.audit, "Hybrid-NoMeta", "Official-NoMeta");
    cr_assert(meta && fused, "one variant may be compared with two");
    cr_assert_str_eq(meta->claims, "meta_tokens");
    cr_assert_str_eq(fused->claims, "implementation");
    cr_assert_eq(m.audit.count, 7u);
    drop(&m);
}

Test(audit, configurations_can_name_their_own_pair)
{
    char *dir = copy_of_fixture();
    cr_assert_eq(replace_in(dir, "variants.csv", "Mamba-only,split,mamba,Hybrid-Mine,arch,",
                            "Deep,split,mamba,Nobody;Hybrid-Mine,arch;layers,"),
                 1);
    struct made m = make(dir);
    const struct hy_audit_pair *p = hy_audit_find(&m.audit, "Hybrid-Mine", "Deep");
    cr_assert(p);
    cr_assert_str_eq(p->claims, "layers");
    cr_assert(p->claimed_differs && p->confounded);
    cr_assert_null(hy_audit_find(&m.audit, "Nobody", "Deep"), "entries that name no row are passed over");
    drop(&m);
    remove_folder(dir);
}

Test(stability, rise_and_clipping)
{
    char *dir = copy_of_fixture();
    write_text(dir, "steps.csv",
               "variant,seed,step,lr,loss,grad_norm,clipped,Run,Corpus\n"
               "A,1,0,0.1,8,2,1,r,c\nA,1,1,0.1,7,0.5,0,r,c\nB,1,1,0.1,1,1,0,r,c\n"
               "A,1,2,0.1,7.5,0.7,0,r,c\nA,1,3,0.1,6,,0,r,c\nA,2,0,0.1,99,9,1,r,c\n");
    struct hy_run_data d;
    struct hy_stability s;
    cr_assert_eq(hy_run_data_load(&d, dir), HY_OK);
    hy_stability_make(&s, &d, "A");
    cr_assert_eq(s.steps, 4, "only the first seed");
    cr_assert_eq(s.window, 1);
    cr_assert_float_eq(s.largest_rise, 0.5, 1e-12);
    cr_assert_eq(s.rise_step, 2);
    cr_assert_float_eq(s.clipped_percent, 25, 1e-12);
    cr_assert_float_eq(s.median_norm, 0.7, 1e-12, "a missing norm is not counted");
    cr_assert_eq(s.largest_norm, 2);
    hy_stability_fini(&s);
    hy_stability_make(&s, &d, "nobody");
    cr_assert(s.steps == 0 && isnan(s.clipped_percent) && isnan(s.largest_rise));
    hy_stability_fini(&s);
    hy_run_data_fini(&d);
    remove_folder(dir);
}

/* A loss that stops being finite must not pass for a calm run. */
Test(stability, nan_loss_is_not_calm)
{
    char *dir = copy_of_fixture();
    write_text(dir, "steps.csv",
               "variant,seed,step,lr,loss,grad_norm,clipped,Run,Corpus\n"
               "A,1,0,0.1,8,2,1,r,c\nA,1,1,0.1,,,,r,c\n");
    struct hy_run_data d;
    struct hy_stability s;
    cr_assert_eq(hy_run_data_load(&d, dir), HY_OK);
    hy_stability_make(&s, &d, "A");
    cr_assert(isnan(s.last_loss) && isnan(s.largest_rise));
    hy_stability_fini(&s);
    hy_run_data_fini(&d);
    remove_folder(dir);
}
