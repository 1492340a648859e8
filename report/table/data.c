#include "report/table/data.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "report/canvas/palette.h"
#include "report/table/table_read.h"

/* The study's seven keep their colours in every report, whichever of them a run
 * holds; other variants take the colours behind them, in order. */
static struct hy_color color_of(const char *name, size_t variants, size_t *others)
{
    static const char *const study[] = {"Mamba-only",       "Transformer-only", "Hybrid-Mine",    "Hybrid-NoMeta",
                                        "Hybrid-NoKVShare", "Hybrid-Official",  "Official-NoMeta"};
    enum { STUDY = sizeof study / sizeof *study };
    for (size_t i = 0; i < STUDY; i++)
        if (strcmp(name, study[i]) == 0)
            return hy_palette(i, STUDY);
    return hy_palette(STUDY + (*others)++, STUDY + variants);
}

/* The group's index; a name not seen before begins one. */
static size_t group_of(struct hy_run_data *d, const char *implementation)
{
    for (size_t i = 0; i < d->groups; i++)
        if (strcmp(d->group[i], implementation) == 0)
            return i;
    d->group[d->groups] = implementation;
    return d->groups++;
}

static void take_variants(struct hy_run_data *d)
{
    const struct hy_csv *t = &d->table[HY_TABLE_RESULTS];
    size_t others = 0;
    d->variants = t->rows;
    d->variant = calloc(t->rows, sizeof *d->variant);
    d->group = calloc(t->rows, sizeof *d->group);
    HY_ASSERT(d->variant && d->group, "out of memory for the variants of a run");
    for (size_t i = 0; i < t->rows; i++) {
        struct hy_variant *v = &d->variant[i];
        v->name = hy_csv_text_of(t, i, "Model");
        v->implementation = hy_csv_text_of(t, i, "Implementation");
        v->device = hy_csv_text_of(t, i, "Device");
        v->precision = hy_csv_text_of(t, i, "Precision");
        v->status = hy_csv_text_of(t, i, "Status");
        v->group = group_of(d, v->implementation);
        v->sound = v->status[0] == '\0' || strcmp(v->status, "ok") == 0;
        v->color = color_of(v->name, t->rows, &others);
        v->params_m = hy_csv_number_of(t, i, "Params (M)");
        v->best_ppl = hy_csv_number_of(t, i, "Best PPL");
        v->final_ppl = hy_csv_number_of(t, i, "Final PPL");
        v->minutes = hy_csv_number_of(t, i, "Time (min)");
        v->seeds = hy_csv_number_of(t, i, "Seeds");
        v->ci_low = hy_csv_number_of(t, i, "Best PPL CI95 low");
        v->ci_high = hy_csv_number_of(t, i, "Best PPL CI95 high");
        v->bits_per_char = hy_csv_number_of(t, i, "Bits per char");
        v->train_rate = hy_csv_number_of(t, i, "Train tok/s");
        v->prefill_rate = hy_csv_number_of(t, i, "Prefill tok/s");
        v->decode_rate = hy_csv_number_of(t, i, "Decode tok/s");
        v->peak_mib = hy_csv_number_of(t, i, "Peak memory (MiB)");
        v->planned_mib = hy_csv_number_of(t, i, "Planned peak (MiB)");
        v->kv_kib = hy_csv_number_of(t, i, "KV cache (KiB)");
        v->ssm_kib = hy_csv_number_of(t, i, "SSM state (KiB)");
        v->kv_reduction = hy_csv_number_of(t, i, "KV reduction");
        if (!(v->best_ppl > 0 && isfinite(v->best_ppl)))
            v->best_ppl = (double)NAN;
        if (!(v->final_ppl > 0 && isfinite(v->final_ppl)))
            v->final_ppl = (double)NAN;
    }
}

