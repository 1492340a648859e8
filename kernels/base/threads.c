#include "kernels/base/threads.h"

#include <omp.h>

#include "kernels/base/status.h"

/* Only the pool's size is set: the OpenMP build of OpenBLAS follows it. */
static int threads, parts;

int hy_threads(void)
{
    if (threads == 0)
        threads = omp_get_max_threads();
    return threads;
}

int hy_work_parts(void)
{
    return parts > hy_threads() ? parts : hy_threads();
}

void hy_work_parts_at_least(int n)
{
    if (n > parts)
        parts = n;
}

void hy_threads_set(int n)
{
    HY_ASSERT(n >= 1, "a program needs at least one thread");
    threads = n;
    omp_set_dynamic(0);
    omp_set_num_threads(n);
}
