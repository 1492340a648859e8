/* hymbench compare: a verdict between two runs, or two programs measured in turns. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/cli/interrupt.h"
#include "bench/cli/options.h"
#include "bench/commands/commands.h"
#include "bench/compare/baselines.h"
#include "bench/compare/checkout.h"
#include "bench/compare/launch.h"
#include "bench/compare/open.h"
#include "bench/compare/print.h"
#include "bench/compare/turns.h"
#include "bench/harness/build.h"
#include "kernels/base/file.h"
#include "report/report.h"

struct command {
    struct hy_globals g;
    const char *base, *fresh; /* as given; NULL: not */
    struct hy_rule rule;
    double threshold_pct; /* 0: the usual one */
    bool all, force, list, page;
    const char *fail_on, *csv, *md;
    const char *against, *filter;
    double budget, min_time;
    const char *baseline, *save, *drop;
    struct hy_side sides[2];
    struct hy_comparison c;
};

/* ---- options ------------------------------------------------------------------------------ */

/* long: many options, of a few lines each. */
static hy_status parse(struct command *m, int argc, char **argv, bool *help)
{
    const struct hy_option options[] = {
        {.name = "alpha",
         .kind = HY_OPT_DOUBLE,
         .to = &m->rule.alpha,
         .min = 1e-6,
         .max = 0.5,
         .value = "P",
         .help = "false verdicts allowed among the verdicts (0.05)"},
        {.name = "threshold",
         .kind = HY_OPT_DOUBLE,
         .to = &m->threshold_pct,
         .min = 0.01,
         .max = 1000,
         .value = "%",
         .help = "changes below this are none (in turns 1, else 3)"},
        {.name = "fail-on",
         .kind = HY_OPT_CHOICE,
         .to = &m->fail_on,
         .choices = "regression|change|never",
         .help = "what ends with exit code 1 (regression)"},
        {.name = "all", .kind = HY_OPT_FLAG, .to = &m->all, .help = "show every row, not only those that changed"},
        {.name = "csv", .kind = HY_OPT_STRING, .to = &m->csv, .value = "F", .help = "write compare.csv's columns to F"},
        {.name = "md", .kind = HY_OPT_STRING, .to = &m->md, .value = "F", .help = "write it as Markdown to F"},
        {.name = "page",
         .kind = HY_OPT_FLAG,
         .to = &m->page,
         .help = "put compare.csv into NEW, a run folder, and rebuild its report with it"},
        {.name = "force",
         .kind = HY_OPT_FLAG,
         .to = &m->force,
         .help = "compare although machine, threads, precision, shapes or the tree say no"},
        {.name = "against",
         .kind = HY_OPT_STRING,
         .to = &m->against,
         .value = "REF",
         .help = "build commit REF beside the tree, measure it and this program in turns"},
        {.name = "budget",
         .kind = HY_OPT_DOUBLE,
         .to = &m->budget,
         .min = 1,
         .max = 86400,
         .value = "S",
         .help = "in turns: at most so long (600)"},
        {.name = "min-time",
         .kind = HY_OPT_DOUBLE,
         .to = &m->min_time,
         .min = 0.001,
         .max = 60,
         .value = "S",
         .help = "in turns: so long inside a row's samples of one launch (0.03)"},
        {.name = "filter",
         .kind = HY_OPT_STRING,
         .to = &m->filter,
         .value = "RE",
         .help = "in turns: only rows kernel/case/hot|cold that match"},
        {.name = "baseline", .kind = HY_OPT_STRING, .to = &m->baseline, .value = "NAME", .help = "BASE is a kept one"},
        {.name = "save-baseline",
         .kind = HY_OPT_STRING,
         .to = &m->save,
         .value = "NAME",
         .help = "keep NEW under results/baselines/NAME"},
        {.name = "list-baselines", .kind = HY_OPT_FLAG, .to = &m->list, .help = "say what is kept"},
        {.name = "delete-baseline",
         .kind = HY_OPT_STRING,
         .to = &m->drop,
         .value = "NAME",
         .help = "remove a kept one"},
        {0}};
    const struct hy_command usage = {
        .name = "compare",
        .summary = "Says of each row whether NEW improved, regressed or stayed the same against BASE: two run folders, "
                   "tables of micro --csv, google-benchmark JSON files, or two programs, which are measured in turns.",
        .options = options,
        .positional = "[BASE] [NEW]",
        .min_args = 0,
        .max_args = 2};
    int first = 0;
    hy_status status = hy_options_parse(&usage, argc, argv, &m->g, help, &first);
    const int given = argc - first;
    m->base = given == 2 ? argv[first] : NULL;
    m->fresh = given >= 1 ? argv[argc - 1] : NULL;
    return status;
}

