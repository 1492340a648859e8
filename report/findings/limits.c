#include "report/findings/limits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "report/doc/say.h"
#include "report/findings/doubts.h"
#include "report/table/kernel_rows.h"
#include "report/table/number.h"

/* Takes the malloc'd text. */
static void add(struct hy_limits *l, enum hy_limit_group group, bool warning, const char *name, char *text)
{
    l->item = realloc(l->item, (l->count + 1) * sizeof *l->item);
    HY_ASSERT(l->item, "out of memory for the limits");
    l->item[l->count++] = (struct hy_limit){group, name, text, warning};
}

static void say(struct hy_limits *l, enum hy_limit_group group, bool warning, const char *name, const char *text)
{
    add(l, group, warning, name, hy_format("%s", text));
}

/* ---- complete? --------------------------------------------------------------------------------------- */
enum { MOST_NAMES = 6 }; /* of a list; the tables have all */

/* Appends the name, number `count` from 0, to a malloc'd list. */
static void list(char **names, size_t count, const char *name)
{
    if (count > MOST_NAMES)
        return;
    char *longer = hy_format("%s%s%s", *names, count ? ", " : "", count < MOST_NAMES ? name : "\xE2\x80\xA6");
    free(*names);
    *names = longer;
}

static void unfinished(struct hy_limits *l, const struct hy_run_data *d)
{
    char *names = hy_format("%s", "");
    size_t count = 0;
    for (size_t i = 0; i < d->variants; i++) {
        const struct hy_variant *v = &d->variant[i];
        if (v->sound)
            continue;
        char *one = hy_format("%s: %s", v->name, v->status);
        list(&names, count++, one);
        free(one);
    }
    if (count > 0)
        add(l, HY_LIMIT_COMPLETE, true, _("Not finished"),
            hy_format(_("%zu of %zu variants did not finish (%s). They are in no average, and none is called the best. "
                        "nan: the loss stopped being finite; interrupted: `hymbench ablation --resume` continues it."),
                      count, d->variants, names));
    free(names);
}

/* Variants that are configured but have no row of results: the run has not come to them. */
static void not_begun(struct hy_limits *l, const struct hy_run_data *d)
{
    const struct hy_csv *t = &d->table[HY_TABLE_VARIANTS];
    char *names = hy_format("%s", "");
    size_t count = 0;
    for (size_t i = 0; d->have[HY_TABLE_VARIANTS] && i < t->rows; i++) {
        if (hy_run_data_find(d, hy_csv_text_of(t, i, "name")))
            continue;
        list(&names, count++, hy_csv_text_of(t, i, "name"));
    }
    if (count > 0)
        add(l, HY_LIMIT_COMPLETE, true, _("Not run"),
            hy_format(
                _("Without a result are %zu of %zu configured variants (%s). `hymbench ablation --resume` goes on with "
                  "them."),
                count, t->rows, names));
    free(names);
}

/* The kernels of the rows for which `fails`, and how many rows these are; malloc'd. */
static char *kernels_that(const struct hy_run_data *d, bool (*fails)(const struct hy_csv *t, size_t row), size_t *count)
{
    const struct hy_csv *t = &d->table[HY_TABLE_KERNELS];
    char *names = hy_format("%s", "");
    *count = 0;
    for (size_t i = 0; d->have[HY_TABLE_KERNELS] && i < t->rows; i++)
        if (fails(t, i))
            list(&names, (*count)++, hy_csv_text_of(t, i, "kernel"));
    return names;
}

/* No number of theirs says anything. */
static bool is_wrong(const struct hy_csv *t, size_t row)
{
    return hy_csv_number_of(t, row, "error_share") > 1;
}

/* A time that no machine explains. */
static bool is_beyond_its_roof(const struct hy_csv *t, size_t row)
{
    static const double explained_pct = 125;
    const bool watched = *hy_csv_text_of(t, row, "quality") && hy_kernel_quality(t, row) == HY_ROW_OK;
    return watched && hy_csv_number_of(t, row, "roof_pct") > explained_pct;
}

