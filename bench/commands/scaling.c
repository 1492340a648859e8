/* hymbench scaling: prefill, decode and caches by context length and batch. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cli/interrupt.h"
#include "bench/cli/settings.h"
#include "bench/cli/study_file.h"
#include "bench/cli/trained.h"
#include "bench/commands/commands.h"
#include "bench/harness/gpu_witness.h"
#include "bench/harness/verdict.h"
#include "bench/measure/scaling.h"
#include "kernels/base/file.h"

enum { MOST = 32, LARGEST_CONTEXT = 1 << 20, LARGEST_BATCH = 1024 };

static const int default_contexts[] = {256, 512, 1024, 2048, 4096, 8192, 16384}, default_batches[] = {1, 16};

struct options {
    const char *weights, *variant, *config, *out;
    struct hy_list contexts, batches;
    double timeout;
    bool energy;
    struct hy_globals globals;
};

static hy_status parse(struct options *o, int argc, char **argv, bool *help)
{
    const struct hy_option table[] = {
        {.name = "weights",
         .kind = HY_OPT_STRING,
         .to = &o->weights,
         .value = "W.safetensors",
         .help = "trained weights"},
        {.name = "variant",
         .kind = HY_OPT_STRING,
         .to = &o->variant,
         .value = "NAME",
         .help = "or a variant of the study with its initial weights (default: all of them)"},
        {.name = "config",
         .kind = HY_OPT_STRING,
         .to = &o->config,
         .value = "F.yaml",
         .help = "the study (default bench/ablations/hymba.yaml, profile full unless told)"},
        {.name = "contexts",
         .kind = HY_OPT_LIST,
         .to = &o->contexts,
         .value = "L,..",
         .help = "content tokens, ascending (default 256,512,...,16384)"},
        {.name = "batches",
         .kind = HY_OPT_LIST,
         .to = &o->batches,
         .value = "L,..",
         .help = "sequences (default 1,16)"},
        {.name = "timeout",
         .kind = HY_OPT_DOUBLE,
         .to = &o->timeout,
         .min = 0.001,
         .max = 1e6,
         .value = "S",
         .help = "seconds for each cell (default 20)"},
        {.name = "energy",
         .kind = HY_OPT_FLAG,
         .to = &o->energy,
         .help = "joules of a token too, where a GPU counts them (a second a cell)"},
        {.name = "out",
         .kind = HY_OPT_STRING,
         .to = &o->out,
         .value = "DIR",
         .help = "write DIR/scaling.csv (default: to standard output)"},
        {0}};
    const struct hy_command usage = {
        .name = "scaling", .summary = "prefill, decode and cache bytes by context length and batch", .options = table};
    hy_status status = hy_options_parse(&usage, argc, argv, &o->globals, help, NULL);
    if (status == HY_OK && o->weights && (o->variant || o->config))
        return hy_fail(HY_BAD_INPUT, "--weights brings its own variant; leave --variant and --config out");
    return status;
}

/* The numbers of a list option, or the defaults; returns how many. */
static hy_status numbers(const struct hy_list *list, const char *option, int most, const int *defaults, int n_defaults,
                         int out[MOST], int *n)
{
    *n = list->n ? list->n : n_defaults;
    if (*n > MOST)
        return hy_fail(HY_BAD_INPUT, "--%s names %d numbers; at most %d", option, *n, MOST);
    memcpy(out, defaults, (size_t)(n_defaults < *n ? n_defaults : *n) * sizeof *out);
    for (int i = 0; i < list->n; i++) {
        char *end;
        long value = strtol(list->items[i], &end, 10);
        if (*end || end == list->items[i] || value < 1 || value > most)
            return hy_fail(HY_BAD_INPUT, "--%s: '%.40s' is no number from 1 to %d", option, list->items[i], most);
        if (i > 0 && value <= out[i - 1])
            return hy_fail(HY_BAD_INPUT, "--%s: %ld does not ascend", option, value);
        out[i] = (int)value;
    }
    return HY_OK;
}

struct output {
    struct hy_table table;
    struct hy_verdict verdict;
    bool progress;
};

static void put(void *to, const struct hy_config *c, const struct hy_scaling_row *row)
{
    struct output *out = to;
    hy_scaling_put(&out->table, c->name, row);
    if (hy_scaling_timed(row))
        hy_verdict_add(&out->verdict, row->conditions.quality);
    fflush(out->table.writer.stream);
    if (out->progress)
        fprintf(stderr, "%s, context %d, batch %d: prefill %.0f tok/s, decode %.1f tok/s%s%s\n", c->name, row->context,
                row->batch, row->prefill_tok_s, row->decode_tok_s, row->stop_reason[0] ? "; " : "", row->stop_reason);
}

