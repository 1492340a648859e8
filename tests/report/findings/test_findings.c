/* What is computed from a run folder: ranking, averages, findings, limits, audit, stability. */
#include "report/findings/findings.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "report/findings/components.h"
#include "report/findings/limits.h"
#include "report/findings/recall.h"
#include "report/findings/stability.h"
#include "report/table/table_read.h"
#include "tests/report/folder.h"
#include "tests/report/seeds.h"

struct made {
    struct hy_run_data d;
    struct hy_audit audit;
    struct hy_effects effects;
    struct hy_findings f;
    struct hy_limits limits;
};

static struct made make(const char *dir)
{
    struct made m;
    cr_assert_eq(hy_run_data_load(&m.d, dir), HY_OK, "%s", hy_error());
    hy_audit_make(&m.audit, &m.d);
    hy_effects_make(&m.effects, &m.d, &m.audit);
    hy_findings_make(&m.f, &m.d, &m.audit, &m.effects);
    hy_limits_make(&m.limits, &m.d, &m.audit, &m.effects, &m.f.extent);
    return m;
}

static void drop(struct made *m)
{
    hy_limits_fini(&m->limits);
    hy_findings_fini(&m->f);
    hy_effects_fini(&m->effects);
    hy_audit_fini(&m->audit);
    hy_run_data_fini(&m->d);
}

static const struct hy_finding *about(const struct made *m, const char *name)
{
    const struct hy_finding *f = hy_findings_find(&m->f, name);
    cr_assert(f, "no finding '%s'", name);
    return f;
}

static void contains(const char *text, const char *part)
{
    cr_assert(strstr(text, part), "\"%s\" lacks \"%s\"", text, part);
}

static void lacks(const char *text, const char *part)
{
    cr_assert(!strstr(text, part), "\"%s\" holds \"%s\"", text, part);
}

/* Whether some limit says so; its warning in *warning. */
static bool limited(const struct made *m, const char *part, bool *warning)
{
    for (size_t i = 0; i < m->limits.count; i++) {
        if (!strstr(m->limits.item[i].text, part))
            continue;
        *warning = m->limits.item[i].warning;
        return true;
    }
    return false;
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
/* A third implementation is a group of its own: no average takes it in. */
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
    drop(&m);
    remove_folder(dir);
}

/* A variant that diverged is last, in no average, and never the best. */
Test(data, unfinished_variants_do_not_count)
{
    char *dir = copy_of_fixture();
    bool warning = false;
    cr_assert_eq(replace_in(dir, "ablation_results.csv", "3.58831,144.52,144.93", "3.58831,,"), 1);
    cr_assert_eq(replace_in(dir, "ablation_results.csv", "cpu,f32,ok,640,", "cpu,f32,nan,640,"), 1);
    cr_assert_eq(replace_in(dir, "runs.csv", "3.58831,144.52,144.93", "3.58831,,"), 1);
    cr_assert_eq(replace_in(dir, "runs.csv", "cpu,f32,ok,640,", "cpu,f32,nan,640,"), 1);
    struct made m = make(dir);
    cr_assert_str_eq(m.d.variant[m.d.ranked[6]].name, "Hybrid-Official");
    cr_assert_str_eq(hy_run_data_best(&m.d)->name, "Official-NoMeta");
    cr_assert_eq(hy_run_data_average(&m.d, true).count, 1);
    cr_assert(limited(&m, "1 of 7 variants did not finish (Hybrid-Official: nan)", &warning) && warning);
    contains(about(&m, "best")->text, "Official-NoMeta reaches the lowest");
    cr_assert_str_eq(hy_findings_blocks(&m.effects)->other, "Official-NoMeta",
                     "the other pair of blocks has no result");
    contains(about(&m, "further-blocks")->text, "no seed in which both finished");
    contains(about(&m, "component")->text, "(Hybrid-NoMeta): +1.1");
    drop(&m);
    remove_folder(dir);
}

/* ---- sentences -------------------------------------------------------------------------------------- */
Test(findings, sentences_say_the_numbers)
{
    struct made m = make(FIXTURE);
    contains(about(&m, "best")->text, "Hybrid-Official reaches the lowest validation perplexity: 144.52.");
    contains(about(&m, "best")->text, "Official-NoMeta follows at 146.90 (+1.6\xC2\xA0%).");
    contains(about(&m, "best")->caveat, "One seed: no interval");
    contains(about(&m, "best")->caveat, "(120 steps)");
    contains(about(&m, "blocks")->text, "The fused Hybrid-Official reaches perplexity 144.52, the split Hybrid-Mine "
                                        "151.37: a difference of \xE2\x88\x92"
                                        "4.5\xC2\xA0%.");
    contains(about(&m, "component")->text, "one shows the largest difference: meta tokens.");
    contains(about(&m, "component")->text, "Without meta tokens the perplexity goes from 144.52 (Hybrid-Official) to "
                                           "146.90 (Official-NoMeta): +1.6\xC2\xA0%.");
    contains(about(&m, "component")->caveat, "One seed: no interval.");
    contains(about(&m, "counting")->text, "Below the first are 7 of 7 variants, below the second 0.");
    contains(about(&m, "verdicts")->text, "No two variants share more than one seed");
    contains(about(&m, "confounding")->text, "In 5 of 7 comparisons more differs");
    contains(about(&m, "kv")->text, "Hybrid-Official take 672 KiB");
    contains(about(&m, "kv")->text, "1.72 MiB (\xE2\x88\x92"
                                    "61.8\xC2\xA0%)");
    contains(about(&m, "kv")->caveat, "Of the buffers that decoding allocated.");
    contains(about(&m, "recall")->text, "With 16 key/value pairs in a sample");
    drop(&m);
}

