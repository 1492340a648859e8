/* Sweeps in a study: names, values, what is compared with what, what is refused and on which line. And the keys of a
 * variant that name a way of doing things: fusion, in_proj, kv_groups as a number, match. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernels/base/file.h"
#include "models/config/config_json.h"
#include "models/config/layers.h"
#include "models/config/params.h"
#include "models/config/study.h"

static const char head[] = "name: tiny\n"                                                                     /* 1 */
                           "corpus: {vocab: 300, min_frequency: 2, train_fraction: 0.9}\n"                    /* 2 */
                           "training: {batch: 2, epochs: 1, beta1: 0.9, beta2: 0.99, eps: 1.0e-8, lr: 0.1}\n" /* 3 */
                           "model: {d_model: 16, n_layers: 6, n_heads: 4, n_kv_heads: 2, window: 4, d_state: 4,\n"
                           "  meta_tokens: 3, global_layers: [0, 5], d_conv: 4, expand: 2, seq_len: 12}\n" /* 5 */
                           "profiles:\n"
                           "  - name: small\n"
                           "    model: {meta_tokens: 2}\n"
                           "variants:\n"; /* 9: the variants begin in line 10 */

static char path[64];

static void write_study(const char *variants)
{
    char *text = hy_format("%s%s", head, variants);
    snprintf(path, sizeof path, "/tmp/hy-grid-%d.yaml", (int)getpid());
    cr_assert_eq(hy_write_file(path, text, strlen(text)), HY_OK, "%s", hy_error());
    free(text);
}

static void load(struct hy_study *s, const char *profile, const char *variants)
{
    write_study(variants);
    cr_assert_eq(hy_study_load(path, profile, s), HY_OK, "%s", hy_error());
}

static void remove_file(void)
{
    unlink(path);
}

TestSuite(grid, .fini = remove_file);

/* "A<-B:key;C:key": what variant i claims. */
static void expect_claims(const struct hy_study *s, int i, const char *expected)
{
    char text[1024];
    size_t used = (size_t)snprintf(text, sizeof text, "%s<-", s->variants[i].name);
    for (int k = 0; k < s->claims[i].n; k++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s:%s", k ? ";" : "",
                                 s->claims[i].list[k].compare_to, s->claims[i].list[k].isolates);
    cr_expect_str_eq(text, expected);
}

Test(grid, two_lines_are_a_sweep)
{
    struct hy_study s, back;
    load(&s, "",
         "  - name: Base\n"
         "  - grid: {meta_tokens: [0, 3, 8]}\n"
         "    name: Meta-{meta_tokens}\n"
         "  - name: Last\n");
    cr_assert_eq(s.n_variants, 4, "the base's own value is left out");
    cr_assert_eq(s.variants[1].meta_tokens, 0);
    cr_assert_eq(s.variants[2].meta_tokens, 8);
    expect_claims(&s, 0, "Base<-");
    expect_claims(&s, 1, "Meta-0<-Base:meta_tokens");
    expect_claims(&s, 2, "Meta-8<-Base:meta_tokens");
    expect_claims(&s, 3, "Last<-");
    cr_assert_eq(hy_study_write_yaml(&s, path), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_study_load(path, "", &back), HY_OK, "%s", hy_error());
    cr_assert(hy_study_equal(&s, &back), "what is written has no grid left");
    hy_study_fini(&back);
    hy_study_fini(&s);

    /* under another profile the base has another value, and none of the list is left out */
    load(&s, "small", "  - name: Base\n  - grid: {meta_tokens: [0, 3, 8]}\n    name: Meta-{meta_tokens}\n");
    cr_assert_eq(s.n_variants, 4);
    cr_assert_eq(s.variants[0].meta_tokens, 2);
    expect_claims(&s, 2, "Meta-3<-Base:meta_tokens");
    hy_study_fini(&s);
}

