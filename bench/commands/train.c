/* hymbench train: one variant, on its own; its weights, and a folder to replay the run from. */
#include <math.h>
#include <stdlib.h>

#include "bench/cli/interrupt.h"
#include "bench/cli/material.h"
#include "bench/cli/progress.h"
#include "bench/cli/settings.h"
#include "bench/cli/study_file.h"
#include "bench/cli/training_options.h"
#include "bench/commands/commands.h"
#include "bench/measure/evaluate.h"
#include "bench/run/plan.h"
#include "bench/run/train_loop.h"
#include "models/program/weights_file.h"

struct options {
    const char *config, *variant, *save, *replay;
    struct hy_training_options training;
    struct hy_globals globals;
};

static hy_status parse(struct options *o, int argc, char **argv, bool *help)
{
    const struct hy_option table[] = {hy_variant_option(&o->variant),
                                      hy_config_option(&o->config),
                                      hy_steps_option(&o->training),
                                      hy_batch_option(&o->training),
                                      hy_dropout_option(&o->training),
                                      hy_recompute_option(&o->training),
                                      {.name = "save",
                                       .kind = HY_OPT_STRING,
                                       .to = &o->save,
                                       .value = "W.safetensors",
                                       .help = "write the weights here"},
                                      {.name = "replay",
                                       .kind = HY_OPT_STRING,
                                       .to = &o->replay,
                                       .value = "DIR",
                                       .help = "write what repeating the run needs here"},
                                      {0}};
    const struct hy_command usage = {.name = "train", .summary = "train one variant", .options = table};
    hy_status status = hy_options_parse(&usage, argc, argv, &o->globals, help, NULL);
    return status == HY_OK && !*help ? hy_need_variant("train", o->variant) : status;
}

static hy_status load(const struct options *o, struct hy_study *s, const struct hy_config **c)
{
    hy_status status = hy_open_variant(o->config, o->globals.profile, o->variant, s, c);
    if (status == HY_OK)
        hy_training_options_apply(&o->training, &o->globals, s);
    return status;
}

static hy_status run_steps(const struct options *o, struct hy_trainer *t, struct hy_batches *b, long steps)
{
    struct hy_replay replay = {0};
    struct hy_progress progress;
    struct hy_train_loop loop = {
        .trainer = t, .batches = b, .progress = &progress, .cost = 1, .ppl = NAN, .replay = o->replay ? &replay : NULL};
    hy_status status = o->replay ? hy_replay_open(&replay, o->replay, t, steps) : HY_OK;
    hy_progress_init(&progress, (double)steps);
    hy_progress_variant(&progress, t->config.name, steps);
    if (status == HY_OK)
        status = hy_train_until(&loop, steps);
    hy_progress_flush(&progress);
    if (o->replay && status == HY_OK)
        status = hy_replay_finish(&replay, t);
    hy_replay_fini(&replay);
    return status;
}

static hy_status train(const struct options *o, struct hy_backend backend, const struct hy_study *s,
                       const struct hy_config *c, const struct hy_material *m)
{
    struct hy_trainer t = {0};
    struct hy_batches batches;
    hy_status status = hy_trainer_init(&t, c, &s->training, hy_study_total_steps(s, &m->samples), backend);
    if (status != HY_OK)
        return status;
    hy_print_plan(&t);
    hy_batches_init(&batches, &m->samples, s->training.batch, s->training.seed);
    status = run_steps(o, &t, &batches, hy_study_run_steps(s, &m->samples));
    struct hy_evaluation e = {0};
    if (status == HY_OK)
        status = hy_evaluate(&t, &batches, HY_PART_VAL, 0, NULL, NULL, &e);
    if (status == HY_OK)
        printf("variant,steps,train_loss,val_loss,val_ppl,bits_per_char\n%s,%ld,%.9g,%.9g,%.9g,%.9g\n", c->name, t.step,
               (double)t.loss, e.nll, exp(e.nll), hy_bits_per_char(e.nll, m->coverage));
    if (status == HY_OK && o->save) {
        char *tokenizer = m->recall.pairs ? NULL : hy_tokenizer_dump(&m->tokenizer, false);
        status = hy_weights_save(&t.weights, c, tokenizer, o->save);
        free(tokenizer);
    }
    if (status == HY_OK && hy_interrupt_requested())
        status =
            hy_fail(HY_INTERRUPTED, "interrupted after step %ld; what was asked for is written up to there", t.step);
    hy_evaluation_fini(&e);
    hy_batches_fini(&batches);
    hy_trainer_fini(&t);
    return status;
}

hy_status hy_cmd_train(int argc, char **argv)
{
    struct options o = {0};
    struct hy_study study = {0};
    struct hy_material material = {0};
    const struct hy_config *c = NULL;
    struct hy_backend backend = hy_backend(HY_WHERE_CPU, HY_F32);
    bool help = false;
    hy_status status = parse(&o, argc, argv, &help);
    if (help || status != HY_OK)
        return status;
    hy_interrupt_watch();
    status = hy_settings_apply(&o.globals, &backend);
    if (status == HY_OK)
        status = load(&o, &study, &c);
    if (status == HY_OK)
        status = hy_material_make(&material, &study, o.globals.data);
    if (status == HY_OK)
        status = train(&o, backend, &study, c, &material);
    hy_material_fini(&material);
    hy_study_fini(&study);
    return status;
}