/* Insertion sort: few rows, and equal ones keep the study's order. */
static void rank_variants(struct hy_run_data *d)
{
    d->ranked = calloc(d->variants, sizeof *d->ranked);
    HY_ASSERT(d->ranked, "out of memory for the variants of a run");
    for (size_t i = 0; i < d->variants; i++) {
        double ppl = isnan(d->variant[i].best_ppl) ? (double)INFINITY : d->variant[i].best_ppl;
        size_t k = i;
        for (; k > 0; k--) {
            double before = d->variant[d->ranked[k - 1]].best_ppl;
            if (!(isnan(before) ? isfinite(ppl) : before > ppl))
                break;
            d->ranked[k] = d->ranked[k - 1];
        }
        d->ranked[k] = i;
    }
}

static double reference(const struct hy_run_data *d, const char *model)
{
    const struct hy_csv *t = &d->table[HY_TABLE_REFERENCE];
    for (size_t i = 0; d->have[HY_TABLE_REFERENCE] && i < t->rows; i++)
        if (strcmp(hy_csv_text_of(t, i, "model"), model) == 0)
            return hy_csv_number_of(t, i, "ppl");
    return (double)NAN;
}

/* True for an append-only log that was cut off before its first line ended. */
static bool not_begun(const char *path, const struct hy_table_spec *spec)
{
    char *data = NULL;
    size_t bytes = 0;
    bool none = spec->appended && hy_read_file(path, &data, &bytes) == HY_OK && hy_csv_complete_bytes(data, bytes) == 0;
    free(data);
    return none;
}

/* A missing or empty table only sets `why`; a damaged one is refused. */
static hy_status load_table(struct hy_run_data *d, enum hy_table_id id)
{
    const struct hy_table_spec *spec = hy_table_spec(id);
    char *path = hy_table_path(id, d->dir);
    hy_status status = HY_OK;
    if (!hy_file_exists(path)) {
        d->why[id] = hy_format("%s is missing from the run folder", spec->file);
    } else if (not_begun(path, spec)) {
        d->why[id] = hy_format("%s has no rows", spec->file);
    } else {
        status = hy_table_read(&d->table[id], id, d->dir);
        if (status == HY_OK && d->table[id].rows == 0) {
            hy_csv_fini(&d->table[id]);
            d->why[id] = hy_format("%s has no rows", spec->file);
        }
        d->have[id] = status == HY_OK && !d->why[id];
    }
    if (status != HY_OK) {
        char *fault = hy_format("%s", hy_error());
        hy_fail(status, "%s; mend the file%s", fault,
                id == HY_TABLE_RESULTS ? " or run the study again" : ", or take it away to have a report without it");
        free(fault);
    }
    free(path);
    return status;
}

/* ---- the runs that count ----------------------------------------------------------------------- */

/* The columns that tell runs apart: of runs.csv, and of a log. */
enum { RUN_KEYS = 3 };
static const char *const run_keys[RUN_KEYS] = {"Model", "Seed", "lr"}, *const log_keys[RUN_KEYS] = {"variant", "seed",
                                                                                                    "peak_lr"};

static void find_keys(const struct hy_csv *t, const char *const names[RUN_KEYS], int columns[RUN_KEYS])
{
    for (int i = 0; i < RUN_KEYS; i++)
        columns[i] = hy_csv_column(t, names[i]);
}

/* runs: as it is left, with the chosen runs alone. */
static void keep_runs(struct hy_run_data *d, enum hy_table_id id, const struct hy_csv *runs)
{
    struct hy_csv *t = &d->table[id];
    int of_log[RUN_KEYS], of_run[RUN_KEYS];
    size_t run = 0; /* the last one found: a log's rows of a run stand behind one another */
    bool *keep = calloc(t->rows + 1, sizeof *keep);
    HY_ASSERT(keep, "out of memory for the runs of a study");
    find_keys(t, log_keys, of_log);
    find_keys(runs, run_keys, of_run);
    for (size_t row = 0; row < t->rows; row++)
        for (size_t tried = 0; tried < runs->rows && !keep[row]; tried++) {
            const size_t at = (run + tried) % runs->rows;
            int same = 0;
            while (same < RUN_KEYS &&
                   strcmp(hy_csv_text(t, row, of_log[same]), hy_csv_text(runs, at, of_run[same])) == 0)
                same++;
            keep[row] = same == RUN_KEYS;
            run = keep[row] ? at : run;
        }
    hy_csv_keep(t, keep);
    free(keep);
    if (t->rows > 0)
        return;
    hy_csv_fini(t);
    d->have[id] = false;
    d->why[id] = hy_format("%s has no rows of a run whose rate was chosen", hy_table_spec(id)->file);
}

