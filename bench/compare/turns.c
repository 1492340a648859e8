#include "bench/compare/turns.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/compare/launch.h"
#include "bench/compare/life.h"
#include "bench/compare/side_read.h"
#include "kernels/base/clock.h"
#include "kernels/base/file.h"
#include "kernels/base/rng.h"

enum { BASE, NEW, SIDES, MOST_ARGUMENTS = 48, LAST_WORDS = 6, WORST_SHARE = 4, FEW_ROWS = 8, PATIENCE = 10 };

/* Of a launch's time in a row, what a turn of a living program takes: it comes back eight times. */
static const double turn_share = 0.2;

double hy_look_alpha(double alpha, int look)
{
    return alpha / ((double)look * (look + 1));
}

size_t hy_look_launches(int look)
{
    const size_t power = (size_t)8 << ((look - 1) / 2);
    return (look - 1) % 2 ? power + power / 2 : power;
}

char *hy_turns_filter(const char *const *subjects, size_t n)
{
    char *text = hy_format("^(");
    for (size_t i = 0; i < n; i++) {
        char *longer = hy_format("%s%s%s", text, i ? "|" : "", subjects[i]);
        free(text);
        text = longer;
    }
    char *whole = hy_format("%s)$", text);
    free(text);
    return whole;
}

void hy_turns_hand_on(int threads, const char *isa)
{
    char number[32];
    snprintf(number, sizeof number, "%d", threads);
    if (threads)
        setenv("HYMBENCH_THREADS", number, 1);
    if (isa)
        setenv("HYMBENCH_ISA", isa, 1);
    setenv("HYMBENCH_PIN", "1", 0);
    setenv("HYMBENCH_REALTIME", "1", 0);
}

/* The measuring in hand. */
struct match {
    const struct hy_turns *t;
    struct hy_side *sides;
    char *csv, *err;     /* files that a launch writes */
    char *filter;        /* of the rows to be measured; NULL: t's */
    const char **chosen; /* (n_chosen) the same by name, borrowed from the comparison */
    size_t n_chosen;
    bool no_roofs[SIDES];            /* the program knows that option */
    bool serves[SIDES];              /* and --serve */
    char *csvs[SIDES], *errs[SIDES]; /* files of programs that serve */
    long pairs;                      /* begun */
    uint64_t start_ns;
};

/* Asked in turns while they live; else each observation is a launch. */
static bool both_live(const struct match *m)
{
    return m->serves[BASE] && m->serves[NEW];
}

/* ---- one launch ------------------------------------------------------------------------------ */

/* The arguments of a launch, NULL behind them. */
struct arguments {
    const char *argv[MOST_ARGUMENTS];
    int n;
    char seconds[32], most_seconds[32], context[32], batch[32];
};

static void give(struct arguments *a, const char *argument)
{
    HY_ASSERT(a->n + 1 < MOST_ARGUMENTS, "too many options for a launch");
    a->argv[a->n++] = argument;
    a->argv[a->n] = NULL;
}

static void give_value(struct arguments *a, const char *option, const char *value)
{
    if (value == NULL)
        return;
    give(a, option);
    give(a, value);
}

static void of_kernels(struct arguments *a, const struct match *m, int side, const char *csv, double seconds)
{
    snprintf(a->seconds, sizeof a->seconds, "%g", seconds);
    snprintf(a->most_seconds, sizeof a->most_seconds, "%g", PATIENCE * seconds);
    give(a, "micro");
    give(a, "--best");
    give_value(a, "--csv", csv);
    give_value(a, "--min-time", a->seconds);
    give_value(a, "--min-samples", "5");
    give_value(a, "--max-noise", "1000");
    give_value(a, "--timeout", a->most_seconds);
    if (m->no_roofs[side])
        give(a, "--no-roofs");
}

static void of_model(struct arguments *a, const struct hy_turns *t)
{
    const bool decoding = t->work == HY_TURNS_DECODING;
    give(a, decoding ? "bench-decode" : "bench-step");
    give_value(a, "--variant", t->variant);
    give_value(a, "--rounds", "3");
    give_value(a, "--precision", t->precision);
    if (!decoding)
        return;
    snprintf(a->context, sizeof a->context, "%d", t->context);
    snprintf(a->batch, sizeof a->batch, "%d", t->batch);
    give_value(a, "--contexts", a->context);
    give_value(a, "--batch", a->batch);
}

