/* The shape of a study's file. libcyaml holds the file against a schema of keys
 * and nesting made from the tables of field.h and hands over every scalar as
 * text: it would read "12abc" as 12 and "maybe" as true, so values are left to
 * hy_field_set(). Lists in variants and what is swept are left out here: libcyaml has no lists
 * of lists, and no key that is a name or a list of names; config_yaml.c takes them from the tree. */
#ifndef HY_MODELS_CONFIG_STUDY_SCHEMA_H
#define HY_MODELS_CONFIG_STUDY_SCHEMA_H

#include "models/config/field.h"
#include "models/config/yaml_tree.h"

enum { HY_MAX_PROFILES = 64 };

/* What libcyaml fills: texts[i] belongs to row i of the block's table, NULL where absent. */
struct hy_raw_block {
    char *texts[HY_MAX_FIELDS];
    char **prompts; /* block "samples" only */
    unsigned prompts_count;
};
struct hy_raw_profile {
    char *name;
    struct hy_raw_block *corpus, *model, *training, *samples;
};
struct hy_raw_variant {
    char *name, *published_mb, *match, *to;
    char *texts[HY_MAX_FIELDS]; /* hy_model_fields */
    char *caches[4];            /* hy_cache_fields */
};
struct hy_raw_study {
    char *name, *default_profile, *cache_only;
    struct hy_raw_block *corpus, *model, *training, *samples;
    struct hy_raw_profile *profiles;
    unsigned profiles_count;
    struct hy_raw_variant *variants;
    unsigned variants_count;
};

/* Reads the parsed file's `text` into *out (hy_raw_study_free() frees it).
 * HY_BAD_INPUT "path:line: reason" for unknown, missing or doubled keys and for
 * a list, block or single value where another is needed. */
hy_status hy_raw_study_load(struct hy_yaml *tree, const char *text, size_t bytes, struct hy_raw_study **out);
void hy_raw_study_free(struct hy_raw_study *raw); /* NULL is fine */

#endif
