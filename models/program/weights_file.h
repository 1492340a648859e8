/* Weights in files: safetensors with the variant's JSON, so that the file alone is a model. */
#ifndef HY_MODELS_PROGRAM_WEIGHTS_FILE_H
#define HY_MODELS_PROGRAM_WEIGHTS_FILE_H

#include "models/program/safetensors.h"
#include "models/program/weights.h"

/* Weights file of docs/model.md (Checkpoints): parameters alone, metadata "hymbench" (variant JSON)
 * and "tokenizer" (tokenizer.json's text; NULL leaves it out). */
hy_status hy_weights_save(const struct hy_weights *w, const struct hy_config *c, const char *tokenizer,
                          const char *path);

/* Reads a weights file: *c and *w are set from it, *tokenizer is malloc'd or NULL. */
hy_status hy_weights_load(const char *path, struct hy_config *c, struct hy_weights *w, char **tokenizer);

/* ---- for files that hold more than the weights (models/train/checkpoint.h) ------------- */

/* Parameter `p` as a tensor of a file, called `name`; both are borrowed, and `data` too. */
struct hy_st_tensor hy_weights_entry(const struct hy_param *p, const char *name, const float *data);

/* Takes one tensor of the file as parameter `i` of one vector. HY_BAD_INPUT where it is missing or of another
 * shape, HY_RUN_FAILED where it holds what is not finite. */
hy_status hy_weights_take(const struct hy_safetensors *s, const char *path, const char *name, struct hy_weights *w,
                          enum hy_vector vector, int i);

/* The variant whose parameters the file holds. */
hy_status hy_weights_variant(const struct hy_safetensors *s, const char *path, struct hy_config *c);

#endif
