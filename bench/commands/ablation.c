/* hymbench ablation: trains every variant of a study, measures, writes tables and report. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cli/interrupt.h"
#include "bench/cli/settings.h"
#include "bench/cli/study_file.h"
#include "bench/cli/training_options.h"
#include "bench/commands/commands.h"
#include "bench/compare/pairs_command.h"
#include "bench/harness/env.h"
#include "bench/instrument/instrument.h"
#include "bench/run/folder.h"
#include "bench/run/kernel_table.h"
#include "bench/run/plan.h"
#include "bench/run/rates.h"
#include "bench/run/tables.h"
#include "bench/run/variant.h"
#include "bench/run/yardsticks.h"
#include "kernels/base/file.h"
#include "kernels/device.h"
#include "report/findings/effects.h"
#include "report/report.h"

struct options {
    const char *config, *out, *sweep;
    struct hy_list variants;
    struct hy_training_options training;
    int seeds;
    bool no_report, resume;
    struct hy_globals globals;
};

/* Everything of one run, in the order it is set up. */
struct ablation {
    struct options o;
    struct hy_backend backend;
    const char *device, *precision; /* as tables and folder names say */
    struct hy_study study;
    struct hy_material material;
    struct hy_run_folder folder;
    struct hy_roofs roofs; /* of the CPU; of a GPU only its peaks */
    struct hy_progress progress;
    struct hy_fan fan;
    struct hy_record *records;
    int n_records;
    struct hy_observer observer; /* while the host trains */
    struct hy_gpu_witness gpu;   /* while a device does */
    struct hy_run_yardsticks yardsticks;
    struct hy_verdict verdict; /* of all timed rows */
    int failed;                /* trainings that could not go on */
    char *first_trouble;
};

static hy_status parse(struct options *o, int argc, char **argv, bool *help)
{
    const struct hy_option table[] = {
        hy_config_option(&o->config),
        {.name = "variants", .kind = HY_OPT_LIST, .to = &o->variants, .value = "A,B", .help = "only these"},
        {.name = "seeds",
         .kind = HY_OPT_INT,
         .to = &o->seeds,
         .min = 1,
         .max = 1000,
         .value = "N",
         .help = "train each variant with N seeds (default 1)"},
        {.name = "sweep",
         .kind = HY_OPT_STRING,
         .to = &o->sweep,
         .value = "lr=A,B",
         .help = "train with each rate, choose on validation samples, report on test samples"},
        {.name = "out",
         .kind = HY_OPT_STRING,
         .to = &o->out,
         .value = "DIR",
         .help = "the run's folder (default results/<time>-<profile>-<device>)"},
        hy_steps_option(&o->training),
        hy_epochs_option(&o->training),
        hy_recompute_option(&o->training),
        {.name = "no-report", .kind = HY_OPT_FLAG, .to = &o->no_report, .help = "write the tables, no report"},
        {.name = "resume",
         .kind = HY_OPT_FLAG,
         .to = &o->resume,
         .help = "go on with --out DIR, else the newest unfinished run of this configuration"},
        {0}};
    const struct hy_command usage = {
        .name = "ablation", .summary = "train a study's variants, measure, report", .options = table};
    return hy_options_parse(&usage, argc, argv, &o->globals, help, NULL);
}

static hy_status load_study(struct ablation *a)
{
    /* a folder to go on with says itself what it is a run of */
    char *kept = a->o.resume && a->o.out ? hy_format("%s/config.yaml", a->o.out) : NULL;
    bool use = kept && !a->o.config && hy_file_exists(kept);
    hy_status status = hy_open_runnable_study(use ? kept : a->o.config, a->o.globals.profile, &a->study);
    free(kept);
    if (status != HY_OK)
        return status;
    hy_training_options_apply(&a->o.training, &a->o.globals, &a->study);
    status = a->o.sweep ? hy_study_set_sweep(&a->study, a->o.sweep) : HY_OK;
    if (status != HY_OK)
        return hy_fail_in(status, "--sweep");
    return a->o.variants.n ? hy_study_select(&a->study, a->o.variants.items, a->o.variants.n) : HY_OK;
}

