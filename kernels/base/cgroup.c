#include "kernels/base/cgroup.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "kernels/base/root.h"

enum { PATH_ROOM = 1024 };

/* A bound beyond any machine is how version 1 spells "none". */
#define NO_BYTES 1e18

/* What one folder of a hierarchy has to say; 0: nothing. `to` is the caller's. */
typedef double read_limit(const char *folder, void *to);

/* The numbers at the start of a file, up to two; returns how many there are. "max" is none. */
static int numbers(const char *folder, const char *file, double value[2])
{
    char path[PATH_ROOM];
    if (snprintf(path, sizeof path, "%s/%s", folder, file) >= (int)sizeof path)
        return 0;
    FILE *f = fopen(path, "r");
    if (!f)
        return 0;
    int n = fscanf(f, "%lf %lf", &value[0], &value[1]);
    fclose(f);
    for (int i = n; i-- > 0;)
        if (!(value[i] > -NO_BYTES && value[i] < NO_BYTES)) /* "inf", "nan", or beyond any machine */
            n = i;
    return n > 0 ? n : 0;
}

static double cpus_v2(const char *folder, void *to)
{
    (void)to;
    double v[2];
    return numbers(folder, "cpu.max", v) == 2 && v[0] > 0 && v[1] > 0 ? v[0] / v[1] : 0;
}

static double cpus_v1(const char *folder, void *to)
{
    (void)to;
    double quota[2], period[2];
    if (numbers(folder, "cpu.cfs_quota_us", quota) < 1 || numbers(folder, "cpu.cfs_period_us", period) < 1)
        return 0;
    return quota[0] > 0 && period[0] > 0 ? quota[0] / period[0] : 0; /* a quota of -1 is none */
}

static double memory_v2(const char *folder, void *to)
{
    (void)to;
    double v[2];
    return numbers(folder, "memory.max", v) >= 1 ? v[0] : 0;
}

static double memory_v1(const char *folder, void *to)
{
    (void)to;
    double v[2];
    return numbers(folder, "memory.limit_in_bytes", v) >= 1 ? v[0] : 0;
}

static double least(double a, double b)
{
    return a > 0 && (b <= 0 || a < b) ? a : b;
}

/* The least bound of the group `group` and those above it; a container that hides the groups above
 * shows its own as the mount's top. */
static double along(const char *mount, const char *group, read_limit *read, void *to)
{
    char folder[PATH_ROOM];
    double bound = 0;
    if (snprintf(folder, sizeof folder, "%s%s%s", hy_root(), mount, group) >= (int)sizeof folder)
        return 0;
    const size_t top = strlen(hy_root()) + strlen(mount);
    for (size_t n = strlen(folder); n > top;) {
        bound = least(read(folder, to), bound);
        while (n > top && folder[n - 1] != '/')
            n--;
        while (n > top && folder[n - 1] == '/')
            n--;
        folder[n] = '\0';
    }
    folder[top] = '\0';
    return least(read(folder, to), bound);
}

/* Whether a comma list of controllers ("cpu,cpuacct") names one. */
static int names(const char *list, const char *controller)
{
    const size_t n = strlen(controller);
    for (const char *at = list; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        if (strncmp(at, controller, n) == 0 && (at[n] == ',' || at[n] == '\0'))
            return 1;
    return 0;
}

static double bound_of(const char *controller, read_limit *v1, read_limit *v2, void *to)
{
    char line[PATH_ROOM];
    double bound = 0;
    FILE *f = hy_root_fopen("/proc/self/cgroup");
    while (f && fgets(line, sizeof line, f)) { /* "4:memory:/jobs/7", or "0::/jobs/7" of version 2 */
        line[strcspn(line, "\n")] = '\0';
        char *list = strchr(line, ':'), *group = list ? strchr(list + 1, ':') : NULL;
        if (!group)
            continue;
        *group++ = '\0';
        char mount[64];
        snprintf(mount, sizeof mount, "/sys/fs/cgroup/%s", controller);
        if (list[1] == '\0')
            bound = least(along("/sys/fs/cgroup", group, v2, to), bound);
        else if (names(list + 1, controller))
            bound = least(along(mount, group, v1, to), bound);
    }
    if (f)
        fclose(f);
    return bound;
}

double hy_cgroup_cpus(void)
{
    return bound_of("cpu", cpus_v1, cpus_v2, NULL);
}

double hy_cgroup_memory_bytes(void)
{
    return bound_of("memory", memory_v1, memory_v2, NULL);
}

/* Opens the innermost group's file: folders come from the innermost to the top. */
static double open_stat(const char *folder, void *to)
{
    char path[PATH_ROOM];
    int *file = to;
    if (*file < 0 && snprintf(path, sizeof path, "%s/cpu.stat", folder) < (int)sizeof path)
        *file = open(path, O_RDONLY | O_CLOEXEC);
    return 0;
}

int hy_cgroup_open_cpu_stat(void)
{
    int file = -1;
    (void)bound_of("cpu", open_stat, open_stat, &file);
    return file;
}
