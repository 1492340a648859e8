/* hymbench bench-step: one training step against this machine's own GEMM rate.
 *
 * Steps and GEMM bursts alternate in one process, so that whatever else the
 * machine does hits both; the share is the median over the alternations. A device is
 * waited for as in training: once for several steps, whose batches lie there. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cli/material.h"
#include "bench/cli/settings.h"
#include "bench/cli/study_file.h"
#include "bench/cli/training_options.h"
#include "bench/commands/commands.h"
#include "bench/harness/burst.h"
#include "bench/harness/roofs.h"
#include "bench/harness/rounds.h"
#include "bench/harness/verdict.h"
#include "bench/measure/capture_steps.h"
#include "bench/measure/energy.h"
#include "bench/measure/estimate.h"
#include "bench/measure/profile_perf.h"
#include "bench/measure/profile_step.h"
#include "bench/run/plan.h"
#include "bench/run/step_folder.h"
#include "kernels/base/clock.h"
#include "kernels/base/rng.h"
#include "kernels/base/threads.h"
#include "kernels/device.h"
#include "models/train/trainer.h"

enum { MAX_ROUNDS = 1001, WARM_UPS = 2, MOST_CAPTURED = 10000 };
static const double BURST_SECONDS = 0.3;

struct figures {
    struct hy_rounds rounds;
    double step_ns[HY_MOST_ROUNDS], gemm[HY_MOST_ROUNDS], share[HY_MOST_ROUNDS];
};

/* Random batches for as many steps as can be launched ahead. */
struct feed {
    int32_t *ids, *targets; /* (HY_STEPS_AHEAD, batch, seq_len) */
};

static void feed_init(struct feed *f, const struct hy_trainer *t)
{
    const size_t cells = (size_t)t->training.batch * (size_t)t->config.seq_len, all = HY_STEPS_AHEAD * cells;
    struct hy_stream stream = hy_stream_open(t->training.seed, "bench-step");
    f->ids = malloc(2 * all * sizeof *f->ids);
    HY_ASSERT(f->ids, "out of memory for token ids, which are small beside the activations");
    f->targets = f->ids + all;
    for (size_t i = 0; i < all; i++) {
        f->ids[i] = (int32_t)(hy_stream_uniform(&stream) * t->config.vocab);
        f->targets[i] = (int32_t)(hy_stream_uniform(&stream) * t->config.vocab);
    }
    memcpy(hy_trainer_ids(t), f->ids, cells * sizeof *f->ids); /* what a step takes when nothing is queued */
    memcpy(hy_trainer_targets(t), f->targets, cells * sizeof *f->targets);
}

/* ns of a step: n of them are launched and waited for once. */
static hy_status time_steps(struct hy_trainer *t, const struct feed *f, int n, double *ns)
{
    const struct hy_step_result *unused;
    int collected;
    hy_status status = hy_on_device(t->backend) ? hy_trainer_queue(t, f->ids, f->targets, n) : HY_OK;
    if (status == HY_OK)
        status = hy_backend_wait(t->backend);
    if (status != HY_OK)
        return status;
    uint64_t start = hy_now_ns();
    for (int i = 0; i < n; i++)
        hy_trainer_launch(t, NULL);
    (void)hy_trainer_collect(t, &unused, &collected); /* a loss that is not finite is no trouble here */
    *ns = (double)(hy_now_ns() - start) / n;
    return hy_backend_wait(t->backend);
}

/* How many steps make a sample: one, or on a device as many as last about as long as a burst. */
static hy_status sample_size(struct hy_trainer *t, const struct feed *f, int *n)
{
    double ns;
    *n = 1;
    if (!hy_on_device(t->backend))
        return HY_OK;
    hy_status status = time_steps(t, f, 1, &ns);
    if (status == HY_OK)
        *n = (int)fmax(1, fmin(HY_STEPS_AHEAD, BURST_SECONDS * 1e9 / ns));
    return status;
}