/* Of several keys each is compared where nothing else differs. */
Test(grid, a_product_is_compared_key_by_key)
{
    struct hy_study s;
    load(&s, "",
         "  - name: Base\n"
         "  - grid: {meta_tokens: [3, 0], window: [2, 4, 0]}\n"
         "    name: M{meta_tokens} W{window}\n");
    cr_assert_eq(s.n_variants, 6);
    expect_claims(&s, 1, "M3 W2<-Base:window");
    expect_claims(&s, 2, "M3 W0<-Base:window");
    expect_claims(&s, 3, "M0 W2<-M3 W2:meta_tokens;M0 W4:window");
    expect_claims(&s, 4, "M0 W4<-Base:meta_tokens");
    expect_claims(&s, 5, "M0 W0<-M3 W0:meta_tokens;M0 W4:window");
    hy_study_fini(&s);

    /* without the base's values there is no such neighbour: the base itself, and the audit says what else differs */
    load(&s, "",
         "  - name: Base\n"
         "  - grid: {meta_tokens: [0], window: [2, 0]}\n"
         "    name: M{meta_tokens} W{window}\n");
    expect_claims(&s, 1, "M0 W2<-Base:meta_tokens");
    hy_study_fini(&s);
}

Test(grid, what_a_point_is_compared_with)
{
    struct hy_study s;
    /* named; points that another variant is are that one, for others too */
    load(&s, "",
         "  - name: Other\n"
         "    implementation: fused\n"
         "  - name: Base\n"
         "  - name: None\n"
         "    meta_tokens: 0\n"
         "    compare_to: Meta-3\n"
         "    isolates: meta_tokens\n"
         "  - grid: {meta_tokens: [0, 3, 8]}\n"
         "    name: Meta-{meta_tokens}\n"
         "    compare_to: Base\n"
         "  - grid: {d_state: [2, 4]}\n"
         "    implementation: fused\n"
         "    name: N{d_state}\n");
    cr_assert_eq(s.n_variants, 5);
    expect_claims(&s, 2, "None<-Base:meta_tokens");
    expect_claims(&s, 3, "Meta-8<-Base:meta_tokens");
    expect_claims(&s, 4, "N2<-Other:d_state");
    hy_study_fini(&s);

    /* the first that is compared with none; in a study of one grid its first point */
    load(&s, "", "  - grid: {window: [2, 3]}\n    name: W{window}\n");
    expect_claims(&s, 0, "W2<-");
    expect_claims(&s, 1, "W3<-W2:window");
    hy_study_fini(&s);

    /* keys of the entry hold for its points, which are read against each other then */
    load(&s, "",
         "  - name: Base\n"
         "  - grid: {window: [2, 4]}\n"
         "    implementation: fused\n"
         "    name: Fused-{window}\n");
    cr_assert_eq(s.variants[2].implementation, HY_FUSED);
    expect_claims(&s, 1, "Fused-2<-Fused-4:window");
    expect_claims(&s, 2, "Fused-4<-");
    hy_study_fini(&s);
}

Test(grid, lists_and_words_are_swept_too)
{
    struct hy_study s;
    char text[64];
    load(&s, "",
         "  - name: Base\n"
         "  - grid: {kv_groups: [1, 2, 3, 4, [[1, 4]], []]}\n"
         "    name: KV {kv_groups}\n"
         "  - grid:\n"
         "      global_layers: [all, [0, 2, 5], []]\n"
         "      arch: [hybrid, transformer]\n"
         "    kv_groups: []\n"
         "    name: G{global_layers}-{arch}\n");
    static const char *const groups[] = {"none", "[1,2,3]", "[1,2,3,4]", "[1,4]"};
    static const char *const names[] = {"KV 1", "KV 3", "KV 4", "KV 1-4"};
    for (int i = 0; i < 4; i++) { /* 2 is the base, [] what 1 is */
        cr_expect_str_eq(s.variants[1 + i].name, names[i]);
        hy_groups_text(&s.variants[1 + i], text, sizeof text);
        cr_expect_str_eq(text, groups[i]);
    }
    cr_assert_eq(s.n_variants, 5 + 6);
    cr_assert_str_eq(s.variants[7].name, "G0-2-5-hybrid");
    cr_assert(s.variants[7].layers[2].global && !s.variants[7].layers[3].global);
    cr_assert_str_eq(s.variants[10].name, "Gnone-transformer");
    cr_assert_eq(s.variants[10].arch, HY_TRANSFORMER);
    expect_claims(&s, 10, "Gnone-transformer<-Gnone-hybrid:arch");
    hy_study_fini(&s);
}

