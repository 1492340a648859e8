/* hymbench history: the figures of every night, and what changed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "bench/cli/interrupt.h"
#include "bench/cli/options.h"
#include "bench/commands/commands.h"
#include "bench/history/add.h"
#include "bench/history/again.h"
#include "bench/history/bisect.h"
#include "bench/history/check.h"
#include "bench/history/export.h"
#include "bench/history/html.h"
#include "bench/history/open.h"
#include "bench/history/print.h"
#include "kernels/base/file.h"

enum { USUAL_COLUMNS = 80, DASHBOARD_NIGHTS = 400 };

struct command {
    struct hy_globals g;
    const char *db, *since, *until, *out, *md, *good, *bad;
    bool confirm, series;
    double budget;
    int last;
    int64_t since_at, until_at;
    char **rest; /* (n) behind the action */
    int n;
};

/* ---- small things --------------------------------------------------------------------------------- */
static hy_status to_stdout(void)
{
    return fflush(stdout) || ferror(stdout) ? hy_fail(HY_RUN_FAILED, "standard output could not be written") : HY_OK;
}

/* "2026-11-27", or with a time of day behind it. */
static hy_status read_date(const char *option, const char *text, int64_t *at)
{
    static const char *const forms[] = {"%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M"};
    *at = 0;
    for (size_t i = 0; text && i < sizeof forms / sizeof *forms; i++) {
        struct tm utc = {0};
        const char *end = strptime(text, forms[i], &utc);
        if (end && *end == '\0') {
            *at = (int64_t)timegm(&utc);
            return HY_OK;
        }
    }
    return text ? hy_fail(HY_BAD_INPUT, "--%s %s is no date; write 2026-11-27, or 2026-11-27T03:17:00Z", option, text)
                : HY_OK;
}

static hy_status takes(const struct command *m, const char *action, int least, int most, const char *what)
{
    if (m->n >= least && (most < 0 || m->n <= most))
        return HY_OK;
    return most == 0 ? hy_fail(HY_BAD_INPUT, "history %s takes no argument, '%s' is one", action, m->rest[0])
                     : hy_fail(HY_BAD_INPUT, "history %s takes %s", action, what);
}

/* What is to be shown: all series, or those that the words after the action name. */
static hy_status load(const struct command *m, struct hy_history *h, struct hy_nights *n, struct hy_alarms *f)
{
    *n = (struct hy_nights){0};
    *f = (struct hy_alarms){0};
    hy_status status = hy_nights_load(
        n, h,
        &(struct hy_wanted){
            .series = m->n ? m->rest[0] : NULL, .last = m->last, .since = m->since_at, .until = m->until_at});
    return status == HY_OK ? hy_alarms_load(f, h, m->since_at) : status;
}

/* ---- actions ---------------------------------------------------------------------------------------- */
static hy_status add(const struct command *m, struct hy_history *h)
{
    hy_status status = takes(m, "add", 1, -1, "run folders: results/latest");
    for (int i = 0; i < m->n && status == HY_OK; i++) {
        struct hy_added a;
        status = hy_history_add(h, m->rest[i], &a);
        if (status == HY_OK && a.again && a.points == 0)
            printf("%s: is there already\n", m->rest[i]);
        else if (status == HY_OK)
            printf("%s: %zu figures, %zu of them doubtful, %zu new series\n", m->rest[i], a.points, a.doubtful,
                   a.series);
    }
    return status;
}

static hy_status list(const struct command *m, struct hy_history *h)
{
    struct hy_nights n;
    struct hy_alarms f;
    hy_status status = takes(m, "list", 0, 0, "nothing");
    if (status == HY_OK)
        status = load(m, h, &n, &f);
    if (status)
        return status;
    if (m->series)
        hy_history_list_series(stdout, &n);
    else
        hy_history_list_nights(stdout, &n);
    hy_nights_fini(&n);
    hy_alarms_fini(&f);
    return to_stdout();
}

