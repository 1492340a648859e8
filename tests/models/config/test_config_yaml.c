/* Studies in YAML: what is read, what is refused and on which line, round trips, profiles. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernels/base/file.h"
#include "models/config/study.h"

/* A whole study; line numbers in the tests count from its first line. */
static const char *const lines[] = {
    "name: tiny",             /*  1 */
    "default_profile: quick", /*  2 */
    "corpus: {chars: 1000, vocab: 300, min_frequency: 2, train_fraction: 0.9, split_seed: 42}",
    "model:",                  /*  4 */
    "  d_model: 16",           /*  5 */
    "  n_layers: 6",           /*  6 */
    "  n_heads: 4",            /*  7 */
    "  n_kv_heads: 2",         /*  8 */
    "  window: 4",             /*  9 */
    "  meta_tokens: 3",        /* 10 */
    "  global_layers: [0, 5]", /* 11 */
    "  d_state: 4",            /* 12 */
    "  d_conv: 4",             /* 13 */
    "  expand: 2",             /* 14 */
    "  seq_len: 12",           /* 15 */
    "training:",               /* 16 */
    "  {batch: 2, epochs: 1, lr: 1.0e-3, beta1: 0.9, beta2: 0.99, eps: 1.0e-8,",
    "   dropout: 0.1, label_smoothing: 0.1, seed: 18446744073709551615}", /* 18 */
    "samples:",                                                           /* 19 */
    "  prompts: [\"A \\\"b\\\"\\n\\\\:\", 'ROMEO:']",                     /* 20 */
    "  temperature: 0.8",                                                 /* 21 */
    "profiles:",                                                          /* 22 */
    "  - name: quick",                                                    /* 23 */
    "    model:",                                                         /* 24 */
    "      n_heads: 2",                                                   /* 25 */
    "    training: {batch: 4}",                                           /* 26 */
    "  - name: full",                                                     /* 27 */
    "variants:",                                                          /* 28 */
    "  - name: One",                                                      /* 29 */
    "    arch: hybrid",                                                   /* 30 */
    "  - name: Two",                                                      /* 31 */
    "    implementation: fused",                                          /* 32 */
    "    kv_groups: [[1, 2], [3, 4]]",                                    /* 33 */
    "  - name: Three",                                                    /* 34 */
    "    arch: mamba",                                                    /* 35 */
};
enum { LINES = sizeof lines / sizeof *lines };

static char path[64];

static void write_text(const char *text)
{
    snprintf(path, sizeof path, "/tmp/hy-study-%d.yaml", (int)getpid());
    cr_assert(eq(int, hy_write_file(path, text, strlen(text)), HY_OK), "%s", hy_error());
}

/* The study above with line `line` replaced (0: none), in a file. */
static void write_study(int line, const char *instead)
{
    char text[8192];
    int used = 0;
    for (int i = 0; i < LINES; i++)
        used += snprintf(text + used, sizeof text - (size_t)used, "%s\n", i + 1 == line ? instead : lines[i]);
    write_text(text);
}

static void remove_file(void)
{
    unlink(path);
}

TestSuite(config_yaml, .fini = remove_file);

