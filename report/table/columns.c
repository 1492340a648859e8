#include "report/table/columns.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Both from figures.inc, each with the rows that name it. The first six are the notebook's and keep its spelling. */
#define HY_FIGURE(field, column, unit, start, shown, average, tables, decimals, meaning) IN_##tables(column)
#define HY_COLUMN(column, unit, tables, decimals, meaning)                               IN_##tables(column)
#define IN_BOTH(column)                                                                  column,
#define IN_NEITHER(column)

static const char *const results[] = {
#define IN_RESULTS(column) column,
#define IN_RUNS(column)
#include "report/table/figures.inc"
#undef IN_RESULTS
#undef IN_RUNS
    "Run", "Corpus"};

static const char *const runs[] = {
#define IN_RESULTS(column)
#define IN_RUNS(column) column,
#include "report/table/figures.inc"
#undef IN_RESULTS
#undef IN_RUNS
    "Run", "Corpus"};

#undef HY_FIGURE
#undef HY_COLUMN
#undef IN_BOTH
#undef IN_NEITHER

/* under which conditions a time was taken, and whether it holds */
#define QUALITY_COLUMNS "disturbed_pct", "dropped", "clock_ratio", "memory_ratio", "witness", "quality"

/* val_samples: short profiles evaluate on fewer samples during the run than at its end; peak_lr: with variant and seed
 * tells the runs of a study that sweeps rates apart, here and in the tables below */
static const char *const history[] = {"variant",  "seed",    "step",        "epoch",   "lr",  "train_loss", "grad_norm",
                                      "val_loss", "val_ppl", "val_samples", "peak_lr", "Run", "Corpus"};

/* loss and grad_norm of that step, norm before clipping; clipped is 1 or 0 */
static const char *const steps[] = {"variant",   "seed",    "step",    "lr",  "loss",
                                    "grad_norm", "clipped", "peak_lr", "Run", "Corpus"};

static const char *const kernels[] = {"kernel",        "op",          "pass",         "backend",       "isa",
                                      "dtype",         "case",        "shape",        "cold",          "samples",
                                      "median_ns",     "ci95_low_ns", "ci95_high_ns", "mean_ns",       "sd_ns",
                                      "min_ns",        "q1_ns",       "q3_ns",        "noise_pct",     "outliers",
                                      "stop_reason",   "flops",       "bytes",        "gflops",        "gbps",
                                      "roof_pct",      "bound",       "error_share",  "skipped",       "skip_reason",
                                      "seed",          "git_sha",     "dirty",        "compiler",      "flags",
                                      "device",        "machine",     "threads",      "clock_mhz",     "power_w",
                                      "temperature_c", "throttle",    "handover_ns",  QUALITY_COLUMNS, "host_bound_pct",
                                      "Run",           "Corpus"};

/* value: of one call; replays: how often it ran until all metrics asked for were counted; flops and bytes as the op
 * declares them, to compare with; source: measured (or empty), ncu */
static const char *const counters[] = {"kernel", "op",    "pass",    "dtype",   "case",   "shape", "cold",
                                       "metric", "value", "unit",    "replays", "flops",  "bytes", "skip_reason",
                                       "chip",   "seed",  "git_sha", "dirty",   "source", "Run",   "Corpus"};

/* compare_to and isolates: the ablations this variant claims to be, for the
 * confounding audit: lists like A;B, in step. Lists are written like [0,5,10] and [[1,2],[3,4]]. */
static const char *const variants[] = {"name",
                                       "implementation", /* split or fused */
                                       "arch",           /* hybrid, mamba or transformer */
                                       "compare_to",
                                       "isolates",
                                       "fusion",   /* of hybrids: beta or mean */
                                       "in_proj",  /* of hybrids: separate or shared */
                                       "match",    /* params or flops: what the widths were chosen for ... */
                                       "match_to", /* ... and whose; empty: they are as the study has them */
                                       "layers",
                                       "d_model",
                                       "n_heads",
                                       "query_heads", /* really used: fused has expand times n_heads */
                                       "n_kv_heads",
                                       "head_dim",
                                       "window",
                                       "meta_tokens",
                                       "global_layers",
                                       "kv_groups",
                                       "d_state",
                                       "d_conv",
                                       "expand",
                                       "dt_rank",
                                       "d_ff",
                                       "vocab",
                                       "seq_len",
                                       "dropout",
                                       "label_smoothing",
                                       "batch",
                                       "epochs",
                                       "steps",
                                       "lr",
                                       "warmup_steps",
                                       "weight_decay",
                                       "beta1",
                                       "beta2",
                                       "adam_eps",
                                       "clip_norm",
                                       "params",
                                       "params_embedding",
                                       "params_attention",
                                       "params_mamba",
                                       "params_ffn",
                                       "params_norm_other",
                                       "flops_per_token", /* of a training step */
                                       "kv_bytes",        /* of a sequence of seq_len, as kv.csv has it by layer */
                                       "Run",
                                       "Corpus"};

