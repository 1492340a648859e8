/* Sweeps: an entry of `variants` with a grid is a variant for each combination of its keys' values, the last key's
 * values following each other.
 *
 * A point that is, under another name, a variant which the study has anyway is left out (that one stands for it), so
 * that a list may hold the base's value whatever the profile makes of it. What is left is compared key by key. */
#include <stdio.h>
#include <string.h>

#include "models/config/study_read.h"

static const yaml_node_t *value_of(struct hy_reader *r, const struct hy_point *p, int k)
{
    return hy_yaml_entry(&r->tree, r->grids[p->entry].keys[k].values, p->at[k]);
}

bool hy_grid_made(const struct hy_reader *r, int i)
{
    return r->grids[r->points[i].entry].n > 0;
}

/* ---- reading -------------------------------------------------------------------- */

/* "64"; "0-5-10" of a list, "1-2+3-4" of a list of lists, "none" of an empty one. */
static void label_of(struct hy_reader *r, const yaml_node_t *node, char *text, size_t size)
{
    if (node->type == YAML_SCALAR_NODE) {
        snprintf(text, size, "%s", (const char *)node->data.scalar.value);
        return;
    }
    const yaml_node_t *entry;
    size_t used = (size_t)snprintf(text, size, "%s", hy_yaml_entry(&r->tree, node, 0) ? "" : "none");
    for (int i = 0; (entry = hy_yaml_entry(&r->tree, node, i)) && used < size; i++) {
        char part[HY_MAX_NAME];
        label_of(r, entry, part, sizeof part);
        const char *before = i == 0 ? "" : entry->type == YAML_SEQUENCE_NODE ? "+" : "-";
        used += (size_t)snprintf(text + used, size - used, "%s%s", before, part);
    }
}

static hy_status refuse_twins(struct hy_reader *r, const struct hy_grid_key *s)
{
    for (int i = 1; i < s->count; i++)
        for (int k = 0; k < i; k++) {
            const yaml_node_t *node = hy_yaml_entry(&r->tree, s->values, i);
            char a[2 * HY_MAX_NAME], b[2 * HY_MAX_NAME];
            label_of(r, node, a, sizeof a);
            label_of(r, hy_yaml_entry(&r->tree, s->values, k), b, sizeof b);
            if (strcmp(a, b) == 0) {
                hy_fail(HY_BAD_INPUT, "grid has twice the value %.64s of %s", a, s->key);
                return hy_yaml_fail_node(&r->tree, node);
            }
        }
    return HY_OK;
}

/* Whether the key may be swept by this entry's grid. */
static hy_status check_key(const struct hy_reader *r, int entry, const yaml_node_t *key)
{
    const struct hy_grid *g = &r->grids[entry];
    if (key->type != YAML_SCALAR_NODE)
        return hy_fail(HY_BAD_INPUT, "grid must be keys with lists of values, such as {meta_tokens: [0, 16, 64]}");
    const char *word = (const char *)key->data.scalar.value;
    if (hy_variant_key_check("a key of grid", word))
        return HY_BAD_INPUT;
    for (int k = 0; k < g->n; k++)
        if (strcmp(g->keys[k].key, word) == 0)
            return hy_fail(HY_BAD_INPUT, "grid has twice the key %s", word);
    return g->n < HY_MAX_GRID_KEYS ? HY_OK : hy_fail(HY_BAD_INPUT, "a grid sweeps at most %d keys", HY_MAX_GRID_KEYS);
}

