/* Reading a study: from the texts of study_schema.h to checked values. The tree
 * of yaml_tree.h knows the line of everything that turns out impossible. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "kernels/base/nearest.h"
#include "models/config/layers.h"
#include "models/config/resolve.h"
#include "models/config/study.h"
#include "models/config/study_schema.h"
#include "models/config/yaml_tree.h"

enum {
    MAX_FILE = 1 << 20, /* a study is a page; this is not one */
    MAX_PLACE = 64,
    LEVELS = 3, /* model, profile, variant */
};

struct reader {
    struct hy_yaml tree;
    struct hy_raw_study *raw;
    int profile; /* index of the one applied, -1 = none */
};

static hy_status fail_at(struct reader *r, const char *place, const char *key)
{
    char *full = place[0] ? hy_format("%s/%s", place, key) : hy_format("%s", key);
    hy_status status = hy_yaml_fail_at(&r->tree, hy_yaml_line(&r->tree, full));
    free(full);
    return status;
}

/* Sets the fields of `object` that have a text; from[i] (if kept) becomes the place that set row i last. */
static hy_status apply(struct reader *r, struct hy_fields table, char *const *texts, const char *place, void *object,
                       char (*from)[MAX_PLACE])
{
    for (int i = 0; i < table.n; i++) {
        if (!texts[i])
            continue;
        if (hy_field_set(&table.rows[i], object, texts[i]))
            return fail_at(r, place, table.rows[i].key);
        if (from)
            snprintf(from[i], MAX_PLACE, "%s", place);
    }
    return HY_OK;
}

static hy_status apply_block(struct reader *r, struct hy_fields table, const struct hy_raw_block *block,
                             const char *place, void *object)
{
    return block ? apply(r, table, block->texts, place, object, NULL) : HY_OK;
}

static void apply_prompts(const struct hy_raw_block *block, struct hy_study *s)
{
    if (!block || !block->prompts)
        return;
    s->n_prompts = (int)block->prompts_count;
    for (int i = 0; i < s->n_prompts; i++)
        snprintf(s->prompts[i], HY_MAX_PROMPT, "%s", block->prompts[i]);
}

static hy_status read_index(struct reader *r, const yaml_node_t *node, const char *key, int *out)
{
    const struct hy_field row = {.key = key, .type = HY_FIELD_INT, .min = -1000000, .max = 1000000};
    if (node->type == YAML_SCALAR_NODE) {
        if (!hy_field_set(&row, out, (const char *)node->data.scalar.value))
            return HY_OK;
    } else {
        hy_fail(HY_BAD_INPUT, "%s must list layer numbers", key);
    }
    return hy_yaml_fail_at(&r->tree, (int)node->start_mark.line + 1);
}

static bool is_word(const yaml_node_t *node, const char *word)
{
    return node->type == YAML_SCALAR_NODE && strcmp((const char *)node->data.scalar.value, word) == 0;
}

/* global_layers: a list of layer numbers, or "all". */
static hy_status read_globals(struct reader *r, const yaml_node_t *node, struct hy_config *c)
{
    int indices[HY_MAX_LAYERS], n = 0;
    if (is_word(node, "all")) {
        for (; n < c->n_layers; n++)
            indices[n] = n;
        return hy_set_globals(c, indices, n);
    }
    int line = (int)node->start_mark.line + 1;
    if (node->type != YAML_SEQUENCE_NODE) {
        hy_fail(HY_BAD_INPUT, "global_layers must be a list such as [0, 5, 10], or all");
        return hy_yaml_fail_at(&r->tree, line);
    }
    for (const yaml_node_t *entry; (entry = hy_yaml_entry(&r->tree, node, n)); n++) {
        if (n == HY_MAX_LAYERS) {
            hy_fail(HY_BAD_INPUT, "global_layers lists more than %d layers", HY_MAX_LAYERS);
            return hy_yaml_fail_at(&r->tree, line);
        }
        if (read_index(r, entry, "global_layers", &indices[n]))
            return HY_BAD_INPUT;
    }
    return hy_set_globals(c, indices, n) ? hy_yaml_fail_at(&r->tree, line) : HY_OK;
}