static const char *const reference[] = {"model", "ppl", "bits_per_char", "Run", "Corpus"};

/* layer is empty for ops outside the layers (embedding, loss, optimizer); pass is
 * forward, backward or update; share_pct of the step's time, roof_pct of the roof that binds.
 * Where a device was traced, time_ms is device_ms: how long it worked for the row; and of the
 * whole step, in every row: what tracing cost (its time over an untraced one's) and the share
 * of an untraced step the device worked. source: measured (or empty, of older programs), nsys */
static const char *const ops[] = {"variant",   "op",     "layer",       "pass",     "calls",         "time_ms",
                                  "share_pct", "flops",  "bytes",       "roof_pct", "device_ms",     "kernels",
                                  "copies",    "sets",   "trace_ratio", "busy_pct", QUALITY_COLUMNS, "gap_ms",
                                  "host_ms",   "source", "Run",         "Corpus"};

/* attention: global, local or none; role: global, producer, consumer, alone or none */
static const char *const kv[] = {"variant", "layer",         "attention", "role", "producer",
                                 "heads",   "cached_tokens", "bytes",     "Run",  "Corpus"};

/* one row per context and batch; tokens per second are of all sequences of the batch. cache_bytes
 * and state_bytes are of the buffers that were allocated, the formulas beside them as kv counts;
 * cache_plain_bytes: the same model without sharing and without window; peak_bytes: measured of
 * the process; stop_reason: why a cell has no figures, or stopped early */
static const char *const scaling[] = {"variant", "context", "batch", "prefill_tok_s", "decode_tok_s", "cache_bytes",
                                      "peak_bytes", "stop_reason", "cache_formula_bytes", "cache_plain_bytes",
                                      "state_bytes", "state_formula_bytes", "planned_bytes",
                                      "decode_gbps", /* weights read per second */
                                      /* microseconds of a token in one layer of the kind */
                                      "global_layer_us", "local_layer_us", "shared_layer_us", "ssm_layer_us",
                                      QUALITY_COLUMNS, "decode_joules_per_tok", "Run", "Corpus"};

/* the last evaluation's plain loss by place in the sequence: content positions first ... last, counted from 0 */
static const char *const position[] = {"variant", "seed",    "first", "last",  "targets",
                                       "nll",     "peak_lr", "Run",   "Corpus"};

/* samples of the recall task with so many key/value pairs: queries answered with the right value; split: val or test */
static const char *const mqar[] = {"variant",  "seed",  "pairs",   "queries", "correct",
                                   "accuracy", "split", "peak_lr", "Run",     "Corpus"};

/* the samples of the evaluation that is a run's best: split: val, or test, which the same weights met then; nll: the
 * sum over the sample's targets in nats */
static const char *const evaluation[] = {"variant", "seed", "split",   "step", "sample",
                                         "targets", "nll",  "peak_lr", "Run",  "Corpus"};

/* *_side: the two designs; *_calls: the kernel calls that stand for them; ratio: fresh over base, in turns, with its 95
 * % interval; pairs: how many of them */
static const char *const pairs[] = {"pair",        "question",    "base_side",     "fresh_side", "pass",
                                    "dtype",       "base_calls",  "fresh_calls",   "base_ns",    "fresh_ns",
                                    "ratio",       "ci_low",      "ci_high",       "p",          "pairs",
                                    "error_share", "skip_reason", QUALITY_COLUMNS, "Run",        "Corpus"};

/* base and fresh: medians of what was observed on either side, or the two exact quantities; ratio: fresh over base with
 * its interval; p and p_adjusted as bench/compare/judge.h says; needed: observations on each side that would settle an
 * inconclusive row; doubtful_*: observations that took no part; note: why a row has no ratio */
static const char *const compare[] = {"subject",       "metric",        "unit",           "base",   "fresh",
                                      "ratio",         "ci_low",        "ci_high",        "p",      "p_adjusted",
                                      "threshold_pct", "verdict",       "needed",         "n_base", "n_fresh",
                                      "cv_pct",        "doubtful_base", "doubtful_fresh", "note",   "base_name",
                                      "fresh_name",    "Run",           "Corpus"};

