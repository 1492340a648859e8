#include "models/config/layers.h"

#include <stdio.h>

#include "models/config/block.h"

/* Every layer owns its K and V, or nobody does where there is no attention. */
static void reset_producers(struct hy_config *c)
{
    c->n_groups = 0;
    for (int i = 0; i < HY_MAX_LAYERS; i++) {
        bool exists = i < c->n_layers && hy_has_attention(c);
        c->layers[i].producer = exists ? i : i < c->n_layers ? -1 : 0;
    }
}

hy_status hy_set_globals(struct hy_config *c, const int *indices, int n)
{
    for (int i = 0; i < HY_MAX_LAYERS; i++)
        c->layers[i].global = false;
    for (int i = 0; i < n; i++) {
        int layer = indices[i];
        if (layer < 0 || layer >= c->n_layers)
            return hy_fail(HY_BAD_INPUT, "global_layers names layer %d, but layers go from 0 to %d", layer,
                           c->n_layers - 1);
        if (c->layers[layer].global)
            return hy_fail(HY_BAD_INPUT, "global_layers names layer %d twice", layer);
        c->layers[layer].global = true;
    }
    return HY_OK;
}

hy_status hy_set_groups(struct hy_config *c, const struct hy_groups *groups)
{
    bool taken[HY_MAX_LAYERS] = {false};
    reset_producers(c);
    if (!hy_has_attention(c) && groups->n > 0)
        return hy_fail(HY_BAD_INPUT,
                       "kv_groups is given, but arch mamba has no attention whose K and V could be shared");
    for (int g = 0; g < groups->n; g++) {
        int producer = groups->members[groups->start[g]];
        if (groups->start[g + 1] - groups->start[g] < 2)
            return hy_fail(HY_BAD_INPUT,
                           "kv_groups has a group of fewer than two layers; leave a layer out to let it stand alone");
        for (int i = groups->start[g]; i < groups->start[g + 1]; i++) {
            int layer = groups->members[i];
            if (layer < 0 || layer >= c->n_layers)
                return hy_fail(HY_BAD_INPUT, "kv_groups names layer %d, but layers go from 0 to %d", layer,
                               c->n_layers - 1);
            if (c->layers[layer].global)
                return hy_fail(HY_BAD_INPUT,
                               "kv_groups names layer %d, which is global; only local layers share K and V", layer);
            if (taken[layer])
                return hy_fail(HY_BAD_INPUT, "kv_groups names layer %d twice", layer);
            taken[layer] = true;
            if (i > groups->start[g] && layer < producer)
                return hy_fail(
                    HY_BAD_INPUT,
                    "kv_groups lets layer %d use K and V of layer %d, which comes later; a group begins with "
                    "its earliest layer",
                    layer, producer);
            if (i > groups->start[g] && layer < groups->members[i - 1])
                return hy_fail(HY_BAD_INPUT, "kv_groups names layer %d after layer %d; layers of a group must ascend",
                               layer, groups->members[i - 1]);
            c->layers[layer].producer = producer;
        }
    }
    c->n_groups = groups->n;
    return HY_OK;
}

enum { PAIRS }; /* in place of a size: as the implementation pairs neighbours */

/* How many of `rest` layers the next group has. */
static int next_group(const struct hy_config *c, int rest, int size)
{
    if (size != PAIRS)
        return size < rest ? size : rest;
    /* after a first group of three the rest is even */
    return hy_block_of(c->implementation)->first_of_three && rest % 2 == 1 ? 3 : 2;
}

/* Cuts the run of local layers [first, end). */
static void cut_run(struct hy_config *c, int first, int end, int size)
{
    while (end - first >= 2) {
        int length = next_group(c, end - first, size);
        for (int i = first; i < first + length; i++)
            c->layers[i].producer = first;
        c->n_groups++;
        first += length;
    }
}

static void cut_runs(struct hy_config *c, int size)
{
    reset_producers(c);
    if (!hy_has_attention(c) || size == 1)
        return;
    int first = 0;
    for (int i = 0; i < c->n_layers; i++) {
        if (!c->layers[i].global)
            continue;
        cut_run(c, first, i, size);
        first = i + 1;
    }
    cut_run(c, first, c->n_layers, size);
}

void hy_set_automatic_groups(struct hy_config *c)
{
    cut_runs(c, PAIRS);
}

void hy_set_equal_groups(struct hy_config *c, int size)
{
    HY_ASSERT(size > 0, "a group has a layer");
    cut_runs(c, size);
}

int hy_get_globals(const struct hy_config *c, int indices[HY_MAX_LAYERS])
{
    int n = 0;
    for (int i = 0; i < c->n_layers; i++)
        if (c->layers[i].global)
            indices[n++] = i;
    return n;
}

void hy_get_groups(const struct hy_config *c, struct hy_groups *groups)
{
    int used = 0;
    groups->n = 0;
    groups->start[0] = 0;
    for (int i = 0; i < c->n_layers; i++) {
        if (!hy_owns_kv(c, i))
            continue;
        int begin = used;
        groups->members[used++] = i;
        for (int j = i + 1; j < c->n_layers; j++)
            if (c->layers[j].producer == i)
                groups->members[used++] = j;
        if (used - begin < 2)
            used = begin; /* alone or global: no group */
        else
            groups->start[++groups->n] = used;
    }
}

void hy_groups_text(const struct hy_config *c, char *text, size_t size)
{
    struct hy_groups groups;
    hy_get_groups(c, &groups);
    size_t used = 0;
    snprintf(text, size, "%s", hy_has_attention(c) && groups.n == 0 ? "none" : "");
    for (int g = 0; g < groups.n; g++)
        for (int i = groups.start[g]; i < groups.start[g + 1] && used < size; i++) {
            const char *before = i > groups.start[g] ? "," : g > 0 ? " [" : "[";
            const char *after = i + 1 == groups.start[g + 1] ? "]" : "";
            used += (size_t)snprintf(text + used, size - used, "%s%d%s", before, groups.members[i], after);
        }
}
