#include "bench/history/html_data.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/history/divisive.h"
#include "bench/history/html_json.h"
#include "bench/history/html_level.h"

/* The level that the map's nights are held against: of so many nights at most before them, and so many at least. */
enum { LEVEL_MOST = 30, LEVEL_FEWEST = 5 };

/* The nights by machine. */
struct machines {
    const char **names; /* (n) */
    size_t n;
    size_t *of;   /* (n_nights) whose night it was */
    size_t *back; /* (n_nights) how many nights of that machine came after */
};

static void machines_make(struct machines *m, const struct hy_nights *n)
{
    *m = (struct machines){.names = malloc((n->n_nights + 1) * sizeof *m->names),
                           .of = malloc((n->n_nights + 1) * sizeof(size_t)),
                           .back = malloc((n->n_nights + 1) * sizeof(size_t))};
    size_t *seen = calloc(n->n_nights + 1, sizeof(size_t));
    HY_ASSERT(m->names && m->of && m->back && seen, "out of memory for the machines of a history");
    for (size_t i = 0; i < n->n_nights; i++) {
        size_t k = 0;
        while (k < m->n && strcmp(m->names[k], n->nights[i].machine) != 0)
            k++;
        if (k == m->n)
            m->names[m->n++] = n->nights[i].machine;
        m->of[i] = k;
    }
    for (size_t i = n->n_nights; i-- > 0;)
        m->back[i] = seen[m->of[i]]++;
    free(seen);
}

static void machines_fini(struct machines *m)
{
    free(m->names);
    free(m->of);
    free(m->back);
}

/* ---- pieces ---------------------------------------------------------------------------------- */
static void put_text(FILE *out, const char *key, const char *text)
{
    if (text[0] == '\0')
        return;
    fprintf(out, ",\"%s\":", key);
    hy_json_text(out, text);
}

static void put_number(FILE *out, const char *key, double x)
{
    fprintf(out, ",\"%s\":", key);
    hy_json_number(out, x);
}

/* Which of the conditions, told apart by their text: they are long and few. */
static size_t conditions_of(const struct hy_nights *n, const char **known, size_t *count, size_t series)
{
    size_t k = 0;
    while (k < *count && strcmp(known[k], n->series[series].conditions) != 0)
        k++;
    if (k == *count)
        known[(*count)++] = n->series[series].conditions;
    return k;
}

static void put_texts(FILE *out, const char *key, const char *const *texts, size_t n)
{
    fprintf(out, ",\n\"%s\":[", key);
    for (size_t i = 0; i < n; i++) {
        fputs(i ? ",\n" : "\n", out);
        hy_json_text(out, texts[i]);
    }
    fputc(']', out);
}

static void put_nights(FILE *out, const struct hy_nights *n, const struct machines *m)
{
    fputs(",\n\"nights\":[", out);
    for (size_t i = 0; i < n->n_nights; i++) {
        fprintf(out, "%s[%" PRId64 ",", i ? ",\n" : "\n", n->nights[i].at);
        hy_json_text(out, n->nights[i].sha);
        fprintf(out, ",%d,%zu]", n->nights[i].dirty, m->of[i]);
    }
    fputc(']', out);
    put_texts(out, "machines", m->names, m->n);
}

/* ---- series ------------------------------------------------------------------------------------ */
static int column_of(const struct hy_point *p, const struct machines *m, size_t machine)
{
    if (m->of[p->night] != machine || m->back[p->night] >= HY_HTML_COLUMNS)
        return -1;
    return (int)(HY_HTML_COLUMNS - 1 - m->back[p->night]);
}

/* The median of the nights before the map's; of a young series, of its first nights. */
static double level_before(const struct hy_series *s, const struct hy_level *l, const struct machines *m,
                           size_t machine, bool *young)
{
    size_t before = 0;
    while (before < l->n_held && column_of(&s->points[l->index[before]], m, machine) < 0)
        before++;
    *young = before < LEVEL_FEWEST;
    if (*young)
        return hy_level_median(l->held, l->n_held < LEVEL_FEWEST ? l->n_held : LEVEL_FEWEST);
    const size_t from = before > LEVEL_MOST ? before - LEVEL_MOST : 0;
    return hy_level_median(l->held + from, before - from);
}