static void kernels(struct hy_limits *l, const struct hy_run_data *d)
{
    const size_t rows = d->table[HY_TABLE_KERNELS].rows;
    size_t count;
    char *names = kernels_that(d, is_wrong, &count);
    if (count > 0)
        add(l, HY_LIMIT_COMPLETE, true, _("Kernel check"),
            hy_format(
                _("A check failed: the results of %zu of %zu kernel rows lie further from the reference than their "
                  "tolerance allows (%s). Speeds of wrong results say nothing."),
                count, rows, names));
    free(names);
    names = kernels_that(d, is_beyond_its_roof, &count);
    if (count > 0)
        add(l, HY_LIMIT_COMPLETE, true, _("Roof check"),
            hy_format(
                _("%zu of %zu kernel rows are faster than the measured peaks of this machine allow (%s). Their op "
                  "declares more work than it does, or a peak was measured too low."),
                count, rows, names));
    free(names);
}

static void torn(struct hy_limits *l, const struct hy_run_data *d)
{
    for (int id = 0; id < HY_TABLE_COUNT; id++)
        if (d->table[id].torn_line > 0)
            add(l, HY_LIMIT_COMPLETE, true, _("Torn log"),
                hy_format(_("%s: line %zu, the last one, was cut off while being written and is left out."),
                          hy_table_spec((enum hy_table_id)id)->file, d->table[id].torn_line));
}

/* Tables whose absence takes something away that a reader would look for; the others' pages say it themselves. */
static void missing(struct hy_limits *l, const struct hy_run_data *d)
{
    if (!d->have[HY_TABLE_VARIANTS])
        say(l, HY_LIMIT_COMPLETE, false, _("Configurations"),
            _("variants.csv cannot be read, so that nothing can be said about what the variants differ in: there are "
              "no effects and no audit."));
    if (!d->have[HY_TABLE_RUNS])
        say(l, HY_LIMIT_COMPLETE, false, _("Seeds"),
            _("runs.csv cannot be read, so that seeds cannot be told apart and rates are not known to hold."));
    if (d->env_why)
        add(l, HY_LIMIT_COMPLETE, false, _("Environment"),
            hy_format(_("What the run was built and run with is not known: %s."), d->env_why));
}

static void unclean(struct hy_limits *l, const struct hy_run_data *d)
{
    const struct hy_csv *t = &d->table[HY_TABLE_RUNS];
    bool dirty = false;
    for (size_t i = 0; d->have[HY_TABLE_RUNS] && i < t->rows; i++)
        dirty |= strcmp(hy_csv_text_of(t, i, "Dirty"), "1") == 0;
    if (dirty)
        say(l, HY_LIMIT_COMPLETE, false, _("Program"),
            _("The program was built with changes that were not committed: its commit does not say what ran."));
}

/* ---- quality ------------------------------------------------------------------------------------------ */
static void seeds(struct hy_limits *l, const struct hy_extent *e)
{
    if (e->most_seeds < 2)
        say(l, HY_LIMIT_QUALITY, false, _("Seeds"),
            _("Each variant was trained once. Another seed gives another number, and how much another one is not known "
              "from this run: no interval can be given, and no difference is decided."));
    else if (e->least_seeds < 3)
        add(l, HY_LIMIT_QUALITY, false, _("Seeds"),
            hy_format(
                _("The fewest seeds of a variant are %zu. Intervals of so few are wide, and of one there is none."),
                e->least_seeds));
}