static hy_status write_env(const struct ablation *a, const char *started)
{
    json_t *env = hy_env_json();
    const struct hy_material *m = &a->material;
    json_object_set_new(env, "run",
                        json_pack("{ss,ss,ss,ss,ss,ss,sI}", "name", a->folder.name, "started", started, "profile",
                                  a->study.profile, "study", a->study.name, "device", a->device, "precision",
                                  a->precision, "seed", (json_int_t)a->study.training.seed));
    json_object_set_new(env, "corpus",
                        json_pack("{ss,ss,sb,sI,sI,ss,si,si}", "name", m->corpus.name, "sha256", m->corpus.sha256,
                                  "synthetic", m->corpus.synthetic, "bytes", (json_int_t)m->corpus.bytes, "tokens",
                                  (json_int_t)m->n_ids, "ids_sha256", m->data_sha256, "train_samples",
                                  m->samples.n_train, "val_samples", m->samples.n_val));
    if (m->samples.n_test > 0)
        json_object_set_new(json_object_get(env, "corpus"), "test_samples", json_integer(m->samples.n_test));
    json_object_set_new(env, "peaks", hy_peaks_json(&a->roofs.peaks));
    json_object_set_new(env, "peaks_taken", hy_roofs_evidence_json(&a->roofs));
    char *path = hy_format("%s/env.json", a->folder.dir);
    hy_status status = hy_file_exists(path) ? HY_OK : hy_env_write(env, path); /* a resumed run keeps its first */
    free(path);
    json_decref(env);
    return status;
}

/* A resumed run must go on with the text, on the kind of device and in the precision it began with. */
static hy_status same_start(const struct ablation *a)
{
    char *path = hy_format("%s/env.json", a->folder.dir);
    json_t *env = hy_file_exists(path) ? json_load_file(path, 0, NULL) : NULL;
    const char *began = json_string_value(json_object_get(json_object_get(env, "corpus"), "ids_sha256"));
    hy_status status = HY_OK;
    if (began && strcmp(began, a->material.data_sha256) != 0)
        status = hy_fail(HY_BAD_INPUT,
                         "'%s' began with another text than '%s'; give that one with --data, or choose another --out",
                         a->folder.dir, a->material.corpus.name);
    const char *precision = json_string_value(json_object_get(json_object_get(env, "run"), "precision"));
    if (status == HY_OK && precision && strcmp(precision, a->precision) != 0)
        status = hy_fail(HY_BAD_INPUT, "'%s' began in %s; give --precision %s, or choose another --out", a->folder.dir,
                         precision, precision);
    const char *device = json_string_value(json_object_get(json_object_get(env, "run"), "device"));
    if (status == HY_OK && device && strcmp(device, a->device) != 0)
        status = hy_fail(HY_BAD_INPUT, "'%s' began on the device '%s'; give --device %s, or choose another --out",
                         a->folder.dir, device, device);
    json_decref(env);
    free(path);
    return status;
}

static struct hy_tables tables_of(const struct ablation *a)
{
    return (struct hy_tables){.dir = a->folder.dir,
                              .run = a->folder.name,
                              .study = &a->study,
                              .material = &a->material,
                              .device = a->device,
                              .precision = a->precision,
                              .records = a->records,
                              .n = a->n_records};
}

static hy_status set_up(struct ablation *a)
{
    char started[32];
    hy_time_utc(started);
    hy_status status = load_study(a);
    if (status == HY_OK)
        status = hy_material_make(&a->material, &a->study, a->o.globals.data);
    if (status == HY_OK)
        status = hy_run_folder_open(
            &a->folder, &a->study, a->o.out,
            hy_on_device(a->backend) || a->backend.precision != HY_F32 ? hy_backend_name(a->backend) : a->device,
            a->o.resume);
    if (status == HY_OK)
        status = same_start(a);
    if (status != HY_OK)
        return status;
    const struct hy_material *m = &a->material;
    char *test = m->samples.n_test > 0 ? hy_format(" + %d", m->samples.n_test) : hy_format("%s", "");
    fprintf(stderr, "%s: %zu tokens of %s, %d + %d%s samples; results in %s\n", a->study.name, m->n_ids, m->corpus.name,
            m->samples.n_train, m->samples.n_val, test, a->folder.dir);
    free(test);
    if (hy_on_device(a->backend))
        status = hy_peaks_of_device(a->backend, &a->roofs.peaks);
    else
        hy_roofs_open(&a->roofs, false);
    if (status != HY_OK)
        return status;
    hy_roofs_release(&a->roofs); /* training's memory is counted, and this is not of it */
    hy_fan_init(&a->fan);
    hy_fan_add(&a->fan, hy_nvtx_trace(false));
    status = write_env(a, started);
    struct hy_tables t = tables_of(a);
    return status == HY_OK ? hy_tables_of_study(&t) : status;
}

