/* Tiny models of every kind, and batches to feed them. */
#ifndef HY_TESTS_MODELS_TINY_H
#define HY_TESTS_MODELS_TINY_H

#include "models/train/trainer.h"

enum { TINY_BATCH = 3 };

/* Every implementation of the block table in every architecture that it exists for: split hybrid, mamba,
 * transformer; fused hybrid; ...; then every hybrid once more, with fusion and in_proj the other way. */
int tiny_kinds(void);
bool tiny_other_way(int kind); /* one of the latter */

enum hy_in_proj tiny_other_products(enum hy_in_proj p); /* shared for separate, and back */

/* 5 layers, globals 0 and 4, window 5, 3 meta tokens. */
struct hy_config tiny_config(int kind, float dropout);
struct hy_training tiny_training(uint64_t seed);

/* Random ids and targets of the trainer's next batch, by (seed, step). */
void tiny_batch(const struct hy_trainer *t, uint64_t seed);

#endif
