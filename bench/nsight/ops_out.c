#include "bench/nsight/ops_out.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/run/rewrite.h"
#include "kernels/base/file.h"
#include "kernels/base/nearest.h"
#include "report/table/table_read.h"

static const double MS = 1e-6; /* per ns */

/* ---- the variant --------------------------------------------------------------------------------------- */

/* The names in a table's column, each once, borrowed from it. */
static size_t names_in(const struct hy_csv *t, const char *column, const char **names, size_t room)
{
    size_t n = 0;
    for (size_t row = 0; row < t->rows; row++) {
        const char *name = hy_csv_text_of(t, row, column);
        bool known = *name == '\0';
        for (size_t i = 0; i < n && !known; i++)
            known = strcmp(names[i], name) == 0;
        if (!known && n < room)
            names[n++] = name;
    }
    return n;
}

static hy_status choose(const char *dir, const char *asked, const char *const *names, size_t n, bool listed,
                        char **variant)
{
    const char *name = asked;
    bool known = false;
    for (size_t i = 0; i < n; i++)
        known |= asked && strcmp(names[i], asked) == 0;
    if (asked && listed && !known) {
        const char *near = hy_nearest(asked, names, n);
        return hy_fail(HY_BAD_INPUT, "%s has no variant '%s'%s%s%s", dir, asked, near ? "; did you mean '" : "",
                       near ? near : "", near ? "'?" : "");
    }
    if (!asked && n != 1)
        return hy_fail(HY_BAD_INPUT,
                       n == 0 ? "%s does not say which variant the capture is of; name it with --variant"
                              : "%s has several variants; say with --variant which one was captured",
                       dir);
    name = asked ? asked : names[0];
    *variant = hy_format("%s", name);
    return HY_OK;
}

hy_status hy_ops_variant(const char *dir, const char *asked, char **variant)
{
    static const struct {
        enum hy_table_id id;
        const char *column;
    } tables[] = {{HY_TABLE_VARIANTS, "name"}, {HY_TABLE_OPS, "variant"}};
    enum { MOST = 256 };
    const char *names[MOST];
    struct hy_csv t[2] = {{0}, {0}};
    hy_status status = HY_OK;
    size_t n = 0;
    int i = 0;
    for (; i < 2 && status == HY_OK && n == 0; i++) {
        char *path = hy_table_path(tables[i].id, dir);
        if (hy_file_exists(path))
            status = hy_table_read(&t[i], tables[i].id, dir);
        free(path);
        n = status == HY_OK && t[i].rows ? names_in(&t[i], tables[i].column, names, MOST) : 0;
    }
    if (status == HY_OK)
        status = choose(dir, asked, names, n, t[0].rows > 0, variant);
    hy_csv_fini(&t[0]);
    hy_csv_fini(&t[1]);
    return status;
}

/* ---- rows ------------------------------------------------------------------------------------------------ */
struct writing {
    struct hy_capture *c;
    struct hy_rewrite r;
    const char *variant;
    double all_ms, busy_pct;
    size_t rows;
};

/* What is known of the same calls from the row that was there. */
struct known {
    double flops, roof_ms; /* NaN: nothing */
};

static struct known known_of(const struct writing *w, const char *op, const char *pass, int layer, double bytes)
{
    const struct hy_csv *t = &w->r.there;
    char number[16] = "";
    if (layer >= 0)
        snprintf(number, sizeof number, "%d", layer);
    for (size_t row = 0; row < t->rows; row++) {
        if (strcmp(hy_csv_text_of(t, row, "variant"), w->variant) != 0 ||
            strcmp(hy_csv_text_of(t, row, "op"), op) != 0 || strcmp(hy_csv_text_of(t, row, "pass"), pass) != 0 ||
            strcmp(hy_csv_text_of(t, row, "layer"), number) != 0)
            continue;
        const double there = hy_csv_number_of(t, row, "bytes"), ms = hy_csv_number_of(t, row, "device_ms");
        if (!(bytes > 0) || !(fabs(there - bytes) <= 1e-8 * bytes)) /* of what 9 digits keep */
            break;
        return (struct known){.flops = hy_csv_number_of(t, row, "flops"),
                              .roof_ms = ms > 0 ? hy_csv_number_of(t, row, "roof_pct") * ms : (double)NAN};
    }
    return (struct known){.flops = (double)NAN, .roof_ms = (double)NAN};
}

