/* One side of a comparison: what was observed of each row, and under which circumstances, whatever file it came from.
 */
#ifndef HY_BENCH_COMPARE_SIDE_H
#define HY_BENCH_COMPARE_SIDE_H

#include <stdbool.h>
#include <stddef.h>

#include "kernels/base/status.h"

enum { HY_NO_PAIR = -1 };

/* One undisturbed observation; `pair` tells which one of the other side belongs to it (a seed). */
struct hy_observation {
    double value;
    double lower; /* quartile of the samples whose median that is; 0: not known */
    long pair;
    double state;     /* of the machine: how far its cores lie apart (handover.h); 0: not known */
    double low, high; /* 95 % interval of the value, from the samples within it; both 0: not known */
    long samples;     /* behind the value; 0: not known */
};

/* Which observations of the two sides are held against each other: all, all of one state of the machine, those of one
 * seed, those of one turn. */
enum hy_pairing { HY_UNPAIRED, HY_BY_STATE, HY_BY_SEED, HY_BY_TURN };

/* What a row is: texts are copied by hy_side_row(). */
struct hy_row_spec {
    const char *subject; /* "hy_scan_fwd_f32_avx512/scan/hot", "Hybrid-Mine" */
    const char *metric;  /* "time", "Best PPL" */
    const char *unit;    /* "ns"; "" for a pure number */
    const char *shape;   /* what must be the same on both sides: sizes, or a variant's configuration */
    bool more_is_better;
    bool exact; /* bytes, parameters: no noise, any difference is a change; one observation stands for all */
    enum hy_pairing pairing;
};

struct hy_side_row {
    char *subject, *metric, *unit, *shape;
    bool more_is_better, exact;
    enum hy_pairing pairing;
    struct hy_observation *seen; /* (n) */
    size_t n, room;
    size_t doubtful; /* disturbed or drifted: no part of anything */
    double doubted;  /* the last of these values; of use only to show that there was one */
};

/* Circumstances that make two sides incomparable where they differ: machine, threads, precision ... */
struct hy_fact {
    const char *what; /* static */
    char *text;
};
enum { HY_MOST_FACTS = 12 };

struct hy_side {
    char *name;    /* what the user called it */
    char *version; /* "7ada1cc791a1", with + behind it where files differed from that commit; "" where nobody says */
    struct hy_fact facts[HY_MOST_FACTS];
    size_t n_facts;
    struct hy_side_row *rows; /* (n) in the order of the file */
    size_t n, room;
};

void hy_side_fini(struct hy_side *s); /* zeroed and NULL are fine */

/* ---- for those who fill one -------------------------------------------------------------- */
void hy_side_init(struct hy_side *s, const char *name); /* empty */

/* The row of that subject and metric, made where there is none. The pointer holds until the next call. */
struct hy_side_row *hy_side_row(struct hy_side *s, const struct hy_row_spec *spec);
const struct hy_side_row *hy_side_find(const struct hy_side *s, const char *subject, const char *metric); /* or NULL */

/* A value that is no positive number is passed over (an exact one may be 0); one that does not hold is counted. */
void hy_side_see(struct hy_side_row *row, struct hy_observation seen, bool holds);

/* Notes a circumstance; "" and NULL are nothing, and where rows of one file differ the texts stand behind one another
 * ("f32, bf16"). `what` is static. */
void hy_side_fact(struct hy_side *s, const char *what, const char *text);
void hy_side_fact_number(struct hy_side *s, const char *what, long long number);
const char *hy_side_fact_of(const struct hy_side *s, const char *what); /* "" where unknown */
void hy_side_version(struct hy_side *s, const char *sha, bool dirty);

#endif
