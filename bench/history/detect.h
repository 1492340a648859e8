/* Whether a series has changed in its last nights. */
#ifndef HY_BENCH_HISTORY_DETECT_H
#define HY_BENCH_HISTORY_DETECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What of a series is looked at: the nights that hold, in the order of time. */
struct hy_track {
    const double *values; /* (n) positive; of exact ones 0 too */
    size_t n;
    size_t settled; /* values before this index belong to a level that is known and done with: 0 for none */
    double noise;   /* of one night, as a share, from the interval within it; 0: not known */
    bool exact, more_is_better;
};

enum hy_suspect {
    HY_UNSUSPECTED,
    HY_TOO_FEW, /* nights to tell anything: fewer than five */
    HY_SUDDEN,  /* the last night or the last two lie apart from the level before */
    HY_STEP,    /* three or more do */
    HY_EXACT,   /* an exact quantity is another one */
};

struct hy_suspicion {
    enum hy_suspect kind;
    size_t first;            /* the first night of the new level; first - 1 was the last of the old one */
    double before, after;    /* medians of the two levels */
    double ratio, low, high; /* after over before, with a 95 % interval; NaN ends: none */
    double p;                /* corrected for the places looked at; NaN where there was no test */
};

struct hy_detection {
    double min_change; /* smaller ones are none: 0.02 */
    long permutations; /* at most: 20000 */
    uint64_t seed;
};
extern const struct hy_detection hy_detection_usual;

/* A test of the last 1, 2, 3 and 5 nights against the level before them, the 40 nights before at most. Of one or two a
 * t-test with a robust scale; of more, that and the permutations of the energy statistic must both say so. */
enum { HY_PLACES = 4, HY_FEWEST_NIGHTS = 5, HY_BASE_NIGHTS = 40 };
struct hy_suspicion hy_detect(const struct hy_track *t, const struct hy_detection *how);

/* Whether the nights of values (n) from `first` on keep showing a change by `ratio` against those before: their median
 * lies nearer to the level after it. False before HY_ACCEPTED_AFTER of them. What was refuted and stays is a change of
 * the machine, and the level to compare with. */
enum { HY_ACCEPTED_AFTER = 4 };
bool hy_level_stays(const double *values, size_t n, size_t first, double ratio);

/* Whether the last level is worse than the one before. */
bool hy_suspicion_worse(const struct hy_suspicion *s, bool more_is_better);

/* Whether what was measured again, with an interval that holds no change at all, leaves out half of what was suspected
 * and more: then it is not so, although a change too small to matter may still be there. */
bool hy_suspicion_excluded(double suspected, double low, double high);

/* Of all series of one night: which are suspects, by Benjamini and Hochberg at `level`; those of exact quantities
 * always are. A suspect is only measured again, so that half of them may be false. */
void hy_suspects(const struct hy_suspicion *found, size_t n, double level, bool *suspect);
#define HY_SUSPECT_LEVEL 0.5

#endif