/* So many neighbours each; what is left of a run is a smaller group. */
Test(grid, groups_of_a_size)
{
    static const struct {
        int size, layers;
        const char *groups;
    } cases[] = {{1, 6, "none"},          {2, 6, "[1,2] [3,4]"},       {3, 6, "[1,2,3]"},
                 {4, 6, "[1,2,3,4]"},     {64, 6, "[1,2,3,4]"},        {2, 8, "[1,2] [3,4] [6,7]"},
                 {3, 8, "[1,2,3] [6,7]"}, {2, 9, "[1,2] [3,4] [6,7]"}, {3, 9, "[1,2,3] [6,7,8]"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct hy_study s;
        char text[64],
            *variants = hy_format("  - name: A\n    n_layers: %d\n    kv_groups: %d\n", cases[i].layers, cases[i].size);
        load(&s, "", variants);
        hy_groups_text(&s.variants[0], text, sizeof text);
        cr_expect_str_eq(text, cases[i].groups);
        hy_study_fini(&s);
        free(variants);
    }
}

/* Each case is all variants; the line counts from the study's first. */
static const struct {
    const char *variants, *says;
    int line;
} refusals[] = {
    {"  - grid: {meta_tokens: [0, 16]}\n    name: Meta\n", "name lacks {meta_tokens}; each of the grid's", 11},
    {"  - grid: {meta_tokens: [0, 16]}\n    name: M-{meta}\n", "name has {meta}, which is no {key} that a grid", 11},
    {"  - grid: {meta_tokens: [0, 16]}\n    name: M-{meta_tokens\n", "name has {meta_tokens, which is no {key}", 11},
    {"  - name: M-{window}\n", "name has {window}, which is no {key}", 10},
    {"  - grid: {meta_token: [0, 16]}\n    name: M\n",
     "a key of grid is 'meta_token', which is no key of a variant; did you mean 'meta_tokens'?", 10},
    {"  - grid: {batch: [2, 4]}\n    name: M\n", "a key of grid is 'batch', which is no key of a variant", 10},
    {"  - grid: {meta_tokens: [0, 0]}\n    name: M-{meta_tokens}\n", "grid has twice the value 0 of meta_tokens", 10},
    {"  - grid:\n      window: [1, 2]\n      window: [3]\n    name: M-{window}\n", "grid has twice the key window", 12},
    {"  - grid: {meta_tokens: 16}\n    name: M-{meta_tokens}\n", "grid needs a list of values of meta_tokens", 10},
    {"  - grid: {meta_tokens: []}\n    name: M-{meta_tokens}\n", "grid needs a list of values of meta_tokens", 10},
    {"  - grid: {meta_tokens: {a: 1}}\n    name: M\n", "grid needs a list of values of meta_tokens", 10},
    {"  - grid: [meta_tokens]\n    name: M\n", "grid must be keys with lists of values", 10},
    {"  - grid: {}\n    name: M\n", "grid must be keys with lists of values", 10},
    {"  - grid: yes\n    name: M\n", "grid must be keys with lists of values", 10},
    {"  - grid: {[a]: [1]}\n    name: M\n", "", 0},
    {"  - grid:\n      meta_tokens:\n        - 0\n        - many\n    name: M-{meta_tokens}\n",
     "meta_tokens is 'many'; it must be a whole number", 13},
    {"  - grid: {meta_tokens: [0, -4]}\n    name: M{meta_tokens}\n", "meta_tokens is -4; it must be from 0", 10},
    {"  - grid:\n      meta_tokens:\n        - 0\n        - [1]\n    name: M-{meta_tokens}\n",
     "a value of meta_tokens must be a single one", 13},
    {"  - grid:\n      n_kv_heads:\n        - 2\n        - 3\n    name: K{n_kv_heads}\n",
     "variant 'K3': 4 query heads cannot be divided among n_kv_heads 3", 13},
    {"  - grid:\n      global_layers:\n        - all\n        - [0, 9]\n    name: G{global_layers}\n",
     "global_layers names layer 9", 13},
    {"  - grid: {window: [2, 3]}\n    window: 4\n    name: W{window}\n", "window is set here and swept by grid", 11},
    {"  - grid: {kv_groups: [1, 2]}\n    kv_groups: auto\n    name: W{kv_groups}\n",
     "kv_groups is set here and swept by grid", 11},
    {"  - grid: {window: [2, 3]}\n    name: W{window}\n    isolates: window\n",
     "what a grid's variants isolate are the keys that it sweeps", 12},
    {"  - name: A\n  - grid: {window: [2, 3]}\n    name: W{window}\n    compare_to: [A]\n",
     "compare_to of a grid is the name of one variant", 13},
    {"  - name: Abe\n  - grid: {window: [2, 3]}\n    name: W{window}\n    compare_to: Abes\n", "did you mean 'Abe'?",
     13},
    {"  - grid: {window: [2, 3]}\n    name: A\n  - name: W2\n", "name lacks {window}", 11},
    {"  - name: W2\n  - grid: {window: [2, 3]}\n    name: W{window}\n", "there are two variants called 'W2'", 12},
    {"  - grid: {window: [1, 2, 3, 4, 5, 6, 7, 8, 9], d_state: [1, 2, 3, 4, 5, 6, 7, 8]}\n"
     "    name: W{window}-{d_state}\n",
     "with this the study has more than 64 variants", 10},
    {"  - grid: {window: [1, 2], d_state: [1, 2], expand: [1, 2], d_conv: [1, 2], d_ff: [8, 9]}\n"
     "    name: A\n",
     "a grid sweeps at most 4 keys", 10},
    {"  - grid: {window: [1, 2]}\n"
     "    name: A-very-long-name-that-leaves-no-room-for-what-is-swept-over-there-{window}\n",
     "a variant's name must have 1 to 63 characters", 11},
    {"  - name: A\n    gird: {window: [1, 2]}\n", "unknown key 'gird'; did you mean 'grid'?", 11},
    /* ways of doing things */
    {"  - name: A\n    fusion: gamma\n", "fusion is 'gamma'; it must be auto, beta or mean", 11},
    {"  - name: A\n    in_proj: fused\n", "in_proj is 'fused'; it must be auto, separate or shared", 11},
    {"  - name: A\n    arch: mamba\n    fusion: mean\n",
     "fusion is mean, but arch mamba has one branch alone: there is nothing to fuse; leave it out", 12},
    {"  - name: A\n    in_proj: shared\n    arch: transformer\n",
     "in_proj is shared, but arch transformer has one branch alone: no other product reads its input", 11},
    {"  - grid: {fusion: [beta, mean]}\n    arch: mamba\n    name: A-{fusion}\n", "has one branch alone", 10},
    {"  - name: A\n    kv_groups: 0\n", "kv_groups is 0; it must be from 1 to 64", 11},
    {"  - name: A\n    kv_groups: 2.5\n", "kv_groups must be a list of lists", 11},
    {"  - name: A\n    arch: mamba\n    kv_groups: 2\n", "arch mamba has no attention whose K and V", 12},
    /* equal sizes */
    {"  - name: A\n  - name: B\n    match: size\n    to: A\n", "match is 'size'; it must be none, params or flops", 12},
    {"  - name: A\n  - name: B\n    match: params\n", "match and to go together", 12},
    {"  - name: A\n  - name: B\n    to: A\n", "match and to go together", 12},
    {"  - name: A\n  - name: B\n    match: params\n    to: B\n", "variant 'B' is matched with itself", 13},
    {"  - name: Abe\n  - name: B\n    match: params\n    to: Abel\n", "did you mean 'Abe'?", 13},
    {"  - name: A\n    match: flops\n    to: C\n  - name: B\n    match: params\n    to: A\n  - name: C\n",
     "'A' is matched itself; name a variant whose widths are its own", 15},
};

Test(grid, refused_with_line_and_reason)
{
    int refused = 0;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        struct hy_study s;
        write_study(refusals[i].variants);
        cr_expect_eq(hy_study_load(path, "", &s), HY_BAD_INPUT, "%s is refused", refusals[i].variants);
        cr_expect(strstr(hy_error(), refusals[i].says), "'%s' says: %s", refusals[i].variants, hy_error());
        char *place = refusals[i].line ? hy_format("%s:%d: ", path, refusals[i].line) : hy_format("%s:", path);
        cr_expect_eq(strncmp(hy_error(), place, strlen(place)), 0, "'%s' says: %s", refusals[i].variants, hy_error());
        cr_expect_null(strchr(hy_error(), '\n'), "one sentence");
        cr_expect(s.variants == NULL && s.matches == NULL, "nothing is left behind");
        free(place);
        refused++;
    }
    cr_assert_gt(refused, 40);
}