/* kv_groups: a list of lists, the producer first; or "auto". */
static hy_status read_groups(struct reader *r, const yaml_node_t *node, struct hy_config *c)
{
    struct hy_groups groups = {0};
    int used = 0;
    if (is_word(node, "auto"))
        return HY_OK;
    int line = (int)node->start_mark.line + 1;
    if (node->type != YAML_SEQUENCE_NODE)
        goto shape;
    for (const yaml_node_t *group; (group = hy_yaml_entry(&r->tree, node, groups.n)); groups.start[++groups.n] = used) {
        if (group->type != YAML_SEQUENCE_NODE || groups.n == HY_MAX_LAYERS)
            goto shape;
        const yaml_node_t *entry;
        for (int i = 0; (entry = hy_yaml_entry(&r->tree, group, i)); i++) {
            if (used == HY_MAX_LAYERS) {
                hy_fail(HY_BAD_INPUT, "kv_groups names more than %d layers", HY_MAX_LAYERS);
                return hy_yaml_fail_at(&r->tree, line);
            }
            if (read_index(r, entry, "kv_groups", &groups.members[used++]))
                return HY_BAD_INPUT;
        }
        if (entry == NULL && used == groups.start[groups.n]) {
            hy_fail(HY_BAD_INPUT, "kv_groups has an empty group; write [] for no sharing at all");
            return hy_yaml_fail_at(&r->tree, (int)group->start_mark.line + 1);
        }
    }
    return hy_set_groups(c, &groups) ? hy_yaml_fail_at(&r->tree, line) : HY_OK;
shape:
    hy_fail(HY_BAD_INPUT, "kv_groups must be a list of lists such as [[1, 2], [3, 4]], or [] for none, or auto");
    return hy_yaml_fail_at(&r->tree, line);
}

/* The list called `key` of the innermost level that has one; NULL if none has.
 * Mamba-only variants have no use for lists meant for the others. */
static const yaml_node_t *find_list(struct reader *r, const struct hy_config *c, char places[LEVELS][MAX_PLACE],
                                    const char *key)
{
    for (int level = LEVELS - 1; level >= (hy_has_attention(c) ? 0 : LEVELS - 1); level--) {
        if (!places[level][0])
            continue;
        char place[2 * MAX_PLACE];
        snprintf(place, sizeof place, "%s/%s", places[level], key);
        const yaml_node_t *node = hy_yaml_at(&r->tree, place);
        if (node)
            return node;
    }
    return NULL;
}

static hy_status read_lists(struct reader *r, struct hy_config *c, char places[LEVELS][MAX_PLACE])
{
    const yaml_node_t *globals = find_list(r, c, places, "global_layers");
    const yaml_node_t *groups = find_list(r, c, places, "kv_groups");
    if (globals && !hy_has_attention(c)) {
        hy_fail(HY_BAD_INPUT, "global_layers is given, but arch mamba has no attention");
        return hy_yaml_fail_at(&r->tree, (int)globals->start_mark.line + 1);
    }
    if (globals && read_globals(r, globals, c))
        return HY_BAD_INPUT;
    c->n_groups = HY_AUTO_GROUPS;
    return groups ? read_groups(r, groups, c) : HY_OK;
}

