/* Perf events against a kernel of the test's own, and what the real one gives. */
#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/instrument/perf_dram.h"
#include "bench/instrument/perf_ops.h"
#include "kernels/base/threads.h"
#include "models/program/program.h"

/* ---- a kernel --------------------------------------------------------------------------- */

enum { MOST = 256 };
static struct {
    struct {
        uint32_t type;
        uint64_t config;
        int leader, cpu;
        pid_t thread;
        bool user_only, open;
    } events[MOST];
    int n, closed;
    int hardware, software, devices; /* errno for events of these, or 0 */
    bool privileged;                 /* may see the kernel's side */
    uint64_t ticks;                  /* what each event has counted: its place times this */
    uint64_t enabled, running;
} fake;

static int fake_open(struct perf_event_attr *a, pid_t thread, int cpu, int group)
{
    int trouble = a->type == PERF_TYPE_HARDWARE   ? fake.hardware
                  : a->type == PERF_TYPE_SOFTWARE ? fake.software
                                                  : fake.devices;
    if (!trouble && !fake.privileged && !a->exclude_kernel)
        trouble = EACCES;
    cr_assert(a->size == sizeof *a && !a->inherit && fake.n < MOST);
    if (trouble) {
        errno = trouble;
        return -1;
    }
    fake.events[fake.n].type = a->type;
    fake.events[fake.n].config = a->config;
    fake.events[fake.n].leader = group;
    fake.events[fake.n].cpu = cpu;
    fake.events[fake.n].thread = thread;
    fake.events[fake.n].user_only = a->exclude_kernel;
    fake.events[fake.n].open = true;
    return 1000 + fake.n++;
}

static ssize_t fake_read(int fd, void *to, size_t bytes)
{
    uint64_t *out = to;
    size_t n = 3;
    out[1] = fake.enabled;
    out[2] = fake.running;
    for (int i = 0; i < fake.n; i++)
        if (1000 + i == fd || fake.events[i].leader == fd)
            out[n++] = (uint64_t)(fake.events[i].config + 1) * fake.ticks;
    out[0] = n - 3;
    cr_assert_eq(bytes, n * sizeof *out, "a read takes the whole group");
    return (ssize_t)bytes;
}

static void fake_close(int fd)
{
    cr_assert(fake.events[fd - 1000].open);
    fake.events[fd - 1000].open = false;
    fake.closed++;
}

static const struct hy_perf_kernel kernel = {fake_open, fake_read, fake_close};

static void begin(void)
{
    memset(&fake, 0, sizeof fake);
    fake.privileged = true;
    fake.enabled = fake.running = 100;
    setenv("HYMBENCH_ROOT", "/nowhere", 1); /* no memory controllers */
}

TestSuite(perf, .init = begin);

/* ---- counting ------------------------------------------------------------------------------ */

Test(perf, a_group_of_each_kind_per_thread)
{
    struct hy_perf p;
    double counts[HY_PERF_EVENTS];
    hy_threads_set(2);
    const int threads = hy_threads();
    hy_perf_open(&p, &kernel);
    cr_assert_str_eq(p.why, "");
    cr_assert_eq(p.n % 2, 0);
    cr_assert_geq(p.n, 2 * threads, "%d groups of %d threads", p.n, threads);
    cr_assert_eq(fake.n, 3 * p.n);
    for (int i = 0; i < fake.n; i++) {
        cr_assert_eq(fake.events[i].leader, i % 3 ? 1000 + i - i % 3 : -1);
        cr_assert_eq(fake.events[i].user_only, fake.events[i].type == PERF_TYPE_HARDWARE);
        cr_assert(fake.events[i].cpu == -1 && fake.events[i].thread > 0);
    }
    fake.ticks = 10;
    hy_perf_read(&p, counts);
    cr_assert_eq(counts[HY_PERF_CYCLES], 10.0 * p.n / 2);
    cr_assert_eq(counts[HY_PERF_INSTRUCTIONS], 2 * counts[HY_PERF_CYCLES]);
    cr_assert(isnan(counts[HY_PERF_DRAM_READ]), "what is not counted is no zero");
    fake.enabled = 400; /* the hardware was shared: a quarter of the time */
    hy_perf_read(&p, counts);
    cr_assert_eq(counts[HY_PERF_CYCLES], 40.0 * p.n / 2);
    fake.running = 0;
    hy_perf_read(&p, counts);
    cr_assert_eq(counts[HY_PERF_CYCLES], 0);
    hy_perf_close(&p);
    cr_assert_eq(fake.closed, fake.n);
    hy_perf_close(&p);
}

