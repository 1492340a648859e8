/* A run folder: figures of its variants by seed, exact quantities, speeds by context, kernels. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare/side_read.h"
#include "kernels/base/file.h"
#include "models/config/block.h"
#include "models/config/config.h"
#include "report/table/columns.h"
#include "report/table/kernel_rows.h"
#include "report/table/table_read.h"

/* ---- the tables ---------------------------------------------------------------------------- */
struct folder {
    struct hy_csv runs, variants, scaling;
};

static hy_status read_table(struct hy_csv *t, enum hy_table_id id, const char *dir)
{
    char *path = hy_table_path(id, dir);
    const bool there = hy_file_exists(path);
    free(path);
    return there ? hy_table_read(t, id, dir) : HY_OK;
}

static void fini(struct folder *f)
{
    hy_csv_fini(&f->runs);
    hy_csv_fini(&f->variants);
    hy_csv_fini(&f->scaling);
}

/* ---- env.json -------------------------------------------------------------------------------- */
static void put_fact(struct hy_side *s, const char *what, const json_t *section, const char *key)
{
    const json_t *value = json_object_get(section, key);
    if (json_is_string(value))
        hy_side_fact(s, what, json_string_value(value));
    else if (json_is_integer(value))
        hy_side_fact_number(s, what, json_integer_value(value));
}

static hy_status read_env(struct hy_side *s, const char *dir)
{
    char *path = hy_format("%s/env.json", dir);
    json_error_t error;
    hy_status status = HY_OK;
    if (hy_file_exists(path)) {
        json_t *env = json_load_file(path, 0, &error);
        if (env == NULL)
            status = hy_fail(HY_BAD_INPUT, "%s, line %d: not JSON: %s", path, error.line, error.text);
        const json_t *run = json_object_get(env, "run"), *settings = json_object_get(env, "settings"),
                     *build = json_object_get(env, "build"), *machine = json_object_get(env, "machine");
        put_fact(s, "machine", machine, "cpu");
        put_fact(s, "processors", machine, "cores_allowed");
        put_fact(s, "threads", settings, "threads");
        put_fact(s, "ISA", settings, "isa");
        put_fact(s, "device", run, "device");
        put_fact(s, "precision", run, "precision");
        put_fact(s, "profile", run, "profile");
        put_fact(s, "corpus", json_object_get(env, "corpus"), "ids_sha256");
        const char *sha = json_string_value(json_object_get(build, "git_sha"));
        hy_side_version(s, sha ? sha : "", json_is_true(json_object_get(build, "dirty")));
        json_decref(env);
    }
    free(path);
    return status;
}

/* ---- variants --------------------------------------------------------------------------------- */

/* Whether the cell says how the variant's implementation does things anyway, or that there is no choice: folders of
 * older programs do not say so, and have the same models. */
static bool is_own_choice(const struct hy_csv *t, size_t row, int column)
{
    const struct hy_field *f = hy_field_find(hy_model_fields, t->header[column]);
    const char *cell = hy_csv_text(t, row, column);
    struct hy_config c = {.arch = HY_HYBRID};
    int implementation;
    if (!f || f->type != HY_FIELD_CHOICE || strcmp(hy_names_word(f->names, 0), "auto") != 0)
        return false;
    if (!*cell)
        return true;
    if (hy_names_parse(&hy_implementation_names, hy_csv_text_of(t, row, "implementation"), &implementation) != HY_OK)
        return false;
    c.implementation = (enum hy_implementation)implementation;
    return hy_field_set(f, &c, cell) == HY_OK && hy_is_own_choice(&c, f);
}

/* A variant's configuration, "layers=8 d_model=128 ...": without what follows from it or only names it. malloc'd. */
static char *shape_of(const struct hy_csv *t, const char *variant)
{
    static const char *const apart[] = {"name",     "compare_to", "isolates", "match", "match_to", "flops_per_token",
                                        "kv_bytes", "Run",        "Corpus"};
    char *shape = hy_format("%s", "");
    for (size_t row = 0; row < t->rows; row++) {
        if (strcmp(hy_csv_text_of(t, row, "name"), variant) != 0)
            continue;
        for (size_t c = 0; c < t->columns; c++) {
            bool left_out = strncmp(t->header[c], "params", 6) == 0;
            for (size_t i = 0; i < sizeof apart / sizeof *apart; i++)
                left_out |= strcmp(t->header[c], apart[i]) == 0;
            if (left_out || is_own_choice(t, row, (int)c))
                continue;
            char *longer =
                hy_format("%s%s%s=%s", shape, shape[0] ? " " : "", t->header[c], hy_csv_text(t, row, (int)c));
            free(shape);
            shape = longer;
        }
    }
    return shape;
}

static bool holds(const struct hy_csv *t, size_t row)
{
    return hy_row_quality(t, row) == HY_ROW_OK;
}

/* Prompts and tokens per second of runs.csv are those of the variant's first cell of scaling.csv. */
static bool decoding_holds(const struct hy_csv *scaling, const char *variant)
{
    for (size_t row = 0; row < scaling->rows; row++)
        if (strcmp(hy_csv_text_of(scaling, row, "variant"), variant) == 0)
            return holds(scaling, row);
    return true;
}

