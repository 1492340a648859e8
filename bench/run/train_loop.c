#include "bench/run/train_loop.h"

#include "bench/cli/interrupt.h"
#include "bench/run/feed.h"
#include "kernels/base/clock.h"

static void log_step(struct hy_table *log, const struct hy_trainer *t, const struct hy_step_result *result)
{
    const double clip = t->training.clip;
    hy_table_text(log, "variant", t->config.name);
    hy_table_integer(log, "seed", (int64_t)t->training.seed);
    hy_table_integer(log, "step", result->step);
    hy_table_float(log, "lr", result->lr);
    hy_table_float(log, "loss", result->loss);
    hy_table_float(log, "grad_norm", result->norm);
    hy_table_integer(log, "clipped", clip > 0 && result->norm + 1e-6 > clip);
    hy_table_float(log, "peak_lr", t->training.lr);
    hy_table_end_row(log);
}

/* What the steps launched so far came to. A device's time includes what the host did meanwhile. */
static hy_status collect(struct hy_train_loop *l)
{
    struct hy_trainer *t = l->trainer;
    const struct hy_step_result *results;
    int n;
    if (t->launched == 0)
        return HY_OK;
    hy_status status = hy_trainer_collect(t, &results, &n);
    const double seconds = hy_seconds_since(l->since_ns), tokens = (double)n * t->training.batch * t->config.seq_len;
    l->seconds += seconds;
    l->tokens += tokens;
    if (l->watch)
        hy_watch_end(l->watch, tokens, seconds);
    for (int i = 0; l->log && i < n; i++)
        log_step(l->log, t, &results[i]);
    if (status == HY_OK && l->replay)
        hy_replay_step(l->replay, t);
    if (n > 0)
        hy_progress_step(l->progress, l->cost * n, t->step, t->loss, l->ppl, l->tokens / l->seconds);
    return status;
}

/* The next batch on its way to the trainer; a replay wants to see it. */
static hy_status feed(struct hy_train_loop *l)
{
    struct hy_trainer *t = l->trainer;
    if (!l->replay)
        return hy_feed(l->batches, t);
    hy_batches_train(l->batches, t->step, hy_trainer_ids(t), hy_trainer_targets(t));
    hy_replay_batch(l->replay, t);
    return HY_OK;
}

/* One step more; whoever needs its result now has it read. Steps are over before another epoch is fed, which is no
 * part of their time and may fail. */
static hy_status one_step(struct hy_train_loop *l, bool now)
{
    struct hy_trainer *t = l->trainer;
    hy_status status = hy_trainer_queued(t) == 0 ? collect(l) : HY_OK;
    if (status == HY_OK)
        status = feed(l);
    if (status != HY_OK)
        return status;
    if (t->launched == 0) {
        if (l->watch)
            hy_watch_begin(l->watch);
        l->since_ns = hy_now_ns();
    }
    hy_trainer_launch(t, l->trace);
    return now || l->replay || hy_trainer_full(t) || hy_progress_due(l->progress) ? collect(l) : HY_OK;
}

hy_status hy_train_until(struct hy_train_loop *l, long step)
{
    hy_status status = HY_OK;
    while (status == HY_OK && l->trainer->step < step && !hy_interrupt_requested())
        status = one_step(l, l->trainer->step + 1 == step);
    if (status == HY_OK)
        status = collect(l);
    if (l->watch)
        hy_watch_close(l->watch);
    return status;
}
