/* Resolving and checking a variant: derived sizes, K/V groups, impossible combinations. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <jansson.h>
#include <string.h>

#include "models/config/config.h"
#include "models/config/layers.h"
#include "models/config/resolve.h"

/* Hybrid-Mine at full size. */
static struct hy_config hybrid(void)
{
    struct hy_config c = {.name = "Test",
                          .vocab = 4096,
                          .d_model = 384,
                          .n_layers = 11,
                          .n_heads = 6,
                          .n_kv_heads = 2,
                          .window = 128,
                          .meta_tokens = 64,
                          .d_state = 16,
                          .d_conv = 4,
                          .expand = 2,
                          .seq_len = 256,
                          .n_groups = HY_AUTO_GROUPS};
    c.layers[0].global = c.layers[5].global = c.layers[10].global = true;
    return c;
}

Test(config, split_rules)
{
    struct hy_config c = hybrid();
    hy_config_resolve(&c);
    cr_assert(eq(int, c.head_dim, 64));
    cr_assert(eq(int, c.d_inner, 768));
    cr_assert(eq(int, c.q_heads, 6));
    cr_assert(eq(int, c.dt_rank, 24)); /* ceil(384 / 16) */
    cr_assert(eq(int, c.d_ff, 1024));  /* int(384 * 8 / 3) */
    cr_assert(eq(int, c.k_width, 128));
    cr_assert(eq(int, hy_config_check(&c), HY_OK), "%s", hy_error());
}

Test(config, fused_rules)
{
    struct hy_config c = hybrid();
    c.implementation = HY_FUSED;
    hy_config_resolve(&c);
    cr_assert(eq(int, c.q_heads, 12)); /* both branches equally wide */
    cr_assert(eq(int, c.dt_rank, 38)); /* 384 / 10 rounded down */
    cr_assert(eq(int, c.d_ff, 1152));
    cr_assert(eq(int, hy_config_check(&c), HY_OK), "%s", hy_error());
}

Test(config, rounding_of_the_rules)
{
    struct hy_config c = hybrid();
    c.d_model = 20, c.n_heads = 2, c.n_kv_heads = 1;
    hy_config_resolve(&c);
    cr_assert(eq(int, c.dt_rank, 2)); /* 20/16 rounded up */
    cr_assert(eq(int, c.d_ff, 53));   /* 53.33 rounded down */
    c = hybrid();
    c.d_model = 8, c.n_heads = 2, c.n_kv_heads = 1, c.implementation = HY_FUSED;
    hy_config_resolve(&c);
    cr_assert(eq(int, c.dt_rank, 1)); /* never 0 */
}

Test(config, resolving_twice_changes_nothing)
{
    struct hy_config c = hybrid();
    hy_config_resolve(&c);
    struct hy_config again = c;
    hy_config_resolve(&again);
    cr_assert(hy_config_equal(&c, &again));
    again.window--;
    cr_assert(not(hy_config_equal(&c, &again)));
}

/* Groups against those that the reference in Python makes, odd runs and single layers included. */
Test(config, automatic_groups)
{
    json_t *cases = json_load_file("tests/data/kv_groups.json", 0, NULL);
    cr_assert(cases != NULL, "tests/data/kv_groups.json is there");
    cr_assert(gt(sz, json_array_size(cases), 10));
    for (size_t k = 0; k < json_array_size(cases); k++) {
        json_t *row = json_array_get(cases, k), *globals = json_object_get(row, "global_layers"),
               *groups = json_object_get(row, "groups");
        struct hy_config c = hybrid();
        struct hy_groups found;
        int indices[HY_MAX_LAYERS];
        c.n_layers = (int)json_integer_value(json_object_get(row, "n_layers"));
        int implementation;
        cr_assert(eq(int,
                     hy_names_parse(&hy_implementation_names, json_string_value(json_object_get(row, "implementation")),
                                    &implementation),
                     HY_OK));
        c.implementation = (enum hy_implementation)implementation;
        for (size_t i = 0; i < json_array_size(globals); i++)
            indices[i] = (int)json_integer_value(json_array_get(globals, i));
        cr_assert(eq(int, hy_set_globals(&c, indices, (int)json_array_size(globals)), HY_OK));
        hy_config_resolve(&c);
        hy_get_groups(&c, &found);
        cr_assert(eq(int, c.n_groups, (int)json_array_size(groups)), "case %zu", k);
        cr_assert(eq(int, found.n, c.n_groups), "case %zu", k);
        for (int g = 0; g < found.n; g++) {
            json_t *wanted = json_array_get(groups, (size_t)g);
            cr_assert(eq(int, found.start[g + 1] - found.start[g], (int)json_array_size(wanted)), "case %zu", k);
            for (size_t i = 0; i < json_array_size(wanted); i++)
                cr_assert(
                    eq(int, found.members[found.start[g] + (int)i], (int)json_integer_value(json_array_get(wanted, i))),
                    "case %zu", k);
        }
    }
    json_decref(cases);
}

