/* Hardware counters by CUPTI's Range Profiler: which metrics a chip has, and in how many passes it
 * counts them. Asked of the library alone: no GPU and no driver is needed. */
#ifndef HY_INSTRUMENT_COUNTERS_H
#define HY_INSTRUMENT_COUNTERS_H

#include "kernels/base/status.h"

/* What kernels are looked at with where nothing else is asked for: bytes of the memory and of the second-level
 * cache, tensor-core instructions. One pass on the data-centre chips, so nothing has to run twice. */
extern const char *const hy_counters_default[]; /* ends with NULL */

/* In how many passes `chip` ("GH100"; case matters) counts the n > 0 metrics together. *passes is set with HY_OK.
 * HY_BAD_INPUT for a chip or metric that CUPTI does not know, naming it (and the chips there are);
 * HY_NO_DATA where the library, or an entry of it, is missing; HY_RUN_FAILED when it fails otherwise. */
hy_status hy_counters_passes(const char *chip, const char *const *metrics, int n, int *passes);

#endif
