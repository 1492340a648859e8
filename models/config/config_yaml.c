/* Reading a study: from the texts of study_schema.h to checked values. The tree
 * of yaml_tree.h knows the line of everything that turns out impossible. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "kernels/base/nearest.h"
#include "models/config/resolve.h"
#include "models/config/study_read.h"

enum { MAX_FILE = 1 << 20 }; /* a study is a page; this is not one */

hy_status hy_read_fail_at(struct hy_reader *r, const char *place, const char *key)
{
    char *full = place[0] ? hy_format("%s/%s", place, key) : hy_format("%s", key);
    hy_status status = hy_yaml_fail_at(&r->tree, hy_yaml_line(&r->tree, full));
    free(full);
    return status;
}

/* Sets the fields of `object` that have a text; from[i] (if kept) becomes the place that set row i last. */
static hy_status apply(struct hy_reader *r, struct hy_fields table, char *const *texts, const char *place, void *object,
                       char (*from)[HY_MAX_PLACE])
{
    for (int i = 0; i < table.n; i++) {
        if (!texts[i])
            continue;
        if (hy_field_set(&table.rows[i], object, texts[i]))
            return hy_read_fail_at(r, place, table.rows[i].key);
        if (from)
            snprintf(from[i], HY_MAX_PLACE, "%s", place);
    }
    return HY_OK;
}

