/* hymbench bench-decode: reading prompts and making tokens against this machine's own rates.
 *
 * Prompts and GEMM bursts, tokens and read bursts alternate in one process, so that
 * whatever else the machine does hits both; a disturbed round is taken again. What tokens are held
 * against is reading an array as large as the weights again and again: from the level of the memory
 * hierarchy in which the weights lie, be it memory or a cache. Shares are medians over the alternations,
 * and so is the time of a token at a longer context over that at the first one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cli/settings.h"
#include "bench/cli/study_file.h"
#include "bench/commands/commands.h"
#include "bench/harness/burst.h"
#include "bench/harness/roofs.h"
#include "bench/harness/rounds.h"
#include "bench/harness/verdict.h"
#include "bench/measure/profile_step.h"
#include "kernels/base/clock.h"
#include "kernels/base/rng.h"
#include "kernels/base/threads.h"
#include "models/config/layers.h"
#include "models/decode/decode.h"

enum {
    MAX_ROUNDS = 101,
    MAX_CONTEXTS = 8,
    LARGEST_CONTEXT = 1 << 20,
    LARGEST_BATCH = 1024,
    TOKENS = 16,         /* made in a round, at each context */
    PROFILED_TOKENS = 8, /* of which the table of ops is the mean */
};
static const double BURST_SECONDS = 0.1;

/* One context length: a decoder that holds so many tokens and has room for those made. */
struct place {
    int context;
    struct hy_decoder d;
    double step_ns[2 * MAX_ROUNDS];
    double read_gbps[2 * MAX_ROUNDS], read_share[2 * MAX_ROUNDS];
    double ratio[2 * MAX_ROUNDS]; /* of step_ns to the first context's of the same round */
};

struct bench {
    const struct hy_config *c;
    struct hy_weights w;
    int batch, rounds, chunk, n;
    struct place places[MAX_CONTEXTS];
    struct hy_decoder reader; /* reads prompts of the first context again and again */
    int32_t *ids;             /* (batch, longest context) */
    int32_t *lens;            /* (batch) */
    int width;                /* of a row of ids */
    struct hy_rounds done;
    struct hy_verdict verdict;
    struct hy_watch watch;
    const char *level; /* of the memory hierarchy, that holds the weights */
    double prefill_ns[2 * MAX_ROUNDS], gemm[2 * MAX_ROUNDS], gemm_share[2 * MAX_ROUNDS];
};

/* ---- what is counted ------------------------------------------------------------------ */

/* Products of the linear layers and of attention over the pairs that the masks allow, of
 * one prompt; the head of its last token alone, as prefill computes it. */
static double prompt_flops(const struct hy_decoder *d, int length)
{
    const struct hy_config *c = &d->config;
    double linear = 0, pairs = 0;
    for (int i = 0; i < d->one.p->n_nodes; i++) {
        const struct hy_node *n = &d->one.p->nodes[i];
        bool head = n->layer < 0;
        if (hy_ops[n->op].traits & HY_TRAIT_GEMM)
            linear += 2.0 * n->sizes.linear.in * n->sizes.linear.out * (head ? 1 : length);
    }
    for (int i = 0; hy_has_attention(c) && i < c->n_layers; i++) {
        int window = hy_layer_window(c, i);
        for (int t = 0; t < length; t++)
            pairs += c->meta_tokens + (window > 0 && t + 1 > window ? window : t + 1);
    }
    return linear + 4.0 * pairs * c->q_heads * c->head_dim;
}

/* Bytes of all parameters but the meta tokens: the tied embedding is read once, by the head. */
static double weight_bytes(const struct hy_config *c, const struct hy_weights *w)
{
    return 4.0 * ((double)w->params.count - (double)c->meta_tokens * c->d_model);
}

/* ---- measuring ------------------------------------------------------------------------ */

static hy_status read_prompt(struct bench *k, struct hy_decoder *d, int length)
{
    for (int b = 0; b < k->batch; b++)
        k->lens[b] = length;
    hy_decoder_reset(d);
    return hy_decoder_prefill(d, k->ids, k->width, k->lens);
}

/* As many equal chunks as it takes, so that none of their rows is padding. */
static int chunk_for(int context, int most)
{
    int chunks = (context + most - 1) / most;
    return (context + chunks - 1) / chunks;
}

static hy_status open_decoder(struct bench *k, struct hy_decoder *d, int context, int room, struct hy_backend backend)
{
    const struct hy_decoder_options o = {
        .batch = k->batch, .context = context + room, .chunk = chunk_for(context, k->chunk)};
    hy_status status = hy_decoder_init(d, k->c, &k->w, &o, backend);
    return status == HY_OK ? read_prompt(k, d, context) : status;
}