Test(perf, what_is_refused_says_what_to_set)
{
    static const struct {
        int trouble;
        const char *paranoid, *says;
    } cases[] = {
        {EACCES, "3\n", "kernel.perf_event_paranoid is 3"},
        {EACCES, "3\n", "sysctl kernel.perf_event_paranoid=1"},
        {EPERM, "1\n", "seccomp profile that allows perf_event_open"},
        {EACCES, NULL, "CAP_PERFMON"},
        {ENOENT, "2\n", "a guest without a virtual PMU"},
        {EOPNOTSUPP, NULL, "a guest without a virtual PMU"},
        {ENOSYS, NULL, "this kernel has no perf events"},
        {EMFILE, NULL, "Too many open files"},
    };
    char root[] = "/tmp/hymbench-perf-XXXXXX", command[256];
    struct hy_perf p;
    cr_assert_not_null(mkdtemp(root));
    setenv("HYMBENCH_ROOT", root, 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fake.n = 0;
        fake.hardware = cases[i].trouble;
        snprintf(command, sizeof command, "mkdir -p %s/proc/sys/kernel && rm -f %s/proc/sys/kernel/*", root, root);
        cr_assert_eq(system(command), 0);
        snprintf(command, sizeof command, "%s/proc/sys/kernel/perf_event_paranoid", root);
        FILE *f = cases[i].paranoid ? fopen(command, "w") : NULL;
        if (f) {
            fputs(cases[i].paranoid, f);
            fclose(f);
        }
        hy_perf_open(&p, &kernel);
        cr_assert(strstr(p.why, cases[i].says), "%s", p.why);
        cr_assert(!p.have[HY_PERF_CYCLES] && p.have[HY_PERF_CPU_NS], "and goes on with what there is");
        hy_perf_close(&p);
    }
    snprintf(command, sizeof command, "rm -r %s", root);
    cr_assert_eq(system(command), 0);
}

Test(perf, a_user_without_rights_counts_user_code)
{
    struct hy_perf p;
    fake.privileged = false;
    hy_perf_open(&p, &kernel);
    cr_assert(p.have[HY_PERF_CYCLES] && p.have[HY_PERF_SWITCHES]);
    for (int i = 0; i < fake.n; i++)
        cr_assert(fake.events[i].user_only);
    hy_perf_close(&p);
}

/* ---- memory controllers ----------------------------------------------------------------------- */

static void file(const char *root, const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/sys/bus/event_source/devices/%s", root, name);
    for (char *slash = path + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        (void)mkdir(path, 0777);
        *slash = '/';
    }
    FILE *f = fopen(path, "w");
    cr_assert_not_null(f, "%s", path);
    fputs(text, f);
    fclose(f);
}

Test(perf, memory_controllers_as_the_machine_describes_them)
{
    char root[] = "/tmp/hymbench-dram-XXXXXX", command[128];
    double counts[HY_PERF_EVENTS];
    struct hy_perf p;
    cr_assert_not_null(mkdtemp(root));
    file(root, "uncore_imc_0/type", "24\n");
    file(root, "uncore_imc_0/cpumask", "0,28\n");
    file(root, "uncore_imc_0/format/event", "config:0-7\n");
    file(root, "uncore_imc_0/format/umask", "config:8-15\n");
    file(root, "uncore_imc_0/events/cas_count_read", "event=0x04,umask=0x03\n");
    file(root, "uncore_imc_0/events/cas_count_read.scale", "6.103515625e-5\n");
    file(root, "uncore_imc_0/events/cas_count_read.unit", "MiB\n");
    file(root, "uncore_imc_0/events/cas_count_write", "event=0x04,umask=0x0c\n");
    file(root, "uncore_imc_1/events/cas_count_read", "event=0x04\n"); /* without its type: left out */
    file(root, "uncore_cha_0/events/cas_count_read", "event=0x04\n"); /* another device */
    setenv("HYMBENCH_ROOT", root, 1);
    fake.software = fake.hardware = ENOENT;
    hy_perf_open(&p, &kernel);
    hy_perf_add_dram(&p);
    cr_assert_eq(fake.n, 4, "two counters on two sockets, not %d", fake.n);
    cr_assert_eq(fake.events[0].type, 24);
    cr_assert(fake.events[0].config == 0x304 || fake.events[0].config == 0xc04);
    cr_assert(fake.events[0].cpu == 0 && fake.events[1].cpu == 28 && fake.events[0].thread == -1);
    fake.ticks = 1;
    hy_perf_read(&p, counts);
    cr_assert_float_eq(counts[HY_PERF_DRAM_READ], 2 * 64.0 * 0x305, 1e-6, "%g", counts[HY_PERF_DRAM_READ]);
    cr_assert_float_eq(counts[HY_PERF_DRAM_WRITE], 2 * 64.0 * 0xc05, 1e-6);
    hy_perf_close(&p);
    fake.n = 0;
    fake.devices = EACCES;
    hy_perf_open(&p, &kernel);
    hy_perf_add_dram(&p);
    cr_assert(!p.have[HY_PERF_DRAM_READ] && p.n == 0);
    hy_perf_close(&p);
    snprintf(command, sizeof command, "rm -r %s", root);
    cr_assert_eq(system(command), 0);
}