/* Thousandths of the level; the least difference of an exact figure is one. */
static int thousandths(double value, double level, bool exact)
{
    const double ratio = value == level ? 1 : value / level;
    if (!isfinite(ratio))
        return isnan(ratio) ? 0 : 9999;
    const double clamped = fmin(fmax(round(1000 * ratio), 1), 9999);
    if (exact && ratio != 1 && clamped == 1000)
        return ratio > 1 ? 1001 : 999;
    return (int)clamped;
}

static void put_heat(FILE *out, const struct hy_nights *n, const struct hy_series *s, const struct machines *m,
                     size_t machine)
{
    struct hy_level l;
    int heat[HY_HTML_COLUMNS] = {0};
    hy_level_make(&l, n, s);
    bool young;
    const double level = level_before(s, &l, m, machine, &young);
    for (size_t i = 0; i < s->n; i++) {
        const struct hy_point *p = &s->points[i];
        const int column = column_of(p, m, machine);
        if (column >= 0)
            heat[column] = thousandths(p->value * l.factor[i], level, s->exact) * (p->quality == HY_POINT_OK ? 1 : -1);
    }
    fprintf(out, "%s,\"heat\":[", young ? ",\"young\":1" : "");
    for (size_t i = 0; i < HY_HTML_COLUMNS; i++)
        fprintf(out, "%s%d", i ? "," : "", heat[i]);
    fputc(']', out);
    hy_level_fini(&l);
}

static void put_series(FILE *out, const struct hy_nights *n, const struct hy_series *s, const struct machines *m,
                       size_t conditions)
{
    fprintf(out, "{\"id\":%" PRId64, s->id);
    put_text(out, "subject", s->subject);
    put_text(out, "metric", s->metric);
    put_text(out, "unit", s->unit);
    put_text(out, "machine", s->machine);
    put_text(out, "threads", s->threads);
    put_text(out, "precision", s->precision);
    put_text(out, "profile", s->profile);
    fprintf(out, ",\"conditions\":%zu%s%s%s,\"points\":%zu", conditions, s->more_is_better ? ",\"more\":1" : "",
            s->exact ? ",\"exact\":1" : "", s->timed ? ",\"timed\":1" : "", s->n);
    if (s->n == 0) {
        fputs(",\"on\":-1}", out);
        return;
    }
    const struct hy_point *last = &s->points[s->n - 1];
    fprintf(out, ",\"on\":%zu,\"last\":[%zu,", m->of[last->night], last->night);
    hy_json_number(out, last->value);
    fputc(',', out);
    hy_json_number(out, last->low);
    fputc(',', out);
    hy_json_number(out, last->high);
    fprintf(out, ",%d]", last->quality == HY_POINT_OK);
    put_heat(out, n, s, m, m->of[last->night]);
    fputc('}', out);
}

/* ---- findings ------------------------------------------------------------------------------------ */
/* Its place in the page's list; -1: it is not there. */
static long place_of(const struct hy_nights *n, int64_t id)
{
    const struct hy_night *night = hy_night_of(n, id);
    return night ? (long)(night - n->nights) : -1;
}

static void put_finding(FILE *out, const struct hy_nights *n, const struct hy_alarm *f)
{
    fprintf(out, "{\"series\":%" PRId64 ",\"good\":%ld,\"bad\":%ld,\"at\":%" PRId64, f->series, place_of(n, f->good),
            place_of(n, f->bad), f->at);
    put_text(out, "state", hy_state_name(f->state));
    fprintf(out, "%s%s", f->worse ? ",\"worse\":1" : "", f->kind == HY_EXACT ? ",\"exact\":1" : "");
    put_number(out, "ratio", f->ratio);
    put_number(out, "low", f->low);
    put_number(out, "high", f->high);
    put_text(out, "how", f->how);
    fputc('}', out);
}

