/* The options that change a study's training, for the commands that take them. */
#ifndef HY_BENCH_CLI_TRAINING_OPTIONS_H
#define HY_BENCH_CLI_TRAINING_OPTIONS_H

#include "bench/cli/options.h"
#include "models/config/study.h"

/* Zeroed: everything as the study says. */
struct hy_training_options {
    int steps, epochs, batch;
    double dropout;
    bool dropout_given, recompute;
};

/* Rows for a command's table. */
struct hy_option hy_steps_option(struct hy_training_options *o);
struct hy_option hy_epochs_option(struct hy_training_options *o);
struct hy_option hy_batch_option(struct hy_training_options *o);
struct hy_option hy_dropout_option(struct hy_training_options *o);
struct hy_option hy_recompute_option(struct hy_training_options *o);

/* Puts what was given, and --seed, in the place of what the study says. */
void hy_training_options_apply(const struct hy_training_options *o, const struct hy_globals *globals,
                               struct hy_study *s);

#endif
