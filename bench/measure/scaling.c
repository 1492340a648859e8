#include "bench/measure/scaling.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cli/interrupt.h"
#include "bench/harness/watch.h"
#include "bench/measure/energy.h"
#include "bench/measure/rss.h"
#include "bench/measure/scaling_layers.h"
#include "kernels/base/clock.h"
#include "kernels/base/memory.h"
#include "kernels/base/rng.h"
#include "models/config/kvmap.h"
#include "models/decode/decode.h"

enum {
    CHUNK = 512,      /* tokens of each sequence in a prefill run, at most */
    MOST_ROWS = 1024, /* of all sequences in one */
    MOST_STEPS = 64,  /* tokens made at the end of a context */
    LISTENED = 4,     /* a part in so many of them is listened to, and not timed */
    FLOAT_BYTES = 4,
};

/* A cell in the making. */
struct cell {
    const struct hy_config *c;
    struct hy_decoder d;
    struct hy_scaling_row *row;
    int steps;     /* tokens to be made */
    int32_t *ids;  /* (batch, context) */
    int32_t *lens; /* (batch) */
    double timeout;
    uint64_t start;
    struct hy_watch prefill, decode;
};

/* Tokens made at the end of a context. */
static int steps_for(int context)
{
    return context / 8 < 1 ? 1 : context / 8 > MOST_STEPS ? MOST_STEPS : context / 8;
}

/* As many equal chunks as the prompt takes: hardly a row of them is padding. */
static int chunk_for(int prompt, int batch)
{
    int most = MOST_ROWS / batch;
    most = most > CHUNK ? CHUNK : most < 1 ? 1 : most;
    int chunks = (prompt + most - 1) / most;
    return chunks > 0 ? (prompt + chunks - 1) / chunks : 1;
}

static void count_bytes(struct cell *k, const struct hy_weights *w)
{
    struct hy_kvmap map, meta;
    struct hy_scaling_row *r = k->row;
    hy_kvmap(k->c, r->context, FLOAT_BYTES, FLOAT_BYTES, &map);
    hy_kvmap(k->c, 0, FLOAT_BYTES, FLOAT_BYTES, &meta);
    r->cache_bytes = (double)k->d.cache_bytes;
    r->cache_formula = (double)meta.kv_bytes + (double)r->batch * (double)(map.kv_bytes - meta.kv_bytes);
    r->cache_plain = (double)meta.plain_bytes + (double)r->batch * (double)(map.plain_bytes - meta.plain_bytes);
    r->ssm_bytes = (double)k->d.ssm_bytes;
    r->state_formula = (double)r->batch * (double)map.ssm_bytes;
    r->planned_bytes = (double)k->d.arena_bytes + (double)hy_weights_bytes(w);
}

static bool out_of_time(const struct cell *k)
{
    return hy_seconds_since(k->start) > k->timeout;
}

/* One run of each program, so that the clock meets warm caches and mapped pages. */
static hy_status warm_up(struct cell *k)
{
    const int B = k->row->batch;
    for (int b = 0; b < B; b++)
        k->lens[b] = k->d.fill.p ? k->d.fill.T : 1;
    hy_status status = hy_decoder_prefill(&k->d, k->ids, k->row->context, k->lens);
    hy_decoder_reset(&k->d);
    if (status == HY_OK)
        status = hy_decoder_step(&k->d, k->ids);
    hy_decoder_reset(&k->d);
    return status;
}

