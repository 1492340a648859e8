#include "bench/harness/witness.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench/harness/realtime.h"
#include "kernels/base/cgroup.h"
#include "kernels/base/clock.h"
#include "kernels/base/file.h"
#include "kernels/base/root.h"
#include "kernels/base/status.h"
#include "kernels/base/threads.h"

/* Of the team's time: what a timer interrupt and the kernel's own housekeeping take stays below. */
static const double most_delay = 0.005;

/* As long as a neighbour stays or stays away: what takes longer says nothing about what lay between its ends. */
static const double brief_ns = 3e6;

enum { TEXT_ROOM = 4096, LIST_AGAIN_NS = 100000000, LONGEST_WAIT_MS = 64 };

/* The whole of a small file from its start; false when it cannot be read. */
static bool text_of(int fd, char text[TEXT_ROOM])
{
    ssize_t n = fd >= 0 ? pread(fd, text, TEXT_ROOM - 1, 0) : -1;
    if (n <= 0)
        return false;
    text[n] = '\0';
    return true;
}

/* "<ns on a processor> <ns ready, waiting for one> <slices>" */
static bool delay_of(int fd, double *ns)
{
    char text[TEXT_ROOM];
    unsigned long long ran, waited;
    if (!text_of(fd, text) || sscanf(text, "%llu %llu", &ran, &waited) != 2)
        return false;
    *ns = (double)waited;
    return true;
}

/* The eighth number of the line of all processors: "cpu  user nice system idle iowait irq softirq steal" */
static bool steal_of(int fd, double *ns)
{
    char text[TEXT_ROOM];
    unsigned long long steal;
    if (!text_of(fd, text) || sscanf(text, "cpu %*u %*u %*u %*u %*u %*u %*u %llu", &steal) != 1)
        return false;
    *ns = (double)steal * 1e9 / (double)sysconf(_SC_CLK_TCK);
    return true;
}

static bool throttled_of(int fd, long *times)
{
    char text[TEXT_ROOM];
    const char *line = text_of(fd, text) ? strstr(text, "nr_throttled ") : NULL;
    return line && sscanf(line, "nr_throttled %ld", times) == 1;
}

static long switches(void)
{
    struct rusage r;
    return getrusage(RUSAGE_SELF, &r) == 0 ? r.ru_nivcsw : 0;
}

static void forget_threads(struct hy_witness *w)
{
    for (int i = 0; i < w->n_threads; i++)
        close(w->threads[i]);
    w->n_threads = 0;
}

/* Threads come and go (a library's, a profiler's): the list is made anew now and then. */
static void list_threads(struct hy_witness *w)
{
    char *folder = hy_format("%s/proc/self/task", hy_root());
    DIR *d = opendir(folder);
    forget_threads(w);
    w->listed_ns = hy_now_ns();
    for (struct dirent *e; d && (e = readdir(d));) {
        int fd = e->d_name[0] == '.' ? -1 : hy_root_open("/proc/self/task/%.20s/schedstat", e->d_name);
        if (fd < 0)
            continue;
        if (w->n_threads == w->room) {
            w->room = w->room ? 2 * w->room : 8;
            w->threads = realloc(w->threads, (size_t)w->room * sizeof *w->threads);
            HY_ASSERT(w->threads, "out of memory for a list of threads");
        }
        w->threads[w->n_threads++] = fd;
    }
    if (d)
        closedir(d);
    free(folder);
}

static bool delay_of_all(const struct hy_witness *w, double *ns)
{
    bool any = false;
    *ns = 0;
    for (int i = 0; i < w->n_threads; i++) {
        double one;
        if (!delay_of(w->threads[i], &one)) /* it has ended */
            continue;
        *ns += one;
        any = true;
    }
    return any;
}

/* Stops by a quota are missed only where there is a quota. */
static void say_what_is_hidden(unsigned sees)
{
    if (!(sees & HY_SEES_DELAY))
        hy_warn_once(
            "the kernel does not say here how long threads wait for a processor (schedstat under /proc/self/task)%s:"
            " times are taken, but nobody vouches for them",
            sees & HY_SEES_STEAL ? "" : ", nor what a hypervisor gives to others (steal, /proc/stat)");
    else if (!(sees & HY_SEES_STEAL))
        hy_warn_once("the kernel does not say here what a hypervisor gives to others (steal, /proc/stat): times that "
                     "it disturbed are not told apart");
    if (!(sees & HY_SEES_THROTTLING) && hy_cgroup_cpus() > 0)
        hy_warn_once("the control group has a quota, and does not say how often it stops this process (nr_throttled in "
                     "cpu.stat): times that it disturbed are not told apart");
}

