/* How times, rates and energy of a device are taken, on the host rig: what is queued, in what order, and what becomes
 * of samples that a GPU held back or a host was late for. The times themselves are the rig's and say nothing. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/harness/burst.h"
#include "bench/harness/peaks.h"
#include "bench/harness/random_fill.h"
#include "bench/harness/sample_device.h"
#include "bench/measure/energy.h"
#include "tests/bench/mock.h"
#include "tests/rig/rig.h"

enum { BYTES = 4096 };

static hy_address work;

/* What is timed in these tests: it writes. */
static void run(void *ctx)
{
    (void)ctx;
    hy_cuda_touch(HY_TOUCH_WRITE, work, BYTES, 1);
}

static void set_up(void)
{
    unsetenv("CUDA_VISIBLE_DEVICES");
    setenv("HYMBENCH_NVML_LIB", "/nowhere/libnvidia-ml.so.1", 1);
    rig_open();
    cr_assert_eq(hy_cuda_alloc(BYTES, &work), HY_OK);
}

static void tear_down(void)
{
    simt_listen(NULL);
    simt_eager(false);
    hy_cuda_free(work);
    hy_cuda_close();
}

TestSuite(measuring, .init = set_up, .fini = tear_down);

/* ---- what was queued, a letter each: r read, w write, c copy touch, k another kernel, e event, m memset or copy
 * ------ */

static char queued[4096];

static void hear(const char *what, const char *name, size_t bytes, bool again)
{
    (void)bytes;
    (void)again;
    const size_t n = strlen(queued);
    if (n + 1 == sizeof queued)
        return;
    queued[n] = strcmp(what, "event") == 0         ? 'e'
                : strcmp(what, "kernel") != 0      ? 'm'
                : strcmp(name, "touch_read") == 0  ? 'r'
                : strcmp(name, "touch_write") == 0 ? 'w'
                : strcmp(name, "touch_copy") == 0  ? 'c'
                : strcmp(name, "plain_gemm") == 0  ? 'g'
                                                   : 'k';
    queued[n + 1] = '\0';
}

static void listen_anew(void)
{
    queued[0] = '\0';
    simt_listen(hear);
}

static const struct hy_sampling few = {
    .rule = {.min_samples = 4, .max_samples = 4, .min_seconds = 0, .max_noise_pct = 100, .timeout = 60}, .cold = true};

/* Emptying the cache writes nothing: what is read last leaves no line that a sample would have to write back, and
 * nothing comes between the read and the first mark. */
Test(measuring, a_cold_sample_follows_a_read_and_nothing_else)
{
    struct hy_device_stopwatch s;
    struct hy_device_sampled out;
    cr_assert_eq(hy_device_stopwatch_open(&s), HY_OK);
    cr_assert_geq(s.flushed_bytes, 2 * hy_cuda_about().l2_bytes);
    listen_anew();
    hy_sample_device(&out, &s, &few, run, NULL);
    simt_listen(NULL);
    cr_assert_geq(strlen(queued), 4 * 4);
    cr_assert_eq(strlen(queued) % 4, 0, "%s", queued);
    for (size_t i = 0; queued[i]; i += 4)
        cr_assert(strncmp(queued + i, "rewe", 4) == 0, "sample %zu of %s", i / 4, queued);
    cr_assert_eq(out.s.ns.n, 4);
    cr_assert_gt(out.s.ns.median, 0);
    hy_device_stopwatch_close(&s);
}

Test(measuring, a_hot_sample_follows_the_call_itself)
{
    struct hy_device_stopwatch s;
    struct hy_device_sampled out;
    struct hy_sampling hot = few;
    hot.cold = false;
    cr_assert_eq(hy_device_stopwatch_open(&s), HY_OK);
    listen_anew();
    hy_sample_device(&out, &s, &hot, run, NULL);
    simt_listen(NULL);
    cr_assert(strncmp(queued, "rwewe", 5) == 0, "%s", queued);
    cr_assert_null(strchr(queued, 'm'), "%s", queued);
    cr_assert_geq(out.s.calls, 1);
    hy_device_stopwatch_close(&s);
}