static void length(struct hy_limits *l, const struct hy_extent *e)
{
    struct hy_number a, b, c;
    if (isfinite(e->tokens) && isfinite(e->tokens_a_weight) && e->tokens_a_weight < 20)
        add(l, HY_LIMIT_QUALITY, false, _("Length"),
            hy_format(_("The longest training saw %s tokens in %s steps, %s for each parameter of the largest model; "
                        "some 20 are best for a model's size (Hoffmann et al. 2022). Which variant learns fastest "
                        "shows here, not which is best in the end."),
                      hy_show_short(&a, e->tokens), hy_show_fixed(&b, e->steps, 0),
                      hy_show_short(&c, e->tokens_a_weight)));
    if (e->epochs > 1.5)
        add(l, HY_LIMIT_QUALITY, false, _("Repetition"),
            hy_format(_("The training samples were seen up to %s times: a variant that remembers them has an advantage "
                        "that fresh text would not give it."),
                      hy_show_short(&a, e->epochs)));
}

static void evaluation(struct hy_limits *l, const struct hy_run_data *d, const struct hy_extent *e)
{
    struct hy_number a, b;
    bool tested = false;
    for (size_t i = 0; i < d->variants; i++)
        tested |= hy_csv_number_of(&d->table[HY_TABLE_RESULTS], i, "Test PPL") > 0;
    if (tested)
        say(l, HY_LIMIT_QUALITY, false, _("Best of many"),
            _("The best perplexity is the lowest of all evaluations on the validation samples, by which settings were "
              "chosen as well. The test samples were looked at once, and their column is the fair one."));
    else
        say(l, HY_LIMIT_QUALITY, false, _("Best of many"),
            _("The best perplexity is the lowest of all evaluations, on the samples it is reported for: a little too "
              "good, and more so for a variant whose curve is rough."));
    if (e->samples > e->fewer_samples)
        add(l, HY_LIMIT_QUALITY, false, _("Fewer samples"),
            hy_format(_("While training, %s validation samples were scored, at the end %s: the end of a curve may jump "
                        "without the model changing."),
                      hy_show_fixed(&a, e->fewer_samples, 0), hy_show_fixed(&b, e->samples, 0)));
}

static void confounded(struct hy_limits *l, const struct hy_audit *audit)
{
    char *names = hy_format("%s", "");
    size_t count = 0;
    for (size_t i = 0; i < audit->count; i++) {
        if (!audit->pair[i].confounded)
            continue;
        list(&names, count++, audit->pair[i].other);
    }
    if (count > 0)
        add(l, HY_LIMIT_QUALITY, false, _("Confounding"),
            hy_format(
                _("More changes than what a comparison is to isolate in %zu of %zu (%s). The table of the audit names "
                  "what else; bench/ablations/companions.yaml changes one thing at a time."),
                count, audit->count, names));
    free(names);
}

static bool same(const struct hy_csv *t, const char *column)
{
    for (size_t i = 1; i < t->rows; i++)
        if (strcmp(hy_csv_text_of(t, i, column), hy_csv_text_of(t, 0, column)) != 0)
            return false;
    return true;
}

static void settings(struct hy_limits *l, const struct hy_run_data *d)
{
    const struct hy_csv *t = &d->table[HY_TABLE_VARIANTS];
    bool wide = d->have[HY_TABLE_VARIANTS];
    struct hy_number n;
    if (!d->have[HY_TABLE_VARIANTS])
        return;
    if (t->rows > 1 && same(t, "lr"))
        say(l, HY_LIMIT_QUALITY, false, _("Settings"),
            _("All variants train with one learning rate, and none was tuned for itself: one that would like another "
              "rate looks worse than it is."));
    for (size_t i = 0; i < t->rows; i++)
        wide &= !(hy_csv_number_of(t, i, "window") < hy_csv_number_of(t, i, "seq_len"));
    if (wide)
        say(l, HY_LIMIT_QUALITY, false, _("Window"),
            _("No window is shorter than a sample, so that local and global layers saw the same."));
    add(l, HY_LIMIT_QUALITY, false, _("Context"),
        hy_format(_("Quality was measured on samples of %s tokens. Caches and speeds of longer contexts are measured "
                    "too, but nothing is known of the quality there."),
                  hy_show_fixed(&n, hy_csv_number_of(t, 0, "seq_len"), 0)));
}