/* Step and burst one after the other; a witness each. */
static hy_status one_round(struct hy_trainer *t, const struct feed *feed, int steps, const struct hy_gemm_burst *burst,
                           struct hy_watch *watch, struct figures *f)
{
    const int i = f->rounds.taken;
    hy_watch_begin(watch);
    hy_status status = time_steps(t, feed, steps, &f->step_ns[i]);
    bool disturbed = hy_watch_end(watch, steps, steps * f->step_ns[i] * 1e-9) | hy_watch_close(watch);
    if (status != HY_OK)
        return status;
    hy_watch_begin(watch);
    const uint64_t start = hy_now_ns();
    f->gemm[i] = hy_gemm_burst(burst, BURST_SECONDS);
    disturbed |= hy_watch_end(watch, 0, hy_seconds_since(start)) | hy_watch_close(watch);
    f->share[i] = hy_lm_matrix_flops(&t->train) / f->step_ns[i] / f->gemm[i];
    hy_rounds_end(&f->rounds, disturbed);
    return HY_OK;
}

static hy_status alternate(struct hy_trainer *t, const struct feed *feed, struct hy_watch *watch, struct figures *f)
{
    struct hy_gemm_burst burst;
    hy_status status = hy_gemm_burst_init(&burst, t->backend);
    double unused;
    int steps = 1;
    for (int i = 0; status == HY_OK && i < WARM_UPS; i++) {
        status = time_steps(t, feed, 1, &unused);
        (void)hy_gemm_burst(&burst, BURST_SECONDS);
    }
    if (status == HY_OK)
        status = sample_size(t, feed, &steps);
    while (status == HY_OK && hy_rounds_more(&f->rounds))
        status = one_round(t, feed, steps, &burst, watch, f);
    hy_gemm_burst_fini(&burst);
    return status;
}

/* ---- energy ------------------------------------------------------------------------------ */

static const double ENERGY_SECONDS = 1, PIECE_NS = 2e7;

struct pieces {
    struct hy_trainer *t;
    const struct feed *feed;
    int steps; /* of one */
};

static hy_status piece(void *ctx, double *units)
{
    const struct pieces *p = ctx;
    double unused;
    *units = (double)p->steps * p->t->training.batch * p->t->config.seq_len;
    return time_steps(p->t, p->feed, p->steps, &unused);
}

/* Of a content token; steps alone, without the bursts between. */
static hy_status measure_energy(struct hy_trainer *t, const struct feed *feed, double step_ns, double *joules)
{
    struct pieces p = {t, feed, (int)fmax(1, fmin(HY_STEPS_AHEAD, PIECE_NS / step_ns))};
    const struct hy_energy_work work = {piece, &p};
    return hy_energy_per_unit(t->backend, ENERGY_SECONDS, &work, joules);
}

/* ---- telling ------------------------------------------------------------------------------- */

static void print_figures(const struct hy_trainer *t, const struct figures *f, const struct hy_conditions *c,
                          double joules)
{
    const double step = hy_rounds_median(&f->rounds, f->step_ns), flops = hy_lm_matrix_flops(&t->train);
    char conditions[HY_CONDITIONS_TEXT], energy[32] = "";
    hy_conditions_text(c, conditions);
    if (isfinite(joules))
        snprintf(energy, sizeof energy, "%.4g", joules);
    printf("variant,precision,threads,isa,batch,seq_len,dropout,rounds,step_ms,matrix_flops,gflops,sgemm_gflops,share,"
           "planned_mib," HY_CONDITIONS_COLUMNS ",joules_per_token\n");
    printf("%s,%s,%d,%s,%d,%d,%g,%d,%.3f,%.6g,%.2f,%.2f,%.4f,%.0f,%s,%s\n", t->config.name,
           hy_precision_name(t->backend.precision), hy_threads(), hy_isa_name(hy_isa()), t->training.batch,
           t->config.seq_len, (double)t->config.dropout, f->rounds.asked, step * 1e-6, flops, flops / step,
           hy_rounds_median(&f->rounds, f->gemm), hy_rounds_median(&f->rounds, f->share),
           (double)hy_trainer_planned_bytes(t) / (1 << 20), conditions, energy);
}

/* What was asked for beside the study. */
struct options {
    const char *variant, *config, *estimate, *out, *ranges;
    int rounds, capture;
    bool perf;
};