static hy_status set_up(struct bench *k, uint64_t seed, struct hy_backend backend)
{
    hy_status status = hy_weights_init(&k->w, k->c, false);
    if (status != HY_OK)
        return status;
    hy_weights_draw(&k->w, k->c, seed);
    for (int i = 0; i < k->n; i++)
        k->width = k->places[i].context > k->width ? k->places[i].context : k->width;
    const size_t cells = (size_t)k->batch * (size_t)k->width;
    k->ids = malloc(cells * sizeof *k->ids);
    k->lens = malloc((size_t)k->batch * sizeof *k->lens);
    HY_ASSERT(k->ids && k->lens, "out of memory for token ids, which are small beside the caches");
    struct hy_stream stream = hy_stream_open(seed, "bench-decode");
    for (size_t i = 0; i < cells; i++)
        k->ids[i] = (int32_t)(hy_stream_uniform(&stream) * k->c->vocab);
    status = open_decoder(k, &k->reader, k->places[0].context, 0, backend);
    for (int i = 0; i < k->n && status == HY_OK; i++)
        status = open_decoder(k, &k->places[i].d, k->places[i].context,
                              (2 * k->rounds + 1) * TOKENS + 2 * PROFILED_TOKENS, backend);
    return status;
}

static void fini(struct bench *k)
{
    hy_decoder_fini(&k->reader);
    for (int i = 0; i < k->n; i++)
        hy_decoder_fini(&k->places[i].d);
    hy_weights_fini(&k->w);
    free(k->ids);
    free(k->lens);
}

static hy_status make_tokens(const struct bench *k, struct place *p, int tokens, double *step_ns)
{
    hy_status status = HY_OK;
    uint64_t start = hy_now_ns();
    for (int i = 0; i < tokens && status == HY_OK; i++)
        status = hy_decoder_step(&p->d, k->ids);
    *step_ns = (double)(hy_now_ns() - start) / tokens;
    return status;
}

/* A timed piece of a round under a witness of its own: before it, and behind it (true: disturbed). */
static void piece_begin(struct bench *k)
{
    hy_watch_begin(&k->watch);
}

static bool piece_end(struct bench *k, double seconds)
{
    return hy_watch_end(&k->watch, 1, seconds) | hy_watch_close(&k->watch);
}

static hy_status tokens_of_round(struct bench *k, struct place *p, const struct hy_read_burst *reading, bool *disturbed)
{
    const int round = k->done.taken;
    piece_begin(k);
    hy_status status = make_tokens(k, p, TOKENS, &p->step_ns[round]);
    *disturbed |= piece_end(k, TOKENS * p->step_ns[round] * 1e-9);
    piece_begin(k);
    const uint64_t start = hy_now_ns();
    p->read_gbps[round] = hy_read_burst(reading, BURST_SECONDS);
    *disturbed |= piece_end(k, hy_seconds_since(start));
    p->read_share[round] = weight_bytes(k->c, &k->w) / p->step_ns[round] / p->read_gbps[round];
    p->ratio[round] = p->step_ns[round] / k->places[0].step_ns[round];
    return status;
}

static hy_status one_round(struct bench *k, const struct hy_gemm_burst *gemm, const struct hy_read_burst *reading)
{
    const int round = k->done.taken;
    bool disturbed = false;
    hy_status status = HY_OK;
    for (int i = 0; i < k->n && status == HY_OK; i++)
        status = tokens_of_round(k, &k->places[i], reading, &disturbed);
    if (status != HY_OK)
        return status;
    piece_begin(k);
    uint64_t start = hy_now_ns();
    status = read_prompt(k, &k->reader, k->places[0].context);
    k->prefill_ns[round] = (double)(hy_now_ns() - start);
    disturbed |= piece_end(k, k->prefill_ns[round] * 1e-9);
    piece_begin(k);
    start = hy_now_ns();
    k->gemm[round] = hy_gemm_burst(gemm, BURST_SECONDS);
    disturbed |= piece_end(k, hy_seconds_since(start));
    k->gemm_share[round] =
        k->batch * prompt_flops(&k->reader, k->places[0].context) / k->prefill_ns[round] / k->gemm[round];
    hy_rounds_end(&k->done, disturbed);
    return status;
}