Test(config_yaml, a_study_is_read)
{
    struct hy_study s;
    write_study(0, NULL);
    cr_assert(eq(int, hy_study_load(path, NULL, &s), HY_OK), "%s", hy_error());
    cr_assert(eq(str, s.profile, "quick"));
    cr_assert(eq(int, s.training.batch, 4)); /* the profile's */
    cr_assert(eq(int, s.variants[0].n_heads, 2));
    cr_assert(eq(u64, s.training.seed, UINT64_MAX));
    cr_assert(eq(int, s.n_prompts, 2));
    cr_assert(eq(str, s.prompts[0], "A \"b\"\n\\:"));
    cr_assert(eq(flt, s.variants[1].dropout, 0.1f));
    cr_assert(eq(int, s.variants[0].vocab, 300));
    cr_assert(eq(int, s.variants[0].layers[2].producer, 1));
    cr_assert(eq(int, s.variants[2].layers[0].producer, -1)); /* no attention */
    cr_assert(not(s.variants[2].layers[0].global));           /* the list in `model` is for the others */
    hy_study_fini(&s);

    cr_assert(eq(int, hy_study_load(path, "full", &s), HY_OK), "%s", hy_error());
    cr_assert(eq(int, s.training.batch, 2));
    cr_assert(eq(int, s.variants[0].n_heads, 4));
    hy_study_fini(&s);

    cr_assert(eq(int, hy_study_load(path, "", &s), HY_OK), "%s", hy_error());
    cr_assert(eq(str, s.profile, ""));
    hy_study_fini(&s);
    hy_study_fini(&s); /* twice is fine */
    hy_study_fini(NULL);
}

