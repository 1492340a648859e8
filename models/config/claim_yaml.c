/* What a variant says of others: what it is compared with, whose size it is to have. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "models/config/study_read.h"

int hy_read_variant_index(const struct hy_reader *r, const struct hy_study *s, const char *name)
{
    const struct hy_config *found = hy_study_find(s, name);
    return found ? r->same[found - s->variants] : -1;
}

/* One name or a list of names. How many, from the key's node; -1 for another shape. */
static int count_names(struct hy_reader *r, const yaml_node_t *node)
{
    int n = 0;
    if (node->type == YAML_SCALAR_NODE)
        return 1;
    for (const yaml_node_t *entry; (entry = hy_yaml_entry(&r->tree, node, n)); n++)
        if (entry->type != YAML_SCALAR_NODE)
            return -1;
    return n > 0 ? n : -1;
}

static const yaml_node_t *name_at(struct hy_reader *r, const yaml_node_t *node, int i)
{
    return node->type == YAML_SCALAR_NODE ? node : hy_yaml_entry(&r->tree, node, i);
}

/* Whether i may be compared with variant `base`, -1: none of that name. */
static hy_status check_base(const struct hy_study *s, int i, int base)
{
    if (base < 0)
        return HY_BAD_INPUT;
    if (base == i)
        return hy_fail(HY_BAD_INPUT, "variant '%s' is compared with itself", s->variants[i].name);
    for (int k = 0; k < s->claims[i].n; k++)
        if (strcmp(s->claims[i].list[k].compare_to, s->variants[base].name) == 0)
            return hy_fail(HY_BAD_INPUT, "compare_to names '%s' twice", s->variants[base].name);
    return HY_OK;
}

static hy_status add_claim(struct hy_reader *r, struct hy_study *s, int i, const yaml_node_t *name,
                           const yaml_node_t *key)
{
    const char *isolates = (const char *)key->data.scalar.value;
    const int base = hy_read_variant_index(r, s, (const char *)name->data.scalar.value);
    if (check_base(s, i, base))
        return hy_yaml_fail_node(&r->tree, name);
    if (hy_variant_key_check("isolates", isolates))
        return hy_yaml_fail_node(&r->tree, key);
    struct hy_claim *claim = &s->claims[i].list[s->claims[i].n++];
    snprintf(claim->compare_to, sizeof claim->compare_to, "%s", s->variants[base].name);
    snprintf(claim->isolates, sizeof claim->isolates, "%s", isolates);
    return HY_OK;
}

hy_status hy_read_claims(struct hy_reader *r, struct hy_study *s, int i)
{
    static const char *const keys[2] = {"compare_to", "isolates"};
    const yaml_node_t *lists[2];
    int lengths[2];
    char place[2 * HY_MAX_PLACE];
    for (int k = 0; k < 2; k++) {
        snprintf(place, sizeof place, "variants/%d/%s", r->points[i].entry, keys[k]);
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
        snprintf(place, sizeof place, "variants/%d/%s", r->points[i].entry, keys[lists[0] ? 0 : 1]);
        return hy_yaml_fail_at(&r->tree, hy_yaml_line(&r->tree, place));
    }
    for (int k = 0; k < lengths[0]; k++)
        if (add_claim(r, s, i, name_at(r, lists[0], k), name_at(r, lists[1], k)))
            return HY_BAD_INPUT;
    return HY_OK;
}

hy_status hy_read_match_words(struct hy_reader *r, struct hy_study *s, int i)
{
    const struct hy_raw_variant *v = &r->raw->variants[r->points[i].entry];
    char place[HY_MAX_PLACE];
    int kind = HY_MATCH_NONE;
    snprintf(place, sizeof place, "variants/%d", r->points[i].entry);
    if (v->match && hy_names_parse(&hy_match_names, v->match, &kind))
        return hy_read_fail_at(r, place, "match");
    if ((kind != HY_MATCH_NONE) != (v->to != NULL)) {
        hy_fail(HY_BAD_INPUT, "match and to go together: what is to be equal, params or flops, and to which variant's");
        return hy_read_fail_at(r, place, v->match ? "match" : "to");
    }
    if (kind != HY_MATCH_NONE && s->cache_only) {
        hy_fail(HY_BAD_INPUT, "match is not understood in studies with 'cache_only: true'");
        return hy_read_fail_at(r, place, "match");
    }
    s->matches[i] = (struct hy_match){.kind = (enum hy_match_kind)kind};
    if (kind == HY_MATCH_NONE)
        return HY_OK;
    char *full = hy_format("%s/match", place);
    s->matches[i].line = hy_yaml_line(&r->tree, full);
    free(full);
    snprintf(s->matches[i].to, sizeof s->matches[i].to, "%s", v->to);
    return HY_OK;
}

hy_status hy_read_match(struct hy_reader *r, struct hy_study *s, int i)
{
    struct hy_match *m = &s->matches[i];
    char place[HY_MAX_PLACE];
    if (m->kind == HY_MATCH_NONE)
        return HY_OK;
    const int to = hy_read_variant_index(r, s, m->to);
    if (to == i)
        hy_fail(HY_BAD_INPUT, "variant '%s' is matched with itself", s->variants[i].name);
    else if (to >= 0 && s->matches[to].kind != HY_MATCH_NONE)
        hy_fail(HY_BAD_INPUT, "'%s' is matched itself; name a variant whose widths are its own", s->variants[to].name);
    if (to < 0 || to == i || s->matches[to].kind != HY_MATCH_NONE) {
        snprintf(place, sizeof place, "variants/%d", r->points[i].entry);
        return hy_read_fail_at(r, place, "to");
    }
    snprintf(m->to, sizeof m->to, "%s", s->variants[to].name);
    return HY_OK;
}