/* Sixty-four are the most, whoever makes them. */
Test(grid, as_many_as_a_study_has)
{
    struct hy_study s;
    load(&s, "",
         "  - grid: {window: [1, 2, 3, 4, 5, 6, 7, 8], d_state: [1, 2, 3, 4, 5, 6, 7, 8]}\n"
         "    name: W{window}-{d_state}\n");
    cr_assert_eq(s.n_variants, HY_MAX_VARIANTS);
    cr_assert_str_eq(s.variants[9].name, "W2-2");
    expect_claims(&s, 9, "W2-2<-W1-2:window;W2-1:d_state");
    hy_study_fini(&s);
}

/* Whatever a byte of it becomes: an answer, never a crash. */
Test(grid, damaged_files)
{
    static const char whole[] = "  - name: Base\n"
                                "  - grid: {kv_groups: [1, [[1, 2]]], meta_tokens: [0, 4]}\n"
                                "    name: M{meta_tokens}-{kv_groups}\n"
                                "    compare_to: Base\n"
                                "  - name: B\n    fusion: mean\n    match: flops\n    to: Base\n";
    int refused = 0, tried = 0;
    for (size_t at = 0; whole[at]; at++) {
        struct hy_study s;
        char *text = hy_format("%s", whole);
        text[at] = "\t]x-{}:9[,"[at % 10];
        write_study(text);
        refused += hy_study_load(path, "", &s) != HY_OK;
        tried++;
        hy_study_fini(&s);
        free(text);
    }
    cr_assert_gt(tried, 150);
    cr_assert_gt(refused, tried / 3);
}

