/* The tables of a run folder: the one place that knows their file names and columns.
 *
 * Whoever writes a table goes through hy_table_open, whoever reads one through
 * hy_table_read (table_read.h); both take the columns from here, so they cannot disagree. */
#ifndef HY_REPORT_TABLE_COLUMNS_H
#define HY_REPORT_TABLE_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/base/file.h"
#include "kernels/base/status.h"
#include "report/table/csv.h"

enum hy_table_id {
    HY_TABLE_RESULTS,    /* ablation_results.csv  one row per variant */
    HY_TABLE_RUNS,       /* runs.csv              variant, seed and rate */
    HY_TABLE_HISTORY,    /* history.csv           evaluation; append-only */
    HY_TABLE_STEPS,      /* steps.csv             training step; append-only */
    HY_TABLE_KERNELS,    /* kernels.csv           kernel, shape and pass */
    HY_TABLE_COUNTERS,   /* counters.csv          kernel, shape, pass and hardware counter; of a run of its own */
    HY_TABLE_VARIANTS,   /* variants.csv          variant: its resolved configuration */
    HY_TABLE_REFERENCE,  /* reference.csv         uniform, unigram, bigram */
    HY_TABLE_OPS,        /* ops.csv               variant, op, layer and pass of a profiled step */
    HY_TABLE_KV,         /* kv.csv                variant and layer */
    HY_TABLE_SCALING,    /* scaling.csv           variant, context length and batch */
    HY_TABLE_SAMPLES,    /* samples.csv           variant and prompt */
    HY_TABLE_POSITION,   /* position.csv          variant and stretch of positions */
    HY_TABLE_EVALUATION, /* evaluation.csv       run and sample of its best evaluation */
    HY_TABLE_MQAR,       /* mqar.csv              variant and number of pairs, of the recall task */
    HY_TABLE_PAIRS,      /* pairs.csv             question of the study, pass and precision: what one design costs */
    HY_TABLE_EFFECTS,    /* effects.csv           pair of variants that an ablation compares: seeds in pairs */
    HY_TABLE_COMPARE,    /* compare.csv           row of a comparison with another run or build */
    HY_TABLE_COUNT
};

enum { HY_MOST_KEYS = 12 };

/* Every table ends with the columns Run and Corpus. */
struct hy_table_spec {
    const char *file;           /* inside the run folder */
    const char *const *columns; /* (count), in order */
    size_t count;
    bool appended;                 /* an append-only log: reading tolerates a torn last line */
    const char *key[HY_MOST_KEYS]; /* the columns that tell its rows apart, NULL behind them; none: rows may repeat (a
                                      case timed again) */
};
const struct hy_table_spec *hy_table_spec(enum hy_table_id id);

/* "<dir>/<file>", malloc'd. */
char *hy_table_path(enum hy_table_id id, const char *dir);

/* ---- writing -----------------------------------------------------------------
 *
 *     struct hy_table t;
 *     status = hy_table_open(&t, HY_TABLE_REFERENCE, dir, run, corpus);
 *     hy_table_text(&t, "model", "unigram");
 *     hy_table_float(&t, "ppl", 491.2);
 *     hy_table_rest_missing(&t);
 *     hy_table_end_row(&t);
 *     status = hy_table_commit(&t);          or hy_table_abort(&t)
 *
 * Cells are put by column name, in any order. An unknown name, a cell put twice,
 * or a row ended with a column nobody put is a bug in the caller (HY_ASSERT);
 * what was not measured is said so: hy_table_missing. NaN and Inf are empty
 * cells. Run and Corpus fill themselves in. */
struct hy_table {
    const struct hy_table_spec *spec;
    char *run, *corpus;
    char **row;              /* (spec->count) the row in hand, NULL = not put yet */
    struct hy_new_file file; /* of hy_table_open */
    char *path;              /* of hy_table_append */
    struct hy_csv_writer writer;
    bool appending;
    bool borrowed; /* of hy_table_open_stream */
};

/* A table written in one piece: it appears under its name at hy_table_commit. */
hy_status hy_table_open(struct hy_table *t, enum hy_table_id id, const char *dir, const char *run, const char *corpus);

/* The same under a path of the caller's choice, outside any run folder. */
hy_status hy_table_open_file(struct hy_table *t, enum hy_table_id id, const char *path, const char *run,
                             const char *corpus);

/* The same to a stream that stays the caller's: standard output. */
void hy_table_open_stream(struct hy_table *t, enum hy_table_id id, FILE *stream, const char *run, const char *corpus);

/* An append-only log: makes the file with its header when there is none, else
 * cuts off a torn last line. Each ended row is flushed to the kernel.
 * HY_BAD_INPUT when the file there has other columns. */
hy_status hy_table_append(struct hy_table *t, enum hy_table_id id, const char *dir, const char *run,
                          const char *corpus);

void hy_table_text(struct hy_table *t, const char *column, const char *text); /* NULL = missing */
void hy_table_integer(struct hy_table *t, const char *column, int64_t value);
void hy_table_float(struct hy_table *t, const char *column, double value);  /* 9 significant digits */
void hy_table_double(struct hy_table *t, const char *column, double value); /* 17 significant digits */
void hy_table_missing(struct hy_table *t, const char *column);
void hy_table_rest_missing(struct hy_table *t); /* every column not put yet */
void hy_table_end_row(struct hy_table *t);

/* Finishes either kind: HY_RUN_FAILED when the disk did not take everything. The table is _fini'd. */
hy_status hy_table_commit(struct hy_table *t);
void hy_table_abort(struct hy_table *t); /* drops an unfinished file; on a zeroed or committed table: nothing */

/* The rows of a log that belong to one run, at or past a step. */
struct hy_logged {
    const char *variant;
    int64_t seed, step;
    double peak_lr;
};

/* Rewrites an append-only log without those rows: what a resumed run has to repeat. A missing file is fine. */
hy_status hy_table_forget(enum hy_table_id id, const char *dir, const struct hy_logged *past);

#endif