Test(config, groups_survive_the_way_to_lists_and_back)
{
    struct hy_config c = hybrid();
    struct hy_groups groups = {.n = 2, .start = {0, 2, 5}, .members = {1, 6, 2, 4, 9}}, back;
    cr_assert(eq(int, hy_set_groups(&c, &groups), HY_OK), "%s", hy_error());
    cr_assert(eq(int, c.layers[6].producer, 1));
    cr_assert(eq(int, c.layers[9].producer, 2));
    cr_assert(eq(int, c.layers[3].producer, 3));
    hy_config_resolve(&c);
    cr_assert(eq(int, hy_config_check(&c), HY_OK), "%s", hy_error());
    hy_get_groups(&c, &back);
    cr_assert(eq(int, back.n, 2));
    cr_assert(eq(int, memcmp(back.members, groups.members, 5 * sizeof(int)), 0));
    char text[64];
    hy_groups_text(&c, text, sizeof text);
    cr_assert(eq(str, text, "[1,6] [2,4,9]"));
}

Test(config, a_group_of_three_begins_odd_runs_of_split)
{
    struct hy_config c = hybrid();
    char text[64];
    c.n_layers = 7;
    hy_set_globals(&c, (int[]){0, 6}, 2);
    hy_config_resolve(&c);
    hy_groups_text(&c, text, sizeof text);
    cr_assert(eq(str, text, "[1,2,3] [4,5]"));
    c.implementation = HY_FUSED;
    c.n_groups = HY_AUTO_GROUPS;
    hy_config_resolve(&c);
    hy_groups_text(&c, text, sizeof text);
    cr_assert(eq(str, text, "[1,2] [3,4]"));
    cr_assert(hy_owns_kv(&c, 5));
}

struct bad {
    const char *key, *says; /* the field to blame, and a part of the sentence */
    void (*spoil)(struct hy_config *c);
};

static void heads_do_not_divide(struct hy_config *c)
{
    c->n_heads = 7;
}
static void kv_heads_do_not_divide(struct hy_config *c)
{
    c->n_kv_heads = 4;
}
static void odd_heads(struct hy_config *c)
{
    c->d_model = 390; /* 6 heads, 65 wide */
}
static void fused_transformer(struct hy_config *c)
{
    c->implementation = HY_FUSED;
    c->arch = HY_TRANSFORMER;
}
static void negative_window(struct hy_config *c)
{
    c->window = -1;
}
static void negative_meta(struct hy_config *c)
{
    c->meta_tokens = -1;
}
static void large_vocab(struct hy_config *c)
{
    c->vocab = 65537;
}
static void no_number(struct hy_config *c)
{
    c->dropout = __builtin_nanf("");
}
static void zero_heads(struct hy_config *c)
{
    c->n_heads = 0;
}
static void many_layers(struct hy_config *c)
{
    c->n_layers = HY_MAX_LAYERS + 1;
}
static void huge_tensor(struct hy_config *c)
{
    c->d_model = 32768, c->n_heads = 512, c->n_kv_heads = 512, c->expand = 16;
}
static void large_rank(struct hy_config *c)
{
    c->dt_rank = 769;
}
static void path_as_name(struct hy_config *c)
{
    strcpy(c->name, "../x");
}
static void wild_enum(struct hy_config *c)
{
    c->arch = (enum hy_arch)7;
}

