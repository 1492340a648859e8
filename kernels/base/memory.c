#include "kernels/base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "kernels/base/cgroup.h"

/* Of what is left, for libraries and threads. */
static const double margin_bytes = 64 << 20;

/* The number behind `key` of a file of lines "Key:   123 kB", in bytes; NaN without one. */
static double kilobytes(const char *path, const char *key)
{
    char line[256];
    double value = NAN;
    FILE *f = fopen(path, "r");
    while (f && isnan(value) && fgets(line, sizeof line, f))
        if (strncmp(line, key, strlen(key)) == 0)
            value = 1024 * strtod(line + strlen(key), NULL);
    if (f)
        fclose(f);
    return value;
}

static double address_space_left(void)
{
    struct rlimit r;
    if (getrlimit(RLIMIT_AS, &r) != 0 || r.rlim_cur == RLIM_INFINITY)
        return INFINITY;
    const double taken = kilobytes("/proc/self/status", "VmSize:");
    return (double)r.rlim_cur - (isnan(taken) ? 0 : taken);
}

/* Of the group's bound; what other processes of the group hold is not known here. */
static double group_left(void)
{
    const double bound = hy_cgroup_memory_bytes(), held = kilobytes("/proc/self/status", "VmRSS:");
    return bound > 0 ? bound - (isnan(held) ? 0 : held) : INFINITY;
}

double hy_memory_left(const char **limit)
{
    const struct {
        double bytes;
        const char *name;
    } limits[] = {
        {kilobytes("/proc/meminfo", "MemAvailable:"), "this machine has free"},
        {group_left(), "the control group (memory.max) leaves"},
        {address_space_left(), "the limit on address space (ulimit -v) leaves"},
    };
    double least = INFINITY;
    *limit = limits[0].name;
    for (int i = 0; i < 3; i++)
        if (limits[i].bytes < least) { /* not where it is NaN */
            least = limits[i].bytes;
            *limit = limits[i].name;
        }
    return least;
}

hy_status hy_memory_check(double bytes, const char *what)
{
    const char *limit;
    const double left = hy_memory_left(&limit), mib = 1 << 20;
    if (bytes + margin_bytes <= left)
        return HY_OK;
    return hy_fail(HY_RUN_FAILED, "%.0f MiB are needed for %s, and %s %.0f MiB; take a smaller batch or model",
                   bytes / mib, what, limit, left > 0 ? left / mib : 0);
}