/* other against base by their seeds in pairs, in percent of the perplexity; sd_pct: of one difference; p: Student's t,
 * p_holm: adjusted for all rows, p_sign_flip: by permutation of the signs; needed_seeds: in all; sampled_*: the
 * interval of the same trainings on other text, by drawing the evaluated samples anew */
static const char *const effects[] = {"base_variant",
                                      "other_variant",
                                      "isolates",
                                      "metric",
                                      "seeds",
                                      "left_out",
                                      "base_ppl",
                                      "other_ppl",
                                      "difference_pct",
                                      "ci_low_pct",
                                      "ci_high_pct",
                                      "sd_pct",
                                      "p",
                                      "p_holm",
                                      "p_sign_flip",
                                      "verdict",
                                      "needed_seeds",
                                      "confounded",
                                      "sampled_sequences",
                                      "sampled_low_pct",
                                      "sampled_high_pct",
                                      "Run",
                                      "Corpus"};

static const char *const samples[] = {"variant", "prompt", "before", "after", "Run", "Corpus"};

static const struct hy_table_spec specs[HY_TABLE_COUNT] = {
    [HY_TABLE_RESULTS] = {"ablation_results.csv", results, sizeof results / sizeof *results, false, {"Model"}},
    [HY_TABLE_RUNS] = {"runs.csv", runs, sizeof runs / sizeof *runs, false, {"Model", "Seed", "lr"}},
    [HY_TABLE_HISTORY] =
        {"history.csv", history, sizeof history / sizeof *history, true, {"variant", "seed", "step", "peak_lr"}},
    [HY_TABLE_STEPS] = {"steps.csv", steps, sizeof steps / sizeof *steps, true, {"variant", "seed", "step", "peak_lr"}},
    [HY_TABLE_KERNELS] = {"kernels.csv", kernels, sizeof kernels / sizeof *kernels, false, {NULL}},
    [HY_TABLE_COUNTERS] = {"counters.csv", counters, sizeof counters / sizeof *counters, false, {NULL}},
    [HY_TABLE_VARIANTS] = {"variants.csv", variants, sizeof variants / sizeof *variants, false, {"name"}},
    [HY_TABLE_REFERENCE] = {"reference.csv", reference, sizeof reference / sizeof *reference, false, {"model"}},
    [HY_TABLE_OPS] = {"ops.csv", ops, sizeof ops / sizeof *ops, false, {"variant", "op", "layer", "pass"}},
    [HY_TABLE_KV] = {"kv.csv", kv, sizeof kv / sizeof *kv, false, {"variant", "layer"}},
    [HY_TABLE_SCALING] =
        {"scaling.csv", scaling, sizeof scaling / sizeof *scaling, false, {"variant", "context", "batch"}},
    [HY_TABLE_SAMPLES] = {"samples.csv", samples, sizeof samples / sizeof *samples, false, {NULL}},
    [HY_TABLE_MQAR] = {"mqar.csv", mqar, sizeof mqar / sizeof *mqar, false, {"variant", "seed", "pairs", "peak_lr"}},
    [HY_TABLE_PAIRS] = {"pairs.csv", pairs, sizeof pairs / sizeof *pairs, false, {"pair", "pass", "dtype"}},
    [HY_TABLE_EFFECTS] =
        {"effects.csv", effects, sizeof effects / sizeof *effects, false, {"base_variant", "other_variant"}},
    [HY_TABLE_COMPARE] = {"compare.csv", compare, sizeof compare / sizeof *compare, false, {"subject", "metric"}},
    [HY_TABLE_POSITION] =
        {"position.csv", position, sizeof position / sizeof *position, false, {"variant", "seed", "first", "peak_lr"}},
    [HY_TABLE_EVALUATION] = {"evaluation.csv",
                             evaluation,
                             sizeof evaluation / sizeof *evaluation,
                             false,
                             {"variant", "seed", "split", "sample", "peak_lr"}},
};

const struct hy_table_spec *hy_table_spec(enum hy_table_id id)
{
    HY_ASSERT((unsigned)id < HY_TABLE_COUNT, "there is no such table");
    return &specs[id];
}

char *hy_table_path(enum hy_table_id id, const char *dir)
{
    return hy_format("%s/%s", dir, hy_table_spec(id)->file);
}

/* ---- writing ----------------------------------------------------------------- */

static void begin(struct hy_table *t, enum hy_table_id id, const char *run, const char *corpus)
{
    memset(t, 0, sizeof *t);
    t->spec = hy_table_spec(id);
    t->run = hy_format("%s", run);
    t->corpus = hy_format("%s", corpus);
    t->row = calloc(t->spec->count, sizeof *t->row);
    HY_ASSERT(t->row, "out of memory for one row of a table");
}

