/* How far apart the cores of the team are: the time of a cache line to another core and back.
 *
 * A hypervisor moves the processors of a guest as it likes. Two that shared a last-level cache may be a socket apart a
 * second later, and for minutes (on an EPYC 53 ns there and back, then 310): whatever a team shares or passes on then
 * takes a tenth longer, with clocks, memory and neighbours as before. */
#ifndef HY_BENCH_HARNESS_HANDOVER_H
#define HY_BENCH_HARNESS_HANDOVER_H

/* ns there and back between the first thread of the team and the one that is farthest from it, of at most eight. NaN
 * for a team of one, one larger than the processors it may use, and where somebody was in the way. Takes some 50 us. */
double hy_handover_ns(void);

/* Over so many times the least ever seen the team is not where it was. */
#define HY_HANDOVER_FAR 1.5

#endif