void hy_witness_open(struct hy_witness *w)
{
    *w = (struct hy_witness){.stat = hy_root_open("/proc/stat"), .cpu_stat = hy_cgroup_open_cpu_stat()};
    double ns;
    long times;
    list_threads(w);
    if (delay_of_all(w, &ns))
        w->sees |= HY_SEES_DELAY;
    if (steal_of(w->stat, &ns))
        w->sees |= HY_SEES_STEAL;
    if (throttled_of(w->cpu_stat, &times))
        w->sees |= HY_SEES_THROTTLING;
    say_what_is_hidden(w->sees);
    (void)hy_siblings_possible(); /* which takes its time the first time */
}

void hy_witness_close(struct hy_witness *w)
{
    if (!w->threads && w->stat == 0)
        return;
    forget_threads(w);
    free(w->threads);
    if (w->stat >= 0)
        close(w->stat);
    if (w->cpu_stat >= 0)
        close(w->cpu_stat);
    *w = (struct hy_witness){0};
}

void hy_witness_begin(struct hy_witness *w)
{
    hy_witness_begin_alone(w, 0);
}

void hy_witness_begin_alone(struct hy_witness *w, double most_ns)
{
    if (w->sees & HY_SEES_DELAY && hy_now_ns() - w->listed_ns > LIST_AGAIN_NS)
        list_threads(w);
    w->switches = switches();
    (void)throttled_of(w->cpu_stat, &w->throttled);
    (void)steal_of(w->stat, &w->steal_ns);
    (void)delay_of_all(w, &w->delay_ns);
    hy_witness_look(w, most_ns);
}

void hy_witness_look(struct hy_witness *w, double most_ns)
{
    const uint64_t start = hy_now_ns();
    do {
        w->alone = hy_siblings_look();
        w->looked_ns = hy_now_ns();
    } while (w->alone < HY_SIBLINGS_ALONE && (double)(w->looked_ns - start) < most_ns);
}

struct hy_disturbance hy_witness_end(struct hy_witness *w, double elapsed_ns)
{
    struct hy_disturbance d = {.brief = (double)(hy_now_ns() - w->looked_ns) <= brief_ns};
    d.alone = fmin(w->alone, hy_siblings_look());
    double delay = w->delay_ns, steal = w->steal_ns;
    long throttled = w->throttled;
    if (w->sees & HY_SEES_DELAY && delay_of_all(w, &delay) && elapsed_ns > 0 && delay > w->delay_ns)
        d.delay_share = (delay - w->delay_ns) / (elapsed_ns * hy_threads());
    if (w->sees & HY_SEES_STEAL && steal_of(w->stat, &steal) && steal > w->steal_ns)
        d.steal_ns = steal - w->steal_ns;
    if (w->sees & HY_SEES_THROTTLING && throttled_of(w->cpu_stat, &throttled))
        d.throttled = throttled - w->throttled;
    d.switches = switches() - w->switches;
    return d;
}

bool hy_disturbed_by_others(const struct hy_disturbance *d)
{
    return d->delay_share > most_delay || d->steal_ns > 0 || d->throttled > 0;
}

bool hy_disturbed(const struct hy_disturbance *d)
{
    return hy_disturbed_by_others(d) || (d->brief && d->alone < HY_SIBLINGS_ALONE);
}

static const char *const names[8] = {"none",
                                     "delay",
                                     "steal",
                                     "delay+steal",
                                     "throttling",
                                     "delay+throttling",
                                     "steal+throttling",
                                     "delay+steal+throttling"};

const char *hy_witness_name(const struct hy_witness *w)
{
    return names[w->sees & 7];
}

const char *hy_witness_named(const char *text)
{
    for (size_t i = 0; text && i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], text) == 0)
            return names[i];
    return names[0];
}

/* Microseconds, ever, in which somebody waited for a processor: "some avg10=0.00 ... total=123"; negative: unknown. */
static double waited_us(int pressure)
{
    char text[TEXT_ROOM];
    const char *total = text_of(pressure, text) ? strstr(text, "total=") : NULL;
    double us;
    return total && sscanf(total, "total=%lf", &us) == 1 ? us : -1;
}

void hy_witness_wait(int n)
{
    const int ms = n < 6 ? 1 << n : LONGEST_WAIT_MS;
    hy_realtime_release();
    const int pressure = hy_root_open("/proc/pressure/cpu");
    double before = waited_us(pressure);
    for (int i = 0; i < ms; i++) {
        usleep(1000);
        double now = waited_us(pressure);
        if (before >= 0 && now == before && i > 0)
            break;
        before = now;
    }
    if (pressure >= 0)
        close(pressure);
}
