/* Every branch of what a witness can see, driven by files of the test's own, and one real disturbance. */
#include <criterion/criterion.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/harness/witness.h"
#include "kernels/base/clock.h"
#include "kernels/base/threads.h"
#include "tests/root.h"

static void set_up(void)
{
    root_begin();
    hy_threads_set(2);
}

TestSuite(witness, .init = set_up, .fini = root_end);

/* Rewrites a file in place, as the kernel's own seem to be: what is open sees the new text. */
static void put(const char *path, const char *text)
{
    char *whole = hy_format("%s%s", top, path), *folder = hy_format("%s", whole);
    *strrchr(folder, '/') = '\0';
    cr_assert_eq(hy_make_folders(folder), HY_OK, "%s", hy_error());
    FILE *f = fopen(whole, "w");
    cr_assert_not_null(f);
    cr_assert(fprintf(f, "%s\n", text) > 0);
    fclose(f);
    free(folder);
    free(whole);
}

static void put_all(const char *delay_1, const char *delay_2, const char *stat, const char *cpu_stat)
{
    put("/proc/self/task/11/schedstat", delay_1);
    put("/proc/self/task/12/schedstat", delay_2);
    put("/proc/stat", stat);
    put("/proc/self/cgroup", "0::/job");
    put("/sys/fs/cgroup/job/cpu.stat", cpu_stat);
}

#define QUIET "usage_usec 1\nnr_periods 5\nnr_throttled 2\nthrottled_usec 7"

static struct hy_disturbance after(struct hy_witness *w, const char *delay_1, const char *delay_2, const char *stat,
                                   const char *cpu_stat)
{
    put_all("1000 500 3", "1000 700 3", "cpu  1 2 3 4 5 6 7 8 0 0", QUIET);
    hy_witness_begin(w);
    put_all(delay_1, delay_2, stat, cpu_stat);
    return hy_witness_end(w, 1e6);
}

Test(witness, tells_delay_steal_and_throttling_apart)
{
    struct hy_witness w;
    put_all("1 1 1", "1 1 1", "cpu  1 2 3 4 5 6 7 8 0 0", QUIET);
    hy_witness_open(&w);
    cr_assert_str_eq(hy_witness_name(&w), "delay+steal+throttling");

    struct hy_disturbance d = after(&w, "2000 500 4", "2000 700 4", "cpu  9 2 3 4 5 6 7 8 0 0", QUIET);
    cr_assert_not(hy_disturbed(&d), "nothing happened");
    d = after(&w, "2000 5500 4", "2000 5600 4", "cpu  1 2 3 4 5 6 7 8 0 0", QUIET);
    cr_assert_float_eq(d.delay_share, 9900.0 / 2e6, 1e-12, "both threads' delay over both threads' time");
    cr_assert_not(hy_disturbed(&d), "4.95 us of a team's 1 ms is what a timer takes");
    d = after(&w, "2000 500 4", "2000 11700 4", "cpu  1 2 3 4 5 6 7 8 0 0", QUIET);
    cr_assert(hy_disturbed(&d), "one thread waited for 11 us of 1 ms: %g", d.delay_share);
    d = after(&w, "2000 500 4", "2000 700 4", "cpu  1 2 3 4 5 6 7 9 0 0", QUIET);
    cr_assert(hy_disturbed(&d));
    cr_assert_float_eq(d.steal_ns, 1e9 / (double)sysconf(_SC_CLK_TCK), 1e-6);
    d = after(&w, "2000 500 4", "2000 700 4", "cpu  1 2 3 4 5 6 7 8 0 0", "nr_periods 6\nnr_throttled 3");
    cr_assert(hy_disturbed(&d));
    cr_assert_eq(d.throttled, 1);
    hy_witness_close(&w);
}

Test(witness, threads_that_come_and_go_are_no_delay)
{
    struct hy_witness w;
    put_all("1000 500 3", "1000 900000000 3", "cpu  1 2 3 4 5 6 7 8", QUIET);
    hy_witness_open(&w);
    hy_witness_begin(&w);
    put("/proc/self/task/12/schedstat", ""); /* it ended, and its wait with it */
    struct hy_disturbance d = hy_witness_end(&w, 1e6);
    cr_assert_eq(d.delay_share, 0);
    hy_witness_close(&w);
}

Test(witness, says_what_it_cannot_see)
{
    struct hy_witness w;
    hy_witness_open(&w);
    cr_assert_str_eq(hy_witness_name(&w), "none", "no file at all");
    hy_witness_begin(&w);
    struct hy_disturbance d = hy_witness_end(&w, 1e6);
    cr_assert_not(hy_disturbed(&d));
    hy_witness_close(&w);

    put_all("what is this", "", "intr 12 34", "usage_usec 4"); /* files of an unknown form */
    hy_witness_open(&w);
    cr_assert_str_eq(hy_witness_name(&w), "none");
    hy_witness_close(&w);

    put("/proc/stat", "cpu  1 2 3 4 5 6 7"); /* so old that it counts no steal */
    put("/proc/self/task/11/schedstat", "1 2 3");
    hy_witness_open(&w);
    cr_assert_str_eq(hy_witness_name(&w), "delay");
    hy_witness_close(&w);
}