static hy_status read_key(struct hy_reader *r, int entry, const yaml_node_t *key, const yaml_node_t *values)
{
    struct hy_grid *g = &r->grids[entry];
    char place[HY_MAX_PLACE], own[HY_MAX_PLACE + HY_MAX_KEY];
    if (check_key(r, entry, key))
        return hy_yaml_fail_node(&r->tree, key);
    struct hy_grid_key s = {.key = (const char *)key->data.scalar.value, .values = values};
    s.field = hy_field_find(hy_model_fields, s.key);
    while (hy_yaml_entry(&r->tree, values, s.count))
        s.count++;
    if (values->type != YAML_SEQUENCE_NODE || s.count == 0) {
        hy_fail(HY_BAD_INPUT, "grid needs a list of values of %s, such as [0, 16, 64]", s.key);
        return hy_yaml_fail_node(&r->tree, values);
    }
    if (s.count > HY_MAX_VARIANTS) {
        hy_fail(HY_BAD_INPUT, "grid has %d values of %s; a study has at most %d variants", s.count, s.key,
                HY_MAX_VARIANTS);
        return hy_yaml_fail_node(&r->tree, values);
    }
    snprintf(place, sizeof place, "variants/%d", entry);
    snprintf(own, sizeof own, "%s/%s", place, s.key);
    if (hy_yaml_at(&r->tree, own)) {
        hy_fail(HY_BAD_INPUT, "%s is set here and swept by grid; leave one of them out", s.key);
        return hy_read_fail_at(r, place, s.key);
    }
    g->keys[g->n++] = s;
    return refuse_twins(r, &s);
}

static hy_status read_grid(struct hy_reader *r, int entry)
{
    char place[HY_MAX_PLACE];
    snprintf(place, sizeof place, "variants/%d/grid", entry);
    const yaml_node_t *grid = hy_yaml_at(&r->tree, place);
    if (!grid)
        return HY_OK;
    if (grid->type != YAML_MAPPING_NODE || grid->data.mapping.pairs.start == grid->data.mapping.pairs.top) {
        hy_fail(HY_BAD_INPUT, "grid must be keys with lists of values, such as {meta_tokens: [0, 16, 64]}");
        return hy_yaml_fail_at(&r->tree, hy_yaml_line(&r->tree, place));
    }
    for (const yaml_node_pair_t *pair = grid->data.mapping.pairs.start; pair < grid->data.mapping.pairs.top; pair++)
        if (read_key(r, entry, yaml_document_get_node(&r->tree.document, pair->key),
                     yaml_document_get_node(&r->tree.document, pair->value)))
            return HY_BAD_INPUT;
    return HY_OK;
}

static hy_status add_points(struct hy_reader *r, int entry)
{
    struct hy_grid *g = &r->grids[entry];
    int total = 1;
    for (int k = 0; k < g->n && total <= HY_MAX_VARIANTS; k++)
        total *= g->keys[k].count;
    if (r->n_points + total > HY_MAX_VARIANTS) {
        char place[HY_MAX_PLACE];
        snprintf(place, sizeof place, "variants/%d", entry);
        hy_fail(HY_BAD_INPUT, "with this the study has more than %d variants, which is the most", HY_MAX_VARIANTS);
        return hy_read_fail_at(r, place, g->n ? "grid" : "name");
    }
    g->first = r->n_points;
    for (int i = 0; i < total; i++) {
        struct hy_point *p = &r->points[r->n_points++];
        p->entry = entry;
        for (int k = g->n - 1, rest = i; k >= 0; k--) {
            p->at[k] = rest % g->keys[k].count;
            rest /= g->keys[k].count;
        }
    }
    return HY_OK;
}

hy_status hy_grids_read(struct hy_reader *r)
{
    for (int entry = 0; entry < (int)r->raw->variants_count; entry++)
        if (read_grid(r, entry) || add_points(r, entry))
            return HY_BAD_INPUT;
    return HY_OK;
}

/* ---- a point -------------------------------------------------------------------- */

/* The key called `word`, of `length` bytes; -1 for none. */
static int key_called(const struct hy_grid *g, const char *word, size_t length)
{
    for (int k = 0; k < g->n; k++)
        if (strlen(g->keys[k].key) == length && memcmp(g->keys[k].key, word, length) == 0)
            return k;
    return -1;
}

