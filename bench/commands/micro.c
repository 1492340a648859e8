/* hymbench micro: check and time every kernel of the op tables. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cli/interrupt.h"
#include "bench/cli/micro_alias.h"
#include "bench/cli/options.h"
#include "bench/cli/settings.h"
#include "bench/commands/commands.h"
#include "bench/harness/micro.h"
#include "bench/harness/micro_out.h"
#include "bench/harness/micro_rows.h"
#include "bench/harness/verdict.h"
#include "bench/instrument/instrument.h"
#include "kernels/base/file.h"

/* Where rows go: always a line on stdout, and what was asked for. */
struct output {
    struct hy_table table;
    bool csv;
    json_t *json;
    struct hy_micro_rows kept; /* for both, until the run is over */
    struct hy_verdict verdict;
    size_t rows;
};

static hy_status take_row(void *ctx, const struct hy_micro_row *row)
{
    struct output *out = ctx;
    if (out->rows++ == 0)
        hy_micro_print_header(stdout, row->counts != NULL);
    hy_micro_print(stdout, row);
    fflush(stdout);
    if (out->csv && row->counts)
        hy_micro_put_counts(&out->table, row);
    else
        hy_micro_rows_add(&out->kept, row);
    if (!row->skip_reason && !row->counts)
        hy_verdict_add(&out->verdict, row->conditions.quality);
    return HY_OK;
}

static hy_status list_row(void *ctx, const struct hy_micro_row *row)
{
    (void)ctx;
    char *name = hy_micro_name(row);
    printf("%-52s %s\n", name, row->shape);
    free(name);
    return HY_OK;
}

/* As google-benchmark lists them: what its --benchmark_filter takes. */
static hy_status list_name(void *ctx, const struct hy_micro_row *row)
{
    (void)ctx;
    char *name = hy_micro_name(row);
    printf("%s\n", name);
    free(name);
    return HY_OK;
}

static hy_status write_json(const json_t *root, struct hy_new_file *file)
{
    char *text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    HY_ASSERT(text, "out of memory for JSON");
    fwrite(text, strlen(text), 1, file->stream); /* failure shows at commit */
    free(text);
    return hy_new_file_commit(file);
}

/* The option parser cuts lists at commas, also those inside -a T=[1,2]: put these together again. */
static hy_status read_axes(struct hy_axes *axes, const struct hy_list *pieces)
{
    hy_status status = HY_OK;
    for (int i = 0; i < pieces->n && status == HY_OK; i++) {
        char *text = hy_format("%s", pieces->items[i]);
        while (strchr(text, '[') && !strchr(text, ']') && i + 1 < pieces->n) {
            char *longer = hy_format("%s,%s", text, pieces->items[++i]);
            free(text);
            text = longer;
        }
        status = hy_axes_add(axes, text);
        free(text);
    }
    return status;
}

static hy_status run(const struct hy_micro_options *o, const char *csv, const char *json)
{
    struct output out = {.csv = csv != NULL};
    struct hy_new_file json_file = {0};
    hy_status status = HY_OK;
    /* both files before anything is measured: a path that cannot be written is said at once */
    if (json)
        status = hy_new_file_open(&json_file, json);
    if (csv && status == HY_OK)
        status = hy_table_open_file(&out.table, o->n_metrics ? HY_TABLE_COUNTERS : HY_TABLE_KERNELS, csv, "", "");
    if (status) {
        hy_new_file_abort(&json_file);
        return status;
    }
    if (json)
        out.json = hy_micro_json_open("hymbench");
    status = hy_micro_run(o, take_row, &out, hy_interrupt_requested);
    if (status == HY_OK)
        status = hy_micro_rows_settle(&out.kept, o->roofs);
    for (size_t i = 0; i < out.kept.n; i++) {
        if (csv)
            hy_micro_put(&out.table, &out.kept.rows[i]);
        if (json)
            hy_micro_json_add(out.json, &out.kept.rows[i]);
    }
    hy_micro_rows_fini(&out.kept);

    /* a wrong kernel or Ctrl-C keeps the rows there are; what was never started leaves no file */
    bool keep = status == HY_OK || status == HY_CHECK_FAILED || status == HY_INTERRUPTED ||
                (status == HY_NO_DATA && out.rows > 0);
    char *why = hy_format("%s", hy_error());
    hy_status written = HY_OK;
    if (csv && keep)
        written = hy_table_commit(&out.table);
    else if (csv)
        hy_table_abort(&out.table);
    if (json && keep && written == HY_OK)
        written = write_json(out.json, &json_file);
    hy_new_file_abort(&json_file); /* unless it was written */
    json_decref(out.json);
    if (written == HY_OK && status)
        hy_fail(status, "%s", why); /* the sentence that belongs to the status */
    free(why);
    if (written == HY_OK && status == HY_OK)
        status = hy_verdict_of(&out.verdict);
    return written ? written : status;
}

