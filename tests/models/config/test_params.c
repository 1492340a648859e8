/* Parameter lists: counts of the study, order, names. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "models/config/params.h"
#include "models/config/study.h"

static const char *const study_path = "bench/ablations/hymba.yaml";

static const struct {
    const char *name;
    long long count;
} table[] = {{"Mamba-only", 18727296},     {"Transformer-only", 14163328}, {"Hybrid-Mine", 29134848},
             {"Hybrid-NoMeta", 29110272},  {"Hybrid-NoKVShare", 21910912}, {"Hybrid-Official", 30994178},
             {"Official-NoMeta", 30969602}};

Test(params, the_seven_variants)
{
    struct hy_study s;
    cr_assert(eq(int, hy_study_load(study_path, "full", &s), HY_OK), "%s", hy_error());
    cr_assert(eq(int, s.n_variants, 7));
    for (int i = 0; i < 7; i++) {
        cr_assert(eq(str, s.variants[i].name, (char *)table[i].name));
        cr_assert(eq(llong, hy_params_count(&s.variants[i]), table[i].count), "%s", table[i].name);
    }
    hy_study_fini(&s);
}

Test(params, kinds_and_shapes_add_up)
{
    struct hy_study s;
    cr_assert(eq(int, hy_study_load(study_path, "full", &s), HY_OK), "%s", hy_error());
    for (int v = 0; v < s.n_variants; v++) {
        struct hy_params p;
        long long kinds = 0, items = 0;
        hy_params_list(&s.variants[v], &p);
        for (int k = 0; k < HY_PARAM_KINDS; k++)
            kinds += p.by_kind[k];
        for (int i = 0; i < p.n; i++) {
            items += p.items[i].count;
            cr_assert(eq(llong, p.items[i].count, (long long)p.items[i].dims[0] * p.items[i].dims[1]));
            cr_assert(hy_params_find(&p, p.items[i].name) == &p.items[i], "%s is there once", p.items[i].name);
        }
        cr_assert(eq(llong, kinds, p.count));
        cr_assert(eq(llong, items, p.count));
        cr_assert(eq(llong, p.by_kind[HY_PARAM_ATTENTION] > 0, hy_has_attention(&s.variants[v])));
        cr_assert(eq(llong, p.by_kind[HY_PARAM_MAMBA] > 0, hy_has_mamba(&s.variants[v])));
        cr_assert(hy_params_find(&p, "no.such") == NULL);
        hy_params_fini(&p);
    }
    hy_params_fini(NULL);
    hy_study_fini(&s);
}

static int index_of(const struct hy_params *p, const char *name)
{
    const struct hy_param *q = hy_params_find(p, name);
    return q ? (int)(q - p->items) : -1;
}

/* q, k, v and gate, up are neighbours, so that one GEMM serves them. */
Test(params, neighbours_and_owners)
{
    struct hy_study s;
    struct hy_params p;
    cr_assert(eq(int, hy_study_load(study_path, "full", &s), HY_OK), "%s", hy_error());
    hy_params_list(hy_study_find(&s, "Hybrid-Mine"), &p);
    int checked = 0;
    for (int i = 0; i < 11; i++) {
        char q[64], k[64], v[64], gate[64], up[64];
        snprintf(q, sizeof q, "layers.%d.attn.q_proj.weight", i);
        snprintf(k, sizeof k, "layers.%d.attn.k_proj.weight", i);
        snprintf(v, sizeof v, "layers.%d.attn.v_proj.weight", i);
        snprintf(gate, sizeof gate, "layers.%d.ffn.gate_proj.weight", i);
        snprintf(up, sizeof up, "layers.%d.ffn.up_proj.weight", i);
        bool consumer = i == 2 || i == 4 || i == 7 || i == 9;
        cr_assert(ge(int, index_of(&p, q), 0));
        cr_assert(eq(int, index_of(&p, k), consumer ? -1 : index_of(&p, q) + 1));
        cr_assert(eq(int, index_of(&p, v), consumer ? -1 : index_of(&p, q) + 2));
        cr_assert(eq(int, index_of(&p, up), index_of(&p, gate) + 1));
        checked++;
    }
    cr_assert(eq(int, checked, 11));
    const struct hy_param *a = hy_params_find(&p, "layers.3.mamba.A_log");
    cr_assert(a != NULL);
    cr_assert(eq(int, a->dims[0], 768));
    cr_assert(eq(int, a->dims[1], 16));
    cr_assert(eq(int, a->init, HY_INIT_A_LOG));
    cr_assert(eq(int, a->layer, 3));
    cr_assert(eq(int, hy_params_find(&p, "layers.3.beta_attn")->ndim, 1));
    hy_params_fini(&p);

    hy_params_list(hy_study_find(&s, "Hybrid-Official"), &p);
    /* rows q 768, k 128, v 128, x 768, z 768; a consumer lacks k and v */
    cr_assert(eq(int, hy_params_find(&p, "layers.1.mixer.in_proj.weight")->dims[0], 2560));
    cr_assert(eq(int, hy_params_find(&p, "layers.2.mixer.in_proj.weight")->dims[0], 2304));
    cr_assert(hy_params_find(&p, "layers.2.mixer.k_norm.weight") == NULL);
    hy_params_fini(&p);
    hy_study_fini(&s);
}
