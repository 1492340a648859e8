#include "bench/cli/training_options.h"

struct hy_option hy_steps_option(struct hy_training_options *o)
{
    return (struct hy_option){.name = "steps",
                              .kind = HY_OPT_INT,
                              .to = &o->steps,
                              .min = 1,
                              .max = 1e9,
                              .value = "N",
                              .help = "stop early; the schedule stays as it is"};
}

struct hy_option hy_epochs_option(struct hy_training_options *o)
{
    return (struct hy_option){.name = "epochs",
                              .kind = HY_OPT_INT,
                              .to = &o->epochs,
                              .min = 1,
                              .max = 1e6,
                              .value = "E",
                              .help = "epochs the schedule spans"};
}

struct hy_option hy_batch_option(struct hy_training_options *o)
{
    return (struct hy_option){.name = "batch",
                              .kind = HY_OPT_INT,
                              .to = &o->batch,
                              .min = 1,
                              .max = 65536,
                              .value = "N",
                              .help = "samples in a step (default: the profile's)"};
}

struct hy_option hy_dropout_option(struct hy_training_options *o)
{
    return (struct hy_option){.name = "dropout",
                              .kind = HY_OPT_DOUBLE,
                              .to = &o->dropout,
                              .max = 0.99, /* as of a study: its file is read again */
                              .value = "P",
                              .given = &o->dropout_given,
                              .help = "probability; 0 makes the run replayable elsewhere"};
}

struct hy_option hy_recompute_option(struct hy_training_options *o)
{
    return (struct hy_option){.name = "recompute",
                              .kind = HY_OPT_FLAG,
                              .to = &o->recompute,
                              .help = "keep less for the backward, compute it again: memory against time"};
}

void hy_training_options_apply(const struct hy_training_options *o, const struct hy_globals *globals,
                               struct hy_study *s)
{
    struct hy_training *t = &s->training;
    t->recompute |= o->recompute;
    if (globals->given.seed)
        t->seed = globals->seed;
    if (o->steps > 0)
        t->steps = o->steps;
    if (o->epochs > 0)
        t->epochs = o->epochs;
    if (o->batch > 0)
        t->batch = o->batch;
    if (o->dropout_given) {
        t->dropout = (float)o->dropout;
        hy_study_sync(s);
    }
}
