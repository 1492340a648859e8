/* Whether the cores are ours alone at this moment, or a hyperthread beside us runs something for others: another guest,
 * another program. Neither the scheduler nor the clock shows it, and what lives in a core's own caches takes 1.3 to 1.8
 * times as long meanwhile; it comes and goes within milliseconds.
 *
 * It shows in a core's width. Independent additions fill every slot that a core has in a cycle; a chain of
 * multiplications needs one in three, and measures the clock. Additions in the time of one link are a pure number,
 * whatever the clock does: on a Zen 4 3.7 per cycle alone, 2.0 to 3.1 beside somebody who works. It is held against the
 * most that was ever seen here, so that a core which is never ours alone tells nothing. A look costs some 20 us and
 * touches no cache. */
#ifndef HY_BENCH_HARNESS_SIBLINGS_H
#define HY_BENCH_HARNESS_SIBLINGS_H

#include <stdbool.h>
#include <stddef.h>

/* Widths that were seen, counted in bins of half a percent from 1/4 on. Cores that are ours alone give the same width
 * every time, so that the best is the highest one that came often enough: a look during which a neighbour came or went
 * may find too much. Zeroed at first. */
enum { HY_WIDTH_BINS = 1200 };
struct hy_widths {
    unsigned seen[HY_WIDTH_BINS];
    long taken, shared; /* looks, and those in which a core was not ours alone */
    double expected;    /* what was the best before; 0: nobody knows */
};
double hy_widths_best(const struct hy_widths *seen); /* 0: nothing came often enough yet */

/* Remembers a width, and says what share of the best it is: 1 alone, 0.5 to 0.97 shared. 1 for NaN. */
double hy_widths_share(struct hy_widths *seen, double width);

/* Under this share a core is not ours alone: a neighbour that only waits in a loop takes 4 %, one that works a third.
 */
#define HY_SIBLINGS_ALONE 0.97

/* What takes longer than neighbours stay meets them now and then, one like the other: but under this share on average
 * they were there for too much of it, or two of our own processors were put on one core. */
#define HY_SIBLINGS_LONG 0.9

/* Whether looking makes sense: on a guest, and where cores have hyperthreads that our own team leaves free. The first
 * time, looks a few hundred times for what the cores have. */
bool hy_siblings_possible(void);

/* The share of the narrowest of our cores now, of the best that this process has seen; 1 where looking makes no sense.
 */
double hy_siblings_look(void);

/* What this process has seen, and what the machine had before. */
const struct hy_widths *hy_siblings_seen(void);
void hy_siblings_expect(double width);

#endif
