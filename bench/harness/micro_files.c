#include "bench/harness/micro_files.h"

#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"

/* Each is written beside its path first: two under one path would be one. */
static hy_status check_paths(const struct hy_micro_files *f)
{
    const char *const paths[] = {f->csv, f->json, f->google_csv};
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < i; j++)
            if (paths[i] && paths[j] && strcmp(paths[i], paths[j]) == 0)
                return hy_fail(HY_BAD_INPUT, "two tables would be written to '%s'; give each a path of its own",
                               paths[i]);
    return HY_OK;
}

hy_status hy_micro_files_open(struct hy_micro_files *f, bool counts)
{
    hy_status status = check_paths(f);
    if (status == HY_OK && f->csv)
        status = hy_table_open_file(&f->table, counts ? HY_TABLE_COUNTERS : HY_TABLE_KERNELS, f->csv, "", "");
    if (status == HY_OK && f->json)
        status = hy_new_file_open(&f->json_file, f->json);
    if (status == HY_OK && f->google_csv)
        status = hy_new_file_open(&f->google_csv_file, f->google_csv);
    if (status)
        hy_micro_files_abort(f);
    return status;
}

void hy_micro_write_json(FILE *out, const struct hy_micro_rows *rows, const struct hy_google_style *style)
{
    json_t *root = hy_google_json("hymbench", rows, style);
    char *text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    HY_ASSERT(text, "out of memory for JSON");
    fprintf(out, "%s\n", text); /* failure shows at commit */
    free(text);
    json_decref(root);
}

hy_status hy_micro_files_write(struct hy_micro_files *f, const struct hy_micro_rows *rows,
                               const struct hy_google_style *style)
{
    hy_status status = HY_OK, last = HY_OK;
    if (f->csv) {
        for (size_t i = 0; i < rows->n; i++)
            hy_micro_put(&f->table, &rows->rows[i]);
        status = hy_table_commit(&f->table);
    }
    if (f->json) {
        hy_micro_write_json(f->json_file.stream, rows, style);
        last = hy_new_file_commit(&f->json_file);
        status = last ? last : status;
    }
    if (f->google_csv) {
        hy_google_csv(f->google_csv_file.stream, rows, style);
        last = hy_new_file_commit(&f->google_csv_file);
        status = last ? last : status;
    }
    return status;
}

void hy_micro_files_abort(struct hy_micro_files *f)
{
    hy_table_abort(&f->table);
    hy_new_file_abort(&f->json_file);
    hy_new_file_abort(&f->google_csv_file);
}
