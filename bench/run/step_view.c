#include "bench/run/step_view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cli/settings.h"
#include "report/table/table_read.h"

const char *hy_step_bound_name(enum hy_step_bound b)
{
    static const char *const names[HY_STEP_BOUNDS] = {"-", "compute", "caches", "memory"};
    return names[b];
}

enum hy_step_bound hy_step_row_bound(const struct hy_step_row *r)
{
    enum hy_step_bound most = HY_STEP_UNKNOWN;
    for (int b = 0; b < HY_STEP_BOUNDS; b++)
        if (r->bound_ms[b] > r->bound_ms[most])
            most = (enum hy_step_bound)b;
    return most;
}

/* ---- what binds --------------------------------------------------------------------- */

static bool op_of(const char *name, enum hy_op_id *op)
{
    for (int i = 0; i < HY_OP_COUNT; i++)
        if (strcmp(hy_ops[i].name, name) == 0) {
            *op = (enum hy_op_id)i;
            return true;
        }
    return false;
}

/* The roof is the larger of two times: where it is the arithmetic's that binds, else it is the bytes'; and those lay in
 * the memory where the memory's rate alone explains it. */
static enum hy_step_bound bound_of(const struct hy_step_views *v, const char *name, double roof_ms, double flops,
                                   double bytes)
{
    static const double near = 1.02, memory = 0.6;
    enum hy_op_id op;
    enum hy_precision precision;
    if (!v->have_peaks || !(roof_ms > 0) || !op_of(name, &op))
        return HY_STEP_UNKNOWN;
    (void)hy_precision_parse(v->precision, &precision); /* of a folder that does not say: f32 */
    const double compute = v->peaks.rate[hy_peak_of(&v->peaks, op, precision)];
    double best = 0;
    for (int t = 0; t < HY_TRAFFICS; t++)
        best = fmax(best, v->peaks.rate[hy_peak_stream(HY_MEMORY, (enum hy_traffic)t)]);
    if (compute > 0 && flops / compute * 1e-6 * near >= roof_ms)
        return HY_STEP_COMPUTE;
    return best > 0 && roof_ms >= memory * bytes / best * 1e-6 ? HY_STEP_MEMORY : HY_STEP_CACHES;
}

/* ---- rows --------------------------------------------------------------------------- */

static struct hy_step_view *view_of(struct hy_step_views *v, const char *variant, size_t room)
{
    for (int i = 0; i < v->n; i++)
        if (strcmp(v->views[i].variant, variant) == 0)
            return &v->views[i];
    v->views = realloc(v->views, ((size_t)v->n + 1) * sizeof *v->views);
    HY_ASSERT(v->views, "out of memory for the variants of a table");
    struct hy_step_view *s = &v->views[v->n++];
    *s =
        (struct hy_step_view){.variant = variant, .rows = calloc(room, sizeof *s->rows), .busy_pct = NAN, .source = ""};
    HY_ASSERT(s->rows, "out of memory for the ops of a step");
    return s;
}

static struct hy_step_row *row_of(struct hy_step_view *s, const char *op, const char *pass)
{
    for (int i = 0; i < s->n; i++)
        if (strcmp(s->rows[i].op, op) == 0 && strcmp(s->rows[i].pass, pass) == 0)
            return &s->rows[i];
    s->rows[s->n] = (struct hy_step_row){.op = op, .pass = pass};
    return &s->rows[s->n++];
}

static double or_zero(double x)
{
    return isfinite(x) ? x : 0;
}

static void add(struct hy_step_row *to, const struct hy_step_row *r)
{
    to->calls += r->calls;
    to->ms += r->ms;
    to->share_pct += r->share_pct;
    to->flops += r->flops;
    to->bytes += r->bytes;
    to->roof_ms += r->roof_ms;
    for (int b = 0; b < HY_STEP_BOUNDS; b++)
        to->bound_ms[b] += r->bound_ms[b];
    to->launches += r->launches;
    to->copies += r->copies;
    to->sets += r->sets;
    to->gap_ms += r->gap_ms;
}