static hy_status read_variant(struct reader *r, struct hy_study *s, int index)
{
    const struct hy_raw_study *raw = r->raw;
    const struct hy_raw_variant *v = &raw->variants[index];
    const struct hy_raw_profile *p = r->profile >= 0 ? &raw->profiles[r->profile] : NULL;
    char places[LEVELS][MAX_PLACE] = {"model", "", ""};
    char from[HY_MAX_FIELDS][MAX_PLACE];
    struct hy_config *c = &s->variants[index];
    double mb; /* only whether it is one; the text is what is kept */
    const struct hy_field published = {"published_mb", HY_FIELD_DOUBLE, 0, 0, 1e12, NULL};
    const char *key;

    if (p)
        snprintf(places[1], MAX_PLACE, "profiles/%d/model", r->profile);
    snprintf(places[2], MAX_PLACE, "variants/%d", index);
    for (int i = 0; i < HY_MAX_FIELDS; i++)
        snprintf(from[i], MAX_PLACE, "%s", places[2]);

    *c = (struct hy_config){.vocab = s->vocab};
    if (strlen(v->name) >= sizeof c->name) {
        hy_fail(HY_BAD_INPUT, "a variant's name must have 1 to %d characters", HY_MAX_NAME - 1);
        return fail_at(r, places[2], "name");
    }
    snprintf(c->name, sizeof c->name, "%s", v->name);
    if ((raw->model && apply(r, hy_model_fields, raw->model->texts, places[0], c, from)) ||
        (p && p->model && apply(r, hy_model_fields, p->model->texts, places[1], c, from)) ||
        apply(r, hy_model_fields, v->texts, places[2], c, from) ||
        apply(r, hy_cache_fields, v->caches, places[2], c, NULL) || read_lists(r, c, places))
        return HY_BAD_INPUT;
    for (int i = 0; i < index; i++)
        if (strcmp(s->variants[i].name, c->name) == 0) {
            hy_fail(HY_BAD_INPUT, "there are two variants called '%s'", c->name);
            return fail_at(r, places[2], "name");
        }

    c->dropout = s->training.dropout;
    c->label_smoothing = s->training.label_smoothing;
    /* a key that nobody set is 0 and would only be called out of range */
    for (int i = 0; i < hy_model_fields.n; i++)
        if (hy_model_fields.rows[i].min > 0 && hy_field_check(&hy_model_fields.rows[i], c)) {
            hy_fail(HY_BAD_INPUT, "variant '%s' has no %s; set it there or in the block model", c->name,
                    hy_model_fields.rows[i].key);
            return fail_at(r, places[2], "name");
        }
    hy_config_resolve(c);
    if ((s->cache_only ? hy_config_check_cache : hy_config_check_key)(c, &key)) {
        char *variant = hy_format("variant '%s'", c->name);
        const struct hy_field *row = key ? hy_field_find(hy_model_fields, key) : NULL;
        hy_fail_in(HY_BAD_INPUT, variant);
        free(variant);
        return fail_at(r, row ? from[row - hy_model_fields.rows] : places[2], key ? key : "name");
    }
    if (v->published_mb &&
        (strlen(v->published_mb) >= sizeof *s->published_mb ||
         v->published_mb[strspn(v->published_mb, "0123456789.")] || hy_field_set(&published, &mb, v->published_mb))) {
        hy_fail(HY_BAD_INPUT, "published_mb is '%.40s'; it must be a number as printed, such as 148.24",
                v->published_mb);
        return fail_at(r, places[2], "published_mb");
    }
    if (v->published_mb)
        snprintf(s->published_mb[index], sizeof *s->published_mb, "%s", v->published_mb);
    return HY_OK;
}

/* compare_to and isolates: one name or a list of names. How many, from the key's node; -1 for another shape. */
static int count_names(struct reader *r, const yaml_node_t *node)
{
    int n = 0;
    if (node->type == YAML_SCALAR_NODE)
        return 1;
    for (const yaml_node_t *entry; (entry = hy_yaml_entry(&r->tree, node, n)); n++)
        if (entry->type != YAML_SCALAR_NODE)
            return -1;
    return n > 0 ? n : -1;
}

static const yaml_node_t *name_at(struct reader *r, const yaml_node_t *node, int i)
{
    return node->type == YAML_SCALAR_NODE ? node : hy_yaml_entry(&r->tree, node, i);
}

static hy_status check_base(const struct hy_study *s, int index, const char *base)
{
    const struct hy_config *c = &s->variants[index];
    if (!hy_study_find(s, base))
        return HY_BAD_INPUT;
    if (strcmp(base, c->name) == 0)
        return hy_fail(HY_BAD_INPUT, "variant '%s' is compared with itself", c->name);
    for (int k = 0; k < s->claims[index].n; k++)
        if (strcmp(s->claims[index].list[k].compare_to, base) == 0)
            return hy_fail(HY_BAD_INPUT, "compare_to names '%s' twice", base);
    return HY_OK;
}

