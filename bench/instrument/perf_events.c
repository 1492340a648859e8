#include "bench/instrument/perf_events.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernels/base/root.h"
#include "kernels/base/status.h"

static const struct {
    const char *name, *unit;
    uint32_t type;
    uint64_t config;
} events[HY_PERF_EVENTS] = {
    [HY_PERF_CYCLES] = {"cycles", "cycle", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES},
    [HY_PERF_INSTRUCTIONS] = {"instructions", "instruction", PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS},
    [HY_PERF_CACHE_MISSES] = {"cache_misses", "miss", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES},
    [HY_PERF_CPU_NS] = {"cpu_time", "ns", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK},
    [HY_PERF_FAULTS] = {"page_faults", "fault", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS},
    [HY_PERF_SWITCHES] = {"context_switches", "switch", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES},
    [HY_PERF_DRAM_READ] = {"dram_read", "byte", 0, 0}, /* of the machine's own devices */
    [HY_PERF_DRAM_WRITE] = {"dram_write", "byte", 0, 0},
};

const char *hy_perf_name(enum hy_perf_event e)
{
    return events[e].name;
}

const char *hy_perf_unit(enum hy_perf_event e)
{
    return events[e].unit;
}

/* ---- the kernel --------------------------------------------------------------------- */

static int real_open(struct perf_event_attr *attr, pid_t thread, int cpu, int group)
{
    return (int)syscall(SYS_perf_event_open, attr, thread, cpu, group, PERF_FLAG_FD_CLOEXEC);
}

static void real_close(int fd)
{
    close(fd);
}

static const struct hy_perf_kernel real = {real_open, read, real_close};

/* ---- opening ------------------------------------------------------------------------- */

static struct hy_perf_group *new_group(struct hy_perf *p, double scale)
{
    if (p->n == p->room) {
        p->room = p->room ? 2 * p->room : 16;
        p->groups = realloc(p->groups, (size_t)p->room * sizeof *p->groups);
        HY_ASSERT(p->groups, "out of memory for a list of counters");
    }
    p->groups[p->n] = (struct hy_perf_group){.scale = scale};
    return &p->groups[p->n++];
}

static bool add_event(struct hy_perf *p, struct hy_perf_group *g, enum hy_perf_event event,
                      struct perf_event_attr *attr, pid_t thread, int cpu)
{
    attr->size = sizeof *attr;
    attr->read_format = PERF_FORMAT_GROUP | PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
    int fd = p->kernel->open(attr, thread, cpu, g->n > 0 ? g->fds[0] : -1);
    if (fd < 0)
        return false;
    g->events[g->n] = event;
    g->fds[g->n++] = fd;
    p->have[event] = true;
    return true;
}

bool hy_perf_add(struct hy_perf *p, enum hy_perf_event event, struct perf_event_attr *attr, int cpu, double scale)
{
    struct hy_perf_group *g = new_group(p, scale);
    if (add_event(p, g, event, attr, -1, cpu))
        return true;
    p->n--;
    return false;
}

/* The three events from `first` on, of one thread, as one group; errno of the first that is refused, or 0. */
static int add_thread(struct hy_perf *p, enum hy_perf_event first, pid_t thread)
{
    struct hy_perf_group *g = new_group(p, 1);
    int trouble = 0;
    for (int i = 0; i < 3; i++) {
        enum hy_perf_event event = first + (enum hy_perf_event)i;
        struct perf_event_attr attr = {.type = events[event].type, .config = events[event].config, .exclude_hv = 1};
        attr.exclude_kernel = attr.type == PERF_TYPE_HARDWARE;
        if (add_event(p, g, event, &attr, thread, -1))
            continue;
        attr.exclude_kernel = 1; /* all that a user may see under perf_event_paranoid 2 */
        if (attr.type == PERF_TYPE_SOFTWARE && add_event(p, g, event, &attr, thread, -1))
            continue;
        trouble = trouble ? trouble : errno;
    }
    p->n -= g->n == 0;
    return trouble;
}

static void say_why(struct hy_perf *p, int trouble)
{
    long paranoid = -2;
    FILE *f = hy_root_fopen("/proc/sys/kernel/perf_event_paranoid");
    if (f && fscanf(f, "%ld", &paranoid) != 1)
        paranoid = -2;
    if (f)
        fclose(f);
    switch (trouble) {
    case EACCES:
    case EPERM:
        if (paranoid > 1)
            snprintf(p->why, sizeof p->why,
                     "the kernel lets users count nothing (kernel.perf_event_paranoid is %ld): `sysctl "
                     "kernel.perf_event_paranoid=1` as root, or CAP_PERFMON for this program",
                     paranoid);
        else
            snprintf(p->why, sizeof p->why,
                     "the kernel forbids perf events here: give CAP_PERFMON, and in a container a seccomp profile that "
                     "allows perf_event_open");
        break;
    case ENOSYS:
        snprintf(p->why, sizeof p->why, "this kernel has no perf events, or a container's seccomp profile hides them");
        break;
    case ENOENT:
    case ENODEV:
    case EOPNOTSUPP:
        snprintf(p->why, sizeof p->why,
                 "this machine shows no hardware counters (a guest without a virtual PMU): switch it on in the "
                 "hypervisor, or count on the machine itself");
        break;
    default:
        snprintf(p->why, sizeof p->why, "perf_event_open: %s", strerror(trouble));
    }
}

void hy_perf_open(struct hy_perf *p, const struct hy_perf_kernel *kernel)
{
    *p = (struct hy_perf){.kernel = kernel ? kernel : &real};
    int hardware = 0;
    DIR *d = opendir("/proc/self/task");
    for (struct dirent *e; d && (e = readdir(d));) {
        pid_t thread = e->d_name[0] == '.' ? 0 : (pid_t)atol(e->d_name);
        if (thread == 0)
            continue;
        int trouble = add_thread(p, HY_PERF_CYCLES, thread);
        hardware = hardware ? hardware : trouble;
        (void)add_thread(p, HY_PERF_CPU_NS, thread);
    }
    if (d)
        closedir(d);
    if (hardware)
        say_why(p, hardware);
}

void hy_perf_close(struct hy_perf *p)
{
    for (int i = 0; i < p->n; i++)
        for (int k = p->groups[i].n; k-- > 0;)
            p->kernel->close(p->groups[i].fds[k]);
    free(p->groups);
    *p = (struct hy_perf){0};
}

/* ---- reading ------------------------------------------------------------------------- */

void hy_perf_read(const struct hy_perf *p, double counts[HY_PERF_EVENTS])
{
    struct {
        uint64_t n, enabled, running, values[4];
    } r;
    for (int e = 0; e < HY_PERF_EVENTS; e++)
        counts[e] = p->have[e] ? 0 : NAN;
    for (int i = 0; i < p->n; i++) {
        const struct hy_perf_group *g = &p->groups[i];
        const size_t bytes = (3 + (size_t)g->n) * sizeof(uint64_t);
        if (p->kernel->read(g->fds[0], &r, bytes) != (ssize_t)bytes || r.running == 0) /* it never ran */
            continue;
        const double whole = g->scale * (double)r.enabled / (double)r.running;
        for (int k = 0; k < g->n; k++)
            counts[g->events[k]] += (double)r.values[k] * whole;
    }
}