/* A name of 64 bytes or more is as good as any longer one: it is refused. */
static hy_status fill_pattern(struct hy_reader *r, const struct hy_point *p, char name[HY_MAX_NAME])
{
    const struct hy_grid *g = &r->grids[p->entry];
    bool named[HY_MAX_GRID_KEYS] = {false};
    size_t used = 0;
    for (const char *c = r->raw->variants[p->entry].name; *c && used < HY_MAX_NAME;) {
        char part[HY_MAX_NAME + 1] = {*c};
        if (*c++ == '{') {
            const size_t length = strcspn(c, "}");
            const int k = c[length] == '}' ? key_called(g, c, length) : -1;
            if (k < 0)
                return hy_fail(HY_BAD_INPUT, "name has {%.*s, which is no {key} that a grid beside it sweeps",
                               length < HY_MAX_NAME ? (int)length + 1 : HY_MAX_NAME, c);
            label_of(r, value_of(r, p, k), part, sizeof part);
            named[k] = true;
            c += length + 1;
        }
        used += (size_t)snprintf(name + used, HY_MAX_NAME - used, "%s", part);
    }
    if (used >= HY_MAX_NAME)
        return hy_fail(HY_BAD_INPUT, "a variant's name must have 1 to %d characters", HY_MAX_NAME - 1);
    for (int k = 0; k < g->n; k++)
        if (!named[k])
            return hy_fail(HY_BAD_INPUT, "name lacks {%s}; each of the grid's variants needs a name of its own",
                           g->keys[k].key);
    return HY_OK;
}

hy_status hy_grid_name(struct hy_reader *r, const struct hy_point *p, char name[HY_MAX_NAME])
{
    char place[HY_MAX_PLACE];
    name[0] = '\0';
    if (fill_pattern(r, p, name) == HY_OK)
        return HY_OK;
    snprintf(place, sizeof place, "variants/%d", p->entry);
    return hy_read_fail_at(r, place, "name");
}

hy_status hy_grid_apply(struct hy_reader *r, const struct hy_point *p, struct hy_config *c, char (*from)[HY_MAX_PLACE])
{
    const struct hy_grid *g = &r->grids[p->entry];
    for (int k = 0; k < g->n; k++) {
        const struct hy_grid_key *s = &g->keys[k];
        const yaml_node_t *node = value_of(r, p, k);
        if (!s->field)
            continue; /* hy_read_lists() asks for it */
        if (node->type != YAML_SCALAR_NODE)
            hy_fail(HY_BAD_INPUT, "a value of %s must be a single one", s->key);
        if (node->type != YAML_SCALAR_NODE || hy_field_set(s->field, c, (const char *)node->data.scalar.value))
            return hy_yaml_fail_node(&r->tree, node);
        snprintf(from[s->field - hy_model_fields.rows], HY_MAX_PLACE, "variants/%d/grid/%s/%d", p->entry, s->key,
                 p->at[k]);
    }
    return HY_OK;
}

const yaml_node_t *hy_grid_list(struct hy_reader *r, const struct hy_point *p, const char *key)
{
    const int k = key_called(&r->grids[p->entry], key, strlen(key));
    return k < 0 ? NULL : value_of(r, p, k);
}

/* ---- points among the variants ---------------------------------------------------- */

static bool same_model(const struct hy_study *s, int i, int j)
{
    struct hy_config a = s->variants[i];
    const struct hy_match *m = &s->matches[i], *n = &s->matches[j];
    memcpy(a.name, s->variants[j].name, sizeof a.name);
    return hy_config_equal(&a, &s->variants[j]) && m->kind == n->kind && strcmp(m->to, n->to) == 0;
}

void hy_grid_find_same(struct hy_reader *r, const struct hy_study *s)
{
    for (int i = 0; i < s->n_variants; i++) {
        r->same[i] = i;
        for (int j = 0; j < s->n_variants && hy_grid_made(r, i); j++)
            if (j != i && (j < i || !hy_grid_made(r, j)) && same_model(s, i, j)) {
                r->same[i] = hy_grid_made(r, j) ? r->same[j] : j;
                break;
            }
    }
}

