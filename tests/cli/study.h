/* Studies small enough to be trained in a blink. */
#ifndef HY_TESTS_CLI_STUDY_H
#define HY_TESTS_CLI_STUDY_H

/* Variants of study_write: a hybrid of four layers with one shared pair, the same
 * fused, and a state space model alone. */
extern const char study_hybrid[], study_fused[], study_mamba[];

/* Writes the study `name` into the test's folder: width 32, sequences of 32, batches
 * of 2, an evaluation every `eval_every` steps and after the last of `steps`.
 * `training` and `variants` are YAML lines ("" or ending in a newline each). */
void study_write(const char *name, int steps, int eval_every, const char *training, const char *variants);

struct cli;

/* val_loss of the row that `train` printed. */
double study_val_loss(const struct cli *c);

#endif
