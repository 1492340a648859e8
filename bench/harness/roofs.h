/* The peaks of this CPU: what was seen at best, when and how quietly, kept from run to run.
 *
 * A burst of a few milliseconds that others disturb shows less than there is, never more: so a peak is the best of all
 * bursts ever taken, and it is quiet when enough of them were undisturbed. One that is not is measured again by the
 * next run that can; and bursts between the rows of every run look whether there is more. */
#ifndef HY_BENCH_HARNESS_ROOFS_H
#define HY_BENCH_HARNESS_ROOFS_H

#include "bench/harness/peaks_host.h"
#include "bench/harness/peaks_store.h"
#include "bench/harness/witness.h"

/* Enough undisturbed bursts stand behind it. */
bool hy_peak_quiet(const struct hy_peak_evidence *e);

struct hy_roofs {
    struct hy_peaks peaks;
    struct hy_peak_evidence evidence[HY_PEAKS];
    struct hy_witness witness;
    struct hy_bursts bursts;
    char *key, *path; /* path NULL: nowhere to keep them */
    enum hy_peak next;
    uint64_t last_ns;          /* when the last burst ended */
    struct hy_cores_seen kept; /* as the file has it */
    bool improved;
};

/* Those of this processor, thread count, ISA level, libraries and build: from the cache file
 * $XDG_CACHE_HOME/hymbench/peaks-<key>.json (else ~/.cache/hymbench), and what is missing there or not quiet measured
 * now, in some 2 s, under 10 on a busy machine; `refresh`: all of them, whatever is there. */
void hy_roofs_open(struct hy_roofs *r, bool refresh);

/* Between things that are timed: one burst of the next peak, if the last one is half a second ago. */
void hy_roofs_look(struct hy_roofs *r);

/* Something came near the roof that these make: several bursts of each of them. */
void hy_roofs_again(struct hy_roofs *r, enum hy_bound bound, enum hy_peak compute);

/* Gives the bursts' memory back, so that it does not count as somebody else's; the next burst takes it again. */
void hy_roofs_release(struct hy_roofs *r);

/* Keeps what is better than before. A cache that cannot be written is a warning. Zeroed is fine. */
void hy_roofs_close(struct hy_roofs *r);

/* {"sgemm_gflops": {"taken": ..., "bursts": 12, "disturbed": 0, "quiet": true, "witness": ...}, ...} */
json_t *hy_roofs_evidence_json(const struct hy_roofs *r);

/* The peaks of what a backend runs on, for who does not look between: the CPU's kept ones or the open GPU's.
 * HY_RUN_FAILED when the device failed. */
hy_status hy_peaks_of(struct hy_backend backend, struct hy_peaks *p);

#endif
