#include "bench/run/variant.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/harness/env.h"
#include "bench/measure/evaluate.h"
#include "bench/measure/gpu_watch.h"
#include "bench/measure/profile_step.h"
#include "bench/measure/rss.h"
#include "bench/measure/scaling.h"
#include "bench/run/plan.h"
#include "bench/run/rates.h"
#include "bench/run/recall.h"
#include "bench/run/sample_text.h"
#include "bench/run/train_loop.h"
#include "kernels/base/clock.h"
#include "kernels/base/file.h"
#include "models/program/weights_file.h"
#include "models/train/checkpoint.h"
#include "report/table/columns.h"

char *hy_run_path(const struct hy_run_context *x, const char *folder, const char *variant, const struct hy_run_key *key,
                  const char *suffix)
{
    const bool swept = x->study->sweep.n > 0;
    char lr[HY_RATE_TEXT];
    hy_rate_print(key->lr, lr);
    return hy_format("%s/%s/%s-s%llu%s%s%s", x->dir, folder, variant, (unsigned long long)key->seed, swept ? "-lr" : "",
                     swept ? lr : "", suffix);
}

/* Seconds for the contexts of all variants together. */
static const double SMOKE_SECONDS = 2, QUICK_SECONDS = 20, FULL_SECONDS = 120;

/* Of decoding at the sample length, for its energy: the counter moves ten times a second. */
static const double ENERGY_SECONDS = 1;

/* One variant in the making. */
struct work {
    const struct hy_run_context *x;
    const struct hy_config *c;
    const struct hy_run_key *key;
    struct hy_record *r;
    struct hy_trainer t;
    struct hy_batches batches;
    struct hy_table history, steps;
    char *state_path;
    double cost; /* of a step, for the progress line */
};

static double ppl_of(const struct hy_record *r)
{
    return exp(r->final_nll);
}

/* ---- evaluation -------------------------------------------------------------------- */

/* Whether the last evaluation is the best so far. A mean over more samples counts more than one over few: the last
 * evaluation of a short profile replaces what the quick looks during the run found. */
static bool is_best(const struct hy_record *r)
{
    return !isfinite(r->best_nll) || r->final_samples > r->best_samples || r->final_nll < r->best_nll;
}

/* Makes it the one that is reported; then the same weights meet as many test samples, which choose nothing. */
static hy_status keep_best(struct work *w, int samples, struct hy_evaluation *e)
{
    struct hy_record *r = w->r;
    struct hy_evaluation test = {0};
    hy_status status = HY_OK;
    r->best_nll = r->final_nll;
    r->best_samples = r->final_samples;
    r->best_step = (double)w->t.step;
    hy_record_take_samples(r, HY_PART_VAL, e);
    if (w->x->material->samples.n_test > 0)
        status = hy_evaluate(&w->t, &w->batches, HY_PART_TEST, samples, w->x->trace, NULL, &test);
    if (status == HY_OK && test.n_samples > 0) {
        r->test_nll = test.nll;
        hy_record_take_samples(r, HY_PART_TEST, &test);
    }
    hy_evaluation_fini(&test);
    return status;
}

static hy_status evaluate(struct work *w, int samples)
{
    uint64_t start = hy_now_ns();
    struct hy_evaluation e;
    struct hy_record *r = w->r;
    struct hy_watch watch = {.observer = w->x->observer, .gpu = w->x->gpu, .tally = hy_record_eval_tally(r)};
    hy_status status = hy_evaluate(&w->t, &w->batches, HY_PART_VAL, samples, w->x->trace, &watch, &e);
    if (status == HY_OK) {
        hy_record_set_eval_tally(r, &watch.tally);
        memcpy(r->positions, e.positions, sizeof r->positions);
        r->n_positions = e.n_positions;
        r->final_nll = e.nll;
        r->final_samples = e.n_samples;
        if (is_best(r))
            status = keep_best(w, samples, &e);
    }
    hy_evaluation_fini(&e);
    if (status != HY_OK)
        return status;
    r->eval_seconds += hy_seconds_since(start);

    struct hy_table *h = &w->history;
    hy_table_text(h, "variant", w->c->name);
    hy_table_integer(h, "seed", (int64_t)r->seed);
    hy_table_integer(h, "step", w->t.step);
    hy_table_float(h, "epoch", (double)w->t.step / w->batches.per_epoch);
    hy_table_float(h, "lr", w->t.lr);
    hy_table_float(h, "train_loss", w->t.loss);
    hy_table_float(h, "grad_norm", w->t.norm);
    hy_table_float(h, "val_loss", r->final_nll);
    hy_table_float(h, "val_ppl", ppl_of(r));
    hy_table_integer(h, "val_samples", r->final_samples);
    hy_table_float(h, "peak_lr", r->lr);
    hy_table_end_row(h);
    return HY_OK;
}

