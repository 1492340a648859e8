/* Which layers are global and which share K and V: the two lists of a variant. */
#ifndef HY_MODELS_CONFIG_LAYERS_H
#define HY_MODELS_CONFIG_LAYERS_H

#include <stddef.h>

#include "models/config/config.h"

/* A list of layer lists, as `kv_groups` has it: group g is members[start[g] .. start[g+1]). */
struct hy_groups {
    int n;
    int start[HY_MAX_LAYERS + 1];
    int members[HY_MAX_LAYERS];
};

/* Sets layers[].global from a list of indices; HY_BAD_INPUT for an index that
 * is out of range or named twice. n_layers must be set. */
hy_status hy_set_globals(struct hy_config *c, const int *indices, int n);

/* Sets n_groups and layers[].producer from explicit groups; every local layer in none of
 * them owns its K and V. Globals must be set. HY_BAD_INPUT for a group of fewer
 * than two layers, a layer out of range, global, in two places, or not later than the one before it
 * (the first of a group is the producer; it must be the earliest). */
hy_status hy_set_groups(struct hy_config *c, const struct hy_groups *groups);

/* The pairs of docs/model.md: every run of consecutive local layers is cut in two
 * and two; of an odd run, the implementation makes the first group three long or leaves
 * the last layer alone (first_of_three, models/config/block.h). */
void hy_set_automatic_groups(struct hy_config *c);

/* Groups of `size` > 0 neighbours: every run of consecutive local layers is cut into such, what remains at its end is a
 * smaller group, or a layer alone; of size 1 nothing is shared. */
void hy_set_equal_groups(struct hy_config *c, int size);

/* Back to lists: indices ascending, returns how many; groups in the order of their producers. */
int hy_get_globals(const struct hy_config *c, int indices[HY_MAX_LAYERS]);
void hy_get_groups(const struct hy_config *c, struct hy_groups *groups);

/* "[1,2] [3,4]"; "none" where attention shares nothing; "" without attention. */
void hy_groups_text(const struct hy_config *c, char *text, size_t size);

#endif