static void add_row(struct hy_step_views *v, size_t row)
{
    const struct hy_csv *t = &v->table;
    struct hy_step_view *s = view_of(v, hy_csv_text_of(t, row, "variant"), t->rows);
    const char *op = hy_csv_text_of(t, row, "op"), *source = hy_row_source(t, row);
    const double ms = or_zero(hy_csv_number_of(t, row, "time_ms")), device = hy_csv_number_of(t, row, "device_ms");
    struct hy_step_row r = {.calls = or_zero(hy_csv_number_of(t, row, "calls")),
                            .ms = ms,
                            .share_pct = or_zero(hy_csv_number_of(t, row, "share_pct")),
                            .flops = or_zero(hy_csv_number_of(t, row, "flops")),
                            .bytes = or_zero(hy_csv_number_of(t, row, "bytes")),
                            .roof_ms = or_zero(hy_csv_number_of(t, row, "roof_pct")) * ms / 100,
                            .launches = or_zero(hy_csv_number_of(t, row, "kernels")),
                            .copies = or_zero(hy_csv_number_of(t, row, "copies")),
                            .sets = or_zero(hy_csv_number_of(t, row, "sets")),
                            .gap_ms = hy_csv_number_of(t, row, "gap_ms")};
    r.bound_ms[bound_of(v, op, r.roof_ms, r.flops, r.bytes)] = ms;
    add(row_of(s, op, hy_csv_text_of(t, row, "pass")), &r);
    add(&s->all, &r);
    s->device = s->device || isfinite(device);
    if (isfinite(hy_csv_number_of(t, row, "busy_pct")))
        s->busy_pct = hy_csv_number_of(t, row, "busy_pct");
    if (hy_row_quality(t, row) != HY_ROW_OK && s->quality == HY_ROW_OK)
        s->quality = hy_row_quality(t, row);
    if (*source && strcmp(source, "measured") != 0)
        s->source = source;
}

static int by_time(const void *a, const void *b)
{
    const struct hy_step_row *x = a, *y = b;
    if (x->ms != y->ms)
        return (x->ms < y->ms) - (x->ms > y->ms);
    const int order = strcmp(x->op, y->op);
    return order ? order : strcmp(x->pass, y->pass);
}

/* ---- the folder ------------------------------------------------------------------------ */

static void load_env(struct hy_step_views *v, const char *dir)
{
    char *path = hy_format("%s/env.json", dir);
    v->env = json_load_file(path, 0, NULL);
    free(path);
    const json_t *run = json_object_get(v->env, "run"), *peaks = json_object_get(v->env, "peaks");
    const char *device = json_string_value(json_object_get(run, "device")),
               *precision = json_string_value(json_object_get(run, "precision"));
    v->device = device ? device : "";
    v->precision = precision ? precision : "";
    for (int i = 0; i < HY_PEAKS; i++)
        v->peaks.rate[i] = json_number_value(json_object_get(peaks, hy_peak_name((enum hy_peak)i)));
    v->have_peaks = v->peaks.rate[HY_PEAK_SGEMM] > 0;
}

hy_status hy_step_views_load(struct hy_step_views *v, const char *dir)
{
    *v = (struct hy_step_views){0};
    if (!hy_folder_exists(dir))
        return hy_fail(HY_BAD_INPUT, "there is no folder '%s'", dir);
    char *path = hy_table_path(HY_TABLE_OPS, dir);
    hy_status status = hy_file_exists(path)
                           ? hy_table_read(&v->table, HY_TABLE_OPS, dir)
                           : hy_fail(HY_NO_DATA,
                                     "'%s' has no ops.csv; a study writes one, and `hymbench bench-step --variant NAME "
                                     "--out %s`",
                                     dir, dir);
    free(path);
    if (status == HY_OK && v->table.rows == 0)
        status = hy_fail(HY_NO_DATA, "'%s/ops.csv' has no rows", dir);
    if (status == HY_OK) {
        load_env(v, dir);
        for (size_t row = 0; row < v->table.rows; row++)
            add_row(v, row);
        for (int i = 0; i < v->n; i++)
            qsort(v->views[i].rows, (size_t)v->views[i].n, sizeof *v->views[i].rows, by_time);
    }
    if (status != HY_OK)
        hy_step_views_fini(v);
    return status;
}

void hy_step_views_fini(struct hy_step_views *v)
{
    if (!v)
        return;
    for (int i = 0; i < v->n; i++)
        free(v->views[i].rows);
    free(v->views);
    hy_csv_fini(&v->table);
    json_decref(v->env);
    *v = (struct hy_step_views){0};
}

hy_status hy_step_views_find(const struct hy_step_views *v, const char *variant, const struct hy_step_view **out)
{
    char list[512] = "";
    size_t used = 0;
    for (int i = 0; i < v->n; i++) {
        if (strcmp(v->views[i].variant, variant) == 0) {
            *out = &v->views[i];
            return HY_OK;
        }
        if (used < sizeof list)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", v->views[i].variant);
    }
    return hy_fail(HY_BAD_INPUT, "ops.csv has no variant '%.60s'; it has %s", variant, list);
}