/* ---- state ------------------------------------------------------------------------- */

static hy_status save_state(struct work *w)
{
    w->r->steps = w->t.step;
    json_t *notes = hy_record_json(w->r);
    hy_status status = hy_trainer_save(&w->t, notes, w->state_path);
    json_decref(notes);
    return status;
}

/* Takes up the run where the state file left it, if there is one. */
static hy_status load_state(struct work *w)
{
    json_t *notes = NULL;
    struct hy_record *r = w->r;
    hy_status status = HY_OK;
    if (w->x->resume && hy_file_exists(w->state_path)) {
        status = hy_trainer_load(&w->t, w->state_path, &notes);
        if (status == HY_OK) {
            hy_record_fini(r);
            status = hy_record_parse(r, notes, w->state_path);
        }
        json_decref(notes);
    }
    r->lr = w->key->lr; /* a program that swept no rates did not keep it */
    const struct hy_logged past = {
        .variant = w->c->name, .seed = (int64_t)r->seed, .peak_lr = r->lr, .step = w->t.step + 1};
    if (status == HY_OK)
        status = hy_table_forget(HY_TABLE_HISTORY, w->x->dir, &past);
    if (status == HY_OK)
        status = hy_table_forget(HY_TABLE_STEPS, w->x->dir, &past);
    return status;
}

/* ---- samples ----------------------------------------------------------------------- */

static hy_status write_samples(struct work *w, bool after)
{
    const struct hy_study *s = w->x->study;
    struct hy_sampler sampler = {.temperature = s->temperature, .top_k = s->top_k, .top_p = 1, .seed = w->r->seed};
    hy_status status = HY_OK;
    for (int i = 0; i < s->n_prompts && !w->x->material->recall.pairs && status == HY_OK; i++) {
        char *text = NULL;
        status = hy_sample_text(w->c, &w->t.weights, w->x->backend, &w->x->material->tokenizer, s->prompts[i],
                                s->sample_tokens, &sampler, NULL, &text);
        char **place = after ? &w->r->samples[i].after : &w->r->samples[i].before;
        free(*place);
        *place = text;
    }
    return status;
}

/* ---- steps ------------------------------------------------------------------------- */

/* Whether an evaluation follows a step. */
static bool evaluates(const struct hy_training *g, long step, long steps)
{
    return (step == steps && g->eval_last) || (g->eval_every > 0 && step % g->eval_every == 0);
}

/* Trains up to the next evaluation. */
static hy_status train_stretch(struct work *w, struct hy_train_loop *loop, const struct hy_conditions *before,
                               long until)
{
    struct hy_record *r = w->r;
    struct hy_gpu_watch watch = hy_gpu_watch_of(w->x->backend);
    hy_gpu_watch_begin(&watch);
    hy_status status = hy_train_until(loop, until);
    hy_record_set_train_tally(r, &loop->watch->tally);
    hy_record_set_conditions(r, before, loop->watch);
    if (status == HY_OK) {
        const struct hy_gpu_stretch s = hy_gpu_watch_end(&watch);
        hy_record_add_stretch(r, &s);
    } else if (!isfinite(w->t.loss) || !isfinite(w->t.norm)) { /* else a device failed: the steps can be done again */
        snprintf(r->status, sizeof r->status, "nan");
    }
    return status;
}