/* Each case spoils one line; the message names the line to mend, which is mostly that one. */
static const struct {
    int line;
    const char *instead, *says;
    int blamed; /* 0: `line` */
} refusals[] = {
    {5, "  d_modle: 16", "unknown key 'd_modle'; did you mean 'd_model'?", 0},
    {30, "    batch: 3", "the key 'batch' does not belong here", 0},
    {5, "  d_model: sixteen", "it must be a whole number", 0},
    {5, "  d_model: 16.0", "it must be a whole number", 0},
    {5, "  d_model: 1e2", "it must be a whole number", 0},
    {5, "  d_model: 0x10", "it must be a whole number", 0},
    {5, "  d_model: 016", "it must be a whole number", 0},
    {5, "  d_model:", "it must be a whole number", 0},
    {5, "  d_model: 99999999999999999999", "it must be from 1 to", 0},
    {5, "  d_model: 2147483648", "it must be from 1 to", 0},
    {5, "  d_model: [16]", "a single value is needed here, not a list", 0},
    {5, "  d_model: 16\n  d_model: 16", "twice the key d_model", 6},
    {9, "  window: -1", "window is -1", 0},
    {10, "  meta_tokens: -5", "meta_tokens is -5", 0},
    {8, "  n_kv_heads: 3", "variant 'One': 2 query heads cannot be divided among n_kv_heads 3", 0},
    {25, "      n_heads: 3", "d_model 16 is not a multiple of n_heads 3", 0},
    {25, "      n_heads: 16", "even width", 0},
    {30, "    n_heads: 3", "variant 'One': d_model 16 is not a multiple of n_heads 3", 0},
    {30, "    arch: rnn", "it must be hybrid, mamba or transformer", 0},
    {32, "    implementation: official", "implementation is 'official'; it must be split", 0},
    {35, "    arch: mamba\n    implementation: fused", "fused exists for arch hybrid only", 35},
    {11, "  global_layers: [0, 6]", "global_layers names layer 6, but layers go from 0 to 5", 0},
    {11, "  global_layers: [0, 5, 0]", "layer 0 twice", 0},
    {11, "  global_layers: 0", "global_layers must be a list", 0},
    {11, "  global_layers: [0, x]", "must be a whole number", 0},
    {11, "  global_layers: [-1]", "layers go from 0 to 5", 0},
    {33, "    kv_groups: [[0, 1]]", "kv_groups names layer 0, which is global", 0},
    {33, "    kv_groups: [[2, 1]]", "which comes later", 0},
    {33, "    kv_groups: [[1, 2], [2, 3]]", "kv_groups names layer 2 twice", 0},
    {33, "    kv_groups: [[1, 6]]", "layers go from 0 to 5", 0},
    {33, "    kv_groups: [[1]]", "fewer than two layers", 0},
    {33, "    kv_groups: [[]]", "an empty group", 0},
    {33, "    kv_groups: [1, 2]", "must be a list of lists", 0},
    {33, "    kv_groups: none", "must be a list of lists", 0},
    {35, "    arch: mamba\n    kv_groups: [[1, 2]]", "no attention", 36},
    {35, "    arch: mamba\n    global_layers: [1]", "no attention", 36},
    {31, "  - name: One", "two variants called 'One'", 0},
    {31, "  - name: a/b", "a variant's name may have", 0},
    {31, "  - name: ''", "a variant's name must have", 0},
    {3, "corpus: {chars: 1000, vocab: 70000, min_frequency: 2, train_fraction: 0.9}", "vocab is 70000", 0},
    {3, "corpus: {chars: 1000, vocab: 300, min_frequency: 2, train_fraction: 1.5}", "train_fraction is 1.5", 0},
    {3, "corpus: {chars: 1000, vocab: 300, min_frequency: 2}", "lacks the key train_fraction", 0},
    {17, "  {batch: 2, epochs: 1, lr: .nan, beta1: 0.9, beta2: 0.99, eps: 1.0e-8,", "lr is '.nan'", 0},
    {17, "  {batch: 2, epochs: 1, lr: inf, beta1: 0.9, beta2: 0.99, eps: 1.0e-8,", "lr is 'inf'", 0},
    {17, "  {batch: 2, epochs: 1, lr: 1e999, beta1: 0.9, beta2: 0.99, eps: 1.0e-8,", "lr is 1e999", 0},
    {17, "  {batch: 2, epochs: 1, lr: 0.1x, beta1: 0.9, beta2: 0.99, eps: 1.0e-8,", "lr is '0.1x'", 0},
    {17, "  {batch: 0, epochs: 1, lr: 0.1, beta1: 0.9, beta2: 0.99, eps: 1.0e-8,", "batch is 0", 0},
    {18, "   dropout: 1.0, label_smoothing: 0.1}", "dropout is 1.0", 0},
    {18, "   dropout: 0.1, label_smoothing: 0.1, seed: -1}", "seed is -1", 0},
    {18, "   dropout: 0.1, eval_last: maybe}", "eval_last is 'maybe'; it must be true or false", 0},
    {2, "default_profile: slow", "no profile has that name", 0},
    {27, "  - name: quick", "two profiles called 'quick'", 0},
    {30, "    v_width: 8", "cache_only", 0},
    {12, "", "variant 'One' has no d_state", 29},
    {5, "  d_model: 16\n bad: [", "not valid YAML", 6},
    {7, "  n_heads: &h 4\n  d_conv: *h", "aliases", 8},
    {35, "    arch: mamba\n---\nname: again", "a second document", 37},
    {32, "    implementation: fused\n    compare_to: Ones\n    isolates: window",
     "study 'tiny' has no variant 'Ones'; did you mean 'One'?", 33},
    {32, "    implementation: fused\n    compare_to: [Three, Ones]\n    isolates: [arch, window]",
     "has no variant 'Ones'", 33},
    {32, "    implementation: fused\n    isolates: window\n    compare_to: Two",
     "variant 'Two' is compared with itself", 34},
    {32, "    implementation: fused\n    compare_to: [One, One]\n    isolates: [window, arch]",
     "compare_to names 'One' twice", 33},
    {32, "    implementation: fused\n    compare_to: One", "go together, one key for each variant; here are 1 and 0",
     33},
    {32, "    implementation: fused\n    isolates: window", "here are 0 and 1", 33},
    {32, "    implementation: fused\n    compare_to: [One, Three]\n    isolates: window", "here are 2 and 1", 33},
    {32, "    implementation: fused\n    compare_to: One\n    isolates: meta_token",
     "no key of a variant; did you mean 'meta_tokens'?", 34},
    {32, "    implementation: fused\n    compare_to: One\n    isolates: batch",
     "isolates is 'batch', which is no key of a variant", 34},
    {32, "    implementation: fused\n    compare_to: []\n    isolates: []", "compare_to must be a name or a list", 33},
    {32, "    implementation: fused\n    compare_to: {One: 1}\n    isolates: window",
     "compare_to must be a name or a list", 33},
    {32, "    implementation: fused\n    compare_to: [[One]]\n    isolates: window",
     "compare_to must be a name or a list", 33},
    {32, "    implementation: fused\n    compare_to: One\n    isolates: [a, b, c, d, e]",
     "isolates must be a name or a list of up to 4", 34},
    {32, "    implementation: fused\n    compare: One", "unknown key 'compare'; did you mean 'compare_to'?", 33},
    {6, "  n_layers: 6\n  compare_to: One", "the key 'compare_to' does not belong here", 7},
    {1, "title: x", "the key 'title' does not belong here", 0},
    {28, "variation:", "unknown key 'variation'", 0},
};