/* What is measured: the model of a weights file, or variants of a study. */
static hy_status open_models(const struct options *o, struct hy_trained *trained, struct hy_study *study)
{
    if (o->weights)
        return hy_trained_open(trained, o->weights, false);
    hy_status status = hy_open_runnable_study(o->config, o->globals.profile ? o->globals.profile : "full", study);
    char *name = (char *)(uintptr_t)o->variant;
    return status == HY_OK && o->variant ? hy_study_select(study, &name, 1) : status;
}

static hy_status of_study(const struct options *o, const struct hy_study *study, struct hy_backend backend,
                          const struct hy_scaling_options *s, struct output *out)
{
    hy_status status = HY_OK;
    for (int i = 0; status == HY_OK && i < study->n_variants; i++) {
        struct hy_weights w = {0};
        status = hy_weights_init(&w, &study->variants[i], false);
        if (status != HY_OK)
            break;
        hy_weights_draw(&w, &study->variants[i], o->globals.given.seed ? o->globals.seed : study->training.seed);
        status = hy_scaling_run(&study->variants[i], &w, backend, s, put, out);
        hy_weights_fini(&w);
    }
    return status;
}

/* Rows go to a file beside the run's other tables, or as they come to standard output. */
static hy_status run(const struct options *o, struct hy_backend backend, struct hy_scaling_options *s)
{
    struct hy_observer observer = {0};
    struct hy_gpu_witness gpu = {.device = NULL};
    struct output out = {.progress = true};
    struct hy_trained trained = {0};
    struct hy_study study = {0};
    hy_status status = open_models(o, &trained, &study);
    if (status == HY_OK && o->out)
        status = hy_make_folders(o->out);
    if (status == HY_OK && o->out)
        status = hy_table_open(&out.table, HY_TABLE_SCALING, o->out, "scaling", "random");
    else if (status == HY_OK)
        hy_table_open_stream(&out.table, HY_TABLE_SCALING, stdout, "scaling", "random");
    if (status != HY_OK)
        goto out;
    if (!hy_on_device(backend)) {
        hy_observer_open_long(&observer);
        s->observer = &observer;
    } else {
        hy_gpu_witness_open(&gpu, hy_cuda_about().index);
        s->gpu = &gpu;
    }
    status = o->weights ? hy_scaling_run(&trained.config, &trained.weights, backend, s, put, &out)
                        : of_study(o, &study, backend, s, &out);
    /* what is measured stays, also of a run that was interrupted */
    char *sentence = hy_format("%s", hy_error());
    hy_status written = hy_table_commit(&out.table);
    if (status != HY_OK)
        hy_fail(status, "%s", sentence);
    free(sentence);
    status = status == HY_OK ? written : status;
    s->observer = NULL;
    s->gpu = NULL;
    hy_observer_close(&observer);
    if (status == HY_OK)
        status = hy_verdict_of(&out.verdict);
out:
    hy_trained_fini(&trained);
    hy_study_fini(&study);
    return status;
}

hy_status hy_cmd_scaling(int argc, char **argv)
{
    struct options o = {.timeout = 20};
    int contexts[MOST], batches[MOST];
    struct hy_scaling_options s = {.contexts = contexts, .batches = batches};
    struct hy_backend backend = hy_backend(HY_WHERE_CPU, HY_F32);
    bool help = false;
    hy_status status = parse(&o, argc, argv, &help);
    if (help || status != HY_OK)
        goto out;
    s.timeout = o.timeout;
    s.energy_seconds = 1;
    s.energy_cells = o.energy ? MOST * MOST : 0;
    status = numbers(&o.contexts, "contexts", LARGEST_CONTEXT, default_contexts,
                     sizeof default_contexts / sizeof *default_contexts, contexts, &s.n_contexts);
    if (status == HY_OK)
        status = numbers(&o.batches, "batches", LARGEST_BATCH, default_batches,
                         sizeof default_batches / sizeof *default_batches, batches, &s.n_batches);
    if (status == HY_OK) {
        hy_interrupt_watch();
        status = hy_settings_apply(&o.globals, &backend);
    }
    if (status == HY_OK)
        status = run(&o, backend, &s);
out:
    hy_list_fini(&o.contexts);
    hy_list_fini(&o.batches);
    return status;
}