/* A study that swept rates is told by the chosen ones; the others stand in its files. */
static void keep_chosen(struct hy_run_data *d)
{
    static const enum hy_table_id logs[] = {HY_TABLE_HISTORY, HY_TABLE_STEPS, HY_TABLE_POSITION, HY_TABLE_EVALUATION,
                                            HY_TABLE_MQAR};
    struct hy_csv *runs = &d->table[HY_TABLE_RUNS];
    bool *keep = calloc(runs->rows + 1, sizeof *keep), swept = false, any = false;
    HY_ASSERT(keep, "out of memory for the runs of a study");
    for (size_t i = 0; d->have[HY_TABLE_RUNS] && i < runs->rows; i++) {
        const char *chosen = hy_csv_text_of(runs, i, "chosen");
        keep[i] = strcmp(chosen, "yes") == 0;
        swept |= *chosen != '\0';
        any |= keep[i];
    }
    if (swept && any) {
        hy_csv_keep(runs, keep);
        for (size_t i = 0; i < sizeof logs / sizeof *logs; i++)
            if (d->have[logs[i]])
                keep_runs(d, logs[i], runs);
    }
    free(keep);
}

static void load_env(struct hy_run_data *d)
{
    json_error_t error;
    char *path = hy_format("%s/env.json", d->dir);
    if (!hy_file_exists(path)) {
        d->env_why = hy_format("env.json is missing from the run folder");
    } else {
        d->env = json_load_file(path, 0, &error);
        if (d->env && !json_is_object(d->env)) {
            json_decref(d->env);
            d->env = NULL;
            d->env_why = hy_format("env.json holds no object");
        } else if (!d->env) {
            d->env_why = hy_format("env.json cannot be used: line %d: %s", error.line, error.text);
        }
    }
    free(path);
}

static hy_status check_folder(const char *dir)
{
    static const char *const marks[] = {"ablation_results.csv", "config.yaml", "env.json"};
    bool found = false;
    if (!hy_folder_exists(dir))
        return hy_fail(HY_BAD_INPUT, "'%s' is no folder; give the run folder under results/", dir);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        char *path = hy_format("%s/%s", dir, marks[i]);
        found |= hy_file_exists(path);
        free(path);
    }
    if (!found)
        return hy_fail(HY_BAD_INPUT, "'%s' is no run folder: it has no ablation_results.csv, config.yaml or env.json",
                       dir);
    return HY_OK;
}

hy_status hy_run_data_load(struct hy_run_data *d, const char *dir)
{
    memset(d, 0, sizeof *d);
    hy_status status = check_folder(dir);
    if (status != HY_OK)
        return status;
    d->dir = hy_format("%s", dir);
    for (int id = 0; id < HY_TABLE_COUNT && status == HY_OK; id++)
        status = load_table(d, (enum hy_table_id)id);
    if (status == HY_OK && !d->have[HY_TABLE_RESULTS])
        status =
            hy_fail(HY_NO_DATA, "'%s': %s; no variant of this run has finished yet", dir, d->why[HY_TABLE_RESULTS]);
    if (status != HY_OK) {
        hy_run_data_fini(d);
        return status;
    }
    keep_chosen(d);
    take_variants(d);
    rank_variants(d);
    load_env(d);
    d->run = hy_csv_text_of(&d->table[HY_TABLE_RESULTS], 0, "Run");
    d->corpus = hy_csv_text_of(&d->table[HY_TABLE_RESULTS], 0, "Corpus");
    d->synthetic = strcasestr(d->corpus, "synthetic") != NULL ||
                   json_is_true(json_object_get(json_object_get(d->env, "corpus"), "synthetic"));
    d->uniform = reference(d, "uniform");
    d->unigram = reference(d, "unigram");
    d->bigram = reference(d, "bigram");
    return HY_OK;
}

