#include "bench/harness/host.h"

#include <stdio.h>
#include <string.h>
#if defined __x86_64__ || defined __i386__
#include <cpuid.h>
#endif

#include "bench/harness/pin.h"
#include "kernels/base/cgroup.h"
#include "kernels/base/root.h"

enum { LINE_ROOM = 4096 };
#define CPU "/sys/devices/system/cpu/"

/* The first line of a file, without its end; "" where there is none. */
static void line_of(const char *path, char line[LINE_ROOM])
{
    FILE *f = hy_root_fopen("%s", path);
    line[0] = '\0';
    if (f && !fgets(line, LINE_ROOM, f))
        line[0] = '\0';
    if (f)
        fclose(f);
    line[strcspn(line, "\n")] = '\0';
}

static json_t *word(const char *path)
{
    char line[LINE_ROOM];
    line_of(path, line);
    line[strcspn(line, " \t")] = '\0';
    json_t *text = line[0] ? json_string(line) : NULL;
    return text ? text : json_null(); /* also of what is not UTF-8 */
}

static json_t *number(const char *path)
{
    char line[LINE_ROOM], rest;
    long long value;
    line_of(path, line);
    return sscanf(line, "%lld%c", &value, &rest) == 1 ? json_integer(value) : json_null();
}

/* 0 or 1; `turned` where 1 means no. */
static json_t *truth(const char *path, bool turned)
{
    char line[LINE_ROOM];
    line_of(path, line);
    if (strcmp(line, "0") != 0 && strcmp(line, "1") != 0)
        return json_null();
    return json_boolean((line[0] == '1') != turned);
}

static json_t *turbo(void)
{
    json_t *t = truth(CPU "intel_pstate/no_turbo", true);
    return json_is_null(t) ? truth(CPU "cpufreq/boost", false) : t;
}

/* How many numbers a list of the kernel's has: 6 in "0-3,8-9"; 0 when it is no list. */
static int listed(const char *path)
{
    char line[LINE_ROOM];
    int n = 0, taken = 0;
    line_of(path, line);
    for (const char *at = line; *at; at += taken + (at[taken] == ',')) {
        int first, last;
        if (sscanf(at, "%d%n", &first, &taken) != 1)
            return 0;
        last = first;
        int more = 0;
        if (at[taken] == '-' && sscanf(at + taken, "-%d%n", &last, &more) != 1)
            return 0;
        taken += more;
        if (last < first || (at[taken] && at[taken] != ','))
            return 0;
        n += last - first + 1;
    }
    return n;
}

static json_t *count(const char *path)
{
    const int n = listed(path);
    return n > 0 ? json_integer(n) : json_null();
}

/* The word in brackets: "always [madvise] never". */
static json_t *chosen(const char *path)
{
    char line[LINE_ROOM];
    line_of(path, line);
    char *open = strchr(line, '['), *close = open ? strchr(open, ']') : NULL;
    return close ? json_stringn(open + 1, (size_t)(close - open - 1)) : json_null();
}

/* Twelve letters in three registers of the leaf that hypervisors answer. */
static void hypervisor_name(char name[13])
{
    memset(name, 0, 13);
#if defined __x86_64__ || defined __i386__
    unsigned leaf = 0, letters[3] = {0, 0, 0};
    __cpuid(0x40000000, leaf, letters[0], letters[1], letters[2]);
    memcpy(name, letters, sizeof letters);
#endif
    for (char *c = name; *c; c++)
        if (*c < ' ' || *c > '~')
            *c = '\0';
}

static json_t *hypervisor(void)
{
    char line[LINE_ROOM], name[13];
    int flags = 0, flagged = 0;
    FILE *f = hy_root_fopen("/proc/cpuinfo");
    while (f && !flags && fgets(line, sizeof line, f)) {
        flags = strncmp(line, "flags", 5) == 0;
        flagged = flags && strstr(line, " hypervisor");
    }
    if (f)
        fclose(f);
    if (!flags)
        return json_null();
    if (!flagged)
        return json_string("none");
    hypervisor_name(name);
    if (strncmp(name, "KVMKVMKVM", 9) == 0)
        return json_string("KVM");
    return json_string(name[0] ? name : "unnamed");
}

json_t *hy_host_json(void)
{
    char processors[LINE_ROOM];
    hy_pin_processors(processors, sizeof processors);
    json_t *host = json_object();
    const double cpus = hy_cgroup_cpus(), memory = hy_cgroup_memory_bytes();
    json_object_set_new(host, "cgroup_cpus", cpus > 0 ? json_real(cpus) : json_null());
    json_object_set_new(host, "cgroup_memory_bytes", memory > 0 ? json_integer((json_int_t)memory) : json_null());
    json_object_set_new(host, "processors", json_string(processors));
    json_object_set_new(host, "governor", word(CPU "cpu0/cpufreq/scaling_governor"));
    json_object_set_new(host, "turbo", turbo());
    json_object_set_new(host, "smt", truth(CPU "smt/active", false));
    json_object_set_new(host, "threads_per_core", count(CPU "cpu0/topology/thread_siblings_list"));
    json_object_set_new(host, "rt_runtime_us", number("/proc/sys/kernel/sched_rt_runtime_us"));
    json_object_set_new(host, "rt_period_us", number("/proc/sys/kernel/sched_rt_period_us"));
    json_object_set_new(host, "hypervisor", hypervisor());
    json_object_set_new(host, "transparent_huge_pages", chosen("/sys/kernel/mm/transparent_hugepage/enabled"));
    json_object_set_new(host, "numa_nodes", count("/sys/devices/system/node/online"));
    return host;
}
