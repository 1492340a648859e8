/* A run folder as the report sees it: its tables, the variants with their fixed
 * colours, the reference lines, the environment. Nothing is computed from
 * anything but these files. */
#ifndef HY_REPORT_TABLE_DATA_H
#define HY_REPORT_TABLE_DATA_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "kernels/base/status.h"
#include "report/canvas/style.h"
#include "report/table/columns.h"
#include "report/table/csv.h"

/* One row of ablation_results.csv; texts are borrowed from the table, numbers NaN where empty. */
struct hy_variant {
    const char *name, *implementation, *device, *precision, *status;
    size_t group;          /* its implementation, as run_data.group lists them: the look, and what is averaged */
    bool sound;            /* Status is ok or not given: its numbers may be called a result */
    struct hy_color color; /* the same on every page */
    double params_m, best_ppl, final_ppl, minutes, seeds, ci_low, ci_high, bits_per_char;
    double train_rate, prefill_rate, decode_rate; /* tokens per second */
    double peak_mib, planned_mib, kv_kib, ssm_kib, kv_reduction;
};

struct hy_run_data {
    char *dir;
    const char *run, *corpus; /* of the first row; "" when not given */
    bool synthetic;           /* the built-in corpus was used: its numbers say nothing about real text */
    struct hy_csv table[HY_TABLE_COUNT];
    bool have[HY_TABLE_COUNT]; /* there and readable */
    char *why[HY_TABLE_COUNT]; /* else one line that says what is missing */
    struct hy_variant *variant;
    size_t variants;    /* in the file's order, which is the study's */
    const char **group; /* (groups) the Implementations, in order of first appearance */
    size_t groups;
    size_t *ranked;                  /* (variants) indices by best PPL, the best first, those without one last */
    double uniform, unigram, bigram; /* PPL; NaN when not known */
    json_t *env;                     /* env.json, or NULL */
    char *env_why;                   /* then why */
};

/* HY_BAD_INPUT: no such folder, no run folder (neither ablation_results.csv nor
 * config.yaml nor env.json), or a damaged table (hy_table_read): the sentence has file, line and fault. HY_NO_DATA: a
 * run folder without result rows. Of a study that swept rates, runs.csv and the tables of single runs (history, steps,
 * position, evaluation, mqar) hold the runs with the chosen rates alone. Any other missing file, and a broken env.json,
 * only sets `why`. A log whose last line is torn is sound: its table has torn_line. On failure *d is empty. */
hy_status hy_run_data_load(struct hy_run_data *d, const char *dir);
void hy_run_data_fini(struct hy_run_data *d); /* NULL is fine */

const struct hy_variant *hy_run_data_find(const struct hy_run_data *d, const char *name); /* or NULL */

long hy_run_data_configured(const struct hy_run_data *d, const char *name); /* its row of variants.csv, or -1 */

/* The best variant: the lowest best PPL among the sound ones, else among all; NULL when no PPL is known. */
const struct hy_variant *hy_run_data_best(const struct hy_run_data *d);

/* Mean of the best PPL of the variants of one implementation, of their final PPL and parameters; NaN when there are
 * none. `count` says how many have a best PPL: sound ones only. */
struct hy_average {
    size_t count;
    double best_ppl, final_ppl, params_m, minutes;
};
struct hy_average hy_run_data_average(const struct hy_run_data *d, size_t group);

/* The block that a group's variants are built of, as variants.csv calls it ("split"); "" when not known. */
const char *hy_run_data_block(const struct hy_run_data *d, size_t group);

/* The value of the first of the dotted paths that exists in env.json, as text; "" when none does.
 * `paths` are separated by '|': "machine.cpu|cpu". The text is owned by `env` or malloc'd into *owned. */
const char *hy_env_text(const struct hy_run_data *d, const char *paths, char **owned);

#endif
