/* What the control group of this process may use: less than the machine has, in containers and batch jobs.
 *
 * Both hierarchies are read, version 2 (cpu.max, memory.max) and version 1 (cpu.cfs_quota_us,
 * memory.limit_in_bytes), of the process's own group and of every group above it; the least counts.
 * HYMBENCH_ROOT, where it is set, is put before /proc and /sys: tests bring files of their own. */
#ifndef HY_KERNELS_BASE_CGROUP_H
#define HY_KERNELS_BASE_CGROUP_H

/* Processors' worth of time per period, 1.5 for a quota of 150 ms in 100 ms; 0: no bound, or nobody says. */
double hy_cgroup_cpus(void);

/* Bytes of memory; 0: no bound, or nobody says. */
double hy_cgroup_memory_bytes(void);

/* The group's cpu.stat, open for reading ("nr_throttled 12": how often the quota stopped it); -1 where there is none.
 */
int hy_cgroup_open_cpu_stat(void);

#endif
