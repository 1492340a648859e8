/* The state of an interrupted run, in a file. */
#ifndef HY_MODELS_TRAIN_CHECKPOINT_H
#define HY_MODELS_TRAIN_CHECKPOINT_H

#include <jansson.h>

#include "models/train/trainer.h"

/* Everything a resumed run needs, in one file that is complete or absent:
 * values, both moments, the step, the variant and `notes` (what the caller
 * wants back: an object of JSON values). */
hy_status hy_trainer_save(const struct hy_trainer *t, json_t *notes, const char *path);
hy_status hy_trainer_load(struct hy_trainer *t, const char *path, json_t **notes);

#endif