/* Flops of all steps: what the progress line weighs the time left with. */
static double total_cost(const struct ablation *a)
{
    double cost = 0;
    for (int i = 0; i < a->study.n_variants; i++)
        cost += hy_variant_step_flops(&a->study.variants[i], a->study.training.batch);
    return cost * (double)hy_study_run_steps(&a->study, &a->material.samples) * a->o.seeds * hy_study_rates(&a->study);
}

static hy_status one_training(struct ablation *a, const struct hy_run_context *x, const struct hy_config *c,
                              const struct hy_run_key *key)
{
    struct hy_record *r = &a->records[a->n_records++];
    char *path = hy_run_path(x, "records", c->name, key, ".json");
    hy_status status = HY_OK;
    if (a->o.resume && hy_file_exists(path)) {
        status = hy_record_load(r, path);
        r->lr = key->lr;                 /* a program that swept no rates did not keep it */
        a->n_records -= status != HY_OK; /* it is none */
        hy_progress_skip(&a->progress, hy_variant_step_flops(c, a->study.training.batch) * (double)r->steps);
        if (status == HY_OK && strcmp(r->status, "nan") == 0)
            status = hy_fail(HY_RUN_FAILED, "variant '%s' had stopped at a non-finite loss", c->name);
    } else {
        status = hy_run_variant(x, c, key, r);
        if (x->observer)
            hy_run_yardsticks_note(&a->yardsticks, &x->observer->yardstick);
    }
    free(path);
    if (status == HY_RUN_FAILED) {
        fprintf(stderr, "hymbench: %s\n", hy_error());
        a->failed++;
        if (!a->first_trouble)
            a->first_trouble = hy_format("%s", hy_error());
        status = HY_OK; /* the others go on */
    }
    return status;
}

/* A variant with one seed and every rate. */
static hy_status one_variant(struct ablation *a, const struct hy_run_context *x, int seed, int variant)
{
    hy_status status = HY_OK;
    for (int k = 0; k < hy_study_rates(&a->study) && status == HY_OK; k++) {
        const struct hy_run_key key = {a->study.training.seed + (uint64_t)seed, hy_study_rate(&a->study, k)};
        status = one_training(a, x, &a->study.variants[variant], &key);
        struct hy_tables t = tables_of(a);
        hy_status written = hy_tables_of_records(&t);
        status = status == HY_OK ? written : status;
    }
    return status;
}

/* Seeds outside, variants inside: an interrupted study has whole sets of variants. */
static hy_status train_all(struct ablation *a)
{
    struct hy_run_context x = {.study = &a->study,
                               .material = &a->material,
                               .dir = a->folder.dir,
                               .name = a->folder.name,
                               .tokenizer_json =
                                   a->material.recall.pairs ? NULL : hy_tokenizer_dump(&a->material.tokenizer, false),
                               .backend = a->backend,
                               .peaks = &a->roofs.peaks,
                               .progress = &a->progress,
                               .observer = hy_on_device(a->backend) ? NULL : &a->observer,
                               .gpu = hy_on_device(a->backend) ? &a->gpu : NULL,
                               .trace = hy_fan_trace(&a->fan),
                               .resume = a->o.resume};
    hy_status status = HY_OK;
    a->records = calloc((size_t)a->study.n_variants * (size_t)a->o.seeds * (size_t)hy_study_rates(&a->study),
                        sizeof *a->records);
    HY_ASSERT(a->records, "out of memory for a list of results");
    if (x.observer)
        hy_observer_open_long(x.observer);
    if (x.gpu)
        hy_gpu_witness_open(x.gpu, hy_cuda_about().index);
    hy_progress_init(&a->progress, total_cost(a));
    for (int seed = 0; seed < a->o.seeds && status == HY_OK; seed++)
        for (int i = 0; i < a->study.n_variants && status == HY_OK; i++)
            status = one_variant(a, &x, seed, i);
    hy_observer_close(&a->observer); /* kernels have one of their own */
    for (int i = 0; i < a->n_records; i++)
        hy_record_judge(&a->records[i], &a->verdict);
    free(x.tokenizer_json);
    return status == HY_OK ? hy_run_yardsticks_write(&a->yardsticks, a->folder.dir) : status;
}