/* The series that one argument names. */
static hy_status load_named(const struct command *m, const char *action, struct hy_history *h, struct hy_nights *n,
                            struct hy_alarms *f)
{
    hy_status status = takes(m, action, 1, 1, "one SERIES: a part of its name, or its number");
    return status == HY_OK ? load(m, h, n, f) : status;
}

static hy_status show(const struct command *m, struct hy_history *h)
{
    struct hy_nights n;
    struct hy_alarms f;
    hy_status status = load_named(m, "show", h, &n, &f);
    if (status)
        return status;
    hy_history_show(stdout, &n, &f);
    hy_nights_fini(&n);
    hy_alarms_fini(&f);
    return to_stdout();
}

static hy_status plot(const struct command *m, struct hy_history *h)
{
    struct hy_nights n;
    struct hy_alarms f;
    struct winsize size = {0};
    hy_status status = load_named(m, "plot", h, &n, &f);
    if (status)
        return status;
    const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    hy_history_plot(stdout, &n, known ? size.ws_col : USUAL_COLUMNS);
    hy_nights_fini(&n);
    hy_alarms_fini(&f);
    return to_stdout();
}

static hy_status write_markdown(const char *path, const struct hy_checked *c)
{
    struct hy_new_file f;
    hy_status status = hy_new_file_open(&f, path);
    if (status)
        return status;
    hy_history_say(f.stream, c, true);
    return hy_new_file_commit(&f);
}

static hy_status check(const struct command *m, struct hy_history *h)
{
    struct hy_checked c;
    hy_status status = takes(m, "check", 0, 0, "nothing");
    if (status == HY_OK)
        status = hy_history_check(&c, h, m->until_at);
    if (status)
        return status;
    if (m->confirm)
        status = hy_history_confirm(
            &c, h, &(struct hy_confirm){.budget = m->budget, .progress = true, .interrupted = hy_interrupt_requested});
    char *why = hy_format("%s", hy_error());
    hy_history_say(stdout, &c, false);
    hy_status written = m->md ? write_markdown(m->md, &c) : HY_OK;
    if (written == HY_OK)
        written = to_stdout();
    status = written ? written : status ? hy_fail(status, "%s", why) : hy_checked_verdict(&c);
    free(why);
    hy_checked_fini(&c);
    return status;
}

static hy_status regressions(const struct command *m, struct hy_history *h)
{
    struct hy_nights n = {0};
    struct hy_alarms f = {0};
    hy_status status = takes(m, "regressions", 0, 0, "nothing");
    if (status == HY_OK)
        status = hy_nights_load(&n, h, &(struct hy_wanted){.last = 1});
    if (status == HY_OK)
        status = hy_alarms_load(&f, h, m->since_at);
    if (status == HY_OK && hy_history_regressions(stdout, &n, &f) == 0)
        printf("none confirmed%s%s\n", m->since ? " since " : "", m->since ? m->since : "");
    hy_nights_fini(&n);
    hy_alarms_fini(&f);
    return status ? status : to_stdout();
}

static hy_status html(const struct command *m, struct hy_history *h)
{
    struct hy_nights n = {0};
    struct hy_alarms f = {0};
    hy_status status = takes(m, "html", 1, 1, "the folder to write to");
    if (status == HY_OK)
        status = hy_nights_load(&n, h,
                                &(struct hy_wanted){.last = m->last ? m->last : DASHBOARD_NIGHTS,
                                                    .since = m->since_at,
                                                    .until = m->until_at});
    if (status == HY_OK)
        status = hy_alarms_load(&f, h, m->since_at);
    if (status == HY_OK)
        status = hy_history_html(m->rest[0], &n, &f);
    if (status == HY_OK)
        printf("%s/index.html\n", m->rest[0]);
    hy_nights_fini(&n);
    hy_alarms_fini(&f);
    return status;
}

static bool is_format(const char *name)
{
    const size_t n = strlen(name);
    for (const char *at = HY_EXPORT_FORMATS; at; at = strchr(at, '|')) {
        at += *at == '|';
        if (strncmp(at, name, n) == 0 && (at[n] == '|' || at[n] == '\0'))
            return true;
    }
    return false;
}

