/* One thread pool in the process: OpenMP's, shared by our kernels and the BLAS. */
#ifndef HY_KERNELS_BASE_THREADS_H
#define HY_KERNELS_BASE_THREADS_H

/* How many threads kernels use: as many as a real parallel region got of those asked for, at first
 * hy_threads_default(). The first call starts the pool. */
int hy_threads(void);
int hy_threads_asked(void);   /* for how many the last region was asked */
int hy_threads_default(void); /* OMP_NUM_THREADS, or hy_threads_allowed() */

/* Processors this process may keep busy: of its affinity mask or cpuset, and of its control group's quota (rounded up).
 */
int hy_threads_allowed(void);

/* Rows of the scratch in which backward passes keep partial sums over rows: as many as the
 * backend with the most asks for, at least hy_threads(). A device asks when it is opened. */
int hy_work_parts(void);
void hy_work_parts_at_least(int n);

/* Set before programs are built (scratch sizes depend on it); n >= 1. Warns where fewer come, or where n is more than
 * the processors allowed. */
void hy_threads_set(int n);

/* Around a call of a library that shares its work out by the size of the team that it asks for: it asks for no more
 * than a team can have at this place, fewer than hy_threads() where the caller's own limit on threads is lower.
 * begin() returns what end() takes. */
int hy_team_begin(void);
void hy_team_end(int before);

/* Thread `id` of `threads` gets [*first, *last) of `n` items, contiguous, in order. */
static inline void hy_share(long n, int id, int threads, long *first, long *last)
{
    *first = n * id / threads;
    *last = n * (id + 1) / threads;
}

#endif