static void of_all(struct arguments *a, const struct hy_turns *t)
{
    give_value(a, "--profile", t->profile);
    for (int i = 0; t->extra && t->extra[i]; i++)
        give(a, t->extra[i]);
}

static hy_status launch(struct match *m, int side, const char *filter, int *code)
{
    const struct hy_turns *t = m->t;
    struct arguments a = {.n = 0};
    give(&a, t->programs[side]);
    if (t->work == HY_TURNS_KERNELS) {
        of_kernels(&a, m, side, m->csv, t->min_time);
        give_value(&a, "--filter", filter);
    } else {
        of_model(&a, t);
    }
    of_all(&a, t);
    const char *out = t->work == HY_TURNS_KERNELS ? NULL : m->csv;
    (void)unlink(m->csv);
    hy_status status = hy_launch(&(struct hy_launch){.argv = a.argv, .out = out, .err = m->err}, code);
    if (status == HY_OK && *code != HY_OK && *code != HY_NO_DATA && *code != HY_INTERRUPTED) {
        char *words = hy_last_lines(m->err, LAST_WORDS);
        status = hy_fail(*code == HY_CHECK_FAILED ? HY_CHECK_FAILED : HY_BAD_INPUT,
                         "%s cannot be measured, its %s ended with %d:\n%s", t->names[side], a.argv[1], *code, words);
        free(words);
    }
    return status;
}

/* What a launch measured goes to its side as observations of one pair. */
static hy_status note(struct match *m, int side, long pair)
{
    struct hy_side one;
    hy_side_init(&one, m->t->names[side]);
    hy_status status =
        m->t->work == HY_TURNS_KERNELS ? hy_side_read_kernels(&one, m->csv) : hy_side_read_bench(&one, m->csv);
    for (size_t i = 0; i < one.n && status == HY_OK; i++) {
        const struct hy_side_row *from = &one.rows[i];
        const struct hy_row_spec spec = {.subject = from->subject,
                                         .metric = from->metric,
                                         .unit = from->unit,
                                         .shape = from->shape,
                                         .more_is_better = from->more_is_better,
                                         .pairing = HY_BY_STATE};
        const struct hy_side_row *there = hy_side_find(&m->sides[side], from->subject, from->metric);
        if (there == NULL && pair >= 0)
            continue; /* rows are those of the first launch: the verdicts point to them */
        struct hy_side_row *row = hy_side_row(&m->sides[side], &spec);
        if (pair < 0)
            continue;
        for (size_t k = 0; k < from->n; k++)
            hy_side_see(
                row, (struct hy_observation){.value = from->seen[k].value, .pair = pair, .state = from->seen[k].state},
                true);
        row->doubtful += from->doubtful;
    }
    if (status == HY_OK && pair < 0) {
        free(m->sides[side].version);
        m->sides[side].version = hy_format("%s", one.version);
    }
    for (size_t i = 0; i < one.n_facts && status == HY_OK && pair < 0; i++)
        hy_side_fact(&m->sides[side], one.facts[i].what, one.facts[i].text);
    hy_side_fini(&one);
    return status;
}

/* HY_INTERRUPTED where somebody asked to stop, whoever noticed first; then the launch does not count. */
static hy_status one_launch(struct match *m, int side, long pair)
{
    int code = 0;
    hy_status status = launch(m, side, m->filter ? m->filter : m->t->filter, &code);
    if (status == HY_OK && (code == HY_INTERRUPTED || (m->t->interrupted && m->t->interrupted())))
        status = hy_fail(HY_INTERRUPTED, "interrupted; what is decided stands");
    return status == HY_OK ? note(m, side, pair) : status;
}

/* Older programs take their peaks in every launch, which costs a third of a second, and live for one launch only. */
static hy_status ask_for_options(struct match *m)
{
    hy_status status = HY_OK;
    for (int side = 0; side < SIDES && status == HY_OK && m->t->work == HY_TURNS_KERNELS; side++) {
        const char *const argv[] = {m->t->programs[side], "micro", "--help", NULL};
        char *text = NULL;
        size_t n;
        int code = 0;
        status = hy_launch(&(struct hy_launch){.argv = argv, .out = m->csv, .err = m->err}, &code);
        if (status == HY_OK && code == 0 && hy_read_file(m->csv, &text, &n) == HY_OK)
            m->no_roofs[side] = strstr(text, "--no-roofs") != NULL;
        m->serves[side] = text && strstr(text, "--serve") != NULL;
        free(text);
    }
    return status;
}