/* The flush changes nothing of the memory it reads, and that memory is not one value over and over. */
Test(measuring, the_flushed_memory_stays_as_it_was)
{
    struct hy_device_stopwatch s;
    static unsigned before[1024], behind[1024];
    cr_assert_eq(hy_device_stopwatch_open(&s), HY_OK);
    cr_assert_eq(hy_cuda_get(before, s.flushed, sizeof before), HY_OK);
    hy_device_prepare(&s, true, run, NULL);
    cr_assert_eq(hy_cuda_get(behind, s.flushed, sizeof behind), HY_OK);
    cr_assert(memcmp(before, behind, sizeof before) == 0);
    cr_assert(before[0] != before[1] && before[1] != before[2]);
    hy_device_stopwatch_close(&s);
}

/* ---- a host that is late ---------------------------------------------------------------------- */

Test(measuring, a_host_that_keeps_up_is_seen_to)
{
    struct hy_device_stopwatch s;
    struct hy_device_sampled out;
    cr_assert_eq(hy_device_stopwatch_open(&s), HY_OK);
    hy_sample_device(&out, &s, &few, run, NULL);
    cr_assert_eq(out.host_bound_pct, 0);
    cr_assert_eq(s.lead, 1);
    cr_assert_str_eq(out.s.conditions.witness, "queue");
    cr_assert_eq(out.s.conditions.quality, HY_QUALITY_OK);
    cr_assert_eq(out.s.conditions.disturbed_pct, 0);
    hy_device_stopwatch_close(&s);
}

Test(measuring, a_late_host_is_given_time_and_told_where_that_was_not_enough)
{
    struct hy_device_stopwatch s;
    struct hy_device_sampled out;
    struct hy_sampling brief = few;
    brief.rule.timeout = 0.05;
    cr_assert_eq(hy_device_stopwatch_open(&s), HY_OK);
    s.flushed_bytes = 32; /* of the rig's time */
    simt_eager(true);
    hy_sample_device(&out, &s, &brief, run, NULL);
    cr_assert_eq(s.lead, 64, "twice as long each time, to the end: %d", s.lead);
    cr_assert_eq(out.host_bound_pct, 100);
    cr_assert_eq(out.s.conditions.quality, HY_QUALITY_DISTURBED);
    cr_assert_eq(out.s.conditions.dropped, 0, "all of it counts");
    cr_assert_geq(out.s.ns.n, 1);
    simt_eager(false);
    hy_sample_device(&out, &s, &few, run, NULL);
    cr_assert_eq(s.lead, 1, "the next call starts afresh");
    cr_assert_eq(out.host_bound_pct, 0);
    hy_device_stopwatch_close(&s);
}

/* Late for the third and the fourth sample: those are taken again, behind more of a lead. */
static void begin_sample(void *ctx, const struct hy_trace_event *event)
{
    int *samples = ctx;
    cr_assert_eq(event->kind, HY_TRACE_SAMPLE);
    ++*samples;
    simt_eager(*samples == 3 || *samples == 4);
}

static void end_sample(void *ctx)
{
    (void)ctx;
    simt_eager(false);
}

Test(measuring, samples_of_a_late_host_are_taken_again)
{
    int samples = 0;
    struct hy_device_stopwatch s;
    struct hy_device_sampled out;
    const struct hy_trace trace = {&samples, begin_sample, end_sample};
    struct hy_sampling some = few;
    some.rule.min_samples = some.rule.max_samples = 8;
    some.trace = &trace;
    cr_assert_eq(hy_device_stopwatch_open(&s), HY_OK);
    s.flushed_bytes = 32;
    hy_sample_device(&out, &s, &some, run, NULL);
    cr_assert_eq(samples, 10);
    cr_assert_eq(out.s.ns.n, 8);
    cr_assert_float_eq(out.host_bound_pct, 20, 1e-9);
    cr_assert_eq(out.s.conditions.dropped, 2);
    cr_assert_eq(out.s.conditions.quality, HY_QUALITY_OK);
    cr_assert_eq(s.lead, 4);
    hy_device_stopwatch_close(&s);
}

