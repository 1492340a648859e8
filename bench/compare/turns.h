/* Two programs measured in turns: what the machine does meanwhile, it does to both.
 *
 * A launch of either is one observation of each row: its pages and its place among the caches belong to the launch, so
 * that samples within one are no independent witnesses. Kernels of programs that serve (micro --serve) are asked for
 * row by row of both in turns while they live (life.h), and their ratio in that life is the observation; others are
 * launched for each, in blocks ABBA or BAAB, drawn. They are looked at when there are 8, 12, 16, 24, 32, 48, 64 ... of
 * each; the n-th look spends alpha / (n (n + 1)), which makes alpha in all. A row that has its verdict is measured no
 * more; of the others every second block takes only the worst, those that may have got slowest. Of a guest that was
 * moved meanwhile only the launches of one state count. */
#ifndef HY_BENCH_COMPARE_TURNS_H
#define HY_BENCH_COMPARE_TURNS_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/compare/comparison.h"

/* What a launch measures: kernels alone (micro), a variant's training step (bench-step), its prompts and tokens
 * (bench-decode). */
enum hy_turns_work { HY_TURNS_KERNELS, HY_TURNS_STEP, HY_TURNS_DECODING };

struct hy_turns {
    enum hy_turns_work work;
    const char *variant, *precision; /* of a step and of decoding; precision NULL: as it comes */
    int context, batch;              /* of decoding */
    const char *programs[2];         /* BASE and NEW */
    const char *names[2];            /* what they are called */
    const char *filter;              /* of micro; NULL: all rows of the kernels that the models run */
    const char *const *extra;        /* further options of micro, NULL behind the last; may be NULL */
    const char *profile;             /* whose sizes; NULL: micro's own */
    double budget;                   /* seconds */
    double min_time;                 /* seconds within a row's samples of one launch */
    uint64_t seed;                   /* of the order of the blocks */
    struct hy_rule rule;
    bool force;    /* although circumstances differ */
    bool progress; /* a line on stderr after each block */
    bool (*interrupted)(void);
};

/* Measures until every row has its verdict, the budget is over or somebody interrupts (HY_INTERRUPTED, and what is
 * decided stands). sides (2) and *c are open afterwards unless it failed otherwise: a program that does not run, or
 * knows no micro, is HY_BAD_INPUT with its last words. */
hy_status hy_turns_run(const struct hy_turns *t, struct hy_side sides[2], struct hy_comparison *c);

/* "^(a|b)$" for micro's --filter: rows (n) by name, which hold nothing special but dots; malloc'd. */
char *hy_turns_filter(const char *const *subjects, size_t n);

/* What was asked of this program its launches are asked through the environment, which older ones pass over where they
 * do not know it: threads (0: as they come), ISA (NULL: as it comes), and to be bound to cores and run first. */
void hy_turns_hand_on(int threads, const char *isa);

/* The level of the n-th look, from 1 on. */
double hy_look_alpha(double alpha, int look);

/* Launches of each program after which the n-th look is due. */
size_t hy_look_launches(int look);

#endif