static hy_status train(struct work *w, long steps)
{
    const struct hy_training *g = &w->t.training;
    const struct hy_conditions before = w->r->conditions;
    struct hy_watch watch = {.observer = w->x->observer, .gpu = w->x->gpu, .tally = hy_record_train_tally(w->r)};
    struct hy_train_loop loop = {.trainer = &w->t,
                                 .batches = &w->batches,
                                 .progress = w->x->progress,
                                 .cost = w->cost,
                                 .trace = w->x->trace,
                                 .log = &w->steps,
                                 .watch = &watch,
                                 .seconds = w->r->train_seconds,
                                 .tokens = w->r->train_tokens};
    hy_status status = HY_OK;
    while (status == HY_OK && w->t.step < steps) {
        long until = w->t.step + 1;
        while (until < steps && !evaluates(g, until, steps))
            until++;
        loop.ppl = ppl_of(w->r);
        status = train_stretch(w, &loop, &before, until);
        if (status == HY_OK && w->t.step < until) {
            snprintf(w->r->status, sizeof w->r->status, "interrupted");
            status = save_state(w);
            return status == HY_OK ? hy_fail(HY_INTERRUPTED, "interrupted; `--resume` goes on from step %ld of '%s'",
                                             w->t.step, w->c->name)
                                   : status;
        }
        if (status == HY_OK && evaluates(g, until, steps)) {
            status = evaluate(w, until == steps && g->eval_last ? 0 : g->eval_samples);
            if (status == HY_OK)
                status = save_state(w);
        }
    }
    return status;
}

/* ---- decoding ---------------------------------------------------------------------- */

static void keep_cell(void *to, const struct hy_config *c, const struct hy_scaling_row *row)
{
    struct hy_record *r = to;
    (void)c;
    if (r->n_scaling < HY_SCALING_ROWS)
        r->scaling[r->n_scaling++] = *row;
}

/* Prefill and decode at the sample length and at longer contexts, one sequence; of the first seed and rate only. */
static hy_status measure_decoding(struct work *w)
{
    const struct hy_study *s = w->x->study;
    const bool smoke = strcmp(s->profile, "smoke") == 0, full = strcmp(s->profile, "full") == 0;
    const int one = 1, length = w->c->seq_len;
    int contexts[3] = {length}, n = 1;
    const int longer[2] = {smoke ? 2 * length : 1024, smoke ? 4 * length : 4096};
    for (int i = 0; i < 2; i++)
        if (longer[i] > contexts[n - 1])
            contexts[n++] = longer[i];
    const double budget = (smoke ? SMOKE_SECONDS : full ? FULL_SECONDS : QUICK_SECONDS) / s->n_variants;
    const struct hy_scaling_options o = {.contexts = contexts,
                                         .batches = &one,
                                         .n_contexts = n,
                                         .n_batches = 1,
                                         .timeout = budget,
                                         .budget = budget,
                                         .observer = w->x->observer,
                                         .gpu = w->x->gpu,
                                         .energy_seconds = ENERGY_SECONDS,
                                         .energy_cells = 1};
    w->r->n_scaling = 0;
    const bool first = w->key->seed == s->training.seed && w->key->lr == hy_study_rate(s, 0);
    return first ? hy_scaling_run(w->c, &w->t.weights, w->x->backend, &o, keep_cell, w->r) : HY_OK;
}

/* Where the time of a step goes; changes the weights. */
static void profile(struct work *w)
{
    struct hy_profile p;
    hy_batches_train(&w->batches, w->t.step, hy_trainer_ids(&w->t), hy_trainer_targets(&w->t));
    hy_profile_step(&w->t, w->x->peaks, w->x->observer, &p);
    hy_record_take_profile(w->r, &p);
}

/* What follows the last step: weights, samples, a profile. */
static hy_status finish(struct work *w)
{
    const struct hy_run_context *x = w->x;
    char *path = hy_run_path(x, "weights", w->c->name, w->key, ".safetensors");
    hy_status status = hy_weights_save(&w->t.weights, w->c, x->tokenizer_json, path);
    free(path);
    if (status == HY_OK)
        status = write_samples(w, true);
    w->r->steps = w->t.step;
    w->r->peak_bytes = (double)hy_rss_peak() -
                       (double)hy_observer_bytes(x->observer); /* of training: the next measurements count their own */
    if (status == HY_OK && x->material->recall.pairs)
        status = hy_recall_score(w->c, &w->t.weights, x->backend, x->material, w->t.training.batch, w->r);
    if (status == HY_OK)
        status = measure_decoding(w);
    if (status == HY_INTERRUPTED) { /* a resumed run has no steps left and comes here again */
        snprintf(w->r->status, sizeof w->r->status, "interrupted");
        hy_status saved = save_state(w);
        return saved == HY_OK ? hy_fail(status, "interrupted; `--resume` goes on with '%s'", w->c->name) : saved;
    }
    if (status == HY_OK) {
        profile(w); /* changes the weights: last */
        snprintf(w->r->status, sizeof w->r->status, "ok");
    }
    return status;
}