Test(config_yaml, refused_with_line_and_reason)
{
    int refused = 0;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        struct hy_study s;
        char place[96];
        write_study(refusals[i].line, refusals[i].instead);
        cr_expect(eq(int, hy_study_load(path, NULL, &s), HY_BAD_INPUT), "%s is refused", refusals[i].instead);
        cr_expect(strstr(hy_error(), refusals[i].says) != NULL, "'%s' says: %s", refusals[i].instead, hy_error());
        snprintf(place, sizeof place, "%s:%d: ", path, refusals[i].blamed ? refusals[i].blamed : refusals[i].line);
        cr_expect(strncmp(hy_error(), place, strlen(place)) == 0, "'%s' says: %s", refusals[i].instead, hy_error());
        cr_expect(strchr(hy_error(), '\n') == NULL, "one sentence");
        cr_expect(s.variants == NULL && s.n_variants == 0, "nothing is left behind");
        refused++;
    }
    cr_assert(gt(int, refused, 65));
}

Test(config_yaml, no_study_at_all)
{
    const struct {
        const char *text, *says;
    } cases[] = {
        {"", "empty"},
        {"# only a comment\n", "empty"},
        {"- a\n- b\n", "a block of keys is needed"},
        {"name: x\n", "lacks the key"},
        {"name: x\nvariants: []\n", ""},
        {"name: x\nvariants:\n  - arch: mamba\n", "lacks the key name"},
        {"name: \"\"\nvariants: [{name: A}]\n", "name must have"},
        {"name: \xff\n", "byte"},
        {"{", "not valid YAML"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct hy_study s;
        write_text(cases[i].text);
        cr_expect(eq(int, hy_study_load(path, NULL, &s), HY_BAD_INPUT), "'%s' is refused", cases[i].text);
        cr_expect(strstr(hy_error(), cases[i].says) != NULL, "'%s' says: %s", cases[i].text, hy_error());
        cr_expect(strstr(hy_error(), path) != NULL, "'%s' says: %s", cases[i].text, hy_error());
    }
    struct hy_study s;
    cr_assert(eq(int, hy_study_load("/nonexistent/study.yaml", NULL, &s), HY_BAD_INPUT));
    cr_assert(eq(int, hy_study_load("/tmp", NULL, &s), HY_BAD_INPUT));
}

Test(config_yaml, unknown_profile_and_variant)
{
    struct hy_study s;
    write_study(0, NULL);
    cr_assert(eq(int, hy_study_load(path, "quik", &s), HY_BAD_INPUT));
    cr_assert(strstr(hy_error(), "no profile 'quik'; did you mean 'quick'?") != NULL, "%s", hy_error());
    cr_assert(eq(int, hy_study_load(path, NULL, &s), HY_OK), "%s", hy_error());
    cr_assert(hy_study_find(&s, "Two") == &s.variants[1]);
    cr_assert(hy_study_find(&s, "Thre") == NULL);
    cr_assert(strstr(hy_error(), "did you mean 'Three'?") != NULL, "%s", hy_error());
    hy_study_fini(&s);
}

Test(config_yaml, selection_keeps_the_studys_order)
{
    struct hy_study s;
    write_study(0, NULL);
    cr_assert(eq(int, hy_study_load(path, NULL, &s), HY_OK), "%s", hy_error());
    cr_assert(eq(int, hy_study_select(&s, (char *[]){"Nine"}, 1), HY_BAD_INPUT));
    cr_assert(eq(int, hy_study_select(&s, (char *[]){"One", "One"}, 2), HY_BAD_INPUT));
    cr_assert(eq(int, hy_study_select(&s, NULL, 0), HY_BAD_INPUT));
    cr_assert(eq(int, s.n_variants, 3));
    cr_assert(eq(int, hy_study_select(&s, (char *[]){"Three", "One"}, 2), HY_OK), "%s", hy_error());
    cr_assert(eq(int, s.n_variants, 2));
    cr_assert(eq(str, s.variants[0].name, "One"));
    cr_assert(eq(str, s.variants[1].name, "Three"));
    s.training.dropout = 0;
    hy_study_sync(&s);
    cr_assert(eq(flt, s.variants[1].dropout, 0));
    hy_study_fini(&s);
}

/* One name or a list of them; what an ablation is compared with may stand behind it. */
Test(config_yaml, claims)
{
    struct hy_study s, back;
    char compare_to[64], isolates[64];
    write_study(32, "    implementation: fused\n    compare_to: [Three, One]\n    isolates: [arch, implementation]");
    cr_assert(eq(int, hy_study_load(path, NULL, &s), HY_OK), "%s", hy_error());
    cr_assert(eq(int, s.claims[0].n, 0));
    cr_assert(eq(int, s.claims[1].n, 2));
    cr_assert(eq(str, s.claims[1].list[0].compare_to, "Three"));
    cr_assert(eq(str, s.claims[1].list[1].isolates, "implementation"));
    hy_claims_text(&s.claims[1], compare_to, isolates, sizeof compare_to);
    cr_assert(eq(str, compare_to, "Three;One"));
    cr_assert(eq(str, isolates, "arch;implementation"));
    hy_claims_text(&s.claims[0], compare_to, isolates, sizeof compare_to);
    cr_assert(compare_to[0] == 0 && isolates[0] == 0);

    /* a claim goes with the variant it is against, so that what is left can be written and read */
    cr_assert(eq(int, hy_study_select(&s, (char *[]){"One", "Two"}, 2), HY_OK), "%s", hy_error());
    cr_assert(eq(int, s.claims[1].n, 1));
    cr_assert(eq(str, s.claims[1].list[0].compare_to, "One"));
    cr_assert(eq(int, hy_study_write_yaml(&s, path), HY_OK), "%s", hy_error());
    cr_assert(eq(int, hy_study_load(path, NULL, &back), HY_OK), "%s", hy_error());
    cr_assert(hy_study_equal(&s, &back));
    hy_study_fini(&s);
    hy_study_fini(&back);

    write_study(32, "    implementation: fused\n    compare_to: Three\n    isolates: global_layers");
    cr_assert(eq(int, hy_study_load(path, NULL, &s), HY_OK), "%s", hy_error());
    cr_assert(eq(str, s.claims[1].list[0].isolates, "global_layers"));
    hy_study_fini(&s);
}

/* What is written loads as the same study, whatever the profile, for every study there is. */
Test(config_yaml, round_trip)
{
    const struct {
        const char *study, *profile;
    } cases[] = {
        {"bench/ablations/hymba.yaml", "full"},       {"bench/ablations/hymba.yaml", "quick"},
        {"bench/ablations/hymba.yaml", "smoke"},      {"bench/ablations/hymba.yaml", ""},
        {"bench/ablations/companions.yaml", "quick"}, {"bench/ablations/hymba_paper.yaml", NULL},
        {"bench/ablations/matched.yaml", "quick"},    {"bench/ablations/mqar.yaml", "quick"},
        {"bench/ablations/mqar.yaml", "full"},
    };
    int claimed = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct hy_study a, b;
        cr_assert(eq(int, hy_study_load(cases[i].study, cases[i].profile, &a), HY_OK), "%s", hy_error());
        a.training.lr = a.cache_only ? 0 : 0.1 + 0.2; /* needs all its digits */
        a.training.dropout = a.cache_only ? 0 : 1.0f / 3;
        hy_study_sync(&a);
        snprintf(path, sizeof path, "/tmp/hy-study-%d.yaml", (int)getpid());
        cr_assert(eq(int, hy_study_write_yaml(&a, path), HY_OK), "%s", hy_error());
        cr_assert(eq(int, hy_study_load(path, NULL, &b), HY_OK), "%s", hy_error());
        cr_assert(hy_study_equal(&a, &b), "%s %s", cases[i].study, cases[i].profile ? cases[i].profile : "");
        for (int v = 0; v < b.n_variants; v++) {
            struct hy_claims *claims = &b.claims[v];
            if (claims->n == 0)
                continue;
            claims->list[claims->n - 1].isolates[0]++;
            cr_assert(not(hy_study_equal(&a, &b)), "claims are compared too");
            claims->list[claims->n - 1].isolates[0]--;
            claims->n--;
            cr_assert(not(hy_study_equal(&a, &b)));
            claims->n++;
            claimed++;
        }
        b.variants[0].window++;
        cr_assert(not(hy_study_equal(&a, &b)));
        hy_study_fini(&a);
        hy_study_fini(&b);
    }
    cr_assert(eq(int, claimed, 6 * 6 + 17 + 12), "every ablation of the studies says what it is compared with");
    struct hy_study s;
    write_study(0, NULL); /* prompts with quotes, line feeds and backslashes; the largest seed */
    cr_assert(eq(int, hy_study_load(path, NULL, &s), HY_OK), "%s", hy_error());
    struct hy_study back;
    cr_assert(eq(int, hy_study_write_yaml(&s, path), HY_OK), "%s", hy_error());
    cr_assert(eq(int, hy_study_load(path, "quick", &back), HY_OK), "%s", hy_error());
    cr_assert(hy_study_equal(&s, &back));
    hy_study_fini(&s);
    hy_study_fini(&back);
    cr_assert(ne(int, hy_study_write_yaml(&s, "/nonexistent/folder/x.yaml"), HY_OK));
}