/* ---- a GPU that is held back ------------------------------------------------------------------- */

static void use_mock(const char *reasons)
{
    setenv("HYMBENCH_NVML_LIB", mock_path("nvml"), 1);
    setenv("MOCK_NVML_REASONS", reasons, 1);
}

/* Opening asks once; each group twice, and a group of so short samples has up to fifteen of them. */
Test(measuring, samples_under_a_power_cap_are_taken_again)
{
    struct hy_device_stopwatch s;
    struct hy_device_sampled out;
    struct hy_sampling some = few;
    some.rule.min_samples = some.rule.max_samples = 40;
    use_mock("0,0,0,4,4,0");
    cr_assert_eq(hy_device_stopwatch_open(&s), HY_OK);
    s.flushed_bytes = 32;
    hy_sample_device(&out, &s, &some, run, NULL);
    const struct hy_conditions *c = &out.s.conditions;
    cr_assert_eq(out.s.ns.n, 40);
    cr_assert(c->dropped >= 1 && c->dropped <= 15, "%zu dropped", c->dropped);
    cr_assert(c->disturbed_pct > 0 && c->disturbed_pct < 50, "%g %%", c->disturbed_pct);
    cr_assert_eq(c->quality, HY_QUALITY_OK);
    cr_assert_str_eq(c->witness, "queue+clocks+reasons");
    cr_assert_float_eq(c->clock_ratio, 1, 1e-9);
    cr_assert_float_eq(c->memory_ratio, 1, 1e-9);
    cr_assert_str_eq(out.gpu.throttle, "power cap");
    cr_assert_float_eq(out.gpu.sm_mhz, 1980, 1e-6);
    cr_assert_float_eq(out.gpu.temperature_c, 61, 1e-9);
    hy_device_stopwatch_close(&s);
}

Test(measuring, a_gpu_that_is_held_back_all_the_time_drifts)
{
    struct hy_device_stopwatch s;
    struct hy_device_sampled out;
    struct hy_sampling brief = few;
    brief.rule.timeout = 0.05;
    use_mock("0x20");
    cr_assert_eq(hy_device_stopwatch_open(&s), HY_OK);
    s.flushed_bytes = 32;
    hy_sample_device(&out, &s, &brief, run, NULL);
    cr_assert_eq(out.s.conditions.quality, HY_QUALITY_DRIFTED);
    cr_assert_eq(out.s.conditions.dropped, 0);
    cr_assert_eq(out.s.conditions.disturbed_pct, 100);
    cr_assert_str_eq(out.gpu.throttle, "sw thermal");
    cr_assert_geq(out.s.ns.n, 1);
    hy_device_stopwatch_close(&s);
}

Test(measuring, a_clock_that_fell_shows_in_the_ratio)
{
    struct hy_device_stopwatch s;
    struct hy_device_sampled out;
    struct hy_sampling brief = few;
    brief.rule.timeout = 0.05;
    use_mock("0");
    setenv("MOCK_NVML_SM_MHZ", "2000,1500", 1);
    cr_assert_eq(hy_device_stopwatch_open(&s), HY_OK);
    s.flushed_bytes = 32;
    hy_sample_device(&out, &s, &brief, run, NULL);
    cr_assert_eq(out.s.conditions.quality, HY_QUALITY_DRIFTED);
    cr_assert_float_eq(out.s.conditions.clock_ratio, 0.75, 1e-9);
    cr_assert_str_eq(out.gpu.throttle, "none");
    hy_device_stopwatch_close(&s);
}

/* ---- peaks ------------------------------------------------------------------------------------------ */