/* ---- which rows --------------------------------------------------------------------------------- */

struct candidate {
    const char *subject;
    double worst; /* how much slower it may have got */
};

static int by_worst(const void *a, const void *b)
{
    const double x = ((const struct candidate *)a)->worst, y = ((const struct candidate *)b)->worst;
    return (x < y) - (x > y);
}

static double how_bad(const struct hy_compared *row)
{
    return isnan(row->ratio.high) ? INFINITY : row->ratio.high;
}

/* The rows of the next block; false where all have their verdict. */
static bool choose(struct match *m, const struct hy_comparison *c, bool worst_only)
{
    struct candidate *open = calloc(c->n ? c->n : 1, sizeof *open);
    const char **names = calloc(c->n ? c->n : 1, sizeof *names);
    HY_ASSERT(open && names, "out of memory for a comparison");
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++)
        if (!c->rows[i].decided)
            open[n++] = (struct candidate){c->rows[i].fresh->subject, how_bad(&c->rows[i])};
    qsort(open, n, sizeof *open, by_worst);
    const size_t few = n / WORST_SHARE > FEW_ROWS ? n / WORST_SHARE : FEW_ROWS;
    const size_t most = worst_only && few < n ? few : n;
    for (size_t i = 0; i < most; i++)
        names[i] = open[i].subject;
    free(m->filter);
    free(m->chosen);
    m->filter = hy_turns_filter(names, most);
    m->chosen = names;
    m->n_chosen = most;
    free(open);
    return n > 0;
}

/* ---- blocks --------------------------------------------------------------------------------------- */
static void say(const struct match *m, const struct hy_comparison *c)
{
    size_t decided = 0;
    const struct hy_compared *worst = NULL;
    for (size_t i = 0; i < c->n; i++) {
        const struct hy_compared *row = &c->rows[i];
        decided += row->decided;
        if (!row->decided && !isnan(row->ratio.high) && (worst == NULL || row->ratio.high > worst->ratio.high))
            worst = row;
    }
    fprintf(stderr, "hymbench: %zu of %zu rows decided after %ld %s of each, %.0f s left", decided, c->n, m->pairs,
            both_live(m) ? "lives" : "launches", fmax(0, m->t->budget - hy_seconds_since(m->start_ns)));
    if (worst)
        fprintf(stderr, "; worst undecided: %s %+.1f %% [%+.1f, %+.1f]", worst->fresh->subject,
                100 * (worst->ratio.ratio - 1), 100 * (worst->ratio.low - 1), 100 * (worst->ratio.high - 1));
    fputc('\n', stderr);
}

static void arguments_that_serve(struct arguments *a, const struct match *m, int side)
{
    *a = (struct arguments){.n = 0};
    give(a, m->t->programs[side]);
    of_kernels(a, m, side, m->csvs[side], m->t->min_time * turn_share);
    give(a, "--serve");
    of_all(a, m->t);
}

/* One life of both, which is an observation of each row. */
static hy_status block_of_life(struct match *m, struct hy_stream *order)
{
    struct arguments a[SIDES];
    struct hy_life l = {.interrupted = m->t->interrupted};
    struct hy_life_row *rows = calloc(m->n_chosen ? m->n_chosen : 1, sizeof *rows);
    HY_ASSERT(rows, "out of memory for a comparison");
    for (int side = 0; side < SIDES; side++) {
        arguments_that_serve(&a[side], m, side);
        l.argv[side] = a[side].argv;
        l.names[side] = m->t->names[side];
        l.csv[side] = m->csvs[side];
        l.err[side] = m->errs[side];
    }
    for (size_t i = 0; i < m->n_chosen; i++)
        rows[i].subject = m->chosen[i];
    const hy_status status = hy_life_run(&l, order, rows, m->n_chosen);
    for (size_t i = 0; i < m->n_chosen && status == HY_OK; i++)
        for (int side = 0; side < SIDES; side++) {
            const struct hy_row_spec spec = {.subject = rows[i].subject, .metric = "time", .unit = "ns"};
            struct hy_side_row *row = hy_side_row(&m->sides[side], &spec);
            row->pairing = HY_BY_TURN;
            row->doubtful += rows[i].doubtful[side];
            hy_side_see(row, (struct hy_observation){.value = rows[i].value[side], .pair = m->pairs}, true);
        }
    m->pairs++;
    free(rows);
    return status;
}

