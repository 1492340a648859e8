/* hymbench micro: check and time every kernel of the op tables. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/cli/interrupt.h"
#include "bench/cli/micro_alias.h"
#include "bench/cli/options.h"
#include "bench/cli/settings.h"
#include "bench/commands/commands.h"
#include "bench/compare/baselines.h"
#include "bench/compare/pairs_command.h"
#include "bench/harness/micro.h"
#include "bench/harness/micro_aggregate.h"
#include "bench/harness/micro_checked.h"
#include "bench/harness/micro_files.h"
#include "bench/harness/verdict.h"
#include "bench/instrument/instrument.h"
#include "kernels/base/file.h"

enum format { CONSOLE, JSON, CSV, NOTHING };

static const double USUAL_BUDGET = 60; /* seconds, of all pairs */

struct command {
    struct hy_micro_options o;
    struct hy_globals g;
    struct hy_list axes, metrics;
    bool list, names, trace, best, no_roofs, pairs, serve;
    struct hy_micro_files files;
    const char *format, *time_unit;
    const char *save, *drop; /* baselines */
    bool baselines;
    char *own_csv; /* where the baseline's table is written that nobody else asked for */
    struct hy_google_style style;
    int min_samples, max_samples;
};

/* Where rows go: on stdout as they come, or, in google-benchmark's formats and in files, when the run is over. */
struct output {
    struct hy_micro_files *files;
    const struct hy_google_style *style;
    enum format format;
    bool repeated; /* rows of repetitions stay off the console where their aggregates are asked for alone */
    struct hy_micro_rows kept;
    struct hy_verdict verdict;
    size_t rows, shown;
};

static void show(struct output *out, const struct hy_micro_row *row)
{
    if (out->shown++ == 0)
        hy_micro_print_header(stdout, row->counts != NULL);
    hy_micro_print(stdout, row, out->style->unit);
    fflush(stdout);
}

static hy_status take_row(void *ctx, const struct hy_micro_row *row)
{
    struct output *out = ctx;
    out->rows++;
    if (out->format == CONSOLE && !(out->repeated && out->style->aggregates_only))
        show(out, row);
    if (row->counts && out->files->csv)
        hy_micro_put_counts(&out->files->table, row);
    else if (!row->counts)
        hy_micro_rows_add(&out->kept, row);
    return HY_OK;
}

