/* Bytes that the memory controllers moved, where they are devices of the kernel's perf events. */
#ifndef HY_BENCH_INSTRUMENT_PERF_DRAM_H
#define HY_BENCH_INSTRUMENT_PERF_DRAM_H

#include "bench/instrument/perf_events.h"

/* Adds a counter per controller and socket of what /sys/bus/event_source/devices (behind HYMBENCH_ROOT) describes as
 * memory reads and writes: cas_count_read and _write, data_read and _write of the devices uncore_imc*. They count for
 * the whole machine, which takes CAP_PERFMON or kernel.perf_event_paranoid 0 and less. Adds nothing where there are
 * none, as on a guest. */
void hy_perf_add_dram(struct hy_perf *p);

#endif