Test(config, impossible_combinations)
{
    const struct bad cases[] = {
        {"n_heads", "not a multiple of n_heads 7", heads_do_not_divide},
        {"n_kv_heads", "6 query heads cannot be divided among n_kv_heads 4", kv_heads_do_not_divide},
        {"n_heads", "even width", odd_heads},
        {"arch", "hybrid only", fused_transformer},
        {"window", "window is -1", negative_window},
        {"meta_tokens", "meta_tokens is -1", negative_meta},
        {"vocab", "vocab is 65537", large_vocab},
        {"dropout", "dropout is", no_number},
        {"n_heads", "n_heads is 0", zero_heads},
        {"n_layers", "n_layers is 65", many_layers},
        {"d_model", "too large", huge_tensor},
        {"dt_rank", "more than the inner width", large_rank},
        {"name", "name may have", path_as_name},
        {"arch", "arch must be", wild_enum},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct hy_config c = hybrid();
        const char *key = "";
        cases[i].spoil(&c);
        hy_config_resolve(&c);
        cr_assert(eq(int, hy_config_check_key(&c, &key), HY_BAD_INPUT), "case %zu is refused", i);
        cr_assert(strstr(hy_error(), cases[i].says) != NULL, "case %zu says: %s", i, hy_error());
        cr_assert(eq(str, (char *)key, (char *)cases[i].key), "case %zu", i);
    }
}

Test(config, structs_filled_by_code_are_checked_too)
{
    struct hy_config good = hybrid();
    hy_config_resolve(&good);
    struct hy_config c = good;
    c.layers[2].producer = 3; /* later */
    cr_assert(eq(int, hy_config_check(&c), HY_BAD_INPUT));
    c = good;
    c.layers[1].producer = 0; /* global */
    cr_assert(eq(int, hy_config_check(&c), HY_BAD_INPUT));
    c = good;
    c.layers[4].producer = 2; /* which reads layer 1 itself */
    cr_assert(eq(int, hy_config_check(&c), HY_BAD_INPUT));
    c = good;
    c.n_groups = 3;
    cr_assert(eq(int, hy_config_check(&c), HY_BAD_INPUT));
    c = good;
    c.head_dim = 32;
    cr_assert(eq(int, hy_config_check(&c), HY_BAD_INPUT));
    c = good;
    c.n_groups = HY_AUTO_GROUPS; /* never resolved */
    cr_assert(eq(int, hy_config_check(&c), HY_BAD_INPUT));
}

Test(config, bad_groups)
{
    const struct {
        struct hy_groups groups;
        const char *says;
    } cases[] = {
        {{1, {0, 2}, {0, 1}}, "layer 0, which is global"},
        {{1, {0, 2}, {1, 5}}, "layer 5, which is global"},
        {{1, {0, 2}, {2, 1}}, "comes later"},
        {{1, {0, 2}, {1, 11}}, "from 0 to 10"},
        {{1, {0, 2}, {-1, 1}}, "from 0 to 10"},
        {{2, {0, 2, 4}, {1, 2, 2, 3}}, "layer 2 twice"},
        {{1, {0, 2}, {1, 1}}, "layer 1 twice"},
        {{1, {0, 1}, {1}}, "fewer than two"},
        {{1, {0, 3}, {1, 4, 3}}, "must ascend"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct hy_config c = hybrid();
        cr_assert(eq(int, hy_set_groups(&c, &cases[i].groups), HY_BAD_INPUT), "case %zu is refused", i);
        cr_assert(strstr(hy_error(), cases[i].says) != NULL, "case %zu says: %s", i, hy_error());
    }
    struct hy_config c = hybrid();
    cr_assert(eq(int, hy_set_globals(&c, (int[]){0, 11}, 2), HY_BAD_INPUT));
    cr_assert(eq(int, hy_set_globals(&c, (int[]){0, 5, 0}, 3), HY_BAD_INPUT));
    c.arch = HY_MAMBA;
    cr_assert(eq(int, hy_set_groups(&c, &cases[0].groups), HY_BAD_INPUT));
}