void hy_html_overview(FILE *out, const struct hy_nights *n, const struct hy_alarms *f)
{
    struct machines m;
    machines_make(&m, n);
    const char **conditions = malloc((n->n + 1) * sizeof *conditions);
    HY_ASSERT(conditions, "out of memory for the conditions of a history");
    size_t n_conditions = 0;
    fprintf(out, "var hymbench_history = {\"made\":%lld,\"columns\":%d,\"per_file\":%d", (long long)time(NULL),
            HY_HTML_COLUMNS, HY_HTML_SERIES);
    put_nights(out, n, &m);
    fputs(",\n\"series\":[", out);
    for (size_t i = 0; i < n->n; i++) {
        fputs(i ? ",\n" : "\n", out);
        put_series(out, n, &n->series[i], &m, conditions_of(n, conditions, &n_conditions, i));
    }
    fputc(']', out);
    put_texts(out, "conditions", conditions, n_conditions);
    fputs(",\n\"findings\":[", out);
    for (size_t i = 0; i < f->n; i++) {
        fputs(i ? ",\n" : "\n", out);
        put_finding(out, n, &f->rows[i]);
    }
    fputs("]};\n", out);
    free(conditions);
    machines_fini(&m);
}

/* ---- points ---------------------------------------------------------------------------------------- */
static void put_column(FILE *out, const char *key, const struct hy_series *s, double (*figure)(const struct hy_point *))
{
    bool any = false;
    for (size_t i = 0; i < s->n && !any; i++)
        any = isfinite(figure(&s->points[i]));
    if (!any)
        return;
    fprintf(out, ",\n\"%s\":[", key);
    for (size_t i = 0; i < s->n; i++) {
        if (i)
            fputc(',', out);
        hy_json_number(out, figure(&s->points[i]));
    }
    fputc(']', out);
}

static double value_of(const struct hy_point *p)
{
    return p->value;
}

static double low_of(const struct hy_point *p)
{
    return p->low;
}

static double high_of(const struct hy_point *p)
{
    return p->high;
}

static double samples_of(const struct hy_point *p)
{
    return p->samples > 0 ? (double)p->samples : NAN;
}

static void put_changes(FILE *out, const struct hy_level *l)
{
    const size_t from = l->n_held > HY_HTML_NIGHTS ? l->n_held - HY_HTML_NIGHTS : 0, n = l->n_held - from;
    struct hy_change_point *found = malloc((n + 1) * sizeof *found);
    HY_ASSERT(found, "out of memory for the changes of a series");
    const size_t count = hy_change_points(l->held + from, n, &hy_divisive_usual, found);
    fputs(",\n\"changes\":[", out);
    for (size_t i = 0; i < count; i++) {
        fprintf(out, "%s[%zu,", i ? "," : "", l->index[from + found[i].index]);
        hy_json_number(out, found[i].p);
        fputc(',', out);
        hy_json_number(out, found[i].before);
        fputc(',', out);
        hy_json_number(out, found[i].after);
        fputc(']', out);
    }
    fputc(']', out);
    free(found);
}

static void put_points(FILE *out, const struct hy_nights *n, const struct hy_series *s)
{
    static const char *const norms[] = {[HY_NORM_NONE] = "", [HY_NORM_CLOCK] = "clock", [HY_NORM_COPY] = "copy"};
    struct hy_level l;
    hy_level_make(&l, n, s);
    fprintf(out, "\"%" PRId64 "\":{\"night\":[", s->id);
    for (size_t i = 0; i < s->n; i++)
        fprintf(out, "%s%zu", i ? "," : "", s->points[i].night);
    fputc(']', out);
    put_column(out, "value", s, value_of);
    put_column(out, "low", s, low_of);
    put_column(out, "high", s, high_of);
    put_column(out, "samples", s, samples_of);
    put_text(out, "norm", norms[l.norm]);
    if (l.norm != HY_NORM_NONE) {
        fputs(",\n\"factor\":[", out);
        for (size_t i = 0; i < s->n; i++)
            fprintf(out, "%s%.6g", i ? "," : "", l.factor[i]);
        fputc(']', out);
    }
    fputs(",\n\"doubtful\":[", out);
    for (size_t i = 0, count = 0; i < s->n; i++)
        if (s->points[i].quality != HY_POINT_OK)
            fprintf(out, "%s%zu", count++ ? "," : "", i);
    fputc(']', out);
    put_changes(out, &l);
    fputc('}', out);
    hy_level_fini(&l);
}

void hy_html_data(FILE *out, const struct hy_nights *n, size_t file, size_t from, size_t to)
{
    fprintf(out, "hymbench_data(%zu, {\n", file);
    for (size_t i = from; i < to; i++) {
        if (i > from)
            fputs(",\n", out);
        put_points(out, n, &n->series[i]);
    }
    fputs("});\n", out);
}
