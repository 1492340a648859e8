/* The machine, the libraries and the build a result belongs to. */
#ifndef HY_BENCH_HARNESS_ENV_H
#define HY_BENCH_HARNESS_ENV_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "kernels/base/status.h"

/* What the machine is; a field that cannot be found out is "" or 0. */
struct hy_machine {
    char cpu[128];              /* the CPU's model name */
    char kernel[160];           /* "Linux 6.1.0 x86_64" */
    char os[128];               /* "Debian GNU/Linux 12 (bookworm)" */
    int cores;                  /* online */
    int cores_allowed;          /* this process may use */
    size_t l1d_bytes, l2_bytes; /* of one core */
    size_t llc_bytes;           /* of the last level, wherever it ends */
    size_t memory_bytes;
    double clock_mhz; /* of core 0 at this moment */
};
void hy_machine_get(struct hy_machine *m);
double hy_clock_mhz(void); /* of core 0 now; 0 when unknown */

/* "2026-03-01T12:00:00Z": now. */
void hy_time_utc(char text[32]);

/* Looks for what a GPU is driven and measured with (cuBLASLt where the build needs it, CUPTI, NVML), without a device.
 */
void hy_env_look_for_gpu_libraries(void);

/* Everything as env.json holds it: sections machine, build, libraries, gpu_libraries (those that were looked for, as
 * they are where a device is open), devices, settings, host (host.h), blas and the time. The caller adds its own keys
 * and decrefs. */
json_t *hy_env_json(void);

/* Writes `env` to `path` (atomic, sorted keys, indented). HY_RUN_FAILED when it cannot. */
hy_status hy_env_write(const json_t *env, const char *path);

/* Name and version of every library the program runs on; ends with name NULL. */
struct hy_library {
    const char *name;
    char version[256];
};
const struct hy_library *hy_libraries(void);

#endif
