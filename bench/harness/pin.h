/* A core for each thread: what moves between cores loses its caches, and its clock.
 *
 * The OpenMP runtime reads OMP_PLACES and OMP_PROC_BIND when it is loaded, so that pinning starts the program anew with
 * both set. Whoever set one of them has pinned, or not, already: nothing is done then. */
#ifndef HY_BENCH_HARNESS_PIN_H
#define HY_BENCH_HARNESS_PIN_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>

/* Returns where threads are bound already, or where it cannot be, which it says once: fewer processors than threads,
 * or no /proc. Else the program starts anew and this does not return: call it before anything is written. */
void hy_pin(int threads);

/* Whether the OpenMP runtime binds its threads. */
bool hy_pinned(void);

/* `n` processors of `allowed` for as many threads, whole cores before their second hyperthreads: "{0},{2},{1}". False
 * where there are not so many. Siblings as /sys/devices/system/cpu/cpu<N>/topology/thread_siblings_list has them,
 * behind HYMBENCH_ROOT; each its own core where it is silent. */
bool hy_pin_places(const cpu_set_t *allowed, int n, char *places, size_t room);

/* Processors that this process's threads may run on, as the kernel writes lists: "0-3,8". */
void hy_pin_processors(char *list, size_t room);

#endif
