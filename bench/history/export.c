#include "bench/history/export.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "report/table/csv.h"

/* ---- the newest night ------------------------------------------------------------------------------ */

/* The series' last point where it holds; NULL: it does not, or there is none. */
static const struct hy_point *newest(const struct hy_series *s)
{
    const struct hy_point *p = s->n ? &s->points[s->n - 1] : NULL;
    return p && p->quality == HY_POINT_OK ? p : NULL;
}

/* jansson knows no NaN: such a field is left out. */
static void set_real(json_t *to, const char *key, double value)
{
    if (isfinite(value))
        json_object_set_new(to, key, json_real(value));
}

static void dump(FILE *out, json_t *root)
{
    json_dumpf(root, out, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
    fputc('\n', out);
    json_decref(root);
}

/* Names are told apart by the machine where two share one. */
static char *unique_name(const struct hy_series *s, const json_t *taken)
{
    char *name = hy_series_name(s);
    if (json_object_get(taken, name) == NULL)
        return name;
    char *longer = hy_format("%s [%s, #%lld]", name, s->machine, (long long)s->id);
    free(name);
    return longer;
}

/* What Bencher calls a measure of that kind. */
static const char *measure_of(const struct hy_series *s)
{
    if (strcmp(s->unit, "ns") == 0)
        return "latency";
    if (strcmp(s->unit, "tok/s") == 0)
        return "throughput";
    return s->metric;
}

static void bencher(FILE *out, const struct hy_nights *n)
{
    json_t *root = json_object();
    for (size_t i = 0; i < n->n; i++) {
        const struct hy_series *s = &n->series[i];
        const struct hy_point *p = newest(s);
        if (p == NULL)
            continue;
        char *name = unique_name(s, root);
        json_t *value = json_object(), *entry = json_object();
        set_real(value, "value", p->value);
        set_real(value, "lower_value", p->low);
        set_real(value, "upper_value", p->high);
        json_object_set_new(entry, measure_of(s), value);
        json_object_set_new(root, name, entry);
        free(name);
    }
    dump(out, root);
}

static void action(FILE *out, const struct hy_nights *n, bool bigger)
{
    json_t *root = json_array();
    for (size_t i = 0; i < n->n; i++) {
        const struct hy_series *s = &n->series[i];
        const struct hy_point *p = newest(s);
        if (p == NULL || s->more_is_better != bigger)
            continue;
        char *name = hy_series_name(s), *sha = hy_format("%.12s, %s", n->nights[p->night].sha, s->machine);
        json_t *entry = json_pack("{s:s, s:s, s:f, s:s}", "name", name, "unit", s->unit[0] ? s->unit : "1", "value",
                                  p->value, "extra", sha);
        HY_ASSERT(entry, "a series' name is not UTF-8");
        if (!isnan(p->low)) {
            char *range = hy_format("%.9g", 0.5 * (p->high - p->low));
            json_object_set_new(entry, "range", json_string(range));
            free(range);
        }
        json_array_append_new(root, entry);
        free(name);
        free(sha);
    }
    dump(out, root);
}

/* Times in nanoseconds; what has another unit is no benchmark of that format. */
static void google(FILE *out, const struct hy_nights *n)
{
    const struct hy_night *last = n->n_nights ? &n->nights[n->n_nights - 1] : NULL;
    char date[HY_UTC_TEXT];
    hy_utc_text(date, last ? last->at : 0, "%Y-%m-%dT%H:%M:%S+00:00");
    json_t *rows = json_array();
    for (size_t i = 0; i < n->n; i++) {
        const struct hy_series *s = &n->series[i];
        const struct hy_point *p = newest(s);
        if (p == NULL || strcmp(s->unit, "ns") != 0)
            continue;
        json_t *row = json_pack("{s:s, s:i, s:i, s:s, s:s, s:i, s:i, s:i, s:I, s:f, s:f, s:s}", "name", s->subject,
                                "family_index", (int)json_array_size(rows), "per_family_instance_index", 0, "run_name",
                                s->subject, "run_type", "iteration", "repetitions", 1, "repetition_index", 0, "threads",
                                atoi(s->threads) > 0 ? atoi(s->threads) : 1, "iterations",
                                (json_int_t)(p->samples ? p->samples : 1), "real_time", p->value, "cpu_time", p->value,
                                "time_unit", "ns");
        HY_ASSERT(row, "a series' name is not UTF-8");
        set_real(row, "ci95_low", p->low);
        set_real(row, "ci95_high", p->high);
        json_array_append_new(rows, row);
    }
    dump(out, json_pack("{s:{s:s, s:s, s:i, s:[], s:[], s:s, s:i, s:s, s:s}, s:o}", "context", "date", date,
                        "executable", "hymbench history export google", "num_cpus", 0, "caches", "load_avg",
                        "library_build_type", "release", "json_schema_version", 1, "hymbench_git_sha",
                        last ? last->sha : "", "cpu_model", last ? last->machine : "", "benchmarks", rows));
}

/* ---- all nights -------------------------------------------------------------------------------------- */

/* Column names without what a CSV importer's configuration would have to quote. */
static char *column_name(const struct hy_series *s)
{
    char *name = hy_format("%s.%s.%lld", s->subject, s->metric, (long long)s->id);
    for (char *c = name; *c; c++)
        if (*c == ' ' || *c == ',' || *c == '/' || *c == '"')
            *c = '_';
    return name;
}

static void otava(FILE *out, const struct hy_nights *n)
{
    struct hy_csv_writer w;
    hy_csv_writer_init(&w, out);
    size_t *at = calloc(n->n + 1, sizeof *at);
    HY_ASSERT(at, "out of memory for the series");
    hy_csv_put_text(&w, "time");
    hy_csv_put_text(&w, "commit");
    for (size_t i = 0; i < n->n; i++) {
        char *name = column_name(&n->series[i]);
        hy_csv_put_text(&w, name);
        free(name);
    }
    hy_csv_end_row(&w);
    for (size_t night = 0; night < n->n_nights; night++) {
        char date[HY_UTC_TEXT];
        hy_csv_put_text(&w, hy_utc_text(date, n->nights[night].at, "%Y-%m-%d %H:%M:%S +0000"));
        hy_csv_put_text(&w, n->nights[night].sha);
        for (size_t i = 0; i < n->n; i++) {
            const struct hy_series *s = &n->series[i];
            while (at[i] < s->n && s->points[at[i]].night < night)
                at[i]++;
            const struct hy_point *p = at[i] < s->n && s->points[at[i]].night == night ? &s->points[at[i]] : NULL;
            if (p && p->quality == HY_POINT_OK)
                hy_csv_put_float(&w, p->value);
            else
                hy_csv_put_missing(&w);
        }
        hy_csv_end_row(&w);
    }
    free(at);
}

static void points(FILE *out, const struct hy_nights *n)
{
    static const char *const head[] = {"series",    "subject", "metric",   "unit",   "machine", "threads",
                                       "precision", "profile", "time_utc", "commit", "dirty",   "value",
                                       "low",       "high",    "samples",  "quality"};
    struct hy_csv_writer w;
    hy_csv_writer_init(&w, out);
    for (size_t i = 0; i < sizeof head / sizeof *head; i++)
        hy_csv_put_text(&w, head[i]);
    hy_csv_end_row(&w);
    for (size_t i = 0; i < n->n; i++) {
        const struct hy_series *s = &n->series[i];
        const char *const texts[] = {s->subject, s->metric, s->unit, s->machine, s->threads, s->precision, s->profile};
        for (size_t k = 0; k < s->n; k++) {
            const struct hy_point *p = &s->points[k];
            char date[HY_UTC_TEXT];
            hy_csv_put_integer(&w, s->id);
            for (size_t c = 0; c < sizeof texts / sizeof *texts; c++)
                hy_csv_put_text(&w, texts[c]);
            hy_csv_put_text(&w, hy_utc_text(date, p->at, "%Y-%m-%dT%H:%M:%SZ"));
            hy_csv_put_text(&w, n->nights[p->night].sha);
            hy_csv_put_integer(&w, n->nights[p->night].dirty);
            hy_csv_put_float(&w, p->value);
            hy_csv_put_float(&w, p->low);
            hy_csv_put_float(&w, p->high);
            hy_csv_put_integer(&w, p->samples);
            hy_csv_put_text(&w, hy_point_quality_name(p->quality));
            hy_csv_end_row(&w);
        }
    }
}

void hy_history_export(FILE *out, const struct hy_nights *n, const char *format)
{
    if (strcmp(format, "bencher") == 0)
        bencher(out, n);
    else if (strcmp(format, "smaller") == 0 || strcmp(format, "bigger") == 0)
        action(out, n, format[0] == 'b');
    else if (strcmp(format, "google") == 0)
        google(out, n);
    else if (strcmp(format, "otava") == 0)
        otava(out, n);
    else
        points(out, n);
}
