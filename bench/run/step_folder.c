#include "bench/run/step_folder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/harness/build.h"
#include "bench/harness/env.h"
#include "bench/run/rewrite.h"
#include "kernels/device.h"

static const char *name_of(const char *dir)
{
    const char *slash = strrchr(dir, '/');
    return slash && slash[1] ? slash + 1 : dir;
}

/* Opens the table with the others' rows in it. */
static hy_status open_table(const struct hy_step_folder *f, enum hy_table_id id, const char *column,
                            struct hy_rewrite *r)
{
    hy_status status = hy_rewrite_open(r, id, f->dir, "random ids");
    for (size_t row = 0; status == HY_OK && row < r->there.rows; row++)
        if (strcmp(hy_csv_text_of(&r->there, row, column), f->variant) != 0)
            hy_rewrite_keep(r, row);
    return status;
}

static hy_status put_ops(const struct hy_step_folder *f)
{
    struct hy_rewrite r;
    hy_status status = open_table(f, HY_TABLE_OPS, "variant", &r);
    if (status != HY_OK)
        return status;
    hy_profile_put(&r.out, f->variant, f->profile);
    return hy_rewrite_commit(&r);
}

/* Flops or bytes of an op and pass, layers summed. */
static double work_of(const struct hy_step_folder *f, const struct hy_perf_row *r, bool flops)
{
    double sum = 0;
    for (int i = 0; i < f->profile->n; i++) {
        const struct hy_op_row *o = &f->profile->rows[i];
        if (strcmp(o->op, r->op) == 0 && strcmp(o->pass, r->pass) == 0)
            sum += flops ? o->flops : o->bytes;
    }
    return sum;
}

static void put_counter(struct hy_table *out, const struct hy_step_folder *f, const struct hy_perf_row *r,
                        enum hy_perf_event e, const char *cpu)
{
    hy_table_text(out, "op", r->op);
    hy_table_text(out, "pass", r->pass);
    hy_table_text(out, "dtype", hy_precision_name(f->backend.precision));
    hy_table_text(out, "case", f->variant);
    hy_table_text(out, "metric", hy_perf_name(e));
    hy_table_float(out, "value", r->counts[e]);
    hy_table_text(out, "unit", hy_perf_unit(e));
    hy_table_integer(out, "replays", f->perf->steps);
    hy_table_float(out, "flops", work_of(f, r, true));
    hy_table_float(out, "bytes", work_of(f, r, false));
    hy_table_text(out, "chip", cpu);
    hy_table_integer(out, "seed", (int64_t)f->study->training.seed);
    hy_table_text(out, "git_sha", hy_build_git_sha());
    hy_table_integer(out, "dirty", hy_build_dirty());
    hy_table_text(out, "source", "measured");
    hy_table_rest_missing(out);
    hy_table_end_row(out);
}

static hy_status put_counters(const struct hy_step_folder *f)
{
    struct hy_rewrite r;
    struct hy_machine machine;
    hy_machine_get(&machine);
    hy_status status = open_table(f, HY_TABLE_COUNTERS, "case", &r);
    if (status != HY_OK)
        return status;
    for (int i = 0; i < f->perf->n; i++)
        for (int e = 0; e < HY_PERF_EVENTS; e++)
            if (f->perf->have[e])
                put_counter(&r.out, f, &f->perf->rows[i], (enum hy_perf_event)e, machine.cpu);
    return hy_rewrite_commit(&r);
}

static hy_status put_env(const struct hy_step_folder *f)
{
    char *path = hy_format("%s/env.json", f->dir);
    hy_status status = HY_OK;
    if (!hy_file_exists(path)) {
        json_t *env = hy_env_json();
        json_object_set_new(env, "run",
                            json_pack("{ss,ss,ss,ss,ss}", "name", name_of(f->dir), "profile", f->study->profile,
                                      "study", f->study->name, "device", hy_on_device(f->backend) ? "cuda" : "cpu",
                                      "precision", hy_precision_name(f->backend.precision)));
        json_object_set_new(env, "peaks", hy_peaks_json(f->peaks));
        status = hy_env_write(env, path);
        json_decref(env);
    }
    free(path);
    return status;
}

hy_status hy_step_folder_put(const struct hy_step_folder *f)
{
    hy_status status = hy_make_folders(f->dir);
    if (status == HY_OK)
        status = put_env(f);
    if (status == HY_OK)
        status = put_ops(f);
    if (status == HY_OK && f->perf)
        status = put_counters(f);
    return status;
}