/* What the variant is compared with, once every variant has its name. */
static hy_status read_claims(struct reader *r, struct hy_study *s, int index)
{
    static const char *const keys[2] = {"compare_to", "isolates"};
    const yaml_node_t *lists[2];
    int lengths[2];
    char place[2 * MAX_PLACE];
    for (int k = 0; k < 2; k++) {
        snprintf(place, sizeof place, "variants/%d/%s", index, keys[k]);
        lists[k] = hy_yaml_at(&r->tree, place);
        lengths[k] = lists[k] ? count_names(r, lists[k]) : 0;
        if (lengths[k] >= 0 && lengths[k] <= HY_MAX_CLAIMS)
            continue;
        hy_fail(HY_BAD_INPUT, "%s must be a name or a list of up to %d names", keys[k], HY_MAX_CLAIMS);
        return hy_yaml_fail_at(&r->tree, hy_yaml_line(&r->tree, place));
    }
    if (lengths[0] != lengths[1]) {
        hy_fail(HY_BAD_INPUT, "compare_to and isolates go together, one key for each variant; here are %d and %d",
                lengths[0], lengths[1]);
        snprintf(place, sizeof place, "variants/%d/%s", index, keys[lists[0] ? 0 : 1]);
        return hy_yaml_fail_at(&r->tree, hy_yaml_line(&r->tree, place));
    }
    for (int i = 0; i < lengths[0]; i++) {
        const yaml_node_t *base = name_at(r, lists[0], i), *key = name_at(r, lists[1], i);
        const char *text[2] = {(const char *)base->data.scalar.value, (const char *)key->data.scalar.value};
        if (check_base(s, index, text[0]))
            return hy_yaml_fail_at(&r->tree, (int)base->start_mark.line + 1);
        if (hy_claim_check_key(text[1]))
            return hy_yaml_fail_at(&r->tree, (int)key->start_mark.line + 1);
        struct hy_claim *claim = &s->claims[index].list[s->claims[index].n++];
        snprintf(claim->compare_to, sizeof claim->compare_to, "%s", text[0]);
        snprintf(claim->isolates, sizeof claim->isolates, "%s", text[1]);
    }
    return HY_OK;
}

static hy_status refuse_cache_keys(struct reader *r, int index)
{
    const struct hy_raw_variant *v = &r->raw->variants[index];
    char place[MAX_PLACE];
    snprintf(place, sizeof place, "variants/%d", index);
    const char *key = v->published_mb ? "published_mb" : NULL;
    for (int i = 0; i < hy_cache_fields.n && !key; i++)
        key = v->caches[i] ? hy_cache_fields.rows[i].key : NULL;
    if (!key)
        return HY_OK;
    hy_fail(HY_BAD_INPUT, "%s is understood in studies with 'cache_only: true' only", key);
    return fail_at(r, place, key);
}