/* ABBA or BAAB: two pairs. */
static hy_status block_of_launches(struct match *m, struct hy_stream *order)
{
    const int first = hy_stream_uniform(order) < 0.5 ? BASE : NEW, second = first == BASE ? NEW : BASE;
    const int sides[] = {first, second, second, first};
    hy_status status = HY_OK;
    for (int i = 0; i < 4 && status == HY_OK; i++)
        status = one_launch(m, sides[i], m->pairs + i / 2);
    m->pairs += 2;
    return status;
}

static hy_status block(struct match *m, struct hy_stream *order)
{
    return (both_live(m) ? block_of_life : block_of_launches)(m, order);
}

static hy_status measure(struct match *m, struct hy_comparison *c)
{
    struct hy_stream order = hy_stream_open(m->t->seed, "turns");
    int look = 1;
    bool more = choose(m, c, false);
    hy_status status = HY_OK;
    for (long blocks = 0; more && status == HY_OK; blocks++) {
        const double before = hy_seconds_since(m->start_ns);
        status = block(m, &order);
        const double took = hy_seconds_since(m->start_ns) - before;
        const bool over = hy_seconds_since(m->start_ns) + took > m->t->budget;
        const bool due = (size_t)m->pairs >= hy_look_launches(look);
        if (due || over || status) {
            hy_comparison_judge(c, hy_look_alpha(m->t->rule.alpha, look));
            look += due;
        }
        if (m->t->progress && (due || over))
            say(m, c);
        /* until the first look nothing is known of any row */
        more = !over && choose(m, c, blocks % 2 && look > 1);
    }
    return status;
}

static hy_status temporary(struct match *m)
{
    const char *tmp = getenv("TMPDIR");
    char *folder = hy_format("%s/hymbench-turns-XXXXXX", tmp && tmp[0] == '/' ? tmp : "/tmp");
    hy_status status = HY_OK;
    if (mkdtemp(folder) == NULL)
        status = hy_fail(HY_RUN_FAILED, "cannot make a folder like '%s' for what the two programs measure", folder);
    m->csv = hy_format("%s/kernels.csv", folder);
    m->err = hy_format("%s/said", folder);
    for (int side = 0; side < SIDES; side++) {
        m->csvs[side] = hy_format("%s/kernels-%d.csv", folder, side);
        m->errs[side] = hy_format("%s/said-%d", folder, side);
    }
    free(folder);
    return status;
}

static void remove_temporary(struct match *m)
{
    char *folder = hy_format("%.*s", (int)(strrchr(m->csv, '/') - m->csv), m->csv);
    (void)unlink(m->csv);
    (void)unlink(m->err);
    for (int side = 0; side < SIDES; side++) {
        (void)unlink(m->csvs[side]);
        (void)unlink(m->errs[side]);
        free(m->csvs[side]);
        free(m->errs[side]);
    }
    (void)rmdir(folder);
    free(folder);
    free(m->csv);
    free(m->err);
    free(m->filter);
    free(m->chosen);
}

hy_status hy_turns_run(const struct hy_turns *t, struct hy_side sides[2], struct hy_comparison *c)
{
    struct match m = {.t = t, .sides = sides, .start_ns = hy_now_ns()};
    *c = (struct hy_comparison){0};
    for (int i = 0; i < SIDES; i++)
        hy_side_init(&sides[i], t->names[i]);
    hy_status status = temporary(&m);
    if (status == HY_OK)
        status = ask_for_options(&m);
    /* once each without counting: pages come into memory, peaks are looked for, rows are found */
    for (int i = 0; i < SIDES && status == HY_OK; i++)
        status = one_launch(&m, i, HY_NO_PAIR);
    if (status == HY_OK)
        status = hy_comparison_open(c, &sides[BASE], &sides[NEW], &t->rule, t->force);
    if (status == HY_OK)
        status = measure(&m, c);
    remove_temporary(&m);
    if (status && status != HY_INTERRUPTED) {
        hy_comparison_close(c);
        for (int i = 0; i < SIDES; i++)
            hy_side_fini(&sides[i]);
    }
    return status;
}