/* Counters are a GPU's, and come from runs in which nothing else is measured. */
static hy_status check_counting(const struct hy_micro_options *o, const char *json, bool trace)
{
    if (!o->device)
        return hy_fail(HY_BAD_INPUT, "--cupti-metrics counts on a GPU, and this runs on the CPU; add --device cuda");
    if (json || trace)
        return hy_fail(HY_BAD_INPUT, "--cupti-metrics takes no times and no trace: leave out %s",
                       json ? "--json" : "--trace");
    return HY_OK;
}

struct command {
    struct hy_micro_options o;
    struct hy_globals g;
    struct hy_list axes, metrics;
    bool list, names, trace, best;
    const char *csv, *json;
    int min_samples, max_samples;
};

/* long: many options, of a few lines each. */
static hy_status parse(struct command *m, int argc, char **argv, bool *help)
{
    const struct hy_option options[] = {
        {.name = "list", .kind = HY_OPT_FLAG, .to = &m->list, .help = "print what would run, with shapes"},
        {.name = "names", .kind = HY_OPT_FLAG, .to = &m->names, .help = "the same, the names alone"},
        {.name = "filter",
         .kind = HY_OPT_STRING,
         .to = &m->o.filter,
         .value = "RE",
         .help = "only names kernel/case/hot|cold that match; a leading - excludes"},
        {.name = "axis",
         .letter = 'a',
         .kind = HY_OPT_LIST,
         .to = &m->axes,
         .value = "NAME=[..]",
         .help = "op, pass, isa, dtype, case, cache or a size: T=[128,320]"},
        {.name = "best", .kind = HY_OPT_FLAG, .to = &m->best, .help = "only the kernels the models would use"},
        {.name = "min-time",
         .kind = HY_OPT_DOUBLE,
         .to = &m->o.rule.min_seconds,
         .min = 0,
         .max = 3600,
         .value = "S",
         .help = "at least so long inside the samples of a row (0.5)"},
        {.name = "min-samples",
         .kind = HY_OPT_INT,
         .to = &m->min_samples,
         .min = 1,
         .max = 10000000,
         .value = "N",
         .help = "at least so many samples (10)"},
        {.name = "max-samples",
         .kind = HY_OPT_INT,
         .to = &m->max_samples,
         .min = 1,
         .max = 10000000,
         .value = "N",
         .help = "at most so many samples (100000)"},
        {.name = "max-noise",
         .kind = HY_OPT_DOUBLE,
         .to = &m->o.rule.max_noise_pct,
         .min = 0,
         .max = 1000,
         .value = "%",
         .help = "stop when the median's 95 % interval is narrower (1)"},
        {.name = "timeout",
         .kind = HY_OPT_DOUBLE,
         .to = &m->o.rule.timeout,
         .min = 0,
         .max = 86400,
         .value = "S",
         .help = "at most so long per row (15)"},
        {.name = "budget",
         .kind = HY_OPT_DOUBLE,
         .to = &m->o.budget,
         .min = 0,
         .max = 86400,
         .value = "S",
         .help = "about so long for all rows together"},
        {.name = "repetitions",
         .kind = HY_OPT_INT,
         .to = &m->o.repetitions,
         .min = 1,
         .max = 1000,
         .value = "N",
         .help = "the whole list so many times"},
        {.name = "csv", .kind = HY_OPT_STRING, .to = &m->csv, .value = "F", .help = "write kernels.csv's columns to F"},
        {.name = "cupti-metrics",
         .kind = HY_OPT_LIST,
         .to = &m->metrics,
         .value = "A,B",
         .help = "count these on a GPU instead of taking times; --csv then has counters.csv's columns"},
        {.name = "json",
         .kind = HY_OPT_STRING,
         .to = &m->json,
         .value = "F",
         .help = "write google-benchmark JSON to F"},
        {.name = "trace", .kind = HY_OPT_FLAG, .to = &m->trace, .help = "an NVTX range per sample"},
        {0},
    };
    const struct hy_command usage = {
        .name = "micro", .summary = "Check every kernel against its reference, then time it.", .options = options};
    return hy_options_parse(&usage, argc, argv, &m->g, help, NULL);
}