static hy_status check(const struct command *m)
{
    if (m->against && (m->fresh || m->baseline))
        return hy_fail(HY_BAD_INPUT, "--against measures this program: leave out %s",
                       m->baseline ? "--baseline" : m->fresh);
    if (m->baseline && m->base)
        return hy_fail(HY_BAD_INPUT, "--baseline says what BASE is: leave out '%s'", m->base);
    if (!m->against && !m->fresh)
        return hy_fail(HY_BAD_INPUT,
                       "nothing to compare: give BASE and NEW, --baseline NAME and NEW, or --against REF");
    if (!m->against && !m->base && !m->baseline && !m->save)
        return hy_fail(HY_BAD_INPUT, "'%s' is compared with nothing: give BASE before it, or --baseline NAME",
                       m->fresh);
    if (m->page && (m->against || !hy_folder_exists(m->fresh)))
        return hy_fail(HY_BAD_INPUT, "--page belongs to a run folder as NEW%s%s", m->fresh ? ", which is not " : "",
                       m->fresh ? m->fresh : "");
    if (m->csv && m->md && strcmp(m->csv, m->md) == 0)
        return hy_fail(HY_BAD_INPUT, "--csv and --md both write '%s'", m->csv);
    return m->save ? hy_baseline_check(m->save) : HY_OK;
}

/* ---- in turns ------------------------------------------------------------------------------- */
static bool is_program(const char *path)
{
    struct stat s;
    char magic[4] = "";
    FILE *f = path && stat(path, &s) == 0 && S_ISREG(s.st_mode) && access(path, X_OK) == 0 ? fopen(path, "r") : NULL;
    const bool read = f && fread(magic, 1, 4, f) == 4;
    if (f)
        fclose(f);
    return read && (memcmp(magic, "\177ELF", 4) == 0 || memcmp(magic, "#!", 2) == 0);
}

static hy_status run_turns(struct command *m, const char *base, const char *fresh, const char *base_name,
                           const char *fresh_name)
{
    const char *device[] = {m->g.device ? "--device" : NULL, m->g.device, NULL};
    const struct hy_turns t = {
        .programs = {base, fresh},
        .names = {base_name, fresh_name},
        .filter = m->filter,
        .extra = device,
        .profile = m->g.profile ? m->g.profile : "quick",
        .budget = m->budget,
        .min_time = m->min_time,
        .seed = m->g.given.seed ? m->g.seed : 1,
        .rule = m->rule,
        .force = m->force,
        .progress = true,
        .interrupted = hy_interrupt_requested,
    };
    hy_turns_hand_on(m->g.threads, m->g.isa);
    return hy_turns_run(&t, m->sides, &m->c);
}

/* This very program and the tree it was built from belong together, or the verdict is about something else. */
static hy_status check_tree(const struct command *m)
{
    hy_status status = m->force ? HY_OK : hy_checkout_clean();
    char *head = hy_checkout_head();
    if (status == HY_OK && head && !m->force && (strcmp(head, hy_build_git_sha()) != 0 || hy_build_dirty()))
        status =
            hy_fail(HY_BAD_INPUT,
                    "this program was built of %.12s%s, and the tree is at %.12s: run make first (make compare REF=%s "
                    "does), or --force compares it as it is",
                    hy_build_git_sha(), hy_build_dirty() ? " with changes" : "", head, m->against);
    free(head);
    return status;
}

static hy_status run_against(struct command *m)
{
    struct hy_checkout there = {0};
    char *self = NULL;
    hy_status status = hy_launch_self(&self);
    if (status == HY_OK)
        status = check_tree(m);
    if (status == HY_OK)
        status = hy_checkout_build(&there, m->against, true);
    if (status == HY_OK)
        status =
            run_turns(m, there.program, self, m->against, hy_build_dirty() ? "this tree, with changes" : "this tree");
    hy_checkout_fini(&there);
    free(self);
    return status;
}

/* ---- of files ---------------------------------------------------------------------------------- */
static hy_status run_files(struct command *m, const char *base)
{
    hy_status status = hy_side_open(&m->sides[0], base);
    if (status == HY_OK)
        status = hy_side_open(&m->sides[1], m->fresh);
    if (status == HY_OK)
        status = hy_comparison_open(&m->c, &m->sides[0], &m->sides[1], &m->rule, m->force);
    if (status == HY_OK) {
        hy_comparison_judge(&m->c, m->rule.alpha);
        status = hy_comparison_enough(&m->c);
    }
    return status;
}