static hy_status export(const struct command *m, struct hy_history *h)
{
    struct hy_nights n = {0};
    struct hy_new_file file = {0};
    hy_status status = takes(m, "export", 1, 1, "a format: " HY_EXPORT_FORMATS);
    if (status == HY_OK && !is_format(m->rest[0]))
        status = hy_fail(HY_BAD_INPUT, "history export knows no format '%s'; it knows " HY_EXPORT_FORMATS, m->rest[0]);
    if (status == HY_OK)
        status =
            hy_nights_load(&n, h, &(struct hy_wanted){.last = m->last, .since = m->since_at, .until = m->until_at});
    if (status == HY_OK && m->out)
        status = hy_new_file_open(&file, m->out);
    if (status == HY_OK) {
        hy_history_export(m->out ? file.stream : stdout, &n, m->rest[0]);
        status = m->out ? hy_new_file_commit(&file) : to_stdout();
    }
    hy_nights_fini(&n);
    return status;
}

/* ---- bisect -------------------------------------------------------------------------------------------- */
/* The commits of the series' newest finding, but where --good and --bad say otherwise. */
static hy_status range_of(const struct command *m, const struct hy_nights *n, const struct hy_alarms *f,
                          struct hy_bisect *b)
{
    for (size_t i = 0; i < f->n && (b->good == NULL || b->bad == NULL); i++) {
        const struct hy_alarm *one = &f->rows[i];
        const struct hy_night *good = hy_night_of(n, one->good), *bad = hy_night_of(n, one->bad);
        if (one->series != n->series[0].id || one->state == HY_STATE_REFUTED || !good || !bad || !good->sha[0] ||
            !bad->sha[0])
            continue;
        b->good = b->good ? b->good : good->sha;
        b->bad = b->bad ? b->bad : bad->sha;
    }
    return b->good && b->bad
               ? HY_OK
               : hy_fail(HY_NO_DATA,
                         "no change was found in '%s' that could be dated; give --good COMMIT and --bad COMMIT",
                         m->rest[0]);
}

static hy_status bisect(const struct command *m, struct hy_history *h)
{
    struct hy_nights n = {0};
    struct hy_alarms f = {0};
    hy_status status = load_named(m, "bisect", h, &n, &f);
    if (status == HY_OK && n.n > 1) {
        char *a = hy_series_name(&n.series[0]), *b = hy_series_name(&n.series[1]);
        status = hy_fail(HY_BAD_INPUT, "'%s' names %zu series, #%lld %s and #%lld %s among them: bisect takes one",
                         m->rest[0], n.n, (long long)n.series[0].id, a, (long long)n.series[1].id, b);
        free(a);
        free(b);
    }
    if (status == HY_OK && !hy_work_of(&n.series[0]).any)
        status = hy_fail(HY_BAD_INPUT,
                         "'%s' cannot be measured alone: bisect takes kernels, step times, and rates of training, "
                         "prefill and decoding",
                         m->rest[0]);
    struct hy_bisect b = {.good = m->good, .bad = m->bad, .budget = m->budget, .interrupted = hy_interrupt_requested};
    if (status == HY_OK)
        status = range_of(m, &n, &f, &b);
    if (status == HY_OK) {
        b.series = &n.series[0];
        status = hy_history_bisect(stdout, &b);
    }
    hy_nights_fini(&n);
    hy_alarms_fini(&f);
    return status;
}

/* ---- the command ------------------------------------------------------------------------------------------ */
typedef hy_status action_fn(const struct command *m, struct hy_history *h);
static const struct {
    const char *name;
    action_fn *run;
    enum hy_history_mode mode;
} actions[] = {{"add", add, HY_HISTORY_WRITE},
               {"list", list, HY_HISTORY_READ},
               {"show", show, HY_HISTORY_READ},
               {"plot", plot, HY_HISTORY_READ},
               {"check", check, HY_HISTORY_WRITE},
               {"bisect", bisect, HY_HISTORY_READ},
               {"regressions", regressions, HY_HISTORY_READ},
               {"html", html, HY_HISTORY_READ},
               {"export", export, HY_HISTORY_READ}};

