#include "bench/harness/pin.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernels/base/root.h"
#include "kernels/base/status.h"

enum { MOST_ARGUMENTS = 4096, PLACE_ROOM = 16, PASSES = 8 };

bool hy_pinned(void)
{
    return omp_get_proc_bind() != omp_proc_bind_false;
}

/* How many processors of its own core stand before this one, in the order of numbers: 0 for a core's first. */
static int nth_of_core(int cpu)
{
    FILE *f = hy_root_fopen("/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu);
    int first, last, before = 0;
    while (f && fscanf(f, "%d", &first) == 1) { /* "0-1", "0,64" */
        last = first;
        if (fscanf(f, "-%d", &last) == 1 && last < first)
            break;
        for (int sibling = first; sibling <= last && sibling < cpu; sibling++)
            before++;
        if (fgetc(f) != ',')
            break;
    }
    if (f)
        fclose(f);
    return before;
}

bool hy_pin_places(const cpu_set_t *allowed, int n, char *places, size_t room)
{
    size_t at = 0;
    int found = 0;
    places[0] = '\0';
    for (int pass = 0; pass < PASSES && found < n; pass++)
        for (int cpu = 0; cpu < CPU_SETSIZE && found < n; cpu++) {
            if (!CPU_ISSET(cpu, allowed) || (nth_of_core(cpu) < PASSES ? nth_of_core(cpu) : PASSES - 1) != pass)
                continue;
            at += (size_t)snprintf(places + at, at < room ? room - at : 0, "%s{%d}", found ? "," : "", cpu);
            if (at >= room)
                return false;
            found++;
        }
    return found == n;
}

/* Those of all places where threads are bound: then the first thread's own mask is its place alone. */
static void processors_of_team(cpu_set_t *all)
{
    CPU_ZERO(all);
    for (int place = 0; place < omp_get_num_places(); place++) {
        const int n = omp_get_place_num_procs(place);
        int *ids = malloc((size_t)(n > 0 ? n : 1) * sizeof *ids);
        HY_ASSERT(ids, "out of memory for a list of processors");
        omp_get_place_proc_ids(place, ids);
        for (int i = 0; i < n; i++)
            CPU_SET((size_t)ids[i], all);
        free(ids);
    }
    if (CPU_COUNT(all) == 0 && sched_getaffinity(0, sizeof *all, all) != 0)
        CPU_ZERO(all);
}

void hy_pin_processors(char *list, size_t room)
{
    cpu_set_t allowed;
    size_t at = 0;
    list[0] = '\0';
    processors_of_team(&allowed);
    for (int cpu = 0, last; cpu < CPU_SETSIZE && at < room; cpu = last + 1) {
        last = cpu;
        if (!CPU_ISSET(cpu, &allowed))
            continue;
        while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, &allowed))
            last++;
        const char *comma = at > 0 ? "," : "";
        at += (size_t)(last > cpu ? snprintf(list + at, room - at, "%s%d-%d", comma, cpu, last)
                                  : snprintf(list + at, room - at, "%s%d", comma, cpu));
    }
}

/* The program's own arguments, as the kernel keeps them. */
static bool arguments(char **argv)
{
    size_t size = 0;
    char *text = NULL;
    FILE *f = fopen("/proc/self/cmdline", "r");
    if (!f)
        return false;
    int n = 0;
    while (n < MOST_ARGUMENTS && getdelim(&text, &size, '\0', f) > 0) {
        argv[n++] = text; /* kept: the next program takes them */
        text = NULL;
        size = 0;
    }
    free(text);
    fclose(f);
    argv[n] = NULL;
    return n > 0 && n < MOST_ARGUMENTS;
}

void hy_pin(int threads)
{
    static char *argv[MOST_ARGUMENTS + 1];
    cpu_set_t allowed;
    if (getenv("OMP_PLACES") || getenv("OMP_PROC_BIND"))
        return;
    const size_t room = (size_t)threads * PLACE_ROOM;
    char *places = malloc(room);
    HY_ASSERT(places, "out of memory for a list of processors");
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0 || !hy_pin_places(&allowed, threads, places, room)) {
        hy_warn_once("--pin: %d threads are more than the processors that this process may use; none is pinned",
                     threads);
    } else if (arguments(argv) && setenv("OMP_PLACES", places, 1) == 0 && setenv("OMP_PROC_BIND", "close", 1) == 0) {
        execv("/proc/self/exe", argv);
        hy_warn_once("--pin: the program could not start anew (/proc/self/exe); no thread is pinned");
        unsetenv("OMP_PLACES");
        unsetenv("OMP_PROC_BIND");
    } else {
        hy_warn_once("--pin: /proc/self/cmdline cannot be read; no thread is pinned");
    }
    free(places);
}