enum source { NO_TIME, TRAINED, DECODED };
static const struct {
    const char *column, *unit;
    bool more_is_better, exact;
    enum source source;
} figures[] = {
    {"Best PPL", "", false, false, NO_TIME},
    {"Final PPL", "", false, false, NO_TIME},
    {"Test PPL", "", false, false, NO_TIME},
    {"Train tok/s", "tok/s", true, false, TRAINED},
    {"Eval tok/s", "tok/s", true, false, TRAINED},
    {"Prefill tok/s", "tok/s", true, false, DECODED},
    {"Decode tok/s", "tok/s", true, false, DECODED},
    {"Joules per 1000 tok", "J", false, false, TRAINED},
    {"Decode joules per 1000 tok", "J", false, false, DECODED},
    {"Peak memory (MiB)", "MiB", false, false, NO_TIME},
    {"Planned peak (MiB)", "MiB", false, true, NO_TIME},
    {"Params (M)", "million", false, true, NO_TIME},
    {"KV cache measured (KiB)", "KiB", false, true, NO_TIME},
    {"SSM state measured (KiB)", "KiB", false, true, NO_TIME},
    {"KV cache plain (KiB)", "KiB", false, true, NO_TIME},
};

static void read_runs(struct hy_side *s, const struct folder *f)
{
    const struct hy_csv *t = &f->runs;
    for (size_t row = 0; row < t->rows; row++) {
        const char *variant = hy_csv_text_of(t, row, "Model"), *ended = hy_csv_text_of(t, row, "Status");
        const bool sound = ended[0] == '\0' || strcmp(ended, "ok") == 0;
        if (strcmp(hy_csv_text_of(t, row, "chosen"), "no") == 0)
            continue; /* a rate that was tried, and that the variant is not reported with */
        char *shape = shape_of(&f->variants, variant);
        for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
            const double value = hy_csv_number_of(t, row, figures[i].column);
            const struct hy_row_spec spec = {.subject = variant,
                                             .metric = figures[i].column,
                                             .unit = figures[i].unit,
                                             .shape = shape,
                                             .more_is_better = figures[i].more_is_better,
                                             .exact = figures[i].exact,
                                             .pairing = HY_BY_SEED};
            if (isnan(value) && sound)
                continue;
            const bool quiet = figures[i].source == TRAINED   ? holds(t, row)
                               : figures[i].source == DECODED ? decoding_holds(&f->scaling, variant)
                                                              : true;
            /* what a run that failed left behind is no figure of the variant */
            const struct hy_observation seen = {.value = sound ? value : 1,
                                                .pair = (long)hy_csv_number_of(t, row, "Seed")};
            hy_side_see(hy_side_row(s, &spec), seen, sound && quiet);
        }
        free(shape);
        hy_side_fact(s, "device", hy_csv_text_of(t, row, "Device"));
        hy_side_fact(s, "precision", hy_csv_text_of(t, row, "Precision"));
        hy_side_fact(s, "threads", hy_csv_text_of(t, row, "Threads"));
    }
}

static void read_scaling(struct hy_side *s, const struct folder *f)
{
    static const struct {
        const char *column, *metric, *unit;
        bool rate;
    } cells[] = {{"prefill_tok_s", "prefill tok/s", "tok/s", true},
                 {"decode_tok_s", "decode tok/s", "tok/s", true},
                 {"cache_bytes", "cache bytes", "bytes", false},
                 {"state_bytes", "state bytes", "bytes", false},
                 {"planned_bytes", "planned bytes", "bytes", false}};
    const struct hy_csv *t = &f->scaling;
    for (size_t row = 0; row < t->rows; row++) {
        const char *variant = hy_csv_text_of(t, row, "variant");
        char *shape = shape_of(&f->variants, variant);
        char *subject = hy_format("%s/context:%s/batch:%s", variant, hy_csv_text_of(t, row, "context"),
                                  hy_csv_text_of(t, row, "batch"));
        for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
            const double value = hy_csv_number_of(t, row, cells[i].column);
            const struct hy_row_spec spec = {.subject = subject,
                                             .metric = cells[i].metric,
                                             .unit = cells[i].unit,
                                             .shape = shape,
                                             .more_is_better = cells[i].rate,
                                             .exact = !cells[i].rate};
            if (!isnan(value))
                hy_side_see(hy_side_row(s, &spec), (struct hy_observation){.value = value, .pair = HY_NO_PAIR},
                            !cells[i].rate || holds(t, row));
        }
        free(subject);
        free(shape);
    }
}

hy_status hy_side_read_folder(struct hy_side *s, const char *dir)
{
    struct folder f = {0};
    char *kernels = hy_table_path(HY_TABLE_KERNELS, dir), *google = hy_format("%s/google.json", dir);
    hy_status status = read_env(s, dir);
    if (status == HY_OK)
        status = read_table(&f.variants, HY_TABLE_VARIANTS, dir);
    if (status == HY_OK)
        status = read_table(&f.runs, HY_TABLE_RUNS, dir);
    if (status == HY_OK)
        status = read_table(&f.scaling, HY_TABLE_SCALING, dir);
    if (status == HY_OK) {
        read_runs(s, &f);
        read_scaling(s, &f);
        status = hy_side_read_ops(s, dir);
    }
    if (status == HY_OK) {
        if (hy_file_exists(kernels))
            status = hy_side_read_kernels(s, kernels);
        else if (hy_file_exists(google))
            status = hy_side_read_google(s, google);
    }
    if (status == HY_OK && s->n == 0)
        status = hy_fail(
            HY_BAD_INPUT,
            "%s: no run folder: it has neither runs.csv, scaling.csv, kernels.csv nor a device's times in ops.csv",
            dir);
    fini(&f);
    free(kernels);
    free(google);
    return status;
}