static void in_place_of(const char *path, const char *how)
{
    char *line =
        hy_format("mkdir -p \"$(dirname '%s%s')\" && rm -rf '%s%s' && %s '%s%s'", top, path, top, path, how, top, path);
    cr_assert_eq(system(line), 0);
    free(line);
}

/* Each file alone cannot be read, one way after the other; the other two still are. */
Test(witness, what_cannot_be_read_hides_only_itself)
{
    static const struct {
        const char *path, *without;
    } files[] = {{"/proc/stat", "delay+throttling"},
                 {"/sys/fs/cgroup/job/cpu.stat", "delay+steal"},
                 {"/proc/self/cgroup", "delay+steal"},
                 {"/proc/self/task", "steal+throttling"}};
    static const char *const how[] = {"mkdir", "ln -s /nowhere/at/all", "true",
                                      "printf 'cpu 1 2 x nr_throttled many' >"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        for (size_t j = 0; j < sizeof how / sizeof *how; j++) {
            struct hy_witness w;
            in_place_of("/proc", "true");
            in_place_of("/sys", "true");
            put_all("1000 500 3", "1000 700 3", "cpu  1 2 3 4 5 6 7 8 0 0", QUIET);
            in_place_of(files[i].path, how[j]);
            hy_witness_open(&w);
            cr_expect_str_eq(hy_witness_name(&w), files[i].without, "%s, %s: %s", files[i].path, how[j],
                             hy_witness_name(&w));
            hy_witness_begin(&w);
            const struct hy_disturbance d = hy_witness_end(&w, 1e6);
            cr_expect_not(hy_disturbed(&d), "%s, %s", files[i].path, how[j]);
            hy_witness_close(&w);
        }
}

/* A file that was there and is gone, or counts backwards, disturbs nobody. */
Test(witness, what_breaks_under_way_is_no_disturbance)
{
    struct hy_witness w;
    put_all("1000 500 3", "1000 700 3", "cpu  1 2 3 4 5 6 7 8 0 0", QUIET);
    hy_witness_open(&w);
    const struct hy_disturbance words = after(&w, "no", "numbers", "here", "either");
    cr_assert_not(hy_disturbed(&words));
    const struct hy_disturbance back = after(&w, "1 1 1", "1 1 1", "cpu  1 2 3 4 5 6 7 1", "nr_throttled 1");
    cr_assert_not(hy_disturbed(&back));
    hy_witness_close(&w);
}

Test(witness, version_one_throttles_too)
{
    struct hy_witness w;
    put("/proc/self/cgroup", "4:memory:/job\n3:cpu,cpuacct:/job/7\n1:name=systemd:/");
    put("/sys/fs/cgroup/cpu/job/7/cpu.stat", "nr_periods 5\nnr_throttled 2\nthrottled_time 7");
    hy_witness_open(&w);
    cr_assert_str_eq(hy_witness_name(&w), "throttling");
    hy_witness_begin(&w);
    put("/sys/fs/cgroup/cpu/job/7/cpu.stat", "nr_periods 6\nnr_throttled 4\nthrottled_time 9");
    const struct hy_disturbance d = hy_witness_end(&w, 1e6);
    cr_assert_eq(d.throttled, 2);
    cr_assert(hy_disturbed(&d));
    hy_witness_close(&w);
}

Test(witness, a_pressure_file_of_an_unknown_form_is_none)
{
    static const char *const texts[] = {"", "some", "total=", "total=many"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        put("/proc/pressure/cpu", texts[i]);
        const uint64_t from = hy_now_ns();
        hy_witness_wait(1);
        cr_expect(hy_now_ns() - from >= 2000000, "'%s': all of its 2 ms", texts[i]);
    }
}

Test(witness, waits_until_nobody_waits)
{
    uint64_t from = hy_now_ns();
    hy_witness_wait(2); /* without a pressure file all of its 4 ms */
    cr_assert(hy_now_ns() - from >= 4000000);
    put("/proc/pressure/cpu", "some avg10=0.00 avg60=0.00 avg300=0.00 total=1234");
    from = hy_now_ns();
    hy_witness_wait(5);
    cr_assert(hy_now_ns() - from >= 1000000, "it does look twice");
}

/* Two teams on one processor each: a thread that spins beside is seen in the real files. */
Test(witness, sees_a_neighbour_on_the_same_processor)
{
    unsetenv("HYMBENCH_ROOT");
    struct hy_witness w;
    volatile bool stop = false;
    struct hy_disturbance d = {0};
    const int processors = omp_get_num_procs();
    hy_witness_open(&w);
    if (!(w.sees & HY_SEES_DELAY))
        cr_skip_test("the kernel hides schedstat here");
#pragma omp parallel num_threads(2 * processors + 1)
    {
        const int me = omp_get_thread_num();
#pragma omp barrier
        if (me == 0) { /* more threads than processors, all of them busy: some must wait */
            uint64_t from = hy_now_ns();
            hy_witness_begin(&w);
            while (hy_now_ns() - from < 200000000)
                ;
            d = hy_witness_end(&w, (double)(hy_now_ns() - from));
            stop = true;
        } else {
            while (!stop)
                ;
        }
    }
    cr_assert(hy_disturbed(&d), "delay share %g", d.delay_share);
    hy_witness_close(&w);
}
