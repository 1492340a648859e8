/* hymbench bench-nvtx: what an NVTX range costs, and what share of a step all of its ranges take.
 *
 * NVTX finds its listener once in a process, so that each way of listening is measured by a child of this one. A child
 * opens and ends the ranges of a made-up step again and again and does nothing in between; the step itself is then
 * timed here, without ranges. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/cli/settings.h"
#include "bench/cli/study_file.h"
#include "bench/commands/commands.h"
#include "bench/harness/rounds.h"
#include "bench/harness/verdict.h"
#include "bench/instrument/instrument.h"
#include "kernels/base/clock.h"
#include "kernels/base/file.h"
#include "kernels/device.h"
#include "models/train/trainer.h"

enum { MAX_ROUNDS = 1001, LAYERS = 8, OPS = 16, RANGES = 2 + LAYERS * (1 + OPS), REPETITIONS = 200 };

/* What a child sends; all of it in one write to a pipe. */
struct cost {
    int heard; /* a tool listened */
    double ns; /* of a range, begin and end: the median of the rounds */
    struct hy_conditions conditions;
    char witness[32]; /* their witness: the pointer in them is the child's */
};

struct options {
    const char *variant, *config, *listener;
    int rounds;
    struct hy_globals globals;
};

/* ---- a range -------------------------------------------------------------------------- */

static void ranges_of_a_step(const struct hy_trace *t, uint64_t step)
{
    static const char *const places[OPS] = {
        "mixer.norm", "mixer.in",   "attn.rope",     "attn.core", "attn.out", "mamba.in", "mamba.conv", "mamba.x",
        "mamba.dt",   "mamba.scan", "mamba.dt_norm", "mamba.out", "fusion",   "ffn.in",   "ffn.act",    "ffn.out"};
    hy_trace_begin(t, HY_TRACE_STEP, "train", -1, step);
    hy_trace_begin(t, HY_TRACE_PASS, "forward", -1, step);
    for (int layer = 0; layer < LAYERS; layer++) {
        hy_trace_begin(t, HY_TRACE_LAYER, "layer", layer, (uint64_t)layer);
        for (int op = 0; op < OPS; op++) {
            hy_trace_begin_op(t, NULL, places[op], layer, 4096);
            hy_trace_end(t);
        }
        hy_trace_end(t);
    }
    hy_trace_end(t);
    hy_trace_end(t);
}

static double time_ranges(const struct hy_trace *t)
{
    const uint64_t start = hy_now_ns();
    for (uint64_t i = 0; i < REPETITIONS; i++)
        ranges_of_a_step(t, i);
    return (double)(hy_now_ns() - start) / ((double)RANGES * REPETITIONS);
}

static void measure_ranges(bool off, int rounds, struct cost *out)
{
    static struct hy_rounds r;
    static double ns[HY_MOST_ROUNDS];
    struct hy_observer observer;
    bool heard = false;
    const struct hy_trace *nvtx = off ? NULL : hy_nvtx_always(&heard);
    hy_observer_open_long(&observer);
    struct hy_watch watch = {.observer = &observer, .realtime = true};
    r = (struct hy_rounds){.asked = rounds};
    (void)time_ranges(nvtx);
    while (hy_rounds_more(&r)) {
        const int i = r.taken;
        hy_watch_begin(&watch);
        ns[i] = time_ranges(nvtx);
        hy_rounds_end(&r, hy_watch_end(&watch, 1, ns[i] * 1e-9 * RANGES * REPETITIONS) | hy_watch_close(&watch));
    }
    *out = (struct cost){
        .heard = heard, .ns = hy_rounds_median(&r, ns), .conditions = hy_rounds_conditions(&r, &watch, false)};
    snprintf(out->witness, sizeof out->witness, "%s", out->conditions.witness);
    hy_observer_close(&observer);
}

/* The same in a child, which has the environment that NVTX asks. Before this process has any threads. */
static hy_status in_a_child(bool off, const char *listener, int rounds, struct cost *out)
{
    int ends[2], code = 0;
    if (pipe(ends) != 0)
        return hy_fail(HY_RUN_FAILED, "no pipe to a child could be made");
    fflush(NULL);
    const pid_t child = fork();
    if (child < 0)
        return hy_fail(HY_RUN_FAILED, "no child could be started");
    if (child == 0) {
        struct cost cost;
        if (listener)
            setenv("NVTX_INJECTION64_PATH", listener, 1);
        else
            unsetenv("NVTX_INJECTION64_PATH");
        measure_ranges(off, rounds, &cost);
        _exit(write(ends[1], &cost, sizeof cost) == (ssize_t)sizeof cost ? 0 : 1);
    }
    close(ends[1]);
    const ssize_t got = read(ends[0], out, sizeof *out);
    close(ends[0]);
    (void)waitpid(child, &code, 0);
    if (got != (ssize_t)sizeof *out)
        return hy_fail(HY_RUN_FAILED, "the child that measures ranges ended early (status %d)", code);
    out->conditions.witness = hy_witness_named(out->witness);
    return HY_OK;
}

/* ---- a step ------------------------------------------------------------------------------- */

static void count_begin(void *ctx, const struct hy_trace_event *event)
{
    (void)event;
    ++*(int *)ctx;
}

static void count_end(void *ctx)
{
    (void)ctx;
}

struct step {
    int ranges;
    double ns;
    struct hy_conditions conditions;
};