/* The prompt, a chunk at a time; what was done until time ran out still gives a rate. */
static hy_status prefill(struct cell *k)
{
    struct hy_scaling_row *r = k->row;
    const int prompt = r->context - k->steps, width = k->d.fill.p ? k->d.fill.T : 1;
    hy_status status = HY_OK;
    int done = 0;
    while (status == HY_OK && done < prompt) {
        if (hy_interrupt_requested())
            return hy_fail(HY_INTERRUPTED, "interrupted");
        if (out_of_time(k)) {
            snprintf(r->stop_reason, sizeof r->stop_reason, "timeout of %g s after %d of %d prompt tokens", k->timeout,
                     done, prompt);
            break;
        }
        int n = prompt - done < width ? prompt - done : width;
        for (int b = 0; b < r->batch; b++)
            k->lens[b] = n;
        hy_watch_begin(&k->prefill);
        uint64_t start = hy_now_ns();
        /* rows are `context` apart; the random ids of another place do as well as any */
        status = hy_decoder_prefill(&k->d, k->ids, r->context, k->lens);
        hy_watch_end(&k->prefill, (double)r->batch * n, hy_seconds_since(start));
        done += n;
    }
    hy_watch_close(&k->prefill);
    if (done > 0 && status == HY_OK)
        r->prefill_tok_s = hy_tally_rate(&k->prefill.tally);
    return status;
}

static hy_status decode(struct cell *k, const struct hy_weights *w)
{
    struct hy_scaling_row *r = k->row;
    hy_status status = HY_OK;
    const int listened = k->steps / LISTENED, timed = k->steps - listened;
    int done = 0;
    while (status == HY_OK && done < timed && !out_of_time(k)) {
        if (hy_interrupt_requested())
            return hy_fail(HY_INTERRUPTED, "interrupted");
        hy_watch_begin(&k->decode);
        uint64_t start = hy_now_ns();
        status = hy_decoder_step(&k->d, k->ids + (size_t)done++ * (size_t)r->batch);
        hy_watch_end(&k->decode, r->batch, hy_seconds_since(start));
    }
    hy_watch_close(&k->decode);
    if (status != HY_OK)
        return status;
    if (done < timed)
        snprintf(r->stop_reason, sizeof r->stop_reason, "timeout of %g s after %d of %d new tokens", k->timeout, done,
                 k->steps);
    if (done > 0) {
        r->decode_tok_s = hy_tally_rate(&k->decode.tally);
        r->decode_gbps = (double)w->params.count * FLOAT_BYTES * r->decode_tok_s / r->batch * 1e-9;
    }
    if (done == timed && !out_of_time(k))
        status = hy_scaling_layers(&k->d, k->ids + (size_t)done * (size_t)r->batch, listened, k->decode.observer, r);
    return status;
}

/* A token more of each sequence, and as if it had never been: the caches' places are written again, and the scan states
 * go on from it. What it computes is nobody's, what it costs is a token's at the end of the context. */
static hy_status one_more(void *ctx, double *units)
{
    struct cell *k = ctx;
    hy_status status = hy_decoder_step(&k->d, k->ids);
    for (int b = 0; b < k->row->batch && status == HY_OK; b++)
        k->d.done[b]--;
    *units = k->row->batch;
    return status;
}

/* Energy of a token where the tokens ended; how long that took is added to *took. */
static hy_status measure_energy(struct cell *k, double seconds, double *took)
{
    const struct hy_energy_work work = {one_more, k};
    const uint64_t start = hy_now_ns();
    for (int b = 0; b < k->row->batch; b++)
        k->d.done[b] -= k->d.done[b] == k->row->context; /* there is no room for another one */
    hy_status status = hy_energy_per_unit(k->d.backend, seconds, &work, &k->row->decode_joules);
    *took += hy_seconds_since(start);
    return status;
}

static void forget_sentence(struct hy_scaling_row *r)
{
    snprintf(r->stop_reason, sizeof r->stop_reason, "%s", hy_error());
}

/* Of what was timed: a prompt by the clock, tokens by clock and memory. */
static struct hy_conditions conditions_of(struct cell *k)
{
    struct hy_conditions prefill = hy_conditions_unknown, decode = hy_conditions_unknown;
    if (k->prefill.tally.parts > 0)
        prefill = hy_watch_conditions(&k->prefill, false);
    if (k->decode.tally.parts > 0)
        decode = hy_watch_conditions(&k->decode, true);
    return hy_conditions_worse(&prefill, &decode);
}

