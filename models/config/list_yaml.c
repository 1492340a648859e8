/* The two lists of a variant: which layers are global, which share K and V. */
#include <string.h>

#include "models/config/layers.h"
#include "models/config/study_read.h"

static hy_status read_index(struct hy_reader *r, const yaml_node_t *node, const char *key, int *out)
{
    const struct hy_field row = {.key = key, .type = HY_FIELD_INT, .min = -1000000, .max = 1000000};
    if (node->type == YAML_SCALAR_NODE) {
        if (!hy_field_set(&row, out, (const char *)node->data.scalar.value))
            return HY_OK;
    } else {
        hy_fail(HY_BAD_INPUT, "%s must list layer numbers", key);
    }
    return hy_yaml_fail_node(&r->tree, node);
}

static bool is_word(const yaml_node_t *node, const char *word)
{
    return node->type == YAML_SCALAR_NODE && strcmp((const char *)node->data.scalar.value, word) == 0;
}

/* global_layers: a list of layer numbers, or "all". */
static hy_status read_globals(struct hy_reader *r, const yaml_node_t *node, struct hy_config *c)
{
    int indices[HY_MAX_LAYERS], n = 0;
    if (is_word(node, "all")) {
        for (; n < c->n_layers; n++)
            indices[n] = n;
        return hy_set_globals(c, indices, n);
    }
    if (node->type != YAML_SEQUENCE_NODE) {
        hy_fail(HY_BAD_INPUT, "global_layers must be a list such as [0, 5, 10], or all");
        return hy_yaml_fail_node(&r->tree, node);
    }
    for (const yaml_node_t *entry; (entry = hy_yaml_entry(&r->tree, node, n)); n++) {
        if (n == HY_MAX_LAYERS) {
            hy_fail(HY_BAD_INPUT, "global_layers lists more than %d layers", HY_MAX_LAYERS);
            return hy_yaml_fail_node(&r->tree, node);
        }
        if (read_index(r, entry, "global_layers", &indices[n]))
            return HY_BAD_INPUT;
    }
    return hy_set_globals(c, indices, n) ? hy_yaml_fail_node(&r->tree, node) : HY_OK;
}

static bool is_number(const yaml_node_t *node)
{
    return node->type == YAML_SCALAR_NODE && node->data.scalar.length > 0 &&
           strspn((const char *)node->data.scalar.value, "-0123456789") == node->data.scalar.length;
}

/* kv_groups as one number: so many neighbours each. */
static hy_status read_group_size(struct hy_reader *r, const yaml_node_t *node, struct hy_config *c)
{
    const struct hy_field row = {.key = "kv_groups", .type = HY_FIELD_INT, .min = 1, .max = HY_MAX_LAYERS};
    int size = 1;
    hy_status status = hy_field_set(&row, &size, (const char *)node->data.scalar.value);
    if (status == HY_OK && !hy_has_attention(c))
        status = hy_fail(HY_BAD_INPUT, "kv_groups is given, but arch mamba has no attention whose K and V could be "
                                       "shared");
    if (status)
        return hy_yaml_fail_node(&r->tree, node);
    hy_set_equal_groups(c, size);
    return HY_OK;
}

/* kv_groups: a list of lists, the producer first; how many neighbours share; or "auto". */
static hy_status read_groups(struct hy_reader *r, const yaml_node_t *node, struct hy_config *c)
{
    struct hy_groups groups = {0};
    int used = 0;
    if (is_word(node, "auto"))
        return HY_OK;
    if (is_number(node))
        return read_group_size(r, node, c);
    if (node->type != YAML_SEQUENCE_NODE)
        goto shape;
    for (const yaml_node_t *group; (group = hy_yaml_entry(&r->tree, node, groups.n)); groups.start[++groups.n] = used) {
        if (group->type != YAML_SEQUENCE_NODE || groups.n == HY_MAX_LAYERS)
            goto shape;
        const yaml_node_t *entry;
        for (int i = 0; (entry = hy_yaml_entry(&r->tree, group, i)); i++) {
            if (used == HY_MAX_LAYERS) {
                hy_fail(HY_BAD_INPUT, "kv_groups names more than %d layers", HY_MAX_LAYERS);
                return hy_yaml_fail_node(&r->tree, node);
            }
            if (read_index(r, entry, "kv_groups", &groups.members[used++]))
                return HY_BAD_INPUT;
        }
        if (entry == NULL && used == groups.start[groups.n]) {
            hy_fail(HY_BAD_INPUT, "kv_groups has an empty group; write [] for no sharing at all");
            return hy_yaml_fail_node(&r->tree, group);
        }
    }
    return hy_set_groups(c, &groups) ? hy_yaml_fail_node(&r->tree, node) : HY_OK;
shape:
    hy_fail(HY_BAD_INPUT, "kv_groups must be a list of lists such as [[1, 2], [3, 4]], or [] for none, or auto, or "
                          "how many neighbours share");
    return hy_yaml_fail_node(&r->tree, node);
}

/* The list called `key` of the grid, else of the innermost place that has one; NULL if none has.
 * Mamba-only variants have no use for lists meant for the others. */
static const yaml_node_t *find_list(struct hy_reader *r, const struct hy_config *c,
                                    char places[HY_PLACES][HY_MAX_PLACE], const struct hy_point *p, const char *key)
{
    const yaml_node_t *node = hy_grid_list(r, p, key);
    for (int i = HY_PLACES - 1; !node && i >= (hy_has_attention(c) ? 0 : HY_PLACES - 1); i--) {
        if (!places[i][0])
            continue;
        char place[2 * HY_MAX_PLACE];
        snprintf(place, sizeof place, "%s/%s", places[i], key);
        node = hy_yaml_at(&r->tree, place);
    }
    return node;
}

hy_status hy_read_lists(struct hy_reader *r, struct hy_config *c, char places[HY_PLACES][HY_MAX_PLACE],
                        const struct hy_point *p)
{
    const yaml_node_t *globals = find_list(r, c, places, p, "global_layers");
    const yaml_node_t *groups = find_list(r, c, places, p, "kv_groups");
    if (globals && !hy_has_attention(c)) {
        hy_fail(HY_BAD_INPUT, "global_layers is given, but arch mamba has no attention");
        return hy_yaml_fail_node(&r->tree, globals);
    }
    if (globals && read_globals(r, globals, c))
        return HY_BAD_INPUT;
    c->n_groups = HY_AUTO_GROUPS;
    return groups ? read_groups(r, groups, c) : HY_OK;
}