/* What stdout gets when the run is over. */
static void finish_stdout(struct output *out)
{
    const size_t benchmarks = hy_micro_benchmarks(&out->kept);
    if (out->format == JSON)
        hy_micro_write_json(stdout, &out->kept, out->style);
    if (out->format == CSV)
        hy_google_csv(stdout, &out->kept, out->style);
    for (size_t b = 0; b < benchmarks && out->format == CONSOLE && out->repeated; b++) {
        struct hy_micro_aggregates a;
        const bool aggregates = hy_micro_aggregate(&a, &out->kept, b);
        if (!aggregates && out->style->aggregates_only)
            show(out, &out->kept.rows[b]); /* it was skipped, or measured once before the run was stopped */
        if (aggregates && out->shown++ == 0)
            hy_micro_print_header(stdout, false);
        if (aggregates)
            hy_micro_print_aggregates(stdout, &out->kept.rows[b], &a, out->style->unit);
    }
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

static enum format format_of(const struct command *m)
{
    return m->serve                                          ? NOTHING
           : !m->format || strcmp(m->format, "console") == 0 ? CONSOLE
           : strcmp(m->format, "json") == 0                  ? JSON
                                                             : CSV;
}

static hy_status run(struct command *m)
{
    const struct hy_micro_options *o = &m->o;
    struct output out = {
        .files = &m->files, .style = &m->style, .format = format_of(m), .repeated = o->repetitions > 1};
    hy_status status = hy_micro_run(o, take_row, &out, hy_interrupt_requested);
    hy_micro_rows_agree(&out.kept);
    if (status == HY_OK)
        status = hy_micro_rows_settle(&out.kept, o->roofs);
    for (size_t i = 0; i < out.kept.n; i++)
        if (!out.kept.rows[i].skip_reason)
            hy_verdict_add(&out.verdict, out.kept.rows[i].conditions.quality);

    /* a wrong kernel or Ctrl-C keeps the rows there are; what was never started leaves no file */
    bool keep = status == HY_OK || status == HY_CHECK_FAILED || status == HY_INTERRUPTED ||
                (status == HY_NO_DATA && out.rows > 0);
    char *why = hy_format("%s", hy_error());
    hy_status written = HY_OK;
    if (keep) {
        finish_stdout(&out);
        written = hy_micro_files_write(&m->files, &out.kept, &m->style);
    }
    hy_micro_files_abort(&m->files); /* unless they were written */
    hy_micro_rows_fini(&out.kept);
    if (written == HY_OK && status)
        hy_fail(status, "%s", why); /* the sentence that belongs to the status */
    free(why);
    if (written == HY_OK && status == HY_OK)
        status = hy_verdict_of(&out.verdict);
    return written ? written : status;
}

/* Counters are a GPU's, and come from runs in which nothing else is measured. */
static hy_status check_counting(const struct command *m)
{
    const struct hy_micro_files *f = &m->files;
    if (!m->o.device)
        return hy_fail(HY_BAD_INPUT, "--cupti-metrics counts on a GPU, and this runs on the CPU; add --device cuda");
    if (f->json || f->google_csv || m->trace || format_of(m) != CONSOLE)
        return hy_fail(HY_BAD_INPUT, "--cupti-metrics takes no times and no trace: leave out %s",
                       f->json         ? "--json"
                       : f->google_csv ? "--google-csv"
                       : m->trace      ? "--trace"
                                       : "--format");
    return HY_OK;
}

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
         .help = "the whole list so many times; then mean, median, stddev, cv of each"},
        {.name = "csv",
         .kind = HY_OPT_STRING,
         .to = &m->files.csv,
         .value = "F",
         .help = "write kernels.csv's columns to F"},
        {.name = "cupti-metrics",
         .kind = HY_OPT_LIST,
         .to = &m->metrics,
         .value = "A,B",
         .help = "count these on a GPU instead of taking times; --csv then has counters.csv's columns"},
        {.name = "json",
         .kind = HY_OPT_STRING,
         .to = &m->files.json,
         .value = "F",
         .help = "write google-benchmark JSON to F"},
        {.name = "google-csv",
         .kind = HY_OPT_STRING,
         .to = &m->files.google_csv,
         .value = "F",
         .help = "write google-benchmark CSV to F"},
        {.name = "format",
         .kind = HY_OPT_CHOICE,
         .to = &m->format,
         .choices = "console|json|csv",
         .help = "what stdout gets: our lines, or google-benchmark's JSON or CSV"},
        {.name = "time-unit",
         .kind = HY_OPT_CHOICE,
         .to = &m->time_unit,
         .choices = "ns|us|ms|s",
         .help = "of times on stdout and in google-benchmark's files (ns there)"},
        {.name = "aggregates-only",
         .kind = HY_OPT_FLAG,
         .to = &m->style.aggregates_only,
         .help = "with repetitions: their mean, median, stddev, cv alone"},
        {.name = "pairs",
         .kind = HY_OPT_FLAG,
         .to = &m->pairs,
         .help = "what one design costs against another, in turns; --csv then has pairs.csv's columns"},
        {.name = "serve",
         .kind = HY_OPT_FLAG,
         .to = &m->serve,
         .help = "stay, and take a filter from each line of stdin: --csv has its rows, stdout the exit code"},
        {.name = "save-baseline",
         .kind = HY_OPT_STRING,
         .to = &m->save,
         .value = "NAME",
         .help = "keep the table under results/baselines/NAME, for compare --baseline"},
        {.name = "list-baselines", .kind = HY_OPT_FLAG, .to = &m->baselines, .help = "say what is kept"},
        {.name = "delete-baseline",
         .kind = HY_OPT_STRING,
         .to = &m->drop,
         .value = "NAME",
         .help = "remove a kept one"},
        {.name = "no-roofs",
         .kind = HY_OPT_FLAG,
         .to = &m->no_roofs,
         .help = "no peaks, and times held against this run alone: of one launch among many (compare)"},
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
    if (m->metrics.n > 0 && !m->list && (status = check_counting(m)))
        return status;
    o->metrics = (const char *const *)m->metrics.items;
    o->n_metrics = m->metrics.n;
    m->style.unit = m->time_unit ? hy_time_unit(m->time_unit) : NULL;
    if (m->trace)
        o->trace = hy_nvtx_trace(true);
    return HY_OK;
}

/* Questions of the study in place of single kernels. */
static hy_status run_pairs(const struct command *m)
{
    const char *alien = m->files.json          ? "--json"
                        : m->files.google_csv  ? "--google-csv"
                        : m->format            ? "--format"
                        : m->axes.n            ? "--axis"
                        : m->metrics.n         ? "--cupti-metrics"
                        : m->save              ? "--save-baseline"
                        : m->o.repetitions > 1 ? "--repetitions"
                        : m->o.device          ? "--device cuda"
                                               : NULL;
    if (alien)
        return hy_fail(HY_BAD_INPUT, "--pairs measures pairs of calls on the CPU: leave out %s", alien);
    const struct hy_pairs_options o = {.filter = m->o.filter,
                                       .small = m->o.small,
                                       .f32_only = m->g.precision && strcmp(m->g.precision, "f32") == 0,
                                       .budget = m->o.budget > 0 ? m->o.budget : USUAL_BUDGET,
                                       .seed = m->o.seed};
    return hy_pairs_command(&o, m->files.csv, m->list, hy_interrupt_requested);
}

/* A baseline is a table; one that nobody asked for is kept out of sight until it is complete. */
static hy_status prepare_baseline(struct command *m)
{
    hy_status status = hy_baseline_check(m->save);
    if (status == HY_OK && m->o.n_metrics > 0)
        status = hy_fail(HY_BAD_INPUT, "--save-baseline keeps times, and --cupti-metrics takes none");
    if (status == HY_OK && !m->files.csv)
        status = hy_make_folders("results/baselines");
    if (status == HY_OK && !m->files.csv)
        m->files.csv = m->own_csv = hy_format("results/baselines/.%s.csv", m->save);
    return status;
}

