/* A variant as JSON: the metadata of weights files and the "variant" of config.json.
 *
 *     {"name": "Hybrid-Mine", "implementation": "split", "arch": "hybrid", "d_model": 384, ...,
 *      "global_layers": [0, 5, 10], "kv_groups": [[1, 2], [3, 4], [6, 7], [8, 9]]}
 *
 * The numbers are the keys of hy_model_fields and hy_shared_fields, all resolved; fusion and in_proj
 * stand there only where they are not the implementation's own way. */
#ifndef HY_MODELS_CONFIG_CONFIG_JSON_H
#define HY_MODELS_CONFIG_CONFIG_JSON_H

#include <jansson.h>
#include <stddef.h>

#include "models/config/config.h"
#include "models/config/study.h"

/* A new reference; never NULL (out of memory is an assertion). */
json_t *hy_config_json(const struct hy_config *c);

/* The same as text on one line, malloc'd. */
char *hy_config_to_json(const struct hy_config *c);

/* Back again, resolved and checked: nothing in a file is trusted. HY_BAD_INPUT
 * with the reason for a missing, unknown or doubled key, a wrong type, a number out
 * of range, an impossible combination. On failure *out is zeroed. */
hy_status hy_config_from_json(const json_t *object, struct hy_config *out);
hy_status hy_config_from_json_text(const char *text, size_t bytes, struct hy_config *out);

/* The training numbers (keys of hy_training_fields) as JSON; a new reference. */
json_t *hy_training_json(const struct hy_training *t);

#endif