Test(measuring, peaks_are_taken_at_each_level_and_precision)
{
    struct hy_peaks p;
    cr_assert_eq(hy_peaks_of_device(hy_backend(HY_WHERE_CUDA, HY_F32), &p), HY_OK, "%s", hy_error());
    for (int t = 0; t < HY_TRAFFICS; t++) {
        cr_assert_gt(p.rate[hy_peak_stream(HY_LLC, (enum hy_traffic)t)], 0);
        cr_assert_gt(p.rate[hy_peak_stream(HY_MEMORY, (enum hy_traffic)t)], 0);
        cr_assert_eq(p.rate[hy_peak_stream(HY_L2, (enum hy_traffic)t)], 0, "a GPU has no such level");
    }
    cr_assert(p.rate[HY_PEAK_SGEMM] > 0 && p.rate[HY_PEAK_TF32] > 0 && p.rate[HY_PEAK_BF16] > 0);
    cr_assert_float_eq(p.holds[HY_LLC], (double)hy_cuda_about().l2_bytes, 4096);
}

/* Numbers that are hardly ever zero, and in bf16 none beyond a half. */
static void expect_random(hy_address at, bool bf16)
{
    static unsigned short x[4096];
    size_t zeros = 0;
    cr_assert_eq(hy_cuda_get(x, at, sizeof x), HY_OK);
    for (size_t i = 0; i < sizeof x / sizeof *x; i++) {
        zeros += x[i] == 0;
        cr_assert(!bf16 || (x[i] & 0x7fff) <= 0x3f00, "element %zu is %x", i, x[i]);
    }
    cr_assert_lt(zeros, 8);
}

/* Only products: no factor is rounded in their time, and none is full of zeros. A fault saves the rig from making them.
 */
Test(measuring, a_burst_multiplies_random_numbers_as_they_are_stored)
{
    for (int precision = 0; precision < HY_PRECISIONS; precision++) {
        struct hy_gemm_burst g;
        cr_assert_eq(hy_gemm_burst_init(&g, hy_backend(HY_WHERE_CUDA, (enum hy_precision)precision)), HY_OK);
        expect_random(g.x, precision == HY_BF16);
        expect_random(g.w, precision == HY_BF16);
        simt_fail("kernel:1:700");
        listen_anew();
        (void)hy_gemm_burst(&g, 1e-3);
        simt_listen(NULL);
        cr_assert_geq(strlen(queued), 1);
        cr_assert_eq(strspn(queued, "g"), strlen(queued), "%s", queued);
        simt_fail(NULL);
        hy_gemm_burst_fini(&g);
        hy_cuda_close();
        rig_open();
    }
}

/* A product of stored factors is the one that it should be. */
Test(measuring, a_product_is_a_times_b_transposed)
{
    const float a[2][3] = {{1, 2, 3}, {-4, 5, 6}}, b[2][3] = {{0.5f, 1, 0}, {2, 0, -1}};
    float c[2][2];
    hy_address at;
    cr_assert_eq(hy_cuda_alloc(1024, &at), HY_OK);
    hy_cuda_put(at, a, sizeof a);
    hy_cuda_put(at + 256, b, sizeof b);
    hy_cuda_product(HY_F32, 2, 2, 3, at, at + 256, at + 512);
    cr_assert_eq(hy_cuda_get(c, at + 512, sizeof c), HY_OK);
    cr_assert(c[0][0] == 2.5f && c[0][1] == -1 && c[1][0] == 3 && c[1][1] == -14);
    hy_cuda_free(at);
}

/* ---- touching memory ----------------------------------------------------------------------------------- */

Test(measuring, touching_memory_reads_writes_and_copies_all_of_it)
{
    enum { N = 3000 * 8 };
    static unsigned from[N], to[N];
    hy_address at;
    cr_assert_eq(hy_cuda_alloc(sizeof from, &at), HY_OK);
    for (unsigned i = 0; i < N; i++)
        from[i] = i + 7;
    hy_cuda_put(at, from, sizeof from);
    hy_cuda_touch(HY_TOUCH_READ, at, sizeof from, 3);
    cr_assert_eq(hy_cuda_get(to, at, sizeof to), HY_OK);
    cr_assert(memcmp(from, to, sizeof from) == 0, "a read changes nothing");
    hy_cuda_touch(HY_TOUCH_COPY, at, sizeof from, 2);
    cr_assert_eq(hy_cuda_get(to, at, sizeof to), HY_OK);
    cr_assert(memcmp(to, from, sizeof from / 2) == 0 && memcmp(to + N / 2, from, sizeof from / 2) == 0);
    hy_cuda_touch(HY_TOUCH_WRITE, at, sizeof from, 1);
    cr_assert_eq(hy_cuda_get(to, at, sizeof to), HY_OK);
    for (unsigned i = 0; i < N; i++)
        cr_assert(to[i] != from[i % (N / 2)], "word %u was not written", i);
    hy_cuda_free(at);
}