static hy_status alternate(struct bench *k)
{
    struct hy_gemm_burst gemm;
    struct hy_read_burst reading;
    double unused;
    hy_status status = hy_gemm_burst_init(&gemm, k->reader.one.p->backend);
    if (status != HY_OK)
        return status;
    hy_read_burst_init(&reading, (size_t)weight_bytes(k->c, &k->w));
    (void)hy_gemm_burst(&gemm, BURST_SECONDS); /* warms up, as filling the decoders did */
    (void)hy_read_burst(&reading, BURST_SECONDS);
    for (int i = 0; i < k->n && status == HY_OK; i++)
        status = make_tokens(k, &k->places[i], TOKENS, &unused);
    k->level = hy_read_burst_level(&reading);
    k->done = (struct hy_rounds){.asked = k->rounds};
    while (status == HY_OK && hy_rounds_more(&k->done))
        status = one_round(k, &gemm, &reading);
    hy_gemm_burst_fini(&gemm);
    hy_read_burst_fini(&reading);
    return status;
}

/* ---- telling -------------------------------------------------------------------------- */

/* A prompt, or a token, with the ops' own times; disturbed ones are taken again. */
static hy_status profile(struct bench *k, struct hy_decoder *d, bool prompt, const struct hy_peaks *peaks)
{
    const struct hy_program *p = prompt && d->fill.p ? d->fill.p : d->one.p;
    struct hy_rounds rounds = {.asked = prompt ? HY_PROFILE_STEPS : PROFILED_TOKENS};
    struct hy_listener l;
    hy_status status = HY_OK;
    hy_listener_init(&l, p->n_steps, k->watch.observer);
    d->trace = &l.one.trace;
    while (status == HY_OK && hy_rounds_more(&rounds)) {
        hy_listener_begin(&l);
        status = prompt ? read_prompt(k, d, k->places[0].context) : hy_decoder_step(d, k->ids);
        hy_rounds_end(&rounds, hy_listener_end(&l));
    }
    d->trace = NULL;
    if (status == HY_OK) {
        struct hy_profile rows;
        hy_profile_rounds(p, &l, &rounds, peaks, &rows);
        hy_verdict_add(&k->verdict, rows.conditions.quality);
        printf("\n%s\n", prompt ? "a chunk of the prompt" : "a token");
        hy_profile_print(&rows, stdout);
        hy_profile_fini(&rows);
    }
    hy_listener_fini(&l);
    return status;
}

static hy_status tell(struct bench *k)
{
    struct hy_peaks peaks;
    const struct place *first = &k->places[0];
    const double bytes = weight_bytes(k->c, &k->w), prefill = hy_rounds_median(&k->done, k->prefill_ns);
    const struct hy_conditions c = hy_rounds_conditions(&k->done, &k->watch, strcmp(k->level, "l2") != 0);
    char conditions[HY_CONDITIONS_TEXT];
    hy_conditions_text(&c, conditions);
    hy_verdict_add(&k->verdict, c.quality);
    printf("variant,threads,isa,batch,context,chunk,rounds,prefill_tok_s,prefill_gflops,sgemm_gflops,"
           "prefill_share," HY_CONDITIONS_COLUMNS "\n");
    printf("%s,%d,%s,%d,%d,%d,%d,%.1f,%.2f,%.2f,%.4f,%s\n\n", k->c->name, hy_threads(), hy_isa_name(hy_isa()), k->batch,
           first->context, k->reader.options.chunk, k->rounds, k->batch * first->context / prefill * 1e9,
           k->batch * prompt_flops(&k->reader, first->context) / prefill, hy_rounds_median(&k->done, k->gemm),
           hy_rounds_median(&k->done, k->gemm_share), conditions);
    printf("variant,threads,isa,batch,context,rounds,decode_tok_s,token_ms,weight_mb,level,decode_gbps,%s_read_gbps,"
           "decode_share,time_ratio," HY_CONDITIONS_COLUMNS "\n",
           k->level);
    for (int i = 0; i < k->n; i++) {
        const struct place *p = &k->places[i];
        const double ns = hy_rounds_median(&k->done, p->step_ns);
        printf("%s,%d,%s,%d,%d,%d,%.2f,%.4f,%.3f,%s,%.2f,%.2f,%.4f,%.4f,%s\n", k->c->name, hy_threads(),
               hy_isa_name(hy_isa()), k->batch, p->context, k->rounds, k->batch / ns * 1e9, ns * 1e-6, bytes * 1e-6,
               k->level, bytes / ns, hy_rounds_median(&k->done, p->read_gbps),
               hy_rounds_median(&k->done, p->read_share), hy_rounds_median(&k->done, p->ratio), conditions);
    }
    hy_status status = hy_peaks_of(k->reader.one.p->backend, &peaks);
    if (status == HY_OK)
        status = profile(k, &k->reader, true, &peaks);
    return status == HY_OK ? profile(k, &k->places[0].d, false, &peaks) : status;
}