/* The protocol's numbers and the profiles' shape, as the models' description has them. */
Test(config_yaml, profiles_of_the_study)
{
    struct hy_study full, quick, smoke;
    cr_assert(eq(int, hy_study_load("bench/ablations/hymba.yaml", "full", &full), HY_OK), "%s", hy_error());
    cr_assert(eq(int, hy_study_load("bench/ablations/hymba.yaml", "quick", &quick), HY_OK), "%s", hy_error());
    cr_assert(eq(int, hy_study_load("bench/ablations/hymba.yaml", "smoke", &smoke), HY_OK), "%s", hy_error());

    cr_assert(eq(llong, full.chars, 1003854));
    cr_assert(eq(int, full.vocab, 4096));
    cr_assert(eq(dbl, full.train_fraction, 0.9));
    cr_assert(eq(int, full.training.batch, 16));
    cr_assert(eq(int, full.training.epochs, 25));
    cr_assert(eq(int, full.training.warmup, 100));
    cr_assert(eq(dbl, full.training.lr, 3e-4));
    cr_assert(eq(dbl, full.training.beta2, 0.99));
    cr_assert(eq(int, full.training.eval_every, 50));
    cr_assert(not(full.training.eval_last));
    cr_assert(quick.training.eval_last && smoke.training.eval_last);
    cr_assert(eq(int, full.sample_tokens, 30));
    cr_assert(eq(int, full.top_k, 40));
    cr_assert(eq(str, full.prompts[1], "First Citizen:"));

    cr_assert(eq(int, quick.training.eval_samples, 24));
    cr_assert(eq(int, quick.vocab, full.vocab));
    cr_assert(eq(llong, quick.chars, full.chars));
    for (int i = 0; i < 7; i++) {
        const struct hy_config *f = &full.variants[i], *q = &quick.variants[i], *m = &smoke.variants[i];
        cr_assert(eq(int, q->d_model, 128));
        cr_assert(eq(int, q->n_heads, 4));
        cr_assert(eq(int, q->n_kv_heads, 2));
        cr_assert(eq(int, q->n_layers, f->n_layers));
        cr_assert(eq(int, m->n_layers, f->n_layers));
        cr_assert(eq(int, m->n_groups, f->n_groups));
        for (int l = 0; l < f->n_layers; l++) {
            cr_assert(eq(int, q->layers[l].producer, f->layers[l].producer));
            cr_assert(eq(int, m->layers[l].producer, f->layers[l].producer));
            cr_assert(eq(int, q->layers[l].global, f->layers[l].global));
        }
    }
    hy_study_fini(&full);
    hy_study_fini(&quick);
    hy_study_fini(&smoke);
}

