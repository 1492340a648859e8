/* Hardware counters by CUPTI's Range Profiler: which metrics a chip has, in what units, and in how many passes it
 * counts them. Asked of the library alone: no GPU and no driver is needed. */
#ifndef HY_BENCH_INSTRUMENT_COUNTERS_H
#define HY_BENCH_INSTRUMENT_COUNTERS_H

#include "bench/instrument/cupti_profiler.h"

/* What kernels are looked at with where nothing else is asked for: bytes of the memory and of the second-level
 * cache, tensor-core instructions. One pass on the data-centre chips, so nothing has to run twice. */
extern const char *const hy_counters_default[]; /* ends with NULL */

/* Metrics that are counted together. */
struct hy_counters {
    const struct hy_cupti_profiler *api;
    void *host;           /* CUPTI's own handle */
    const char **metrics; /* (n); the names are the caller's */
    int n;
    uint8_t *image; /* which counters in which pass, as CUPTI writes it down */
    size_t image_bytes;
    int passes; /* how often the work must run */
};

/* Schedules the n > 0 metrics for `chip` ("GH100"; case matters), with the counters it has, or those of one device
 * (`availability`, else NULL). HY_BAD_INPUT for a chip or metric that CUPTI does not know, naming it (and
 * the chips there are); HY_NO_DATA where the library, or an entry of it, is missing;
 * HY_RUN_FAILED when it fails otherwise. The caller closes what was opened. */
hy_status hy_counters_open(struct hy_counters *c, const char *chip, const uint8_t *availability,
                           const char *const *metrics, int n);
void hy_counters_close(struct hy_counters *c); /* zeroed is fine */

/* "byte", "percent", "instruction": of metric i, in CUPTI's memory; "" where it has none. */
const char *hy_counters_unit(const struct hy_counters *c, int i);

/* Opens, asks for the passes, closes. *passes is set with HY_OK. */
hy_status hy_counters_passes(const char *chip, const char *const *metrics, int n, int *passes);

#endif
