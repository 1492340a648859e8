/* Reading a study's file, in parts that share what is known of it: config_yaml.c puts it together, list_yaml.c reads
 * lists of layers, grid_yaml.c sweeps, claim_yaml.c what names other variants. */
#ifndef HY_MODELS_CONFIG_STUDY_READ_H
#define HY_MODELS_CONFIG_STUDY_READ_H

#include "models/config/study.h"
#include "models/config/study_schema.h"
#include "models/config/yaml_tree.h"

enum {
    HY_MAX_PLACE = 64,    /* "variants/3/grid/window/1" with its NUL */
    HY_PLACES = 3,        /* where a variant's keys may stand: model, profile, variant */
    HY_MAX_GRID_KEYS = 4, /* HY_MAX_CLAIMS: a claim for each */
};

/* One key of a grid, and the list of its values. */
struct hy_grid_key {
    const char *key;              /* borrowed of the tree */
    const struct hy_field *field; /* NULL: global_layers or kv_groups */
    const yaml_node_t *values;
    int count;
};

/* What an entry of `variants` sweeps; n 0: nothing, it is one variant. */
struct hy_grid {
    int n;
    struct hy_grid_key keys[HY_MAX_GRID_KEYS];
    int first; /* its first variant; the last key's values follow each other */
};

/* A variant to be: of which entry, and which value of each key that the entry sweeps. */
struct hy_point {
    int entry, at[HY_MAX_GRID_KEYS];
};

struct hy_reader {
    struct hy_yaml tree;
    struct hy_raw_study *raw;
    int profile;                             /* index of the one applied, -1 = none */
    struct hy_grid grids[HY_MAX_VARIANTS];   /* of each entry */
    struct hy_point points[HY_MAX_VARIANTS]; /* of each variant, until those that are there twice are left out */
    int n_points;
    int same[HY_MAX_VARIANTS]; /* the variant that stands for it: its own index, but for a grid's point whose model
                                  another variant is */
};

/* Puts "path:line: " of a key, or of the place where it would stand, in front of the sentence kept; HY_BAD_INPUT. */
hy_status hy_read_fail_at(struct hy_reader *r, const char *place, const char *key);

/* global_layers and kv_groups of a variant: of its grid, else of the innermost of `places` ("" is none) that has them.
 * Mamba-only variants take their own alone, and none fit them. n_layers, arch and implementation are set. */
hy_status hy_read_lists(struct hy_reader *r, struct hy_config *c, char places[HY_PLACES][HY_MAX_PLACE],
                        const struct hy_point *p);

/* ---- grids (bench/ablations/hymba.yaml says how they are written) ---- */

/* Fills grids and points; HY_BAD_INPUT for what is no grid, or more variants than a study may have. */
hy_status hy_grids_read(struct hy_reader *r);

/* The variant's name, its pattern filled in. */
hy_status hy_grid_name(struct hy_reader *r, const struct hy_point *p, char name[HY_MAX_NAME]);

/* Sets the swept keys that are fields; from[i] becomes the place of the value that row i of hy_model_fields got. */
hy_status hy_grid_apply(struct hy_reader *r, const struct hy_point *p, struct hy_config *c, char (*from)[HY_MAX_PLACE]);

/* The value of a swept list; NULL where the grid does not sweep it. */
const yaml_node_t *hy_grid_list(struct hy_reader *r, const struct hy_point *p, const char *key);

/* Fills r->same, once every variant is read. */
void hy_grid_find_same(struct hy_reader *r, const struct hy_study *s);

/* Whether variant i is one of a grid's; then its claims: against the base, or its neighbour with the base's value. */
bool hy_grid_made(const struct hy_reader *r, int i);
hy_status hy_grid_claims(struct hy_reader *r, struct hy_study *s, int i);

/* ---- what names other variants, once all have their names ---- */

/* The index of the variant that stands for the one called `name`; -1 with the sentence kept. */
int hy_read_variant_index(const struct hy_reader *r, const struct hy_study *s, const char *name);

/* compare_to and isolates of a variant that is of no grid. */
hy_status hy_read_claims(struct hy_reader *r, struct hy_study *s, int i);

/* match and to: the words first, before points are told apart; then whether `to` is a variant to match. */
hy_status hy_read_match_words(struct hy_reader *r, struct hy_study *s, int i);
hy_status hy_read_match(struct hy_reader *r, struct hy_study *s, int i);

#endif