static bool same_value(const struct hy_grid_key *g, const struct hy_config *a, const struct hy_config *b)
{
    if (g->field)
        return hy_field_equal(g->field, a, b);
    bool same = a->n_layers == b->n_layers;
    for (int i = 0; same && i < a->n_layers; i++)
        same = strcmp(g->key, "global_layers") == 0 ? a->layers[i].global == b->layers[i].global
                                                    : a->layers[i].producer == b->layers[i].producer;
    return same;
}

/* The point that is i but for key k, which is the base's there; -1 where the list lacks that value. */
static int beside(const struct hy_reader *r, const struct hy_study *s, int i, int k, int base)
{
    const struct hy_grid *g = &r->grids[r->points[i].entry];
    int stride = 1;
    for (int later = k + 1; later < g->n; later++)
        stride *= g->keys[later].count;
    for (int v = 0; v < g->keys[k].count; v++) {
        const int there = i + (v - r->points[i].at[k]) * stride;
        if (same_value(&g->keys[k], &s->variants[there], &s->variants[base]))
            return there;
    }
    return -1;
}

static bool has_key(struct hy_reader *r, int entry, const char *key)
{
    char place[HY_MAX_PLACE];
    snprintf(place, sizeof place, "variants/%d/%s", entry, key);
    return hy_yaml_at(&r->tree, place) != NULL;
}

/* What a grid is read against: its compare_to; else the first variant that is compared with nothing and of no grid;
 * else the study's first. -1 with "path:line: reason" kept. */
static int base_of(struct hy_reader *r, const struct hy_study *s, int entry)
{
    char place[HY_MAX_PLACE], full[2 * HY_MAX_PLACE];
    snprintf(place, sizeof place, "variants/%d", entry);
    snprintf(full, sizeof full, "%s/compare_to", place);
    const yaml_node_t *named = hy_yaml_at(&r->tree, full);
    if (has_key(r, entry, "isolates")) {
        hy_fail(HY_BAD_INPUT, "what a grid's variants isolate are the keys that it sweeps; leave isolates out");
        hy_read_fail_at(r, place, "isolates");
        return -1;
    }
    for (int other = 0; !named && other < (int)r->raw->variants_count; other++)
        if (r->grids[other].n == 0 && !has_key(r, other, "compare_to"))
            return r->grids[other].first;
    if (!named)
        return r->same[0];
    int base = -1;
    if (named->type != YAML_SCALAR_NODE)
        hy_fail(HY_BAD_INPUT, "compare_to of a grid is the name of one variant");
    else
        base = hy_read_variant_index(r, s, (const char *)named->data.scalar.value);
    if (base < 0)
        hy_read_fail_at(r, place, "compare_to");
    return base;
}

static void claim(struct hy_study *s, int i, int base, const char *key)
{
    struct hy_claims *claims = &s->claims[i];
    const char *name = s->variants[base].name;
    if (base == i)
        return;
    for (int k = 0; k < claims->n; k++)
        if (strcmp(claims->list[k].compare_to, name) == 0)
            return;
    struct hy_claim *c = &claims->list[claims->n++];
    snprintf(c->compare_to, sizeof c->compare_to, "%s", name);
    snprintf(c->isolates, sizeof c->isolates, "%s", key);
}

/* For each key that is not the base's: the variant that has the base's value there and is the same but for that. Where
 * the lists lack those values, the base itself, and the report's audit says what else differs. */
hy_status hy_grid_claims(struct hy_reader *r, struct hy_study *s, int i)
{
    const struct hy_grid *g = &r->grids[r->points[i].entry];
    const int base = base_of(r, s, r->points[i].entry);
    const char *lacking = NULL;
    if (base < 0)
        return HY_BAD_INPUT;
    for (int k = 0; k < g->n && base != i; k++) {
        const int there = beside(r, s, i, k, base);
        if (there >= 0 && there != i)
            claim(s, i, r->same[there], g->keys[k].key);
        else if (there < 0 && !lacking)
            lacking = g->keys[k].key;
    }
    if (lacking && s->claims[i].n == 0)
        claim(s, i, base, lacking);
    return HY_OK;
}