/* long: many options, of a few lines each. */
static hy_status parse(struct command *m, int argc, char **argv, bool *help)
{
    const struct hy_option options[] = {
        {.name = "db",
         .kind = HY_OPT_STRING,
         .to = &m->db,
         .value = "F",
         .help = "the history's file (" HY_HISTORY_FILE ")"},
        {.name = "confirm",
         .kind = HY_OPT_FLAG,
         .to = &m->confirm,
         .help = "check: measure suspects again, in turns with the last good commit"},
        {.name = "budget",
         .kind = HY_OPT_DOUBLE,
         .to = &m->budget,
         .min = 1,
         .max = 86400,
         .value = "S",
         .help = "check --confirm: seconds of measuring for all; bisect: for each step (600)"},
        {.name = "md", .kind = HY_OPT_STRING, .to = &m->md, .value = "F", .help = "check: write it as Markdown to F"},
        {.name = "since",
         .kind = HY_OPT_STRING,
         .to = &m->since,
         .value = "DATE",
         .help = "only nights from then on: 2026-11-27"},
        {.name = "until",
         .kind = HY_OPT_STRING,
         .to = &m->until,
         .value = "DATE",
         .help = "as if no night had come after it"},
        {.name = "last",
         .kind = HY_OPT_INT,
         .to = &m->last,
         .min = 1,
         .max = 1e6,
         .value = "N",
         .help = "only the last N nights of each series"},
        {.name = "series", .kind = HY_OPT_FLAG, .to = &m->series, .help = "list: the series instead of the nights"},
        {.name = "out", .kind = HY_OPT_STRING, .to = &m->out, .value = "F", .help = "export: write to F"},
        {.name = "good",
         .kind = HY_OPT_STRING,
         .to = &m->good,
         .value = "COMMIT",
         .help = "bisect: before the change, instead of what check found"},
        {.name = "bad", .kind = HY_OPT_STRING, .to = &m->bad, .value = "COMMIT", .help = "bisect: after the change"},
        {0}};
    const struct hy_command usage = {
        .name = "history",
        .summary = "The figures of every night and what changed in them: add RUN_DIR..., list, show SERIES, plot "
                   "SERIES, check, bisect SERIES, regressions, html DIR, export " HY_EXPORT_FORMATS
                   ". A SERIES is a part of its name or its number.",
        .options = options,
        .positional = "ACTION [ARGUMENT...]",
        .min_args = 1,
        .max_args = -1};
    int first = 0;
    hy_status status = hy_options_parse(&usage, argc, argv, &m->g, help, &first);
    m->rest = argv + first;
    m->n = argc - first;
    return status;
}

static hy_status run(struct command *m)
{
    const char *name = m->rest[0];
    size_t i = 0;
    while (i < sizeof actions / sizeof *actions && strcmp(actions[i].name, name) != 0)
        i++;
    if (i == sizeof actions / sizeof *actions)
        return hy_fail(HY_BAD_INPUT,
                       "history knows no '%s'; it knows add, list, show, plot, check, bisect, "
                       "regressions, html and export",
                       name);
    m->rest++;
    m->n--;
    hy_status status = read_date("since", m->since, &m->since_at);
    if (status == HY_OK)
        status = read_date("until", m->until, &m->until_at);
    struct hy_history *h = NULL;
    if (status == HY_OK)
        status = hy_history_open(&h, m->db ? m->db : HY_HISTORY_FILE, actions[i].mode);
    if (status == HY_OK)
        status = actions[i].run(m, h);
    hy_history_close(h);
    return status;
}

hy_status hy_cmd_history(int argc, char **argv)
{
    struct command m = {.budget = 600};
    bool help = false;
    hy_status status = parse(&m, argc, argv, &help);
    if (status || help)
        return status;
    hy_interrupt_watch();
    return run(&m);
}