/* ---- ways of doing things --------------------------------------------------------------- */

static void expect_choice(const struct hy_config *c, const char *fusion, const char *in_proj)
{
    cr_expect_str_eq(hy_names_word(&hy_fusion_names, (int)c->fusion), fusion, "%s", c->name);
    cr_expect_str_eq(hy_names_word(&hy_in_proj_names, (int)c->in_proj), in_proj, "%s", c->name);
}

/* Named in a file only where they are not the implementation's: weights of older programs are these models. */
static void expect_json(const struct hy_config *c, bool named)
{
    struct hy_config back;
    char *text = hy_config_to_json(c);
    cr_expect_eq(strstr(text, "\"fusion\"") != NULL, named, "%s", text);
    cr_assert_eq(hy_config_from_json_text(text, strlen(text), &back), HY_OK, "%s", hy_error());
    cr_expect(hy_config_equal(c, &back), "%s", text);
    free(text);
}

Test(grid, ways_of_doing_things)
{
    struct hy_study s, back;
    load(&s, "",
         "  - name: Split\n"
         "  - name: Fused\n"
         "    implementation: fused\n"
         "  - name: Mamba\n"
         "    arch: mamba\n"
         "  - name: Mean\n"
         "    fusion: mean\n"
         "    in_proj: auto\n"
         "  - name: Shared\n"
         "    in_proj: shared\n"
         "  - name: Fused-Beta\n"
         "    implementation: fused\n"
         "    fusion: beta\n"
         "    in_proj: separate\n");
    expect_choice(&s.variants[0], "beta", "separate");
    expect_choice(&s.variants[1], "mean", "shared");
    expect_choice(&s.variants[2], "auto", "auto");
    expect_choice(&s.variants[3], "mean", "separate");
    expect_choice(&s.variants[4], "beta", "shared");
    expect_choice(&s.variants[5], "beta", "separate");
    const bool named[] = {false, false, false, true, false, true};
    for (int i = 0; i < 6; i++)
        expect_json(&s.variants[i], named[i]);
    cr_assert_eq(hy_study_write_yaml(&s, path), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_study_load(path, "", &back), HY_OK, "%s", hy_error());
    cr_assert(hy_study_equal(&s, &back));

    /* a mean has no betas, and nothing else is another parameter */
    cr_expect_eq(hy_params_count(&s.variants[0]) - hy_params_count(&s.variants[3]), 6 * 2 * 16);
    cr_expect_eq(hy_params_count(&s.variants[5]) - hy_params_count(&s.variants[1]), 6 * 2 * 32);
    cr_expect_eq(hy_params_count(&s.variants[0]), hy_params_count(&s.variants[4]));
    struct hy_params p;
    hy_params_list(&s.variants[5], &p);
    cr_expect_not_null(hy_params_find(&p, "layers.3.mixer.beta_mamba"));
    hy_params_fini(&p);
    hy_study_fini(&back);
    hy_study_fini(&s);

    /* what the block `model` says is meant for hybrids */
    write_study("  - name: Mamba\n    arch: mamba\n  - name: Hybrid\n");
    char *text;
    size_t bytes;
    cr_assert_eq(hy_read_file(path, &text, &bytes), HY_OK);
    char *at = strstr(text, "d_model: 16"), *longer = hy_format("%.*sfusion: mean, %s", (int)(at - text), text, at);
    cr_assert_eq(hy_write_file(path, longer, strlen(longer)), HY_OK);
    cr_assert_eq(hy_study_load(path, "", &s), HY_OK, "%s", hy_error());
    expect_choice(&s.variants[0], "auto", "auto");
    expect_choice(&s.variants[1], "mean", "separate");
    hy_study_fini(&s);
    free(text);
    free(longer);
}