/* Which profile the caller wants; its index in r->profile. */
static hy_status choose_profile(struct reader *r, const char *wanted, struct hy_study *s)
{
    const struct hy_raw_study *raw = r->raw;
    const char *names[HY_MAX_PROFILES];
    r->profile = -1;
    for (unsigned i = 0; i < raw->profiles_count; i++) {
        names[i] = raw->profiles[i].name;
        char place[MAX_PLACE];
        snprintf(place, sizeof place, "profiles/%u", i);
        if (names[i][0] == '\0' || strlen(names[i]) >= sizeof s->profile ||
            strspn(names[i], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != strlen(names[i])) {
            hy_fail(HY_BAD_INPUT, "a profile's name has letters, digits, dashes and underscores only");
            return fail_at(r, place, "name");
        }
        for (unsigned j = 0; j < i; j++)
            if (strcmp(names[i], names[j]) == 0) {
                hy_fail(HY_BAD_INPUT, "there are two profiles called '%s'", names[i]);
                return fail_at(r, place, "name");
            }
    }
    const char *name = wanted ? wanted : raw->default_profile;
    if (!name || name[0] == '\0' || s->cache_only)
        return HY_OK;
    for (unsigned i = 0; i < raw->profiles_count; i++)
        if (strcmp(names[i], name) == 0) {
            r->profile = (int)i;
            snprintf(s->profile, sizeof s->profile, "%s", name);
            return HY_OK;
        }
    if (!wanted) {
        hy_fail(HY_BAD_INPUT, "default_profile is '%.64s', but no profile has that name", name);
        return fail_at(r, "", "default_profile");
    }
    const char *near = hy_nearest(name, names, raw->profiles_count);
    if (near)
        return hy_fail(HY_BAD_INPUT, "%s has no profile '%.64s'; did you mean '%s'?", r->tree.path, name, near);
    return hy_fail(HY_BAD_INPUT, "%s has no profile '%.64s'", r->tree.path, name);
}

static hy_status check_study(struct reader *r, struct hy_study *s)
{
    if (s->corpus == HY_CORPUS_MQAR && s->min_frequency == 0)
        s->min_frequency = 1; /* of a tokenizer's training, which there is not */
    /* a study that trains must say how; values that were never set are out of their bounds */
    const struct {
        struct hy_fields table;
        const void *object;
        const char *block;
    } parts[] = {{hy_corpus_fields, s, "corpus"}, {hy_training_fields, &s->training, "training"}};
    for (size_t p = 0; p < sizeof parts / sizeof *parts && !s->cache_only; p++)
        for (int i = 0; i < parts[p].table.n; i++)
            if (hy_field_check(&parts[p].table.rows[i], parts[p].object)) {
                hy_fail(HY_BAD_INPUT, "the block %s lacks the key %s", parts[p].block, parts[p].table.rows[i].key);
                return fail_at(r, "", parts[p].block);
            }
    return HY_OK;
}

static hy_status fill_study(struct reader *r, const char *profile, struct hy_study *s)
{
    const struct hy_raw_study *raw = r->raw;
    const struct hy_field cache_only = {"cache_only", HY_FIELD_BOOL, 0, 0, 1, NULL};
    if (raw->name[0] == '\0' || strlen(raw->name) >= sizeof s->name) {
        hy_fail(HY_BAD_INPUT, "the study's name must have 1 to %d bytes", HY_MAX_STUDY_NAME - 1);
        return fail_at(r, "", "name");
    }
    snprintf(s->name, sizeof s->name, "%s", raw->name);
    if (raw->cache_only && hy_field_set(&cache_only, &s->cache_only, raw->cache_only))
        return fail_at(r, "", "cache_only");
    if (choose_profile(r, profile, s))
        return HY_BAD_INPUT;

    struct hy_raw_block *const base[4] = {raw->corpus, raw->samples, raw->training, NULL};
    struct hy_raw_block *over[4] = {0};
    char places[4][MAX_PLACE] = {0};
    if (r->profile >= 0) {
        const struct hy_raw_profile *p = &raw->profiles[r->profile];
        over[0] = p->corpus, over[1] = p->samples, over[2] = p->training;
        snprintf(places[0], MAX_PLACE, "profiles/%d/corpus", r->profile);
        snprintf(places[1], MAX_PLACE, "profiles/%d/samples", r->profile);
        snprintf(places[2], MAX_PLACE, "profiles/%d/training", r->profile);
    }
    if (s->cache_only)
        s->vocab = HY_MAX_VOCAB; /* no text, no tokenizer: any legal value */
    if (apply_block(r, hy_corpus_fields, base[0], "corpus", s) ||
        apply_block(r, hy_corpus_fields, over[0], places[0], s) ||
        apply_block(r, hy_sample_fields, base[1], "samples", s) ||
        apply_block(r, hy_sample_fields, over[1], places[1], s) ||
        apply_block(r, hy_training_fields, base[2], "training", &s->training) ||
        apply_block(r, hy_training_fields, over[2], places[2], &s->training) || check_study(r, s))
        return HY_BAD_INPUT;

    apply_prompts(base[1], s);
    apply_prompts(over[1], s);

    s->n_variants = (int)raw->variants_count;
    s->variants = calloc((size_t)s->n_variants, sizeof *s->variants);
    s->claims = calloc((size_t)s->n_variants, sizeof *s->claims);
    s->published_mb = s->cache_only ? calloc((size_t)s->n_variants, sizeof *s->published_mb) : NULL;
    if (!s->variants || !s->claims || (s->cache_only && !s->published_mb))
        return hy_fail(HY_RUN_FAILED, "cannot read '%s': out of memory", r->tree.path);
    for (int i = 0; i < s->n_variants; i++)
        if ((!s->cache_only && refuse_cache_keys(r, i)) || read_variant(r, s, i))
            return HY_BAD_INPUT;
    for (int i = 0; i < s->n_variants; i++)
        if (read_claims(r, s, i))
            return HY_BAD_INPUT;
    return HY_OK;
}

hy_status hy_study_load(const char *path, const char *profile, struct hy_study *out)
{
    char *text = NULL;
    size_t bytes = 0;
    struct reader r = {.profile = -1};
    memset(out, 0, sizeof *out);

    hy_status status = hy_read_file(path, &text, &bytes);
    if (status)
        goto out;
    if (bytes > MAX_FILE) {
        status = hy_fail(HY_BAD_INPUT, "%s has %zu bytes; a study has at most %d", path, bytes, MAX_FILE);
        goto out;
    }
    status = hy_yaml_parse(&r.tree, path, text, bytes);
    if (!status)
        status = hy_raw_study_load(&r.tree, text, bytes, &r.raw);
    if (!status)
        status = fill_study(&r, profile, out);
out:
    hy_raw_study_free(r.raw);
    hy_yaml_fini(&r.tree);
    free(text);
    if (status)
        hy_study_fini(out);
    return status;
}