/* ---- op by op ------------------------------------------------------------------------------------ */

static void one_op(const struct hy_trace *t, const struct hy_node *node, uint64_t ticks)
{
    hy_trace_begin_op(t, node, "place", 0, 1);
    fake.ticks += ticks;
    hy_trace_end(t);
    fake.ticks += 1000; /* between ops */
}

Test(perf, counts_find_their_op)
{
    static const struct hy_node nodes[2];
    struct hy_perf p;
    struct hy_perf_ops ops;
    hy_perf_open(&p, &kernel);
    hy_perf_ops_init(&ops, &p, 8);
    for (uint64_t step = 0; step < 2; step++) {
        hy_trace_begin(&ops.trace, HY_TRACE_STEP, "train", -1, step);
        hy_trace_begin(&ops.trace, HY_TRACE_PASS, "forward", -1, step);
        one_op(&ops.trace, &nodes[0], 5);
        one_op(&ops.trace, &nodes[1], 7);
        hy_trace_end(&ops.trace);
        hy_trace_begin(&ops.trace, HY_TRACE_PASS, "backward", -1, step);
        one_op(&ops.trace, &nodes[0], 11);
        hy_trace_end(&ops.trace);
        hy_trace_end(&ops.trace);
    }
    cr_assert_eq(ops.steps, 2);
    cr_assert_eq(ops.n, 3);
    const double groups = p.n / 2.0;
    cr_assert_eq(ops.slots[0].counts[HY_PERF_CYCLES], 10 * groups);
    cr_assert_eq(ops.slots[1].counts[HY_PERF_CYCLES], 14 * groups);
    cr_assert_eq(ops.slots[2].counts[HY_PERF_INSTRUCTIONS], 2 * 22 * groups);
    cr_assert_str_eq(ops.slots[2].pass, "backward");
    cr_assert(isnan(ops.slots[0].counts[HY_PERF_DRAM_READ]));
    hy_perf_ops_fini(&ops);
    hy_perf_ops_fini(NULL);
    hy_perf_close(&p);
}

/* ---- the real one ------------------------------------------------------------------------------------ */

Test(perf, this_kernel)
{
    struct hy_perf p;
    double before[HY_PERF_EVENTS], after[HY_PERF_EVENTS];
    unsetenv("HYMBENCH_ROOT");
    hy_perf_open(&p, NULL);
    cr_assert(p.have[HY_PERF_CYCLES] || p.why[0], "hardware events, or why not");
    if (!p.have[HY_PERF_CPU_NS])
        cr_skip("this kernel lets nobody count");
    hy_perf_read(&p, before);
    volatile double x = 1;
    for (int i = 0; i < 3000000; i++)
        x = x * 1.0000001;
    hy_perf_read(&p, after);
    cr_assert_gt(after[HY_PERF_CPU_NS], before[HY_PERF_CPU_NS] + 1e5);
    if (p.have[HY_PERF_CYCLES])
        cr_assert_gt(after[HY_PERF_INSTRUCTIONS], before[HY_PERF_INSTRUCTIONS] + 3e6);
    hy_perf_close(&p);
}