/* From what was given to what the harness is asked for; opens the device. */
static hy_status settle(struct command *m)
{
    struct hy_micro_options *o = &m->o;
    /* the CPU's kernels unless a GPU is asked for: --list says what there is, device or not */
    o->device = m->g.device && strncmp(m->g.device, "cuda", 4) == 0;
    m->list |= m->names;
    hy_status status = o->device && m->list ? HY_OK : hy_settings_apply(&m->g, NULL);
    if (status == HY_OK)
        status = read_axes(&o->axes, &m->axes);
    if (status == HY_OK && m->max_samples < m->min_samples)
        status =
            hy_fail(HY_BAD_INPUT, "--max-samples %d is less than --min-samples %d", m->max_samples, m->min_samples);
    if (status != HY_OK)
        return status;
    o->rule.min_samples = (size_t)m->min_samples;
    o->rule.max_samples = (size_t)m->max_samples;
    o->best_only = m->best || m->g.isa != NULL;
    o->small = m->g.profile && strcmp(m->g.profile, "full") != 0;
    o->main_only = m->g.profile && strcmp(m->g.profile, "smoke") == 0;
    if (m->g.given.seed)
        o->seed = m->g.seed;
    if (m->metrics.n > 0 && !m->list && (status = check_counting(o, m->json, m->trace)))
        return status;
    o->metrics = (const char *const *)m->metrics.items;
    o->n_metrics = m->metrics.n;
    if (m->trace)
        o->trace = hy_nvtx_trace(true);
    return HY_OK;
}

/* The CPU's roofs are there for the whole of a run. */
static hy_status open_and_run(struct command *m)
{
    struct hy_roofs roofs = {0};
    if (!m->o.device) {
        hy_roofs_open(&roofs, false);
        m->o.roofs = &roofs;
    }
    hy_status status = run(&m->o, m->csv, m->json);
    m->o.roofs = NULL;
    hy_roofs_close(&roofs);
    return status;
}

hy_status hy_cmd_micro(int argc, char **argv)
{
    struct command m = {.o = hy_micro_defaults,
                        .min_samples = (int)hy_micro_defaults.rule.min_samples,
                        .max_samples = (int)hy_micro_defaults.rule.max_samples};
    struct hy_alias alias;
    bool help = false;
    hy_status status = hy_alias_init(&alias, argc, argv);
    if (status == HY_OK)
        status = parse(&m, alias.argc, alias.argv, &help);
    if (status == HY_OK && !help) {
        hy_interrupt_watch();
        status = settle(&m);
        if (status == HY_OK)
            status = m.list ? hy_micro_list(&m.o, m.names ? list_name : list_row, NULL) : open_and_run(&m);
    }
    hy_axes_fini(&m.o.axes);
    hy_list_fini(&m.axes);
    hy_list_fini(&m.metrics);
    hy_alias_fini(&alias);
    return status;
}
