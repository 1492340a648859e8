#include "bench/run/rewrite.h"

#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "report/table/table_read.h"

/* The folder's own name, also of "." and "results/latest/". malloc'd. */
static char *name_of(const char *dir)
{
    char *real = realpath(dir, NULL);
    const char *whole = real ? real : dir, *slash = strrchr(whole, '/');
    char *name = hy_format("%s", slash && slash[1] ? slash + 1 : whole);
    free(real);
    return name;
}

static hy_status read_there(struct hy_csv *t, enum hy_table_id id, const char *dir)
{
    char *path = hy_table_path(id, dir);
    const bool there = hy_file_exists(path);
    free(path);
    return there ? hy_table_read(t, id, dir) : HY_OK;
}

hy_status hy_rewrite_allowed(const char *dir)
{
    char *mark = hy_format("%s/unfinished", dir);
    const bool unfinished = hy_file_exists(mark);
    free(mark);
    return unfinished ? hy_fail(HY_BAD_INPUT,
                                "%s: its run is unfinished and will write its tables anew; finish it with ablation "
                                "--resume, or name another folder",
                                dir)
                      : HY_OK;
}

/* What rows of the folder are called: of the table itself, or of the one that lists its variants. */
static hy_status open_out(struct hy_rewrite *r, enum hy_table_id id, const char *dir, const char *else_corpus)
{
    struct hy_csv variants = {0};
    hy_status status = read_there(&variants, HY_TABLE_VARIANTS, dir);
    const struct hy_csv *of = r->there.rows ? &r->there : &variants;
    char *name = name_of(dir);
    const char *run = of->rows ? hy_csv_text_of(of, 0, "Run") : "",
               *corpus = of->rows ? hy_csv_text_of(of, 0, "Corpus") : else_corpus;
    if (status == HY_OK)
        status = hy_table_open(&r->out, id, dir, run[0] ? run : name, corpus);
    free(name);
    hy_csv_fini(&variants);
    return status;
}

hy_status hy_rewrite_open(struct hy_rewrite *r, enum hy_table_id id, const char *dir, const char *corpus)
{
    memset(r, 0, sizeof *r);
    hy_status status = read_there(&r->there, id, dir);
    if (status == HY_OK)
        status = hy_make_folders(dir);
    if (status == HY_OK)
        status = open_out(r, id, dir, corpus);
    if (status)
        hy_csv_fini(&r->there);
    return status;
}

void hy_rewrite_keep(struct hy_rewrite *r, size_t row)
{
    for (size_t i = 0; i < r->out.spec->count; i++)
        hy_table_text(&r->out, r->out.spec->columns[i], hy_csv_text_of(&r->there, row, r->out.spec->columns[i]));
    hy_table_end_row(&r->out);
}

hy_status hy_rewrite_commit(struct hy_rewrite *r)
{
    hy_csv_fini(&r->there);
    return hy_table_commit(&r->out);
}