/* Whoever differs in more than it claims has a difference, and no sentence that names the component as its cause. */
Test(findings, confounded_differences_are_no_effects)
{
    struct made m = make(FIXTURE);
    int confounded = 0;
    for (size_t i = 0; i < m.effects.count; i++) {
        const struct hy_effect *e = &m.effects.item[i];
        char *text = hy_difference_words(&m.d, e);
        if (e->confounded) {
            contains(text, "a difference of");
            lacks(text, "Without");
            lacks(text, "takes the perplexity");
            confounded++;
        } else {
            contains(text, "Without meta tokens");
        }
        free(text);
    }
    cr_assert_eq(confounded, 5);
    contains(about(&m, "blocks")->caveat, "More than one thing differs");
    contains(about(&m, "blocks")->caveat, "Besides implementation these fields differ: query_heads, dt_rank, d_ff.");
    drop(&m);
}

/* No component was changed alone, so that none has an effect. */
Test(findings, without_a_clean_pair_no_component_is_named)
{
    char *dir = copy_of_fixture();
    cr_assert_geq(replace_in(dir, "variants.csv", "Hybrid-Mine,meta_tokens,11,", "Hybrid-Mine,meta_tokens,12,"), 1);
    cr_assert_geq(replace_in(dir, "variants.csv", "meta_tokens;implementation,11,", "meta_tokens;implementation,12,"),
                  1);
    struct made m = make(dir);
    cr_assert_null(hy_findings_component(&m.effects));
    contains(about(&m, "component")->text, "No component was changed alone");
    lacks(about(&m, "component")->text, "meta tokens");
    drop(&m);
    remove_folder(dir);
}

Test(findings, without_a_table_of_variants_there_are_no_effects)
{
    char *dir = copy_of_fixture();
    bool warning;
    remove_file(dir, "variants.csv");
    struct made m = make(dir);
    cr_assert_null(hy_findings_find(&m.f, "component"));
    cr_assert_null(hy_findings_find(&m.f, "blocks"));
    cr_assert(limited(&m, "variants.csv cannot be read", &warning));
    contains(about(&m, "best")->text, "Hybrid-Official");
    drop(&m);
    remove_folder(dir);
}

/* The remark on sizes follows variants.csv, not a name. */
Test(findings, sizes_come_from_the_configuration)
{
    struct made m = make(FIXTURE);
    char *text = hy_findings_size_caveat(&m.d, "Hybrid-Mine", "Hybrid-Official");
    cr_assert_str_eq(text, "Hybrid-Official has 2.00 times the query heads of Hybrid-Mine. Hybrid-Official has a wider "
                           "feed-forward layer than Hybrid-Mine.");
    free(text);
    text = hy_findings_size_caveat(&m.d, "Hybrid-Mine", "Hybrid-NoMeta");
    cr_assert_str_eq(text, "");
    free(text);
    drop(&m);
}

/* The noise of the evaluation is a second source beside the seeds, and said to be one. */
Test(findings, evaluation_noise_is_told_apart)
{
    const struct hy_effect e = {.base = "A",
                                .other = "B",
                                .claims = "meta_tokens",
                                .metric = "Best PPL",
                                .paired = {.n = 1, .mean = 0.01, .low = NAN, .high = NAN},
                                .base_ppl = 100,
                                .other_ppl = 101,
                                .verdict = HY_EFFECT_ONE_SEED,
                                .left_out = (char[]){""},
                                .sampled_low = log(1.005),
                                .sampled_high = log(1.015),
                                .sampled = 120};
    char *text = hy_sureness_words(&e);
    contains(text, "One seed: no interval.");
    contains(text, "the same 120 validation sequences anew gives +0.5\xC2\xA0% to +1.5\xC2\xA0%");
    free(text);
}

/* Only of rows that somebody looked on at, and that hold. */
Test(limits, kernels_past_their_roofs_are_named)
{
    char *dir = copy_of_fixture();
    bool warning = false;
    struct made m = make(dir);
    cr_assert_not(limited(&m, "faster than the measured peaks", &warning));
    drop(&m);
    cr_assert_eq(replace_in(dir, "kernels.csv", "58.1,compute", "158.1,compute"), 1);
    m = make(dir);
    cr_assert(limited(&m, "1 of ", &warning) && warning);
    cr_assert(limited(&m, "faster than the measured peaks of this machine allow (hy_linear_f32_blas)", &warning));
    drop(&m);
    cr_assert_gt(replace_in(dir, "kernels.csv", "delay+steal,ok", "delay+steal,drifted"), 0);
    m = make(dir);
    cr_assert_not(limited(&m, "faster than the measured peaks", &warning));
    drop(&m);
    remove_folder(dir);
}