static void fini(struct hy_table *t)
{
    for (size_t i = 0; t->row && i < t->spec->count; i++)
        free(t->row[i]);
    free(t->row);
    free(t->run);
    free(t->corpus);
    free(t->path);
    memset(t, 0, sizeof *t);
}

static void write_header(struct hy_csv_writer *w, const struct hy_table_spec *spec)
{
    for (size_t i = 0; i < spec->count; i++)
        hy_csv_put_text(w, spec->columns[i]);
    hy_csv_end_row(w);
}

hy_status hy_table_open(struct hy_table *t, enum hy_table_id id, const char *dir, const char *run, const char *corpus)
{
    char *path = hy_table_path(id, dir);
    hy_status status = hy_table_open_file(t, id, path, run, corpus);
    free(path);
    return status;
}

hy_status hy_table_open_file(struct hy_table *t, enum hy_table_id id, const char *path, const char *run,
                             const char *corpus)
{
    begin(t, id, run, corpus);
    hy_status status = hy_new_file_open(&t->file, path);
    if (status != HY_OK) {
        fini(t);
        return status;
    }
    hy_csv_writer_init(&t->writer, t->file.stream);
    write_header(&t->writer, t->spec);
    return HY_OK;
}

void hy_table_open_stream(struct hy_table *t, enum hy_table_id id, FILE *stream, const char *run, const char *corpus)
{
    begin(t, id, run, corpus);
    t->borrowed = true;
    hy_csv_writer_init(&t->writer, stream);
    write_header(&t->writer, t->spec);
}

static bool same_columns(const struct hy_csv *there, const struct hy_table_spec *spec)
{
    if (there->columns != spec->count)
        return false;
    for (size_t i = 0; i < spec->count; i++)
        if (strcmp(there->header[i], spec->columns[i]) != 0)
            return false;
    return true;
}

/* Sets *empty when the file has no complete header, else checks it and cuts a torn last line. */
static hy_status mend(const char *path, const struct hy_table_spec *spec, bool *empty)
{
    char *data = NULL;
    size_t bytes = 0;
    struct hy_csv there = {0};
    hy_status status = HY_OK;
    *empty = true;
    if (!hy_file_exists(path))
        return HY_OK;
    status = hy_read_file(path, &data, &bytes);
    if (status != HY_OK)
        goto out;
    size_t complete = hy_csv_complete_bytes(data, bytes);
    if (complete > 0) {
        status = hy_csv_parse(&there, path, data, complete, 0, HY_CSV_APPENDED);
        if (status == HY_OK && !same_columns(&there, spec))
            status = hy_fail(HY_BAD_INPUT, "%s: its columns are not those of this version; use a new folder", path);
        if (status != HY_OK)
            goto out;
        *empty = false;
    }
    if (complete < bytes && truncate(path, (off_t)complete) != 0)
        status = hy_fail(HY_RUN_FAILED, "cannot cut the torn last line of '%s': %s", path, strerror(errno));
out:
    hy_csv_fini(&there);
    free(data);
    return status;
}

hy_status hy_table_append(struct hy_table *t, enum hy_table_id id, const char *dir, const char *run, const char *corpus)
{
    bool empty;
    begin(t, id, run, corpus);
    t->appending = true;
    t->path = hy_table_path(id, dir);
    hy_status status = mend(t->path, t->spec, &empty);
    if (status != HY_OK)
        goto out;
    FILE *stream = fopen(t->path, "ab");
    if (!stream) {
        status =
            hy_fail(HY_BAD_INPUT, "cannot write '%s': %s; is the folder there and writable?", t->path, strerror(errno));
        goto out;
    }
    hy_csv_writer_init(&t->writer, stream);
    if (empty)
        write_header(&t->writer, t->spec);
    fflush(stream);
out:
    if (status != HY_OK)
        fini(t);
    return status;
}

static void put(struct hy_table *t, const char *column, char *text)
{
    for (size_t i = 0; i < t->spec->count; i++) {
        if (strcmp(t->spec->columns[i], column) != 0)
            continue;
        HY_ASSERT(!t->row[i], "a cell was put twice into one row");
        t->row[i] = text;
        return;
    }
    hy_fail(HY_CHECK_FAILED, "%s has no column '%s'", t->spec->file, column);
    hy_assert_failed(hy_error(), __FILE__, __LINE__, "see report/table/columns.c for the names");
}

static void put_number(struct hy_table *t, const char *column, double value, int digits)
{
    char text[32] = "";
    if (isfinite(value))
        hy_csv_format(text, value, digits);
    put(t, column, hy_format("%s", text));
}

