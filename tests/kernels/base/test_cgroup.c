/* The control group's bounds, read from files of the test's own. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernels/base/cgroup.h"
#include "tests/root.h"

TestSuite(cgroup, .init = root_begin, .fini = root_end);

static void put(const char *path, const char *text)
{
    char *line =
        hy_format("mkdir -p \"$(dirname '%s%s')\" && printf '%%s\\n' '%s' > '%s%s'", top, path, text, top, path);
    cr_assert_eq(system(line), 0);
    free(line);
}

Test(cgroup, nobody_says)
{
    cr_assert_eq(hy_cgroup_cpus(), 0);
    cr_assert_eq(hy_cgroup_memory_bytes(), 0);
    put("/proc/self/cgroup", "what is this");
    cr_assert_eq(hy_cgroup_cpus(), 0);
}

Test(cgroup, version_two_takes_the_least_of_the_groups_above)
{
    put("/proc/self/cgroup", "0::/jobs/7");
    put("/sys/fs/cgroup/jobs/7/cpu.max", "max 100000");
    put("/sys/fs/cgroup/jobs/7/memory.max", "max");
    cr_assert_eq(hy_cgroup_cpus(), 0, "max is no bound");
    cr_assert_eq(hy_cgroup_memory_bytes(), 0);
    put("/sys/fs/cgroup/jobs/cpu.max", "150000 100000");
    put("/sys/fs/cgroup/jobs/memory.max", "4294967296");
    cr_assert_eq(hy_cgroup_cpus(), 1.5);
    cr_assert_eq(hy_cgroup_memory_bytes(), 4294967296.0);
    put("/sys/fs/cgroup/jobs/7/cpu.max", "50000 100000");
    cr_assert_eq(hy_cgroup_cpus(), 0.5);
    put("/sys/fs/cgroup/cpu.max", "20000 100000");
    cr_assert_eq(hy_cgroup_cpus(), 0.2, "a container sees its own group as the top");
}

Test(cgroup, version_one)
{
    put("/proc/self/cgroup", "5:cpuset:/\n4:memory:/jobs/7\n2:cpu,cpuacct:/jobs/7");
    put("/sys/fs/cgroup/memory/jobs/7/memory.limit_in_bytes", "9223372036854771712");
    put("/sys/fs/cgroup/cpu/jobs/7/cpu.cfs_quota_us", "-1");
    put("/sys/fs/cgroup/cpu/jobs/7/cpu.cfs_period_us", "100000");
    cr_assert_eq(hy_cgroup_cpus(), 0);
    cr_assert_eq(hy_cgroup_memory_bytes(), 0);
    put("/sys/fs/cgroup/memory/jobs/memory.limit_in_bytes", "1073741824");
    put("/sys/fs/cgroup/cpu/jobs/7/cpu.cfs_quota_us", "250000");
    cr_assert_eq(hy_cgroup_cpus(), 2.5);
    cr_assert_eq(hy_cgroup_memory_bytes(), 1073741824.0);
}

/* Files that are not what they should be bound nothing. */
Test(cgroup, what_cannot_be_read_bounds_nothing)
{
    static const char *const odd[] = {"",    "max",        "inf inf", "nan nan", "-1 100000",
                                      "0 0", "words here", "1e300 1", "0x 5"};
    put("/proc/self/cgroup", "0::/job");
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        put("/sys/fs/cgroup/job/cpu.max", odd[i]);
        put("/sys/fs/cgroup/job/memory.max", strcmp(odd[i], "1e300 1") == 0 ? "99999999999999999999999" : odd[i]);
        cr_expect_eq(hy_cgroup_cpus(), 0, "cpu.max '%s': %g", odd[i], hy_cgroup_cpus());
        cr_expect_leq(hy_cgroup_memory_bytes(), 0, "memory.max '%s': %g", odd[i], hy_cgroup_memory_bytes());
    }
    put("/sys/fs/cgroup/job/cpu.max", "150000"); /* too few columns */
    cr_expect_eq(hy_cgroup_cpus(), 0);
    static const char *const in_place[] = {"mkdir", "ln -s /nowhere/at/all"};
    for (int i = 0; i < 2; i++) {
        char *line = hy_format("cd '%s/sys/fs/cgroup/job' && rm -rf cpu.max memory.max && %s cpu.max && %s memory.max",
                               top, in_place[i], in_place[i]);
        cr_assert_eq(system(line), 0);
        free(line);
        cr_expect_eq(hy_cgroup_cpus(), 0);
        cr_expect_eq(hy_cgroup_memory_bytes(), 0);
    }
    char *line = hy_format("rm -rf '%s/sys' && printf 'cpu' >'%s/proc/self/cgroup'", top, top);
    cr_assert_eq(system(line), 0);
    free(line);
    cr_expect_eq(hy_cgroup_cpus(), 0);
    cr_expect_eq(hy_cgroup_open_cpu_stat(), -1);
}