/* The run was stopped before its last variant began. */
Test(limits, missing_variants_are_named)
{
    char *dir = copy_of_fixture();
    bool warning = false;
    cr_assert_eq(replace_in(dir, "ablation_results.csv", "Official-NoMeta,", "Something-Else,"), 1);
    struct made m = make(dir);
    cr_assert(limited(&m, "Without a result are 1 of 7 configured variants (Official-NoMeta).", &warning) && warning);
    drop(&m);
    remove_folder(dir);
}

/* Each limit is there where it holds, and only there. */
Test(limits, say_what_this_run_rests_on)
{
    char *dir = copy_of_fixture();
    struct made m = make(dir);
    bool warning = false;
    cr_assert(limited(&m, "trained once", &warning));
    cr_assert(limited(&m, "in 120 steps", &warning));
    cr_assert(limited(&m, "is to isolate in 5 of 7", &warning));
    cr_assert(limited(&m, "one learning rate", &warning));
    cr_assert(limited(&m, "While training, 24 validation samples were scored, at the end 120", &warning));
    cr_assert(limited(&m, "samples of 256 tokens", &warning));
    cr_assert(!limited(&m, "SYNTHETIC", &warning));
    cr_assert(!limited(&m, "did not finish", &warning));
    cr_assert(!limited(&m, "A check failed", &warning));
    drop(&m);
    write_text(dir, "kernels.csv",
               "kernel,op,pass,backend,dtype,case,shape,median_ns,error_share,Run,Corpus\n"
               "hy_good,linear,fwd,cpu,f32,c,s,10,0.5,r,c\nhy_wrong,linear,fwd,cpu,f32,c,s,10,1.5,r,c\n");
    m = make(dir);
    cr_assert(limited(&m, "1 of 2 kernel rows lie further from the reference", &warning) && warning);
    cr_assert(limited(&m, "hy_wrong", &warning));
    drop(&m);
    remove_folder(dir);
}

/* A rate that does not hold is in no sentence, and the run says that there are some. */
Test(findings, no_sentence_rests_on_a_disturbed_rate)
{
    char *dir = copy_of_fixture();
    bool warning = false;
    struct made m = make(dir);
    contains(about(&m, "speed")->text, "Transformer-only trains fastest");
    drop(&m);
    char *path = hy_format("%s/runs.csv", dir), *text;
    size_t bytes;
    cr_assert_eq(hy_read_file(path, &text, &bytes), HY_OK, "%s", hy_error());
    FILE *f = fopen(path, "w");
    bool header = true;
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"), header = false)
        fprintf(f, "%s,%s\n", line, header ? "quality" : strncmp(line, "Transformer", 11) == 0 ? "disturbed" : "ok");
    fclose(f);
    free(text);
    free(path);
    m = make(dir);
    lacks(about(&m, "speed")->text, "Transformer-only");
    contains(about(&m, "speed")->caveat, "disturbed or drifted: 1 of 7 variants");
    cr_assert(limited(&m, "Some rates do not hold", &warning) && warning);
    drop(&m);
    remove_folder(dir);
}

/* Nothing but names: no sentence has a number that is none. */
Test(findings, nothing_measured_says_so)
{
    char *dir = new_folder();
    write_text(dir, "ablation_results.csv",
               "Model,Implementation,Params (M),Best PPL,Final PPL,Time (min),Status\n"
               "Hybrid-Mine,Mine,nan,inf,-1,,nan\nOther,Official,,,,,failed\n");
    struct made m = make(dir);
    cr_assert_str_eq(about(&m, "best")->text, "No variant of this run has a validation perplexity.");
    for (size_t i = 0; i < m.f.count; i++) {
        lacks(m.f.item[i].text, "inf");
        lacks(m.f.item[i].caveat, "nan");
    }
    drop(&m);
    remove_folder(dir);
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
    contains(about(&m, "component")->text, "one matters most: meta tokens.");
    contains(about(&m, "component")->text, "(Hybrid-NoMeta): +1.1");
    contains(about(&m, "component")->caveat, "Over 5 seeds in pairs the 95\xC2\xA0% interval is +");
    contains(about(&m, "component")->caveat, "47 (Hybrid-NoMeta: nan)");
    contains(about(&m, "verdicts")->text,
             "Verdicts on 7 comparisons: 1 worse, 0 better, 1 undecided, 5 with one seed, 0 "
             "without a result.");
    char *words = hy_sureness_words(sharing);
    contains(words, "Undecided: over 5 seeds in pairs");
    contains(words, "seeds in all would tell");
    free(words);
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