static void put_row(struct writing *w, const struct hy_total *o)
{
    struct hy_table *t = &w->r.out;
    const uint32_t steps = w->c->ranges.counted;
    const char *op = w->c->names.text[o->name], *pass = hy_range_pass_name((enum hy_range_pass)o->pass);
    const double ms = (double)o->busy_ns * MS / steps, bytes = o->is_op ? hy_total_bytes(o, steps) : (double)NAN;
    const struct known known = known_of(w, op, pass, o->layer, bytes);
    hy_table_text(t, "variant", w->variant);
    hy_table_text(t, "op", op);
    if (o->layer >= 0)
        hy_table_integer(t, "layer", o->layer);
    hy_table_text(t, "pass", pass);
    hy_table_float(t, "calls", o->is_op ? hy_total_calls(o, steps) : 1);
    hy_table_float(t, "time_ms", ms);
    hy_table_float(t, "share_pct", 100 * ms / w->all_ms);
    hy_table_float(t, "flops", known.flops);
    hy_table_float(t, "bytes", bytes);
    hy_table_float(t, "roof_pct", ms > 0 ? known.roof_ms / ms : (double)NAN);
    hy_table_float(t, "device_ms", ms);
    hy_table_float(t, "kernels", (double)o->kernels / steps);
    hy_table_float(t, "copies", (double)o->copies / steps);
    hy_table_float(t, "sets", (double)o->sets / steps);
    hy_table_float(t, "busy_pct", w->busy_pct);
    hy_table_float(t, "gap_ms", (double)o->gap_ns * MS / steps);
    hy_table_float(t, "host_ms", (double)o->host_ns * MS / steps);
    hy_table_text(t, "source", "nsys");
    hy_table_rest_missing(t);
    hy_table_end_row(t);
    w->rows++;
}

/* Ops in the order of their first range, what belongs to none behind them: as measured tables have it. */
static void put_rows(struct writing *w)
{
    for (int is_op = 1; is_op >= 0; is_op--)
        for (uint32_t i = 0; i < w->c->ops.n; i++)
            if (w->c->ops.rows[i].is_op == is_op)
                put_row(w, &w->c->ops.rows[i]);
}

/* The variant's rows stand where its first one stood, else behind the others. */
static void put_all(struct writing *w)
{
    bool put = false;
    for (size_t row = 0; row < w->r.there.rows; row++) {
        if (strcmp(hy_csv_text_of(&w->r.there, row, "variant"), w->variant) != 0) {
            hy_rewrite_keep(&w->r, row);
            continue;
        }
        if (!put)
            put_rows(w);
        put = true;
    }
    if (!put)
        put_rows(w);
}

/* Of a step, from its first work to its last. */
static double busy_pct(const struct hy_gaps *g)
{
    return g && g->span_ns > 0 ? 100.0 * (double)(g->span_ns - g->idle_ns) / (double)g->span_ns : (double)NAN;
}

hy_status hy_ops_write(struct hy_capture *c, const struct hy_gaps *trained, const char *dir, const char *variant,
                       size_t *rows)
{
    struct writing w = {.c = c, .variant = variant, .busy_pct = busy_pct(trained)};
    for (uint32_t i = 0; i < c->ops.n; i++)
        w.all_ms += (double)c->ops.rows[i].busy_ns * MS / c->ranges.counted;
    hy_status status = hy_rewrite_allowed(dir);
    if (status == HY_OK)
        status = hy_rewrite_open(&w.r, HY_TABLE_OPS, dir, "");
    if (status)
        return status;
    put_all(&w);
    *rows = w.rows;
    return hy_rewrite_commit(&w.r);
}
