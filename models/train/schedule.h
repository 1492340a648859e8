/* The learning rate's course (docs/model.md, Protocol). */
#ifndef HY_MODELS_TRAIN_SCHEDULE_H
#define HY_MODELS_TRAIN_SCHEDULE_H

/* Factor on the peak rate at `step` (from 0): linear up to `warmup`, then a
 * cosine from 1 down to `min_ratio` at `total`. With min_ratio 0.1 that is
 * 0.1 + 0.45 (1 + cos(pi (step - warmup) / (total - warmup))). */
double hy_schedule(long step, long warmup, long total, double min_ratio);

#endif