/* Rows that do not hold are kept too, and take no part in a comparison. */
static hy_status keep_baseline(struct command *m, hy_status status)
{
    if (!m->save || (status != HY_OK && status != HY_NO_DATA))
        return status;
    char *why = hy_format("%s", hy_error());
    hy_status saved = hy_baseline_save(m->save, m->files.csv);
    if (saved == HY_OK && status)
        hy_fail(status, "%s", why);
    free(why);
    return saved ? saved : status;
}

/* What can be refused is, before anything is measured; the CPU's roofs are there for the whole of a run. */
static hy_status open_and_run(struct command *m)
{
    struct hy_roofs roofs = {0};
    hy_status status = hy_micro_check(&m->o);
    if (status == HY_OK && m->save)
        status = prepare_baseline(m);
    if (status == HY_OK)
        status = hy_micro_files_open(&m->files, m->o.n_metrics > 0);
    if (status)
        return status;
    struct hy_peaks none = {.rate = {0}};
    if (!m->o.device && m->no_roofs) {
        hy_bursts_levels(&none);
        m->o.peaks = &none;
    } else if (!m->o.device) {
        hy_roofs_open(&roofs, false);
        m->o.roofs = &roofs;
    }
    status = keep_baseline(m, run(m));
    m->o.roofs = NULL;
    m->o.peaks = NULL;
    hy_roofs_close(&roofs);
    return status;
}

/* What a line of stdin asks for. An empty one asks whether all is ready. */
static hy_status serve_one(struct command *m, const char *filter)
{
    if (filter[0] == '\0')
        return HY_OK;
    m->o.filter = filter;
    hy_status status = hy_micro_check(&m->o);
    if (status == HY_OK)
        status = hy_micro_files_open(&m->files, false);
    return status == HY_OK ? run(m) : status;
}

/* For who measures this program and another in turns (compare): peaks are for nobody, and the observer stays. */
static hy_status serve(struct command *m)
{
    struct hy_observer observer;
    struct hy_checked_kept kept = {0};
    struct hy_peaks none = {.rate = {0}};
    char *line = NULL;
    size_t room = 0;
    hy_bursts_levels(&none);
    hy_observer_open_long(&observer);
    m->o.peaks = &none;
    m->o.observer = &observer;
    m->o.kept = &kept;
    m->o.in_turns = true;
    for (ssize_t n; !hy_interrupt_requested() && (n = getline(&line, &room, stdin)) > 0;) {
        line[n - (line[n - 1] == '\n')] = '\0';
        const hy_status status = serve_one(m, line);
        if (status != HY_OK && status != HY_NO_DATA)
            fprintf(stderr, "hymbench: %s\n", hy_error());
        printf("%d\n", status);
        fflush(stdout);
    }
    free(line);
    m->o.peaks = NULL;
    m->o.observer = NULL;
    m->o.kept = NULL;
    hy_checked_forget(&kept);
    hy_observer_close(&observer);
    return hy_interrupt_requested() ? hy_fail(HY_INTERRUPTED, "interrupted") : HY_OK;
}

/* What --serve has no use for. */
static hy_status check_serving(const struct command *m)
{
    const struct hy_micro_files *f = &m->files;
    const char *useless = m->o.device      ? "--device cuda"
                          : m->o.n_metrics ? "--cupti-metrics"
                          : m->pairs       ? "--pairs"
                          : m->list        ? "--list"
                          : m->save        ? "--save-baseline"
                          : m->format      ? "--format"
                          : m->axes.n      ? "--axis"
                          : f->json        ? "--json"
                          : f->google_csv  ? "--google-csv"
                                           : NULL;
    if (useless)
        return hy_fail(HY_BAD_INPUT, "--serve writes the table of --csv and nothing else: leave out %s", useless);
    return f->csv ? HY_OK : hy_fail(HY_BAD_INPUT, "--serve needs --csv F, where the rows of each line go");
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
    if (status == HY_OK && !help && (m.baselines || m.drop)) {
        status = m.drop ? hy_baseline_delete(m.drop) : hy_baselines_print();
    } else if (status == HY_OK && !help) {
        hy_interrupt_watch();
        status = settle(&m);
        if (status == HY_OK && m.serve)
            status = check_serving(&m);
        if (status == HY_OK)
            status = m.serve   ? serve(&m)
                     : m.pairs ? run_pairs(&m)
                     : m.list  ? hy_micro_list(&m.o, m.names ? list_name : list_row, NULL)
                               : open_and_run(&m);
    }
    if (m.own_csv)
        (void)unlink(m.own_csv);
    free(m.own_csv);
    hy_axes_fini(&m.o.axes);
    hy_list_fini(&m.axes);
    hy_list_fini(&m.metrics);
    hy_alias_fini(&alias);
    return status;
}