void hy_table_text(struct hy_table *t, const char *column, const char *text)
{
    put(t, column, hy_format("%s", text ? text : ""));
}

void hy_table_integer(struct hy_table *t, const char *column, int64_t value)
{
    put(t, column, hy_format("%" PRId64, value));
}

void hy_table_float(struct hy_table *t, const char *column, double value)
{
    put_number(t, column, value, 9);
}

void hy_table_double(struct hy_table *t, const char *column, double value)
{
    put_number(t, column, value, 17);
}

void hy_table_missing(struct hy_table *t, const char *column)
{
    put(t, column, hy_format("%s", ""));
}

void hy_table_rest_missing(struct hy_table *t)
{
    for (size_t i = 0; i + 2 < t->spec->count; i++)
        if (!t->row[i])
            t->row[i] = hy_format("%s", "");
}

void hy_table_end_row(struct hy_table *t)
{
    size_t last = t->spec->count - 1;
    if (!t->row[last - 1])
        t->row[last - 1] = hy_format("%s", t->run);
    if (!t->row[last])
        t->row[last] = hy_format("%s", t->corpus);
    for (size_t i = 0; i <= last; i++) {
        if (!t->row[i]) {
            hy_fail(HY_CHECK_FAILED, "%s: nobody put column '%s'", t->spec->file, t->spec->columns[i]);
            hy_assert_failed(hy_error(), __FILE__, __LINE__, "call hy_table_missing for what was not measured");
        }
        hy_csv_put_text(&t->writer, t->row[i]);
        free(t->row[i]);
        t->row[i] = NULL;
    }
    hy_csv_end_row(&t->writer);
    if (t->appending)
        fflush(t->writer.stream); /* a failure stays in ferror until the commit */
}

hy_status hy_table_commit(struct hy_table *t)
{
    hy_status status = HY_OK;
    if (t->borrowed) {
        if (fflush(t->writer.stream) != 0 || ferror(t->writer.stream))
            status = hy_fail(HY_RUN_FAILED, "cannot write all of the table to standard output");
    } else if (t->appending) {
        errno = 0;
        bool good = !ferror(t->writer.stream) && fflush(t->writer.stream) == 0 && fsync(fileno(t->writer.stream)) == 0;
        int why = errno;
        if (fclose(t->writer.stream) != 0)
            good = false;
        if (!good)
            status = hy_fail(HY_RUN_FAILED, "cannot write all of '%s': %s; free some space and resume", t->path,
                             why ? strerror(why) : "an earlier write failed");
    } else {
        status = hy_new_file_commit(&t->file);
    }
    fini(t);
    return status;
}

void hy_table_abort(struct hy_table *t)
{
    if (!t || !t->spec)
        return;
    if (t->appending)
        fclose(t->writer.stream);
    else if (!t->borrowed)
        hy_new_file_abort(&t->file);
    fini(t);
}

/* A row without a rate is of a program that swept none. */
static bool is_past(const struct hy_csv *t, size_t row, const struct hy_logged *past)
{
    char lr[32];
    hy_csv_format(lr, past->peak_lr, 9);
    const char *of = hy_csv_text_of(t, row, "peak_lr");
    return strcmp(hy_csv_text_of(t, row, "variant"), past->variant) == 0 &&
           hy_csv_number_of(t, row, "seed") == (double)past->seed &&
           hy_csv_number_of(t, row, "step") >= (double)past->step && (!*of || strcmp(of, lr) == 0);
}

hy_status hy_table_forget(enum hy_table_id id, const char *dir, const struct hy_logged *past)
{
    struct hy_csv t = {0};
    struct hy_new_file file = {0};
    struct hy_csv_writer w;
    char *path = hy_table_path(id, dir);
    hy_status status = HY_OK;
    if (!hy_file_exists(path))
        goto out;
    status = hy_csv_read(&t, path, HY_CSV_APPENDED);
    if (status == HY_OK)
        status = hy_new_file_open(&file, path);
    if (status != HY_OK)
        goto out;
    hy_csv_writer_init(&w, file.stream);
    for (size_t i = 0; i < t.columns; i++)
        hy_csv_put_text(&w, t.header[i]);
    hy_csv_end_row(&w);
    for (size_t row = 0; row < t.rows; row++) {
        const bool forget = is_past(&t, row, past);
        for (size_t i = 0; i < t.columns && !forget; i++)
            hy_csv_put_text(&w, hy_csv_text(&t, row, (int)i));
        if (!forget)
            hy_csv_end_row(&w);
    }
    status = hy_new_file_commit(&file);
out:
    hy_csv_fini(&t);
    free(path);
    return status;
}
