/* What else decides how fast a machine is at this moment: limits on this process, clocks, hyperthreads, whose machine
 * it is. Read from /proc and /sys (behind HYMBENCH_ROOT), a field that nobody tells is JSON's null. */
#ifndef HY_BENCH_HARNESS_HOST_H
#define HY_BENCH_HARNESS_HOST_H

#include <jansson.h>

/* A new object, the caller's:
 *   cgroup_cpus             processors' worth of the control group's quota; null: none, or nobody says
 *   cgroup_memory_bytes     the control group's bound; null as above
 *   processors              that this process may run on, "0-3,8"
 *   governor                of processor 0's clock: "performance", "powersave", "schedutil" ...
 *   turbo                   whether clocks above the nominal one are allowed
 *   smt                     whether cores run more than one thread
 *   threads_per_core        hyperthreads of processor 0's core
 *   rt_runtime_us, rt_period_us   what SCHED_FIFO may take of each period; runtime -1: all
 *   hypervisor              "none", its name where it gives one ("KVM"), or "unnamed"
 *   transparent_huge_pages  "always", "madvise" or "never"
 *   numa_nodes              with memory and processors */
json_t *hy_host_json(void);

#endif