static hy_status run_base(struct command *m)
{
    char *kept = m->baseline ? hy_baseline_path(m->baseline) : NULL;
    hy_status status = m->baseline ? hy_baseline_find(m->baseline) : HY_OK;
    if (status == HY_OK && is_program(m->base) != is_program(m->fresh) && m->base)
        status = hy_fail(HY_BAD_INPUT, "'%s' is a program and '%s' is none: programs are compared with programs",
                         is_program(m->base) ? m->base : m->fresh, is_program(m->base) ? m->fresh : m->base);
    if (status == HY_OK && m->base && is_program(m->base))
        status = run_turns(m, m->base, m->fresh, m->base, m->fresh);
    else if (status == HY_OK)
        status = run_files(m, kept ? kept : m->base);
    free(kept);
    return status;
}

/* ---- what comes of it ------------------------------------------------------------------------------ */
static hy_status write_markdown(const struct command *m)
{
    struct hy_new_file f;
    hy_status status = hy_new_file_open(&f, m->md);
    if (status)
        return status;
    hy_comparison_markdown(f.stream, &m->c, m->all);
    return hy_new_file_commit(&f);
}

static hy_status write_page(const struct command *m)
{
    char *csv = hy_format("%s/compare.csv", m->fresh);
    hy_status status = hy_comparison_csv(csv, &m->c);
    if (status == HY_OK)
        status = hy_report_build(&(struct hy_report_options){.run_dir = m->fresh});
    if (status == HY_OK)
        printf("%s/report.pdf\n", m->fresh);
    free(csv);
    return status;
}

static hy_status verdict_of(const struct command *m)
{
    const size_t regressed = m->c.counts[HY_REGRESSED], improved = m->c.counts[HY_IMPROVED],
                 changed = m->c.counts[HY_CHANGED];
    const char *on = m->fail_on ? m->fail_on : "regression";
    if (strcmp(on, "never") != 0 && regressed > 0)
        return hy_fail(HY_CHECK_FAILED, "%zu row%s regressed", regressed, regressed == 1 ? "" : "s");
    if (strcmp(on, "change") == 0 && improved + changed > 0)
        return hy_fail(HY_CHECK_FAILED, "%zu row%s changed", improved + changed, improved + changed == 1 ? "" : "s");
    if (improved + changed + m->c.counts[HY_SAME] + regressed == 0)
        return hy_fail(HY_NO_DATA, "no row has a verdict: measure longer, or when nothing else runs");
    return HY_OK;
}

static hy_status say(const struct command *m)
{
    hy_comparison_text(stdout, &m->c, m->all);
    hy_status status = m->csv ? hy_comparison_csv(m->csv, &m->c) : HY_OK;
    if (status == HY_OK && m->md)
        status = write_markdown(m);
    if (status == HY_OK && m->page)
        status = write_page(m);
    return status;
}

static hy_status run(struct command *m)
{
    hy_status status = check(m);
    if (status)
        return status;
    const bool turns = m->against || (m->base && is_program(m->base));
    m->rule.threshold = m->threshold_pct > 0 ? m->threshold_pct / 100
                        : turns              ? HY_THRESHOLD_IN_TURNS
                                             : HY_THRESHOLD_APART;
    const bool compares = m->against || m->base || m->baseline;
    if (compares) {
        status = m->against ? run_against(m) : run_base(m);
        /* Ctrl-C keeps what is decided; too few observations: the rows are shown and say so */
        char *why = hy_format("%s", hy_error());
        if ((status == HY_OK || status == HY_INTERRUPTED || status == HY_NO_DATA) && m->c.n > 0) {
            hy_status said = say(m);
            status = said ? said : status ? hy_fail(status, "%s", why) : verdict_of(m);
        }
        free(why);
    }
    if (m->save && (status == HY_OK || status == HY_CHECK_FAILED || !compares)) {
        char *why = hy_format("%s", hy_error());
        hy_status saved = hy_baseline_save(m->save, m->fresh);
        status = saved ? saved : status ? hy_fail(status, "%s", why) : HY_OK;
        free(why);
    }
    return status;
}

hy_status hy_cmd_compare(int argc, char **argv)
{
    struct command m = {.rule = {.alpha = 0.05}, .budget = 600, .min_time = 0.03};
    bool help = false;
    hy_status status = parse(&m, argc, argv, &help);
    if (status || help)
        return status;
    if (m.list)
        return hy_baselines_print();
    if (m.drop)
        return hy_baseline_delete(m.drop);
    hy_interrupt_watch();
    status = run(&m);
    hy_comparison_close(&m.c);
    hy_side_fini(&m.sides[0]);
    hy_side_fini(&m.sides[1]);
    return status;
}