static hy_status apply_block(struct hy_reader *r, struct hy_fields table, const struct hy_raw_block *block,
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

/* A key of a variant that nobody set is 0 and would only be called out of range. */
static hy_status refuse_gaps(struct hy_reader *r, const struct hy_config *c, const char *place)
{
    for (int i = 0; i < hy_model_fields.n; i++)
        if (hy_model_fields.rows[i].min > 0 && hy_field_check(&hy_model_fields.rows[i], c)) {
            hy_fail(HY_BAD_INPUT, "variant '%s' has no %s; set it there or in the block model", c->name,
                    hy_model_fields.rows[i].key);
            return hy_read_fail_at(r, place, "name");
        }
    return HY_OK;
}

/* What the block `model` says of hybrids is not meant for variants that are none; what they say themselves is. */
static void forget_choices(struct hy_config *c, char (*from)[HY_MAX_PLACE], const char *place)
{
    static const char *const keys[] = {"fusion", "in_proj"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys && c->arch != HY_HYBRID; i++) {
        const struct hy_field *f = hy_field_find(hy_model_fields, keys[i]);
        if (strncmp(from[f - hy_model_fields.rows], place, strlen(place)) != 0)
            *(int *)hy_field_at(f, c) = 0;
    }
}

static hy_status read_published(struct hy_reader *r, struct hy_study *s, int i, const char *place)
{
    const char *text = r->raw->variants[r->points[i].entry].published_mb;
    const struct hy_field published = {"published_mb", HY_FIELD_DOUBLE, 0, 0, 1e12, NULL};
    double mb; /* only whether it is one; the text is what is kept */
    if (!text)
        return HY_OK;
    if (strlen(text) >= sizeof *s->published_mb || text[strspn(text, "0123456789.")] ||
        hy_field_set(&published, &mb, text)) {
        hy_fail(HY_BAD_INPUT, "published_mb is '%.40s'; it must be a number as printed, such as 148.24", text);
        return hy_read_fail_at(r, place, "published_mb");
    }
    snprintf(s->published_mb[i], sizeof *s->published_mb, "%s", text);
    return HY_OK;
}

static hy_status read_variant(struct hy_reader *r, struct hy_study *s, int index)
{
    const struct hy_raw_study *raw = r->raw;
    const struct hy_point *point = &r->points[index];
    const struct hy_raw_variant *v = &raw->variants[point->entry];
    const struct hy_raw_profile *p = r->profile >= 0 ? &raw->profiles[r->profile] : NULL;
    char places[HY_PLACES][HY_MAX_PLACE] = {"model", "", ""};
    char from[HY_MAX_FIELDS][HY_MAX_PLACE];
    struct hy_config *c = &s->variants[index];
    const char *key;

    if (p)
        snprintf(places[1], HY_MAX_PLACE, "profiles/%d/model", r->profile);
    snprintf(places[2], HY_MAX_PLACE, "variants/%d", point->entry);
    for (int i = 0; i < HY_MAX_FIELDS; i++)
        snprintf(from[i], HY_MAX_PLACE, "%s", places[2]);

    *c = (struct hy_config){.vocab = s->vocab};
    if (hy_grid_name(r, point, c->name) ||
        (raw->model && apply(r, hy_model_fields, raw->model->texts, places[0], c, from)) ||
        (p && p->model && apply(r, hy_model_fields, p->model->texts, places[1], c, from)) ||
        apply(r, hy_model_fields, v->texts, places[2], c, from) || hy_grid_apply(r, point, c, from) ||
        apply(r, hy_cache_fields, v->caches, places[2], c, NULL) || hy_read_lists(r, c, places, point))
        return HY_BAD_INPUT;
    for (int i = 0; i < index; i++)
        if (strcmp(s->variants[i].name, c->name) == 0) {
            hy_fail(HY_BAD_INPUT, "there are two variants called '%s'", c->name);
            return hy_read_fail_at(r, places[2], "name");
        }

    c->dropout = s->training.dropout;
    c->label_smoothing = s->training.label_smoothing;
    forget_choices(c, from, places[2]);
    if (refuse_gaps(r, c, places[2]))
        return HY_BAD_INPUT;
    hy_config_resolve(c);
    if ((s->cache_only ? hy_config_check_cache : hy_config_check_key)(c, &key)) {
        char *variant = hy_format("variant '%s'", c->name);
        const struct hy_field *row = key ? hy_field_find(hy_model_fields, key) : NULL;
        hy_fail_in(HY_BAD_INPUT, variant);
        free(variant);
        return hy_read_fail_at(r, row ? from[row - hy_model_fields.rows] : places[2], key ? key : "name");
    }
    return read_published(r, s, index, places[2]);
}

static hy_status refuse_cache_keys(struct hy_reader *r, int index)
{
    const struct hy_raw_variant *v = &r->raw->variants[r->points[index].entry];
    char place[HY_MAX_PLACE];
    snprintf(place, sizeof place, "variants/%d", r->points[index].entry);
    const char *key = v->published_mb ? "published_mb" : NULL;
    for (int i = 0; i < hy_cache_fields.n && !key; i++)
        key = v->caches[i] ? hy_cache_fields.rows[i].key : NULL;
    if (!key)
        return HY_OK;
    hy_fail(HY_BAD_INPUT, "%s is understood in studies with 'cache_only: true' only", key);
    return hy_read_fail_at(r, place, key);
}

/* Which profile the caller wants; its index in r->profile. */
static hy_status choose_profile(struct hy_reader *r, const char *wanted, struct hy_study *s)
{
    const struct hy_raw_study *raw = r->raw;
    const char *names[HY_MAX_PROFILES];
    r->profile = -1;
    for (unsigned i = 0; i < raw->profiles_count; i++) {
        names[i] = raw->profiles[i].name;
        char place[HY_MAX_PLACE];
        snprintf(place, sizeof place, "profiles/%u", i);
        if (names[i][0] == '\0' || strlen(names[i]) >= sizeof s->profile ||
            strspn(names[i], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != strlen(names[i])) {
            hy_fail(HY_BAD_INPUT, "a profile's name has letters, digits, dashes and underscores only");
            return hy_read_fail_at(r, place, "name");
        }
        for (unsigned j = 0; j < i; j++)
            if (strcmp(names[i], names[j]) == 0) {
                hy_fail(HY_BAD_INPUT, "there are two profiles called '%s'", names[i]);
                return hy_read_fail_at(r, place, "name");
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
        return hy_read_fail_at(r, "", "default_profile");
    }
    const char *near = hy_nearest(name, names, raw->profiles_count);
    if (near)
        return hy_fail(HY_BAD_INPUT, "%s has no profile '%.64s'; did you mean '%s'?", r->tree.path, name, near);
    return hy_fail(HY_BAD_INPUT, "%s has no profile '%.64s'", r->tree.path, name);
}

/* One key of the block sweep and its list. */
static hy_status read_swept(struct hy_reader *r, const yaml_node_pair_t *pair, struct hy_sweep *s)
{
    const yaml_node_t *key = yaml_document_get_node(&r->tree.document, pair->key),
                      *list = yaml_document_get_node(&r->tree.document, pair->value), *entry = NULL;
    hy_status status =
        hy_sweep_check_key(key->type == YAML_SCALAR_NODE ? (const char *)key->data.scalar.value : "[...]");
    if (status == HY_OK && s->n > 0)
        status = hy_fail(HY_BAD_INPUT, "the sweep has lr twice");
    if (status != HY_OK)
        return hy_yaml_fail_at(&r->tree, (int)key->start_mark.line + 1);
    for (int i = 0; status == HY_OK && (entry = hy_yaml_entry(&r->tree, list, i)); i++)
        status = entry->type == YAML_SCALAR_NODE ? hy_sweep_add(s, (const char *)entry->data.scalar.value)
                                                 : hy_fail(HY_BAD_INPUT, "the sweep's lr must list numbers");
    if (status == HY_OK && s->n == 0)
        status = hy_fail(HY_BAD_INPUT, "the sweep's lr must be a list such as [1.0e-4, 3.0e-4, 1.0e-3]");
    return status == HY_OK ? HY_OK : hy_yaml_fail_at(&r->tree, (int)(entry ? entry : list)->start_mark.line + 1);
}

/* The block sweep of the profile, else of the study. */
static hy_status read_sweep(struct hy_reader *r, struct hy_study *s)
{
    char place[HY_MAX_PLACE] = "";
    if (r->profile >= 0)
        snprintf(place, sizeof place, "profiles/%d/sweep", r->profile);
    const yaml_node_t *node = place[0] ? hy_yaml_at(&r->tree, place) : NULL;
    node = node ? node : hy_yaml_at(&r->tree, "sweep");
    if (!node || s->cache_only)
        return HY_OK;
    if (node->type != YAML_MAPPING_NODE || node->data.mapping.pairs.start == node->data.mapping.pairs.top) {
        hy_fail(HY_BAD_INPUT, "sweep must hold a key with a list, such as lr: [1.0e-4, 3.0e-4, 1.0e-3]");
        return hy_yaml_fail_at(&r->tree, (int)node->start_mark.line + 1);
    }
    for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++)
        if (read_swept(r, pair, &s->sweep))
            return HY_BAD_INPUT;
    hy_study_keep_test(s);
    return HY_OK;
}

static hy_status check_study(struct hy_reader *r, struct hy_study *s)
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
                return hy_read_fail_at(r, "", parts[p].block);
            }
    return HY_OK;
}