Test(measuring, random_numbers_go_on_behind_the_first_million)
{
    enum { N = (1 << 20) + 4096 };
    static float all[N];
    hy_address at;
    cr_assert_eq(hy_cuda_alloc(sizeof all, &at), HY_OK);
    hy_random_fill(hy_backend(HY_WHERE_CUDA, HY_F32), at, "x", N, false);
    cr_assert_eq(hy_cuda_get(all, at, sizeof all), HY_OK);
    cr_assert(memcmp(all, all + (1 << 20), 4096 * sizeof *all) == 0);
    double sum = 0;
    for (int i = 0; i < N; i++) {
        cr_assert(all[i] >= -0.5f && all[i] <= 0.5f);
        sum += all[i];
    }
    cr_assert_lt(fabs(sum / N), 0.01);
    hy_cuda_free(at);
}

/* ---- energy ------------------------------------------------------------------------------------------------ */

static hy_status ten_units(void *ctx, double *units)
{
    ++*(int *)ctx;
    usleep(2000);
    *units = 10;
    return HY_OK;
}

/* 500 W, pieces of 2 ms and a little more: a joule and a little more for 10 units. */
Test(measuring, energy_is_counted_between_two_moves_of_the_counter)
{
    int pieces = 0;
    double joules;
    const struct hy_energy_work what = {ten_units, &pieces};
    use_mock("0");
    setenv("MOCK_NVML_WATTS", "500", 1);
    setenv("MOCK_NVML_TICK_MS", "20", 1);
    cr_assert_eq(hy_energy_per_unit(hy_backend(HY_WHERE_CUDA, HY_F32), 0.1, &what, &joules), HY_OK);
    cr_assert_geq(joules, 0.095, "%g J", joules);
    cr_assert_gt(pieces, 2);
    cr_assert_eq(hy_energy_per_unit(hy_backend(HY_WHERE_CPU, HY_F32), 0.1, &what, &joules), HY_OK);
    cr_assert(isnan(joules), "of a host nobody counts it");
}

Test(measuring, a_counter_that_stands_still_gives_no_energy)
{
    int pieces = 0;
    double joules = 0;
    const struct hy_energy_work what = {ten_units, &pieces};
    use_mock("0");
    setenv("MOCK_NVML_WATTS", "0", 1);
    cr_assert_eq(hy_energy_per_unit(hy_backend(HY_WHERE_CUDA, HY_F32), 0.01, &what, &joules), HY_OK);
    cr_assert(isnan(joules));
    setenv("MOCK_NVML_FAIL", "nvmlDeviceGetTotalEnergyConsumption", 1);
    pieces = 0;
    cr_assert_eq(hy_energy_per_unit(hy_backend(HY_WHERE_CUDA, HY_F32), 10, &what, &joules), HY_OK);
    cr_assert(isnan(joules));
    cr_assert_eq(pieces, 0, "nothing is done for nothing");
}

static hy_status fails(void *ctx, double *units)
{
    (void)ctx;
    *units = 0;
    return hy_fail(HY_RUN_FAILED, "the GPU stopped");
}

Test(measuring, work_that_fails_while_its_energy_is_taken_is_told)
{
    double joules;
    const struct hy_energy_work what = {fails, NULL};
    use_mock("0");
    cr_assert_eq(hy_energy_per_unit(hy_backend(HY_WHERE_CUDA, HY_F32), 1, &what, &joules), HY_RUN_FAILED);
}