/* ---- speed ----------------------------------------------------------------------------------------------- */
static void machine(struct hy_limits *l, const struct hy_run_data *d)
{
    char *owned;
    const char *cpu = hy_env_text(d, "machine.cpu|cpu", &owned);
    const bool on_cpu = strcmp(d->variant[0].device, "cpu") == 0;
    if (on_cpu && *cpu)
        add(l, HY_LIMIT_SPEED, false, _("Machine"),
            hy_format(_("Times were taken on a processor (%s, %s). They say how the variants compare there; on a GPU "
                        "the order may be another one."),
                      cpu, d->variant[0].precision));
    else if (*d->variant[0].device)
        add(l, HY_LIMIT_SPEED, false, _("Machine"),
            hy_format(_("Times were taken on one device (%s, %s). Elsewhere the order may be another one."),
                      d->variant[0].device, d->variant[0].precision));
    free(owned);
}

static void rates(struct hy_limits *l, const struct hy_run_data *d)
{
    const struct hy_doubts n = hy_doubts_of(d);
    if (hy_doubts_sum(&n) > 0)
        say(l, HY_LIMIT_SPEED, true, _("Rates"),
            _("Some rates do not hold, because others used the machine or its clock fell: they are marked and hollow, "
              "and no sentence rests on them."));
    else if (!n.watched)
        say(l, HY_LIMIT_SPEED, false, _("Rates"),
            _("This run did not watch whether others used the machine, so that its rates may hold or not."));
}

static void spread(struct hy_limits *l, const struct hy_run_data *d, const struct hy_extent *e)
{
    const struct hy_csv *t = &d->table[HY_TABLE_RESULTS];
    bool energy = false;
    for (size_t i = 0; i < t->rows; i++)
        energy |= hy_csv_number_of(t, i, "Joules per 1000 tok") > 0;
    if (e->most_seeds < 2)
        say(l, HY_LIMIT_SPEED, false, _("Spread"),
            _("Rates of training are of one run each, and have no interval either."));
    if (!energy)
        say(l, HY_LIMIT_SPEED, false, _("Energy"), _("Energy was not measured: no counter of it was there."));
}

void hy_limits_make(struct hy_limits *l, const struct hy_run_data *d, const struct hy_audit *audit,
                    const struct hy_effects *effects, const struct hy_extent *extent)
{
    bool sampled = false;
    *l = (struct hy_limits){0};
    if (d->synthetic)
        say(l, HY_LIMIT_COMPLETE, true, _("Corpus"),
            _("SYNTHETIC CORPUS. The real text could not be reached, so the variants were trained on the built-in "
              "generated text. The numbers compare the variants with each other on that text only; they say nothing "
              "about real language and cannot be set beside other runs."));
    unfinished(l, d);
    not_begun(l, d);
    kernels(l, d);
    torn(l, d);
    missing(l, d);
    unclean(l, d);
    seeds(l, extent);
    length(l, extent);
    confounded(l, audit);
    evaluation(l, d, extent);
    for (size_t i = 0; i < effects->count; i++)
        sampled |= effects->item[i].sampled > 0;
    if (effects->count > 0 && !sampled)
        say(l, HY_LIMIT_QUALITY, false, _("Choice of text"),
            _("How much of a difference comes from the choice of validation samples was not measured."));
    settings(l, d);
    say(l, HY_LIMIT_QUALITY, false, _("Tokenizer"),
        _("Perplexities compare variants of this run, with one tokenizer. Across tokenizers only bits per character "
          "compare."));
    machine(l, d);
    rates(l, d);
    spread(l, d, extent);
}

void hy_limits_fini(struct hy_limits *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < l->count; i++)
        free(l->item[i].text);
    free(l->item);
    *l = (struct hy_limits){0};
}