static hy_status set_up(struct work *w)
{
    const struct hy_run_context *x = w->x;
    const struct hy_samples *samples = &x->material->samples;
    struct hy_training training = x->study->training;
    training.seed = w->key->seed;
    training.lr = w->key->lr;
    hy_rss_peak_reset();
    hy_record_init(w->r, w->c->name, training.seed);
    hy_time_utc(w->r->started);
    hy_status status = hy_trainer_init(&w->t, w->c, &training, hy_study_total_steps(x->study, samples), x->backend);
    if (status != HY_OK)
        return status;
    hy_batches_init(&w->batches, samples, training.batch, training.seed);
    w->cost = hy_variant_step_flops(w->c, training.batch); /* as the sum over all steps counts it */
    hy_sha256_hex(w->t.weights.data[HY_VALUES], w->t.weights.length * sizeof(float), w->r->init_sha256);
    w->r->planned_bytes = (double)hy_trainer_planned_bytes(&w->t);
    w->state_path = hy_run_path(x, "state", w->c->name, w->key, ".safetensors");
    status = load_state(w);
    if (status == HY_OK)
        status = hy_table_append(&w->history, HY_TABLE_HISTORY, x->dir, x->name, x->material->corpus.name);
    if (status == HY_OK)
        status = hy_table_append(&w->steps, HY_TABLE_STEPS, x->dir, x->name, x->material->corpus.name);
    return status;
}

hy_status hy_run_variant(const struct hy_run_context *x, const struct hy_config *c, const struct hy_run_key *key,
                         struct hy_record *r)
{
    struct work w = {.x = x, .c = c, .key = key, .r = r};
    long steps = hy_study_run_steps(x->study, &x->material->samples);
    char *record_path = hy_run_path(x, "records", c->name, key, ".json");
    hy_status status = set_up(&w);
    if (status != HY_OK)
        goto out;
    hy_print_plan(&w.t);
    if (w.t.step > 0)
        fprintf(stderr, "%s: resumed after step %ld\n", c->name, w.t.step);
    if (x->study->sweep.n > 0)
        fprintf(stderr, "%s: learning rate %g\n", c->name, key->lr);
    hy_progress_variant(x->progress, c->name, steps);
    hy_progress_skip(x->progress, w.cost * (double)w.t.step);
    if (!r->samples[0].before)
        status = write_samples(&w, false);
    if (status == HY_OK)
        status = train(&w, steps);
    if (status == HY_OK)
        status = finish(&w);
    hy_progress_flush(x->progress);
out:
    /* both logs are closed whatever happened; the first trouble is the one reported */
    if (w.history.spec) {
        char *sentence = hy_format("%s", hy_error());
        hy_status h = hy_table_commit(&w.history), s = w.steps.spec ? hy_table_commit(&w.steps) : HY_OK;
        if (status == HY_OK)
            status = h != HY_OK ? h : s;
        else
            hy_fail(status, "%s", sentence);
        free(sentence);
    }
    if (status != HY_OK && strcmp(r->status, "running") == 0)
        snprintf(r->status, sizeof r->status, "failed");
    if (status == HY_OK || strcmp(r->status, "nan") == 0) {
        hy_status saved = hy_record_save(r, record_path);
        status = status == HY_OK ? saved : status;
    }
    if (status == HY_OK)
        unlink(w.state_path); /* the record and the weights are all that is needed now */
    free(record_path);
    free(w.state_path);
    hy_batches_fini(&w.batches);
    hy_trainer_fini(&w.t);
    return status;
}