void hy_run_data_fini(struct hy_run_data *d)
{
    if (!d)
        return;
    for (int id = 0; id < HY_TABLE_COUNT; id++) {
        hy_csv_fini(&d->table[id]);
        free(d->why[id]);
    }
    free(d->variant);
    free(d->ranked);
    free(d->group);
    free(d->env_why);
    free(d->dir);
    json_decref(d->env);
    memset(d, 0, sizeof *d);
}

const struct hy_variant *hy_run_data_find(const struct hy_run_data *d, const char *name)
{
    for (size_t i = 0; i < d->variants; i++)
        if (strcmp(d->variant[i].name, name) == 0)
            return &d->variant[i];
    return NULL;
}

long hy_run_data_configured(const struct hy_run_data *d, const char *name)
{
    const struct hy_csv *t = &d->table[HY_TABLE_VARIANTS];
    for (size_t i = 0; d->have[HY_TABLE_VARIANTS] && i < t->rows; i++)
        if (strcmp(hy_csv_text_of(t, i, "name"), name) == 0)
            return (long)i;
    return -1;
}

const struct hy_variant *hy_run_data_best(const struct hy_run_data *d)
{
    for (int sound = 1; sound >= 0; sound--)
        for (size_t i = 0; i < d->variants; i++) {
            const struct hy_variant *v = &d->variant[d->ranked[i]];
            if (!isnan(v->best_ppl) && (v->sound || !sound))
                return v;
        }
    return NULL;
}

struct hy_average hy_run_data_average(const struct hy_run_data *d, size_t group)
{
    struct hy_average a = {0};
    for (size_t i = 0; i < d->variants; i++) {
        const struct hy_variant *v = &d->variant[i];
        if (v->group != group || !v->sound || isnan(v->best_ppl))
            continue;
        a.count++;
        a.best_ppl += v->best_ppl;
        a.final_ppl += v->final_ppl;
        a.params_m += v->params_m;
        a.minutes += v->minutes;
    }
    double n = a.count ? (double)a.count : (double)NAN;
    return (struct hy_average){a.count, a.best_ppl / n, a.final_ppl / n, a.params_m / n, a.minutes / n};
}

const char *hy_run_data_block(const struct hy_run_data *d, size_t group)
{
    const struct hy_csv *t = &d->table[HY_TABLE_VARIANTS];
    for (size_t i = 0; d->have[HY_TABLE_VARIANTS] && i < t->rows; i++) {
        const struct hy_variant *v = hy_run_data_find(d, hy_csv_text_of(t, i, "name"));
        const char *block = hy_csv_text_of(t, i, "implementation");
        if (v && v->group == group && *block)
            return block;
    }
    return "";
}

static json_t *value_at(json_t *from, const char *path, size_t length)
{
    while (from && length > 0) {
        size_t part = 0;
        while (part < length && path[part] != '.')
            part++;
        char *key = hy_format("%.*s", (int)part, path);
        from = json_object_get(from, key);
        free(key);
        path += part;
        length -= part;
        if (length > 0) {
            path++;
            length--;
        }
    }
    return from;
}

const char *hy_env_text(const struct hy_run_data *d, const char *paths, char **owned)
{
    *owned = NULL;
    while (d->env && *paths) {
        size_t length = strcspn(paths, "|");
        json_t *value = value_at(d->env, paths, length);
        if (json_is_string(value) && json_string_value(value)[0])
            return json_string_value(value);
        if (json_is_integer(value))
            return *owned = hy_format("%" JSON_INTEGER_FORMAT, json_integer_value(value));
        if (json_is_real(value)) {
            *owned = hy_format("%32s", "");
            hy_csv_format(*owned, json_real_value(value), 6);
            return *owned;
        }
        if (json_is_boolean(value))
            return json_is_true(value) ? "yes" : "no";
        paths += length + (paths[length] == '|');
    }
    return "";
}
