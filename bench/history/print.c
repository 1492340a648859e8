#include "bench/history/print.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare/value_text.h"
#include "bench/history/divisive.h"
#include "kernels/base/file.h"

enum { DIGITS = 5 };
static const char MINUTE[] = "%Y-%m-%d %H:%M";

/* ---- pieces --------------------------------------------------------------------------------------- */
static const char *commit_of(char text[20], const struct hy_night *night)
{
    snprintf(text, 20, "%.12s%s", night->sha[0] ? night->sha : "?", night->dirty ? "+" : "");
    return text;
}

/* ---- lists ------------------------------------------------------------------------------------------- */
void hy_history_list_nights(FILE *out, const struct hy_nights *n)
{
    size_t *figures = calloc(n->n_nights + 1, sizeof *figures), *doubtful = calloc(n->n_nights + 1, sizeof *doubtful);
    HY_ASSERT(figures && doubtful, "out of memory for the nights");
    for (size_t i = 0; i < n->n; i++)
        for (size_t k = 0; k < n->series[i].n; k++) {
            const struct hy_point *p = &n->series[i].points[k];
            figures[p->night]++;
            doubtful[p->night] += p->quality == HY_POINT_DOUBTFUL;
        }
    fprintf(out, "%-16s  %-13s  %7s  %8s  %-32s  %s\n", "date (UTC)", "commit", "figures", "doubtful", "machine",
            "folder");
    for (size_t i = n->n_nights; i-- > 0;) {
        char date[HY_UTC_TEXT], commit[20];
        fprintf(out, "%-16s  %-13s  %7zu  %8zu  %-32s  %s\n", hy_utc_text(date, n->nights[i].at, MINUTE),
                commit_of(commit, &n->nights[i]), figures[i], doubtful[i], n->nights[i].machine, n->nights[i].folder);
    }
    free(figures);
    free(doubtful);
}

void hy_history_list_series(FILE *out, const struct hy_nights *n)
{
    fprintf(out, "%6s  %6s  %-14s  %-32s  %s\n", "series", "nights", "newest", "machine", "name");
    for (size_t i = 0; i < n->n; i++) {
        const struct hy_series *s = &n->series[i];
        char *name = hy_series_name(s), value[40] = "";
        if (s->n)
            hy_value_text(value, s->points[s->n - 1].value, s->unit, DIGITS);
        fprintf(out, "%6lld  %6zu  %-14s  %-32s  %s\n", (long long)s->id, s->n, value, s->machine, name);
        free(name);
    }
}

/* ---- one series ---------------------------------------------------------------------------------------- */
static void head(FILE *out, const struct hy_series *s)
{
    char *name = hy_series_name(s);
    fprintf(out, "#%lld %s\n  %s; %s threads; %s is better%s\n", (long long)s->id, name, s->machine,
            s->threads[0] ? s->threads : "?", s->more_is_better ? "more" : "less",
            s->exact ? "; exact: every difference is a change" : "");
    free(name);
}

/* Change points on the values that hold, marked by their point's index: at (s->n). */
static void mark_changes(const struct hy_nights *n, const struct hy_series *s, const struct hy_change_point **at,
                         struct hy_change_point *found)
{
    double *values = malloc((s->n + 1) * sizeof *values);
    size_t *index = malloc((s->n + 1) * sizeof *index);
    enum hy_norm norm;
    HY_ASSERT(values && index, "out of memory for a series");
    const size_t count = hy_series_values(n, s, values, index, &norm);
    const size_t changes = hy_change_points(values, count, &hy_divisive_usual, found);
    for (size_t i = 0; i < changes; i++)
        at[index[found[i].index]] = &found[i];
    free(values);
    free(index);
}

static void show(FILE *out, const struct hy_nights *n, const struct hy_series *s, const struct hy_alarms *f)
{
    const struct hy_change_point **at = calloc(s->n + 1, sizeof *at);
    struct hy_change_point *found = calloc(s->n + 1, sizeof *found);
    HY_ASSERT(at && found, "out of memory for a series");
    mark_changes(n, s, at, found);
    head(out, s);
    fprintf(out, "  %-16s  %-13s  %-14s  %-18s  %7s\n", "date (UTC)", "commit", "value", "95 % interval", "samples");
    for (size_t i = 0; i < s->n; i++) {
        const struct hy_point *p = &s->points[i];
        char date[HY_UTC_TEXT], commit[20], value[40], range[48] = "";
        if (!isnan(p->low) && p->value > 0)
            snprintf(range, sizeof range, "%+.1f .. %+.1f %%", 100 * (p->low / p->value - 1),
                     100 * (p->high / p->value - 1));
        fprintf(out, "  %-16s  %-13s  %-14s  %-18s  %7ld%s", hy_utc_text(date, p->at, MINUTE),
                commit_of(commit, &n->nights[p->night]), hy_value_text(value, p->value, s->unit, DIGITS), range,
                p->samples, p->quality == HY_POINT_OK ? "" : "  ");
        if (p->quality != HY_POINT_OK)
            fputs(hy_point_quality_name(p->quality), out);
        if (at[i])
            fprintf(out, "  <- from here on %+.1f %%, p %.1g", 100 * (at[i]->after / at[i]->before - 1), at[i]->p);
        fputc('\n', out);
    }
    for (size_t i = 0; i < f->n; i++) {
        if (f->rows[i].series != s->id)
            continue;
        char *sentence = hy_alarm_sentence(n, &f->rows[i]);
        fprintf(out, "  %s\n", sentence);
        free(sentence);
    }
    free(at);
    free(found);
}

void hy_history_show(FILE *out, const struct hy_nights *n, const struct hy_alarms *f)
{
    for (size_t i = 0; i < n->n; i++) {
        if (i)
            fputc('\n', out);
        show(out, n, &n->series[i], f);
    }
}

/* ---- checks ---------------------------------------------------------------------------------------------- */
void hy_history_say(FILE *out, const struct hy_checked *c, bool markdown)
{
    const char *item = markdown ? "* " : "  ";
    size_t refuted = 0, shown = 0;
    fprintf(out, "%zu series of the night looked at (%zu exact); %zu have too few nights yet.\n", c->looked, c->exact,
            c->too_few);
    if (markdown && c->alarms.n)
        fputc('\n', out);
    for (size_t i = 0; i < c->alarms.n; i++) {
        if (c->alarms.rows[i].state == HY_STATE_REFUTED) {
            refuted++;
            continue;
        }
        char *sentence = hy_alarm_sentence(&c->nights, &c->alarms.rows[i]);
        fprintf(out, "%s%s\n", item, sentence);
        free(sentence);
        shown++;
    }
    if (markdown && c->alarms.n)
        fputc('\n', out);
    if (shown == 0)
        fprintf(out, "Nothing changed.\n");
    if (refuted + c->asked)
        fprintf(out, "%zu suspected change%s measured again and refuted.\n", refuted + c->asked,
                refuted + c->asked == 1 ? " was" : "s were");
}

size_t hy_history_regressions(FILE *out, const struct hy_nights *n, const struct hy_alarms *f)
{
    size_t count = 0;
    for (size_t i = 0; i < f->n; i++) {
        if (f->rows[i].state != HY_STATE_CONFIRMED || !f->rows[i].worse)
            continue;
        char *sentence = hy_alarm_sentence(n, &f->rows[i]);
        fprintf(out, "%s\n", sentence);
        free(sentence);
        count++;
    }
    return count;
}
