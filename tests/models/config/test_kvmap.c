/* Caches: roles, tokens, bytes, the reduction of the study and the sizes that the paper prints. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "models/config/kvmap.h"
#include "models/config/resolve.h"
#include "models/config/study.h"

static struct hy_study study;

static void load(void)
{
    cr_assert(eq(int, hy_study_load("bench/ablations/hymba.yaml", "full", &study), HY_OK), "%s", hy_error());
}

static void unload(void)
{
    hy_study_fini(&study);
}

TestSuite(kvmap, .init = load, .fini = unload);

static struct hy_kvmap map_of(const char *name, long long context)
{
    struct hy_kvmap map;
    const struct hy_config *c = hy_study_find(&study, name);
    cr_assert(c != NULL, "%s", hy_error());
    hy_kvmap(c, context, 4, 4, &map);
    return map;
}

Test(kvmap, reduction_of_the_seven)
{
    const char *const eleven[] = {"Hybrid-Mine", "Hybrid-NoMeta", "Hybrid-Official", "Official-NoMeta"};
    const char *const none[] = {"Transformer-only", "Hybrid-NoKVShare"};
    for (int i = 0; i < 4; i++) {
        struct hy_kvmap m = map_of(eleven[i], 256);
        cr_assert(eq(int, m.attention_layers, 11));
        cr_assert(eq(int, m.caches, 7));
        cr_assert(eq(dbl, m.reduction, 11.0 / 7));
    }
    for (int i = 0; i < 2; i++)
        cr_assert(eq(dbl, map_of(none[i], 256).reduction, 1.0));
    struct hy_kvmap m = map_of("Mamba-only", 256);
    cr_assert(isnan(m.reduction));
    cr_assert(eq(llong, m.kv_bytes, 0));
    cr_assert(eq(llong, m.ssm_bytes, 8LL * 768 * 16 * 4));
    cr_assert(eq(llong, m.conv_bytes, 8LL * 768 * 3 * 4));
    cr_assert(eq(llong, map_of("Transformer-only", 256).ssm_bytes, 0));
}

Test(kvmap, roles_and_tokens)
{
    const enum hy_kv_role roles[] = {HY_KV_GLOBAL,   HY_KV_PRODUCER, HY_KV_CONSUMER, HY_KV_PRODUCER,
                                     HY_KV_CONSUMER, HY_KV_GLOBAL,   HY_KV_PRODUCER, HY_KV_CONSUMER,
                                     HY_KV_PRODUCER, HY_KV_CONSUMER, HY_KV_GLOBAL};
    struct hy_kvmap m = map_of("Hybrid-Mine", 256);
    long long token = 2LL * 2 * 64 * 4, sum = 0;
    for (int i = 0; i < 11; i++) {
        long long tokens = roles[i] == HY_KV_GLOBAL ? 256 + 64 : roles[i] == HY_KV_PRODUCER ? 128 + 64 : 0;
        cr_assert(eq(int, m.layers[i].role, roles[i]));
        cr_assert(eq(llong, m.layers[i].tokens, tokens));
        cr_assert(eq(llong, m.layers[i].bytes, tokens * token));
        cr_assert(eq(int, m.layers[i].producer, roles[i] == HY_KV_CONSUMER ? i - 1 : i));
        sum += tokens * token;
    }
    cr_assert(eq(llong, m.kv_bytes, sum));
    cr_assert(eq(llong, m.unshared_bytes, (3 * 320LL + 8 * 192) * token));
    cr_assert(eq(llong, m.unwindowed_bytes, 7 * 320LL * token));
    cr_assert(eq(llong, m.plain_bytes, 11 * 320LL * token));
    /* shorter than the window: local layers hold what there is */
    cr_assert(eq(llong, map_of("Hybrid-Mine", 100).layers[1].tokens, 164));
}

Test(kvmap, a_layer_without_window_sees_everything)
{
    struct hy_config c = *hy_study_find(&study, "Hybrid-Mine");
    struct hy_kvmap m;
    c.window = 0;
    hy_kvmap(&c, 1000, 2, 4, &m);
    cr_assert(eq(str, (char *)hy_kv_attention_name(&m.layers[1]), "global"));
    cr_assert(eq(str, (char *)hy_kv_role_name(m.layers[1].role), "producer"));
    cr_assert(eq(llong, m.layers[1].tokens, 1064));
    cr_assert(eq(llong, m.kv_bytes, m.unwindowed_bytes));
}

Test(kvmap, a_layer_left_over_stands_alone)
{
    struct hy_config c = *hy_study_find(&study, "Hybrid-Official");
    struct hy_kvmap m;
    c.layers[0].global = false; /* a run of five: fused leaves the last one alone */
    c.n_groups = HY_AUTO_GROUPS;
    hy_config_resolve(&c);
    hy_kvmap(&c, 256, 4, 4, &m);
    cr_assert(eq(int, m.layers[0].role, HY_KV_PRODUCER));
    cr_assert(eq(int, m.layers[4].role, HY_KV_ALONE));
    cr_assert(eq(int, m.caches, 2 + 2 + 1 + 2));
}

/* Every size in the paper's tables, to the digit that it prints. */
Test(kvmap, the_papers_sizes)
{
    struct hy_study paper;
    cr_assert(eq(int, hy_study_load("bench/ablations/hymba_paper.yaml", NULL, &paper), HY_OK), "%s", hy_error());
    const char *const printed[] = {"148.24", "41.19", "39.42", "40.01", "5.51", "78.6",
                                   "262",    "918",   "229",   "1573",  "492",  "414.7"};
    cr_assert(eq(int, paper.n_variants, 12));
    cr_assert(paper.cache_only);
    for (int i = 0; i < 12; i++) {
        char text[32];
        const char *dot = strchr(printed[i], '.');
        double mb = hy_kv_paper_bytes(&paper.variants[i], 8000, 2) / 1e6;
        snprintf(text, sizeof text, "%.*f", dot ? (int)strlen(dot + 1) : 0, mb);
        cr_assert(eq(str, text, (char *)printed[i]), "%s", paper.variants[i].name);
        cr_assert(eq(str, paper.published_mb[i], (char *)printed[i]), "%s", paper.variants[i].name);
    }
    hy_study_fini(&paper);
}
