/* Under which conditions a figure was taken, and whether it is to be believed: the columns
 * disturbed_pct, dropped, clock_ratio, memory_ratio, witness, quality of every table of times. */
#ifndef HY_BENCH_HARNESS_CONDITIONS_H
#define HY_BENCH_HARNESS_CONDITIONS_H

#include <stddef.h>

#include "bench/harness/witness.h"
#include "bench/harness/yardstick.h"
#include "report/table/columns.h"

enum hy_quality {
    HY_QUALITY_OK,
    HY_QUALITY_DISTURBED, /* others had the processors for too much of the time: no baseline, no verdict */
    HY_QUALITY_DRIFTED,   /* clock or memory, of a GPU too, ran slower than they did in this run */
};
const char *hy_quality_name(enum hy_quality q); /* "ok", "disturbed", "drifted" */

struct hy_conditions {
    double disturbed_pct;             /* of the time spent on it, in percent; NaN: nobody looked */
    size_t dropped;                   /* samples taken again for that reason */
    double clock_ratio, memory_ratio; /* NaN: not taken */
    double handover_ns;               /* how far the team's cores lay apart (handover.h); NaN: not known */
    const char *witness;              /* hy_witness_name(), hy_gpu_witness_name(); "none" */
    enum hy_quality quality;
};
extern const struct hy_conditions hy_conditions_unknown;

/* Under this a yardstick's ratio says that the figure does not hold. */
#define HY_DRIFT_RATIO     0.97
#define HY_DRIFT_LLC_RATIO 0.9

/* What others on the memory bus do to a figure: nothing to one that lives in the cores' own caches; little to one in
 * the last-level cache, which they share, so that only a copy that is slower by more than it ever scatters tells; all
 * of it to one that memory binds. */
enum hy_reach { HY_REACH_CORE, HY_REACH_LLC, HY_REACH_MEMORY };

/* Marks it drifted where its yardsticks say so: by the clock, and by the memory as far as that reaches it. */
void hy_conditions_hold(struct hy_conditions *c, enum hy_reach reach);

void hy_conditions_put(struct hy_table *t, const struct hy_conditions *c); /* the six cells */

/* The same six behind one another, for a line of a bench: their names, and the cells, empty where not known. */
#define HY_CONDITIONS_COLUMNS "disturbed_pct,dropped,clock_ratio,memory_ratio,witness,quality"
enum { HY_CONDITIONS_TEXT = 160 };
void hy_conditions_text(const struct hy_conditions *c, char text[HY_CONDITIONS_TEXT]);

/* Of a figure that two were taken for: the worse quality (disturbed over drifted), the larger share, the lower ratios,
 * what was dropped of both. */
struct hy_conditions hy_conditions_worse(const struct hy_conditions *a, const struct hy_conditions *b);

/* Who looks on while figures of the host are taken: one for a run of the program. */
struct hy_observer {
    struct hy_witness witness;
    struct hy_yardstick yardstick;
};
void hy_observer_open(struct hy_observer *o);
void hy_observer_open_long(struct hy_observer *o);     /* for long figures (watch.h) and short runs: less memory */
size_t hy_observer_bytes(const struct hy_observer *o); /* that it holds all the time; NULL: 0 */
void hy_observer_close(struct hy_observer *o);         /* zeroed is fine */

/* ---- long figures ------------------------------------------------------------------
 * Steps of training or chunks of decoding cannot be taken again: each one's time carries its witness, and the rate is
 * that of the undisturbed ones. */
struct hy_tally {
    double units, seconds;           /* all of them: tokens, steps, and their time */
    double good_units, good_seconds; /* the undisturbed ones */
    size_t parts, good_parts;
    double alone, looked_seconds; /* share of our cores' width at the ends of long parts times their seconds; these */
};
void hy_tally_add(struct hy_tally *t, double units, double seconds, bool disturbed);

/* Units per second of the undisturbed parts; of all of them where less than a third is (the quality says so). NaN
 * without any. */
double hy_tally_rate(const struct hy_tally *t);

/* Shares and quality of what was tallied, as `witness` (hy_witness_name()) saw it; ratios stay unknown. */
struct hy_conditions hy_tally_conditions(const struct hy_tally *t, const char *witness);

#endif
