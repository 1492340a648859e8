/* What a history holds, in memory: the runs, and each series night by night. */
#ifndef HY_BENCH_HISTORY_NIGHTS_H
#define HY_BENCH_HISTORY_NIGHTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/history/store.h"

struct hy_night {
    int64_t id, at;           /* at: seconds since 1970, when the run began */
    char *identity, *folder;  /* SHA-256 of what it is; where it was when it was added */
    char *sha;                /* 40 hex digits; "" where nobody says */
    bool dirty;               /* files differed from that commit: it is no commit's night */
    char *machine;            /* its class: "AMD EPYC, 2 cores, 32 GiB" */
    double clock_ns, copy_ns; /* the yardsticks of that night; NaN: not known */
};

/* Only what is HY_POINT_OK has a part in any verdict. */
enum hy_point_quality {
    HY_POINT_OK,
    HY_POINT_DOUBTFUL,  /* disturbed or drifted */
    HY_POINT_NO_COMMIT, /* its night's program was built of files that differed from their commit */
};
const char *hy_point_quality_name(enum hy_point_quality q); /* "ok", "doubtful", "with changes" */

struct hy_point {
    size_t night;     /* index into nights */
    int64_t at;       /* its night's */
    double value;     /* in the series' unit */
    double low, high; /* 95 % interval of the value; NaN: not known */
    long samples;     /* observations behind the value, 0: not known */
    enum hy_point_quality quality;
};

/* How a series' values are held against each other across nights in which the machine was not the same. */
enum hy_norm { HY_NORM_NONE, HY_NORM_CLOCK, HY_NORM_COPY };

struct hy_series {
    int64_t id;
    char *metric, *subject;                                     /* "time", "hy_scan_fwd_f32_avx512/scan/hot" */
    char *unit;                                                 /* "ns"; "" for a pure number */
    char *machine, *threads, *precision, *profile, *conditions; /* what else tells series apart */
    bool more_is_better, exact, timed;                          /* timed: the state of the machine shows in it */
    struct hy_point *points;                                    /* (n) in the order of time */
    size_t n;
};

struct hy_nights {
    struct hy_night *nights; /* (n_nights) in the order of time */
    size_t n_nights;
    struct hy_series *series; /* (n) by subject, then metric */
    size_t n;
};

struct hy_wanted {
    const char *series; /* "12" or "#12": that one; else all whose name holds the text; NULL: all */
    int last;           /* only the last so many points of each; 0: all */
    int64_t since;      /* nights from then on; 0: all */
    int64_t until;      /* and no later ones; 0: all */
};

/* HY_BAD_INPUT where `series` names none, with those that come near; *n is empty then. */
hy_status hy_nights_load(struct hy_nights *n, struct hy_history *h, const struct hy_wanted *wanted);
void hy_nights_fini(struct hy_nights *n); /* zeroed is fine */

/* A time in UTC by a form of strftime's; returns text. */
enum { HY_UTC_TEXT = 32 };
const char *hy_utc_text(char text[HY_UTC_TEXT], int64_t at, const char *form);

/* By its id; NULL where it is not among those that were loaded. */
const struct hy_night *hy_night_of(const struct hy_nights *n, int64_t id);
const struct hy_series *hy_series_of(const struct hy_nights *n, int64_t id);

/* "hy_scan_fwd_f32_avx512/scan/hot time", "Hybrid-Mine Train tok/s (bf16, quick)"; malloc'd. */
char *hy_series_name(const struct hy_series *s);

/* What a value of point `then` times it would be on the machine of point `now`, by that yardstick, which takes longer
 * on a slower machine: times shrink by it, rates grow. NaN where a night has none; 1 of HY_NORM_NONE. */
double hy_norm_factor(const struct hy_nights *n, const struct hy_series *s, enum hy_norm norm, size_t then, size_t now);

/* The values of the points that hold, (s->n) at most, each in the unit of the series as the machine of the last of
 * these nights would have had it, and `index` (s->n) which point each is. Of a timed series the yardstick is taken out
 * that leaves the least of its steps between neighbouring nights, of those in which the yardstick moved by over 1 %,
 * where that is at least a fifth less and every point has one. Returns their number. */
size_t hy_series_values(const struct hy_nights *n, const struct hy_series *s, double *values, size_t *index,
                        enum hy_norm *norm);

#endif