static void print_counted(const struct hy_perf_profile *counted)
{
    printf("\nper step, counted in a repeat of its own:\n");
    hy_perf_profile_print(counted, stdout);
    if (counted->why[0])
        hy_warn_once("no cycles, instructions or cache misses: %s", counted->why);
}

static hy_status print_profile(const struct options *o, const struct hy_study *s, struct hy_trainer *t,
                               struct hy_observer *observer, struct hy_verdict *verdict)
{
    struct hy_peaks peaks;
    struct hy_profile profile;
    struct hy_perf_profile counted = {0};
    hy_status status = hy_peaks_of(t->backend, &peaks);
    if (status != HY_OK)
        return status;
    hy_profile_step(t, &peaks, observer, &profile);
    hy_verdict_add(verdict, profile.conditions.quality);
    printf("\n");
    hy_profile_print(&profile, stdout);
    if (o->perf) {
        hy_profile_perf(t, HY_PROFILE_STEPS, &counted);
        print_counted(&counted);
    }
    const struct hy_step_folder folder = {.dir = o->out,
                                          .study = s,
                                          .variant = t->config.name,
                                          .backend = t->backend,
                                          .peaks = &peaks,
                                          .profile = &profile,
                                          .perf = o->perf ? &counted : NULL};
    if (o->out)
        status = hy_step_folder_put(&folder);
    hy_perf_profile_fini(&counted);
    hy_profile_fini(&profile);
    return status;
}

static hy_status measure(const struct options *o, const struct hy_study *s, struct hy_trainer *t,
                         const struct feed *feed)
{
    struct hy_observer observer = {0};
    struct hy_verdict verdict = {0};
    static struct figures f;
    const bool device = hy_on_device(t->backend);
    if (!device)
        hy_observer_open_long(&observer);
    struct hy_gpu_witness gpu = {.device = NULL};
    struct hy_watch watch = {.observer = device ? NULL : &observer, .gpu = device ? &gpu : NULL, .realtime = true};
    double joules = NAN;
    if (device)
        hy_gpu_witness_open(&gpu, hy_cuda_about().index);
    f.rounds = (struct hy_rounds){.asked = o->rounds};
    hy_status status = alternate(t, feed, &watch, &f);
    if (status == HY_OK)
        status = measure_energy(t, feed, hy_rounds_median(&f.rounds, f.step_ns), &joules);
    if (status == HY_OK) {
        const struct hy_conditions conditions = hy_rounds_conditions(&f.rounds, &watch, false);
        hy_verdict_add(&verdict, conditions.quality);
        print_figures(t, &f, &conditions, joules);
        status = print_profile(o, s, t, watch.observer, &verdict);
    }
    hy_observer_close(&observer);
    return status == HY_OK ? hy_verdict_of(&verdict) : status;
}

static hy_status run(const struct options *o, const struct hy_study *s, const struct hy_config *c,
                     struct hy_backend backend)
{
    struct hy_trainer t = {0};
    struct feed feed;
    hy_status status = hy_trainer_init(&t, c, &s->training, 1000, backend);
    if (status != HY_OK)
        return status;
    feed_init(&feed, &t);
    status = o->capture ? hy_capture_steps(&t, o->capture, o->ranges) : measure(o, s, &t, &feed);
    free(feed.ids);
    hy_trainer_fini(&t);
    return status;
}

/* No GPU is touched: the least time that counted work and stated roofs allow. */
static hy_status estimate(const char *gpu, const struct hy_globals *globals, const struct hy_study *s,
                          const struct hy_config *only)
{
    struct hy_peaks peaks;
    struct hy_material material = {0};
    enum hy_precision precision = HY_F32;
    if (!hy_peaks_stated(gpu, &peaks))
        return hy_fail(HY_BAD_INPUT, "no stated peaks of a GPU '%.40s'; known are %s", gpu, hy_peaks_stated_names());
    hy_status status = hy_precision_parse(globals->precision, &precision);
    if (status == HY_OK)
        status = hy_material_make(&material, s, globals->data); /* how many steps an epoch has */
    if (status == HY_OK)
        status = hy_estimate_print(only ? only : s->variants, only ? 1 : s->n_variants, &s->training,
                                   hy_study_run_steps(s, &material.samples), gpu, &peaks, precision);
    hy_material_fini(&material);
    return status;
}