static hy_status make_report(struct ablation *a)
{
    hy_status written = hy_effects_write(a->folder.dir);
    if (written != HY_OK && written != HY_NO_DATA) /* no variant has a result: there are none to compare */
        return written;
    if (a->o.no_report)
        return HY_OK;
    return hy_report_build(&(struct hy_report_options){.run_dir = a->folder.dir});
}

/* A training that failed for want of memory or disk is taken up again by --resume. */
static bool all_done(const struct ablation *a)
{
    for (int i = 0; i < a->n_records; i++)
        if (!hy_record_done(&a->records[i]))
            return false;
    return true;
}

/* The kernels' tables. A check that fails is told at the end: what was trained is complete all the same, and so are the
 * tables, in which the rows stand that failed. */
static hy_status time_kernels(struct ablation *a, char **failed_check)
{
    hy_status status = hy_kernel_table_write(&a->study, hy_on_device(a->backend) ? NULL : &a->roofs, a->folder.dir,
                                             a->folder.name, a->material.corpus.name, &a->verdict);
    if (status == HY_CHECK_FAILED) {
        *failed_check = hy_format("%s", hy_error());
        status = HY_OK;
    }
    if (status == HY_OK && !hy_on_device(a->backend))
        status = hy_pairs_table_write(a->study.profile, a->folder.dir, a->folder.name, a->material.corpus.name,
                                      &a->verdict, hy_interrupt_requested);
    return status;
}

/* An interrupted run has a report too, of what is there. */
static hy_status finish(struct ablation *a, bool complete)
{
    hy_status status = make_report(a);
    if (status == HY_OK && complete && all_done(a))
        status = hy_run_folder_finish(&a->folder);
    return status == HY_OK ? hy_report_print_table(a->folder.dir, stdout) : status;
}

/* What the run comes to, when all of it was done and written. */
static hy_status verdict_of(const struct ablation *a, const char *failed_check)
{
    if (a->failed > 0)
        return hy_fail(HY_RUN_FAILED, "%d of %d trainings failed; the first: %s", a->failed, a->n_records,
                       a->first_trouble);
    if (failed_check)
        return hy_fail(HY_CHECK_FAILED, "%s; the results are complete in %s", failed_check, a->folder.dir);
    return hy_verdict_of(&a->verdict);
}

static hy_status run(struct ablation *a)
{
    char *failed_check = NULL;
    hy_status status = set_up(a);
    if (status == HY_OK)
        status = train_all(a);
    if (status == HY_OK && hy_interrupt_requested())
        status = hy_fail(HY_INTERRUPTED, "interrupted after the last step; `--resume` makes what is missing of '%s'",
                         a->folder.dir);
    if (status == HY_OK)
        status = time_kernels(a, &failed_check);
    if (status == HY_OK || status == HY_INTERRUPTED) {
        char *sentence = hy_format("%s", hy_error());
        const hy_status finished = finish(a, status == HY_OK);
        if (status == HY_OK)
            status = finished == HY_OK ? verdict_of(a, failed_check) : finished;
        else
            hy_fail(status, "%s", sentence);
        free(sentence);
    }
    free(failed_check);
    return status;
}

hy_status hy_cmd_ablation(int argc, char **argv)
{
    struct ablation a = {.o.seeds = 1, .folder.lock = -1, .device = "cpu", .precision = "f32"};
    bool help = false;
    hy_status status = parse(&a.o, argc, argv, &help);
    if (status == HY_OK && !help) {
        hy_interrupt_watch();
        status = hy_settings_apply(&a.o.globals, &a.backend);
    }
    a.device = hy_on_device(a.backend) ? "cuda" : "cpu";
    a.precision = hy_precision_name(a.backend.precision);
    if (status == HY_OK && !help)
        status = run(&a);
    for (int i = 0; i < a.n_records; i++)
        hy_record_fini(&a.records[i]);
    free(a.records);
    hy_run_yardsticks_fini(&a.yardsticks);
    free(a.first_trouble);
    hy_roofs_close(&a.roofs);
    hy_run_folder_fini(&a.folder);
    hy_material_fini(&a.material);
    hy_study_fini(&a.study);
    hy_list_fini(&a.o.variants);
    return status;
}