/* Every variant, then what they say of each other, then without those that are there twice. */
static hy_status read_variants(struct hy_reader *r, struct hy_study *s)
{
    bool keep[HY_MAX_VARIANTS];
    if (hy_grids_read(r))
        return HY_BAD_INPUT;
    const size_t n = (size_t)r->n_points;
    s->n_variants = r->n_points;
    s->variants = calloc(n, sizeof *s->variants);
    s->claims = calloc(n, sizeof *s->claims);
    s->matches = calloc(n, sizeof *s->matches);
    s->published_mb = s->cache_only ? calloc(n, sizeof *s->published_mb) : NULL;
    if (!s->variants || !s->claims || !s->matches || (s->cache_only && !s->published_mb))
        return hy_fail(HY_RUN_FAILED, "cannot read '%s': out of memory", r->tree.path);
    for (int i = 0; i < s->n_variants; i++)
        if ((!s->cache_only && refuse_cache_keys(r, i)) || read_variant(r, s, i) || hy_read_match_words(r, s, i))
            return HY_BAD_INPUT;
    hy_grid_find_same(r, s);
    for (int i = 0; i < s->n_variants; i++) {
        keep[i] = r->same[i] == i;
        if (keep[i] && ((hy_grid_made(r, i) ? hy_grid_claims : hy_read_claims)(r, s, i) || hy_read_match(r, s, i)))
            return HY_BAD_INPUT;
    }
    hy_study_keep(s, keep);
    return HY_OK;
}

/* Whether some variant claims to differ in that key alone. */
static bool isolated(const struct hy_study *s, const char *key)
{
    for (int i = 0; i < s->n_variants; i++)
        for (int k = 0; k < s->claims[i].n; k++)
            if (strcmp(s->claims[i].list[k].isolates, key) == 0)
                return true;
    return false;
}

static hy_status fill_study(struct hy_reader *r, const char *profile, struct hy_study *s)
{
    const struct hy_raw_study *raw = r->raw;
    const struct hy_field cache_only = {"cache_only", HY_FIELD_BOOL, 0, 0, 1, NULL};
    if (raw->name[0] == '\0' || strlen(raw->name) >= sizeof s->name) {
        hy_fail(HY_BAD_INPUT, "the study's name must have 1 to %d bytes", HY_MAX_STUDY_NAME - 1);
        return hy_read_fail_at(r, "", "name");
    }
    snprintf(s->name, sizeof s->name, "%s", raw->name);
    if (raw->cache_only && hy_field_set(&cache_only, &s->cache_only, raw->cache_only))
        return hy_read_fail_at(r, "", "cache_only");
    if (choose_profile(r, profile, s))
        return HY_BAD_INPUT;

    struct hy_raw_block *const base[4] = {raw->corpus, raw->samples, raw->training, NULL};
    struct hy_raw_block *over[4] = {0};
    char places[4][HY_MAX_PLACE] = {0};
    if (r->profile >= 0) {
        const struct hy_raw_profile *p = &raw->profiles[r->profile];
        over[0] = p->corpus, over[1] = p->samples, over[2] = p->training;
        snprintf(places[0], HY_MAX_PLACE, "profiles/%d/corpus", r->profile);
        snprintf(places[1], HY_MAX_PLACE, "profiles/%d/samples", r->profile);
        snprintf(places[2], HY_MAX_PLACE, "profiles/%d/training", r->profile);
    }
    if (s->cache_only)
        s->vocab = HY_MAX_VOCAB; /* no text, no tokenizer: any legal value */
    if (apply_block(r, hy_corpus_fields, base[0], "corpus", s) ||
        apply_block(r, hy_corpus_fields, over[0], places[0], s) ||
        apply_block(r, hy_sample_fields, base[1], "samples", s) ||
        apply_block(r, hy_sample_fields, over[1], places[1], s) ||
        apply_block(r, hy_training_fields, base[2], "training", &s->training) ||
        apply_block(r, hy_training_fields, over[2], places[2], &s->training) || read_sweep(r, s) || check_study(r, s))
        return HY_BAD_INPUT;

    apply_prompts(base[1], s);
    apply_prompts(over[1], s);

    const hy_status status = read_variants(r, s);
    s->training.apart = status == HY_OK && isolated(s, "in_proj");
    return status;
}

hy_status hy_study_load(const char *path, const char *profile, struct hy_study *out)
{
    char *text = NULL;
    size_t bytes = 0;
    struct hy_reader r = {.profile = -1};
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