static hy_status measure_step(const struct options *o, const struct hy_study *s, const struct hy_config *c,
                              struct hy_backend backend, struct step *out)
{
    static struct hy_rounds r;
    static double ns[HY_MOST_ROUNDS];
    struct hy_trainer t = {0};
    struct hy_observer observer = {0};
    const struct hy_trace counting = {&out->ranges, count_begin, count_end};
    const bool device = hy_on_device(backend);
    hy_status status = hy_trainer_init(&t, c, &s->training, 1000, backend);
    if (status != HY_OK)
        return status;
    if (!device)
        hy_observer_open_long(&observer);
    struct hy_watch watch = {.observer = device ? NULL : &observer, .realtime = true};
    r = (struct hy_rounds){.asked = o->rounds < 9 ? o->rounds : 9};
    (void)hy_trainer_step(&t, &counting);
    for (int i = 0; i < 2; i++)
        (void)hy_trainer_step(&t, NULL);
    while (hy_rounds_more(&r)) {
        const int i = r.taken;
        hy_watch_begin(&watch);
        const uint64_t start = hy_now_ns();
        (void)hy_trainer_step(&t, NULL);
        ns[i] = (double)(hy_now_ns() - start);
        hy_rounds_end(&r, hy_watch_end(&watch, 1, ns[i] * 1e-9) | hy_watch_close(&watch));
    }
    out->ns = hy_rounds_median(&r, ns);
    out->conditions = hy_rounds_conditions(&r, &watch, false);
    hy_observer_close(&observer);
    hy_trainer_fini(&t);
    return HY_OK;
}

/* ---- the command ------------------------------------------------------------------------ */

/* The conditions are the worse of those of the range and of the step: the share is of both. */
static enum hy_quality print_row(const struct options *o, const char *listener, const struct cost *c,
                                 const struct step *s)
{
    const char *slash = strrchr(listener, '/');
    const struct hy_conditions both = hy_conditions_worse(&c->conditions, &s->conditions);
    char conditions[HY_CONDITIONS_TEXT];
    hy_conditions_text(&both, conditions);
    printf("%s,%s,%d,%.2f,%.3f,%.5f,%s\n", o->variant, slash ? slash + 1 : listener, s->ranges, c->ns, s->ns * 1e-6,
           100 * c->ns * s->ranges / s->ns, conditions);
    return both.quality;
}

static hy_status measure(const struct options *o, const struct hy_study *s, const struct hy_config *c,
                         const struct cost *costs, int n)
{
    const char *const names[] = {"off", "none", o->listener};
    struct hy_backend backend = hy_backend(HY_WHERE_CPU, HY_F32);
    struct hy_verdict verdict = {0};
    struct step step = {0};
    hy_status status = hy_settings_apply(&o->globals, &backend);
    if (status == HY_OK)
        status = measure_step(o, s, c, backend, &step);
    if (status != HY_OK)
        return status;
    printf("variant,listener,ranges_per_step,range_ns,step_ms,share_pct," HY_CONDITIONS_COLUMNS "\n");
    for (int i = 0; i < n; i++)
        hy_verdict_add(&verdict, print_row(o, names[i], &costs[i], &step));
    return hy_verdict_of(&verdict);
}

static hy_status measure_costs(const struct options *o, struct cost costs[3], int *n)
{
    hy_status status = in_a_child(true, NULL, o->rounds, &costs[0]);
    if (status == HY_OK)
        status = in_a_child(false, NULL, o->rounds, &costs[1]);
    *n = 2;
    if (status != HY_OK || !o->listener)
        return status;
    status = in_a_child(false, o->listener, o->rounds, &costs[(*n)++]);
    if (status == HY_OK && !costs[2].heard)
        status = hy_fail(HY_BAD_INPUT,
                         "'%s' does not listen to NVTX: it cannot be loaded, or has no "
                         "InitializeInjectionNvtx2; `make nvtx-cost` makes one that does",
                         o->listener);
    return status;
}

hy_status hy_cmd_bench_nvtx(int argc, char **argv)
{
    struct options o = {.variant = "Hybrid-Mine", .rounds = 51};
    const struct hy_option options[] = {hy_variant_option(&o.variant),
                                        hy_config_option(&o.config),
                                        {.name = "listener",
                                         .kind = HY_OPT_STRING,
                                         .to = &o.listener,
                                         .value = "LIB.so",
                                         .help = "a third row: with this library listening, as a profiler's does"},
                                        {.name = "rounds",
                                         .kind = HY_OPT_INT,
                                         .to = &o.rounds,
                                         .min = 1,
                                         .max = MAX_ROUNDS,
                                         .value = "N",
                                         .help = "of which the median is taken (51)"},
                                        {0}};
    const struct hy_command usage = {
        .name = "bench-nvtx",
        .summary = "what an NVTX range costs: off, without and with a listener (profile quick unless told)",
        .options = options};
    struct hy_study study = {0};
    const struct hy_config *c = NULL;
    struct cost costs[3] = {{0}};
    bool help = false;
    int n = 0;
    hy_status status = hy_options_parse(&usage, argc, argv, &o.globals, &help, NULL);
    if (help || status != HY_OK)
        return status;
    if (!hy_nvtx_built_in())
        return hy_fail(HY_NO_DATA, "this build has no NVTX ranges: nvtx3/nvToolsExt.h was not found; install the CUDA "
                                   "toolkit's and build again");
    status = hy_open_variant(o.config, o.globals.profile ? o.globals.profile : "quick", o.variant, &study, &c);
    if (status == HY_OK)
        status = measure_costs(&o, costs, &n);
    if (status == HY_OK)
        status = measure(&o, &study, c, costs, n);
    hy_study_fini(&study);
    return status;
}
