/* One question of the study: the two designs as lists of kernel calls, and what became of it. */
#ifndef HY_BENCH_COMPARE_PAIR_H
#define HY_BENCH_COMPARE_PAIR_H

#include "bench/compare/judge.h"
#include "bench/harness/conditions.h"
#include "kernels/dispatch.h"
#include "report/table/columns.h"

enum { HY_PAIR_BASE, HY_PAIR_FRESH, HY_PAIR_SIDES, HY_PAIR_CALLS = 3 };

/* One call: an op at sizes of the models. sizes.*.B = 0 and alike never stand for "none": the list ends with `there`
 * false. */
struct hy_pair_call {
    bool there;
    enum hy_op_id op;
    float p; /* dropout, as in training */
    union hy_args sizes;
};

struct hy_pair {
    const char *name;                 /* "window" */
    const char *question;             /* in a few words, for tables */
    const char *sides[HY_PAIR_SIDES]; /* "global", "window" */
    struct hy_pair_call study[HY_PAIR_SIDES][HY_PAIR_CALLS], small[HY_PAIR_SIDES][HY_PAIR_CALLS];
};
extern const struct hy_pair hy_pairs[]; /* ends with .name == NULL */

struct hy_pair_row {
    const struct hy_pair *pair;
    enum hy_pass pass;
    enum hy_precision precision;
    char shapes[HY_PAIR_SIDES][256]; /* "linear rows=5120 in=384 out=640 + linear ..." */
    double ns[HY_PAIR_SIDES];        /* median of each side */
    struct hy_ratio ratio;           /* FRESH over BASE; the interval is 95 % */
    double error_share;              /* the largest of all calls; over 1: wrong, and not timed */
    const char *skip_reason;         /* NULL: timed; valid during the call of the sink */
    struct hy_conditions conditions;
};

/* "window/fwd/f32", malloc'd. */
char *hy_pair_name(const struct hy_pair_row *row);

/* A row of pairs.csv; a line on the terminal, and the one above the first. */
void hy_pair_put(struct hy_table *t, const struct hy_pair_row *row);
void hy_pair_print_header(FILE *out);
void hy_pair_print(FILE *out, const struct hy_pair_row *row);

#endif
