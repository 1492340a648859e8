#include "bench/history/bisect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare/checkout.h"
#include "bench/history/again.h"
#include "kernels/base/file.h"

/* commits (n), the oldest first; commits[0] is the good one, commits[n - 1] the bad one. */
struct range {
    char **commits;
    bool *broken; /* does not build */
    size_t n;
};

static void range_fini(struct range *r)
{
    for (size_t i = 0; i < r->n; i++)
        free(r->commits[i]);
    free(r->commits);
    free(r->broken);
}

static hy_status range_open(struct range *r, const struct hy_bisect *b)
{
    *r = (struct range){0};
    char *text = NULL;
    hy_status status = hy_checkout_between(b->good, b->bad, &text);
    if (status)
        return status;
    size_t lines = 1;
    for (const char *c = text; *c; c++)
        lines += *c == '\n';
    r->commits = calloc(lines + 1, sizeof *r->commits);
    r->broken = calloc(lines + 1, sizeof *r->broken);
    HY_ASSERT(r->commits && r->broken, "out of memory for the commits");
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        r->commits[r->n++] = hy_format("%s", line);
    free(text);
    return HY_OK;
}

/* ---- one step ------------------------------------------------------------------------------------------ */
enum outcome { AS_BEFORE, AS_AFTER, UNCLEAR, NOT_BUILT };

struct step {
    enum outcome outcome;
    double ratio, low, high;
    size_t needed;
};

static enum outcome outcome_of(const struct hy_compared *row)
{
    if (row->note)
        return NOT_BUILT; /* it has no such kernel, or one of other sizes */
    return row->change == HY_SAME ? AS_BEFORE : row->change == HY_INCONCLUSIVE ? UNCLEAR : AS_AFTER;
}

static hy_status measure(const struct hy_bisect *b, const char *good, const char *commit, struct step *step)
{
    struct hy_side sides[2] = {0};
    struct hy_comparison c = {0};
    *step = (struct step){.outcome = NOT_BUILT};
    hy_status status = hy_measure_again(&(struct hy_again){.good = good,
                                                           .bad = commit,
                                                           .series = &b->series,
                                                           .n = 1,
                                                           .budget = b->budget,
                                                           .progress = false,
                                                           .interrupted = b->interrupted},
                                        sides, &c);
    const struct hy_compared *row = status == HY_OK ? hy_work_row(&c, b->series) : NULL;
    if (row)
        *step = (struct step){outcome_of(row), row->ratio.ratio, row->ratio.low, row->ratio.high, row->needed};
    hy_comparison_close(&c);
    hy_side_fini(&sides[0]);
    hy_side_fini(&sides[1]);
    return status;
}

static void say(FILE *out, const char *commit, const struct step *s)
{
    static const char *const words[] = {"as before", "as after", "inconclusive", "cannot be measured"};
    char *subject = hy_checkout_subject(commit);
    fprintf(out, "%.12s  %-18s", commit, words[s->outcome]);
    if (s->outcome != NOT_BUILT)
        fprintf(out, "  %+6.1f %% [%+.1f, %+.1f]", 100 * (s->ratio - 1), 100 * (s->low - 1), 100 * (s->high - 1));
    fprintf(out, "  %s\n", subject);
    fflush(out);
    free(subject);
}

/* ---- the range ------------------------------------------------------------------------------------------- */

/* The commit nearest to the middle of (low, high) that is not known to be broken; high: there is none. */
static size_t middle_of(const struct range *r, size_t low, size_t high)
{
    const size_t middle = low + (high - low) / 2;
    for (size_t away = 0; away <= high - low; away++) {
        if (middle + away < high && middle + away > low && !r->broken[middle + away])
            return middle + away;
        if (middle > low + away && middle - away < high && !r->broken[middle - away])
            return middle - away;
    }
    return high;
}

static hy_status found(FILE *out, const struct range *r, size_t low, size_t high)
{
    char *subject = hy_checkout_subject(r->commits[high]);
    hy_status status = HY_CHECK_FAILED;
    if (high == low + 1) {
        fprintf(out, "it changed with %.12s: %s\n", r->commits[high], subject);
        (void)hy_fail(status, "it changed with %.12s: %s", r->commits[high], subject);
    } else {
        fprintf(out, "it changed with one of %zu commits after %.12s up to %.12s: those between cannot be measured\n",
                high - low, r->commits[low], r->commits[high]);
        (void)hy_fail(status, "it changed after %.12s, with %.12s at the latest", r->commits[low], r->commits[high]);
    }
    free(subject);
    return status;
}

static hy_status unclear(const struct hy_bisect *b, const char *commit, const struct step *s)
{
    if (s->outcome == NOT_BUILT)
        return hy_fail(HY_NO_DATA, "%.12s cannot be measured: %s", commit,
                       hy_error()[0] ? hy_error() : "it has no such kernel of these sizes");
    return hy_fail(HY_NO_DATA, "%.12s stayed inconclusive within %g s%s; give --budget more", commit, b->budget,
                   s->needed ? ", and more launches would tell" : "");
}

/* HY_BAD_INPUT of a commit in between is its own trouble: it does not build. */
static hy_status walk(FILE *out, const struct hy_bisect *b, struct range *r)
{
    struct step step;
    size_t low = 0, high = r->n - 1;
    hy_status status = measure(b, r->commits[low], r->commits[high], &step);
    if (status)
        return status;
    say(out, r->commits[high], &step);
    if (step.outcome == AS_BEFORE) {
        fprintf(out, "%.12s and %.12s do not differ\n", r->commits[low], r->commits[high]);
        return HY_OK;
    }
    if (step.outcome != AS_AFTER)
        return unclear(b, r->commits[high], &step);
    for (size_t at; (at = middle_of(r, low, high)) != high;) {
        status = measure(b, r->commits[0], r->commits[at], &step);
        if (status && status != HY_BAD_INPUT && status != HY_CHECK_FAILED)
            return status;
        say(out, r->commits[at], &step);
        if (step.outcome == UNCLEAR)
            return unclear(b, r->commits[at], &step);
        r->broken[at] = step.outcome == NOT_BUILT;
        low = step.outcome == AS_BEFORE ? at : low;
        high = step.outcome == AS_AFTER ? at : high;
    }
    return found(out, r, low, high);
}

hy_status hy_history_bisect(FILE *out, const struct hy_bisect *b)
{
    struct range range;
    hy_status status = range_open(&range, b);
    if (status)
        return status;
    char *name = hy_series_name(b->series);
    fprintf(out, "%s: %zu commits after %.12s up to %.12s, each against %.12s\n", name, range.n - 1, range.commits[0],
            range.commits[range.n - 1], range.commits[0]);
    free(name);
    status = walk(out, b, &range);
    range_fini(&range);
    return status;
}
