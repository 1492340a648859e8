#include "bench/compare/pairs_command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"

static const double SMOKE_SECONDS = 1, QUICK_SECONDS = 10, FULL_SECONDS = 30;

struct output {
    struct hy_table *table; /* NULL: none */
    struct hy_verdict *verdict;
    bool prints, names_only;
    size_t rows;
};

static hy_status take(void *ctx, const struct hy_pair_row *row)
{
    struct output *out = ctx;
    if (out->names_only) {
        char *name = hy_pair_name(row);
        printf("%-24s %s: %s\n%-24s %s: %s\n", name, row->pair->sides[HY_PAIR_BASE], row->shapes[HY_PAIR_BASE], "",
               row->pair->sides[HY_PAIR_FRESH], row->shapes[HY_PAIR_FRESH]);
        free(name);
        return HY_OK;
    }
    if (out->prints && out->rows++ == 0)
        hy_pair_print_header(stdout);
    if (out->prints) {
        hy_pair_print(stdout, row);
        fflush(stdout);
    }
    if (out->table)
        hy_pair_put(out->table, row);
    if (!row->skip_reason)
        hy_verdict_add(out->verdict, row->conditions.quality);
    return HY_OK;
}

/* What was measured is kept, whatever became of the rest. */
static hy_status commit(struct hy_table *table, hy_status status)
{
    char *why = hy_format("%s", hy_error());
    hy_status written = HY_OK;
    if (status == HY_OK || status == HY_CHECK_FAILED || status == HY_INTERRUPTED)
        written = hy_table_commit(table);
    hy_table_abort(table);
    if (written == HY_OK && status)
        hy_fail(status, "%s", why);
    free(why);
    return written ? written : status;
}

hy_status hy_pairs_command(const struct hy_pairs_options *o, const char *csv, bool list, bool (*interrupted)(void))
{
    struct hy_table table = {0};
    struct hy_verdict verdict = {0};
    struct output out = {.table = csv ? &table : NULL, .verdict = &verdict, .prints = true, .names_only = list};
    if (list)
        return hy_pairs_list(o, take, &out);
    hy_status status = csv ? hy_table_open_file(&table, HY_TABLE_PAIRS, csv, "micro", "random") : HY_OK;
    if (status)
        return status;
    status = hy_pairs_run(o, take, &out, interrupted);
    if (csv)
        status = commit(&table, status);
    return status == HY_OK ? hy_verdict_of(&verdict) : status;
}

hy_status hy_pairs_table_write(const char *profile, const char *dir, const char *run, const char *corpus,
                               struct hy_verdict *verdict, bool (*interrupted)(void))
{
    const bool smoke = strcmp(profile, "smoke") == 0, full = strcmp(profile, "full") == 0;
    const struct hy_pairs_options o = {.small = smoke,
                                       .f32_only = true,
                                       .budget = smoke  ? SMOKE_SECONDS
                                                 : full ? FULL_SECONDS
                                                        : QUICK_SECONDS,
                                       .seed = 1};
    struct hy_table table = {0};
    struct output out = {.table = &table, .verdict = verdict};
    hy_status status = hy_table_open(&table, HY_TABLE_PAIRS, dir, run, corpus);
    return status ? status : commit(&table, hy_pairs_run(&o, take, &out, interrupted));
}