/* The recall study has the variants of the first one, and no text. */
Test(config_yaml, recall_study)
{
    struct hy_study text, recall;
    cr_assert(eq(int, hy_study_load("bench/ablations/hymba.yaml", "full", &text), HY_OK), "%s", hy_error());
    cr_assert(eq(int, hy_study_load("bench/ablations/mqar.yaml", "full", &recall), HY_OK), "%s", hy_error());
    cr_assert(eq(int, (int)text.corpus, (int)HY_CORPUS_TEXT));
    cr_assert(eq(int, (int)recall.corpus, (int)HY_CORPUS_MQAR));
    cr_assert(eq(int, recall.most_pairs, 64));
    cr_assert(eq(int, recall.n_prompts, 0));
    cr_assert(eq(int, recall.n_variants, text.n_variants));
    for (int i = 0; i < text.n_variants; i++) {
        const struct hy_config *a = &text.variants[i], *b = &recall.variants[i];
        cr_assert(eq(str, (char *)(uintptr_t)a->name, (char *)(uintptr_t)b->name));
        cr_assert(eq(int, a->n_layers, b->n_layers));
        cr_assert(eq(int, a->meta_tokens > 0, b->meta_tokens > 0));
        for (int l = 0; l < a->n_layers; l++) {
            cr_assert(eq(int, a->layers[l].producer, b->layers[l].producer));
            cr_assert(eq(int, a->layers[l].global, b->layers[l].global));
        }
    }
    int kind;
    cr_assert(eq(int, hy_names_parse(&hy_corpus_kind_names, "poem", &kind), HY_BAD_INPUT));
    cr_assert(strstr(hy_error(), "text or mqar") != NULL);
    hy_study_fini(&text);
    hy_study_fini(&recall);
}

/* Whatever a byte of the file becomes: an answer, never a crash. */
Test(config_yaml, damaged_files)
{
    char *text;
    size_t bytes;
    write_study(0, NULL);
    cr_assert(eq(int, hy_read_file(path, &text, &bytes), HY_OK));
    int refused = 0, tried = 0;
    for (size_t at = 0; at < bytes; at += 3) {
        const char was = text[at];
        text[at] = "\t]x-\x80{:9"[at % 8];
        struct hy_study s;
        write_text(text);
        refused += hy_study_load(path, NULL, &s) != HY_OK;
        tried++;
        hy_study_fini(&s);
        text[at] = was;
    }
    /* a file that ends before the first variant's name is no study */
    size_t least = (size_t)(strstr(text, "- name: One") - text);
    for (size_t length = 0; length < least; length += 7) {
        struct hy_study s;
        cr_assert(eq(int, hy_write_file(path, text, length), HY_OK));
        cr_assert(eq(int, hy_study_load(path, NULL, &s), HY_BAD_INPUT), "the first %zu bytes", length);
        hy_study_fini(&s);
    }
    cr_assert(gt(int, tried, 200));
    cr_assert(gt(int, refused, tried / 3));
    free(text);
}