/* `energy`: seconds that were spent on that, NULL: it is not wanted. */
static hy_status measure(const struct hy_config *c, struct hy_weights *w, struct hy_backend backend,
                         const struct hy_scaling_options *all, double timeout, double *energy,
                         struct hy_scaling_row *row)
{
    struct hy_observer *observer = hy_on_device(backend) ? NULL : all->observer;
    struct cell k = {.c = c,
                     .row = row,
                     .timeout = timeout,
                     .start = hy_now_ns(),
                     .prefill = {.observer = observer, .gpu = all->gpu, .realtime = true},
                     .decode = {.observer = observer, .gpu = all->gpu, .realtime = true}};
    const struct hy_decoder_options o = {.batch = row->batch,
                                         .context = row->context,
                                         .chunk = chunk_for(row->context - steps_for(row->context), row->batch)};
    const size_t cells = (size_t)row->batch * (size_t)row->context;
    const char *limit;
    const double left = hy_memory_left(&limit), needed = (double)hy_decoder_bytes(c, w, &o), mib = 1 << 20;
    if (needed > 0.9 * left) {
        snprintf(row->stop_reason, sizeof row->stop_reason, "needs %.0f MiB, %s %.0f MiB", needed / mib, limit,
                 left / mib);
        return HY_OK;
    }
    hy_rss_peak_reset();
    k.steps = steps_for(row->context);
    k.ids = malloc(cells * sizeof *k.ids);
    k.lens = malloc((size_t)row->batch * sizeof *k.lens);
    HY_ASSERT(k.ids && k.lens, "out of memory for token ids, which are small beside the caches");
    struct hy_stream stream = hy_stream_open(1, "scaling");
    for (size_t i = 0; i < cells; i++)
        k.ids[i] = (int32_t)(hy_stream_uniform(&stream) * c->vocab);

    hy_status status = hy_decoder_init(&k.d, c, w, &o, backend);
    if (status == HY_RUN_FAILED) {
        forget_sentence(row);
        status = HY_OK;
        goto out;
    }
    count_bytes(&k, w);
    status = warm_up(&k);
    if (status == HY_OK)
        status = prefill(&k);
    if (status == HY_OK && !row->stop_reason[0])
        status = decode(&k, w);
    if (status == HY_OK && !row->stop_reason[0] && energy && !out_of_time(&k))
        status = measure_energy(&k, all->energy_seconds, energy);
    row->peak_bytes = (double)hy_rss_peak() - (double)hy_observer_bytes(observer);
    row->conditions = conditions_of(&k);
out:
    hy_decoder_fini(&k.d);
    free(k.ids);
    free(k.lens);
    return status;
}

hy_status hy_scaling_run(const struct hy_config *c, struct hy_weights *w, struct hy_backend backend,
                         const struct hy_scaling_options *o, hy_scaling_sink *sink, void *to)
{
    const uint64_t start = hy_now_ns();
    double energy = 0; /* seconds of it: no part of the budget */
    int cells = 0;
    for (int i = 0; i < o->n_batches; i++) {
        int stopped_at = 0; /* the context that was too much for this batch */
        for (int j = 0; j < o->n_contexts; j++) {
            struct hy_scaling_row row = hy_scaling_row(o->contexts[j], o->batches[i]);
            double left = o->budget > 0 ? o->budget + energy - hy_seconds_since(start) : o->timeout;
            if (stopped_at > 0)
                snprintf(row.stop_reason, sizeof row.stop_reason, "not tried: context %d was too much already",
                         stopped_at);
            else if (left <= 0)
                snprintf(row.stop_reason, sizeof row.stop_reason, "not tried: the %g s for all cells were over",
                         o->budget);
            else {
                double *wanted = cells++ < o->energy_cells ? &energy : NULL;
                hy_status status = measure(c, w, backend, o, left < o->timeout ? left : o->timeout, wanted, &row);
                if (status != HY_OK)
                    return status;
                stopped_at = row.stop_reason[0] ? row.context : 0;
            }
            sink(to, c, &row);
        }
    }
    return HY_OK;
}