/* The studies of the tree that are made of these. */
Test(grid, companions_change_one_thing_each)
{
    struct hy_study s;
    int one = 0;
    cr_assert_eq(hy_study_load("bench/ablations/companions.yaml", "full", &s), HY_OK, "%s", hy_error());
    cr_assert_eq(s.n_variants, 18);
    for (int i = 1; i < s.n_variants; i++) {
        struct hy_config a = s.variants[i];
        cr_assert_eq(s.claims[i].n, 1, "%s", a.name);
        const struct hy_config *base = hy_study_find(&s, s.claims[i].list[0].compare_to);
        const struct hy_field *f = hy_field_find(hy_model_fields, s.claims[i].list[0].isolates);
        cr_assert_not_null(base);
        cr_expect_eq(a.n_layers, base->n_layers, "%s: equal depth", a.name);
        for (int l = 0; l < a.n_layers && hy_has_attention(&a); l++)
            cr_expect_eq(a.layers[l].global, base->layers[l].global, "%s: the same globals", a.name);
        int differ = 0;
        for (int k = 0; k < hy_model_fields.n; k++) {
            const struct hy_field *row = &hy_model_fields.rows[k];
            const bool of_hybrids = row->type == HY_FIELD_CHOICE && row != f && a.arch != HY_HYBRID;
            differ += !of_hybrids && !hy_field_equal(row, &a, base);
        }
        if (f && strcmp(f->key, "implementation") == 0)
            continue; /* brings sizes of its own, which the audit lists */
        cr_expect_eq(differ, f ? 1 : 0, "%s differs in %d fields", a.name, differ);
        one++;
    }
    cr_assert_eq(one, 16);
    const struct hy_config *share = hy_study_find(&s, "NoKVShare"), *swa = hy_study_find(&s, "NoSWA");
    cr_assert(share && share->n_layers == 11 && share->n_groups == 0 && share->window == s.variants[0].window);
    cr_assert(swa && swa->window == 0 && swa->n_groups == 4);
    hy_study_fini(&s);
}