/* ---- the command ---------------------------------------------------------------------- */

static hy_status take_contexts(struct bench *k, const struct hy_list *list)
{
    static const int defaults[] = {512, 4096};
    k->n = list->n > 0 ? list->n : (int)(sizeof defaults / sizeof *defaults);
    if (k->n > MAX_CONTEXTS)
        return hy_fail(HY_BAD_INPUT, "--contexts names %d numbers; at most %d", k->n, MAX_CONTEXTS);
    for (int i = 0; i < k->n; i++) {
        char *end = NULL;
        long value = list->n > 0 ? strtol(list->items[i], &end, 10) : defaults[i];
        if (list->n > 0 && (*end || end == list->items[i] || value < 1 || value > LARGEST_CONTEXT))
            return hy_fail(HY_BAD_INPUT, "--contexts: '%.40s' is no number from 1 to %d", list->items[i],
                           LARGEST_CONTEXT);
        k->places[i].context = (int)value;
    }
    return HY_OK;
}

static hy_status measure(struct bench *k, uint64_t seed, struct hy_backend backend)
{
    struct hy_observer observer;
    hy_observer_open_long(&observer);
    k->watch = (struct hy_watch){.observer = &observer, .realtime = true};
    hy_status status = set_up(k, seed, backend);
    if (status == HY_OK)
        status = alternate(k);
    if (status == HY_OK)
        status = tell(k);
    fini(k);
    hy_observer_close(&observer);
    return status == HY_OK ? hy_verdict_of(&k->verdict) : status;
}

hy_status hy_cmd_bench_decode(int argc, char **argv)
{
    static struct bench k;
    struct hy_globals globals;
    struct hy_list contexts = {0};
    const char *variant = NULL, *config = NULL;
    k = (struct bench){.batch = 1, .rounds = 9, .chunk = 512};
    const struct hy_option table[] = {hy_variant_option(&variant),
                                      hy_config_option(&config),
                                      {.name = "contexts",
                                       .kind = HY_OPT_LIST,
                                       .to = &contexts,
                                       .value = "L,..",
                                       .help = "content tokens held (default 512,4096); prompts are read at the first"},
                                      {.name = "batch",
                                       .kind = HY_OPT_INT,
                                       .to = &k.batch,
                                       .min = 1,
                                       .max = LARGEST_BATCH,
                                       .value = "N",
                                       .help = "sequences (default 1)"},
                                      {.name = "chunk",
                                       .kind = HY_OPT_INT,
                                       .to = &k.chunk,
                                       .min = 1,
                                       .max = LARGEST_CONTEXT,
                                       .value = "N",
                                       .help = "prompt tokens of a sequence in a run, at most (default 512)"},
                                      {.name = "rounds",
                                       .kind = HY_OPT_INT,
                                       .to = &k.rounds,
                                       .min = 1,
                                       .max = MAX_ROUNDS,
                                       .value = "N",
                                       .help = "alternations of prompt, tokens and bursts (default 9)"},
                                      {0}};
    const struct hy_command usage = {
        .name = "bench-decode",
        .summary = "time prompts against this machine's own GEMM rate and tokens against the rate at which it reads\n"
                   "as many bytes as the weights have (profile full unless told)",
        .options = table};
    struct hy_study study = {0};
    struct hy_backend backend = hy_backend(HY_WHERE_CPU, HY_F32);
    bool help = false;
    hy_status status = hy_options_parse(&usage, argc, argv, &globals, &help, NULL);
    if (help || status != HY_OK)
        goto out;
    status = hy_need_variant("bench-decode", variant);
    if (status == HY_OK)
        status = take_contexts(&k, &contexts);
    if (status == HY_OK)
        status = hy_settings_apply(&globals, &backend);
    if (status == HY_OK && hy_on_device(backend))
        status = hy_fail(HY_BAD_INPUT, "bench-decode holds tokens against the rate at which the CPU reads memory; "
                                       "`hymbench scaling` measures decoding on a device");
    if (status == HY_OK)
        status = hy_open_variant(config, globals.profile ? globals.profile : "full", variant, &study, &k.c);
    if (status == HY_OK)
        status = measure(&k, globals.given.seed ? globals.seed : study.training.seed, backend);
    hy_study_fini(&study);
out:
    hy_list_fini(&contexts);
    return status;
}