static hy_status parse(struct options *o, struct hy_training_options *training, struct hy_globals *globals, int argc,
                       char **argv, bool *help)
{
    const struct hy_option table[] = {
        hy_variant_option(&o->variant),
        hy_config_option(&o->config),
        {.name = "rounds",
         .kind = HY_OPT_INT,
         .to = &o->rounds,
         .min = 1,
         .max = MAX_ROUNDS,
         .value = "N",
         .help = "alternations of step and GEMM burst (default 9)"},
        hy_batch_option(training),
        hy_recompute_option(training),
        {.name = "perf",
         .kind = HY_OPT_FLAG,
         .to = &o->perf,
         .help = "count cycles, instructions and cache misses by op too (perf events; CPU)"},
        {.name = "out",
         .kind = HY_OPT_STRING,
         .to = &o->out,
         .value = "DIR",
         .help = "write ops.csv, and counters.csv with --perf, for `hymbench ops`; other variants' rows stay"},
        {.name = "capture",
         .kind = HY_OPT_INT,
         .to = &o->capture,
         .min = 1,
         .max = MOST_CAPTURED,
         .value = "STEPS",
         .help = "measure nothing: run steps in NVTX ranges between cuProfilerStart and Stop, for a profiler"},
        {.name = "ranges",
         .kind = HY_OPT_STRING,
         .to = &o->ranges,
         .value = "FILE",
         .help = "with --capture: when each op ran, for ci/flames.awk"},
        {.name = "estimate",
         .kind = HY_OPT_STRING,
         .to = &o->estimate,
         .value = "GPU",
         .help = "measure nothing: the least time by the roofs its maker states for this GPU (all variants, or one)"},
        {0}};
    const struct hy_command usage = {
        .name = "bench-step",
        .summary = "time a training step against this machine's own GEMM rate (profile full unless told)",
        .options = table};
    hy_status status = hy_options_parse(&usage, argc, argv, globals, help, NULL);
    if (*help || status != HY_OK)
        return status;
    if (o->ranges && !o->capture)
        return hy_fail(HY_BAD_INPUT, "--ranges notes the ops of --capture; add --capture 3");
    if ((o->capture > 0) + (o->estimate != NULL) + (o->perf || o->out) > 1)
        return hy_fail(HY_BAD_INPUT, "--capture and --estimate measure nothing; leave out %s",
                       o->perf          ? "--perf"
                       : o->out != NULL ? "--out"
                                        : "one of them");
    return o->estimate ? HY_OK : hy_need_variant("bench-step", o->variant);
}

hy_status hy_cmd_bench_step(int argc, char **argv)
{
    struct hy_globals globals;
    struct options o = {.rounds = 9};
    struct hy_training_options training = {0};
    struct hy_study study = {0};
    const struct hy_config *c = NULL;
    struct hy_backend backend = hy_backend(HY_WHERE_CPU, HY_F32);
    bool help = false;
    hy_status status = parse(&o, &training, &globals, argc, argv, &help);
    if (help || status != HY_OK)
        return status;
    if (!o.estimate)
        status = hy_settings_apply(&globals, &backend);
    if (status == HY_OK && o.perf && hy_on_device(backend))
        status = hy_fail(HY_BAD_INPUT, "--perf counts on the CPU; add --device cpu, or count kernels of the GPU with "
                                       "`hymbench micro --cupti-metrics`");
    if (status == HY_OK)
        status = hy_open_variant(o.config, globals.profile ? globals.profile : "full", o.variant, &study, &c);
    if (status == HY_OK)
        hy_training_options_apply(&training, &globals, &study);
    if (status == HY_OK && o.estimate)
        status = estimate(o.estimate, &globals, &study, c);
    else if (status == HY_OK)
        status = run(&o, &study, c, backend);
    hy_study_fini(&study);
    return status;
}
