/* What the kernel says about the host, and null for each thing that it does not say. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/harness/host.h"
#include "tests/root.h"

TestSuite(host, .init = root_begin, .fini = root_end);

static void put(const char *path, const char *text)
{
    char *whole = hy_format("%s%s", top, path), *folder = hy_format("%s", whole);
    *strrchr(folder, '/') = '\0';
    cr_assert_eq(hy_make_folders(folder), HY_OK);
    cr_assert_eq(hy_write_file(whole, text, strlen(text)), HY_OK);
    free(folder);
    free(whole);
}

#define CPU "/sys/devices/system/cpu/"

static const struct fact {
    const char *key, *path, *text, *says; /* what env.json then has */
    const char *odd;                      /* of an unknown form */
} facts[] = {
    {"governor", CPU "cpu0/cpufreq/scaling_governor", "performance\n", "\"performance\"", ""},
    {"turbo", CPU "cpufreq/boost", "1\n", "true", "yes\n"},
    {"turbo", CPU "intel_pstate/no_turbo", "1\n", "false", "2\n"},
    {"smt", CPU "smt/active", "0\n", "false", "maybe\n"},
    {"threads_per_core", CPU "cpu0/topology/thread_siblings_list", "0,64\n", "2", "0-\n"},
    {"rt_runtime_us", "/proc/sys/kernel/sched_rt_runtime_us", "-1\n", "-1", "95 %\n"},
    {"rt_period_us", "/proc/sys/kernel/sched_rt_period_us", "1000000\n", "1000000", "second\n"},
    {"transparent_huge_pages", "/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n", "\"madvise\"",
     "always [madvise\n"},
    {"numa_nodes", "/sys/devices/system/node/online", "0-3,6\n", "5", "3-0\n"},
    {"hypervisor", "/proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu vme\n", "\"none\"", "processor\t: 0\n"},
};

static void expect(const struct fact *f, const char *says, const char *why)
{
    json_t *host = hy_host_json();
    char *text = json_dumps(json_object_get(host, f->key), JSON_ENCODE_ANY);
    cr_expect_str_eq(text, says, "%s (%s): %s instead of %s", f->key, why, text, says);
    free(text);
    json_decref(host);
}

Test(host, every_fact_is_read_and_null_where_nobody_says)
{
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        const struct fact *f = &facts[i];
        expect(f, "null", "missing");
        char *folder = hy_format("%s%s", top, f->path);
        cr_assert_eq(hy_make_folders(folder), HY_OK);
        expect(f, "null", "a folder in its place");
        rmdir(folder);
        free(folder);
        put(f->path, f->odd);
        expect(f, "null", "of an unknown form");
        put(f->path, f->text);
        expect(f, f->says, "there");
        put(f->path, f->odd); /* for the next row of the same key */
    }
}

Test(host, a_hypervisor_has_a_name_or_none)
{
    put("/proc/cpuinfo", "flags\t\t: fpu hypervisor vme\n");
    json_t *host = hy_host_json();
    const char *name = json_string_value(json_object_get(host, "hypervisor"));
    cr_assert(name && name[0] && strcmp(name, "none") != 0);
    json_decref(host);
}

Test(host, the_control_group_bounds)
{
    put("/proc/self/cgroup", "0::/job\n");
    put("/sys/fs/cgroup/job/cpu.max", "150000 100000\n");
    put("/sys/fs/cgroup/job/memory.max", "1073741824\n");
    json_t *host = hy_host_json();
    cr_assert_eq(json_real_value(json_object_get(host, "cgroup_cpus")), 1.5);
    cr_assert_eq(json_integer_value(json_object_get(host, "cgroup_memory_bytes")), 1073741824);
    json_decref(host);
}
