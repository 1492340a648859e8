/* The file in which measured peaks are kept from run to run. */
#ifndef HY_BENCH_HARNESS_PEAKS_STORE_H
#define HY_BENCH_HARNESS_PEAKS_STORE_H

#include "bench/harness/peaks.h"
#include "bench/harness/yardstick.h"

/* How one peak came about. */
struct hy_peak_evidence {
    char taken[32];         /* when the best burst was: "2026-03-01T12:00:00Z"; "": never */
    long bursts, disturbed; /* all that were taken, and those that others disturbed */
    char witness[32];       /* who looked on: hy_witness_name() */
};

/* $XDG_CACHE_HOME/hymbench/peaks-<16 hex digits of the key>.json, else below ~/.cache; malloc'd. NULL: no home. */
char *hy_peaks_store_path(const char *key);

/* Fills in what the file holds of that key; nothing where it is missing, of another form, or another key's. */
void hy_peaks_store_load(const char *path, const char *key, struct hy_peaks *p, struct hy_peak_evidence *evidence);

/* What else was seen: at best the width of the cores (siblings.h) and how near they lie (handover.h), and what they
 * kept up (yardstick.h), of the last runs the median. 0: unknown. */
struct hy_cores_seen {
    double width, handover_ns;
    struct hy_pace pace;
};
struct hy_cores_seen hy_peaks_store_cores(const char *path);

/* Writes it, its folder included; a warning where it cannot. A pace joins those of the last runs. */
void hy_peaks_store_keep(const char *path, const char *key, const struct hy_peaks *p,
                         const struct hy_peak_evidence *evidence, struct hy_cores_seen cores);

#endif
