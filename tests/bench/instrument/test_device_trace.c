/* Device time from activity records, against a libcupti that replays what it is told. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "bench/instrument/device_trace.h"
#include "tests/bench/mock.h"

enum { KERNEL = HY_CUPTI_KIND_CONCURRENT_KERNEL, COPY = HY_CUPTI_KIND_MEMCPY, SET = HY_CUPTI_KIND_MEMSET };

static struct mock_cupti mock;
static struct hy_device_trace trace;

static void start(void)
{
    mock_cupti_use(&mock);
    enum hy_cupti_state state = hy_device_trace_start(&trace, 16);
    cr_assert_eq(state, HY_CUPTI_OK, "%s", hy_cupti_sentence());
}

/* One op of a step: `launch` tells the mock what it launched. */
static void op(const char *pass, const char *name, int layer, void (*launch)(void))
{
    hy_trace_begin(&trace.trace, HY_TRACE_PASS, pass, -1, 0);
    if (layer >= 0)
        hy_trace_begin(&trace.trace, HY_TRACE_LAYER, "layer", layer, 0);
    hy_trace_begin(&trace.trace, HY_TRACE_OP, name, layer, 0);
    launch();
    hy_trace_end(&trace.trace);
    if (layer >= 0)
        hy_trace_end(&trace.trace);
    hy_trace_end(&trace.trace);
}

static const struct hy_device_row *row(enum hy_trace_kind kind, const char *pass, const char *name, int layer)
{
    for (size_t i = 0; i < trace.n; i++) {
        const struct hy_device_row *r = &trace.rows[i];
        if (r->kind == kind && r->layer == layer && strcmp(r->pass, pass) == 0 && strcmp(r->name, name) == 0)
            return r;
    }
    cr_assert(false, "no row %s %s, layer %d", pass, name, layer);
    return NULL;
}

static void two_kernels_that_overlap(void)
{
    mock.launch(KERNEL, "scan_local", 1000, 1600, 0);
    mock.launch(KERNEL, "scan_carry", 1400, 2000, 0);
}

static void copy_and_set(void)
{
    mock.launch(COPY, NULL, 2100, 2150, 4096);
    mock.launch(SET, NULL, 2160, 2170, 64);
    mock.launch(COPY, NULL, 2180, 2190, 8);
}

static void one_kernel(void)
{
    mock.launch(KERNEL, "adamw", 2500, 2600, 0);
}

static void nothing_at_all(void)
{
}

static void one_step(void)
{
    hy_trace_begin(&trace.trace, HY_TRACE_STEP, "train", -1, 0);
    op("forward", "mamba.scan", 0, two_kernels_that_overlap);
    op("backward", "mamba.scan", 0, copy_and_set);
    op("backward", "view", 0, nothing_at_all);
    op("update", "adamw", -1, one_kernel);
    hy_trace_end(&trace.trace);
}

static void check_step(void)
{
    const struct hy_device_row *scan = row(HY_TRACE_OP, "forward", "mamba.scan", 0);
    cr_assert_eq(scan->kernels, 2);
    cr_assert_eq(scan->busy_ns, 1000, "the union of overlapping kernels, not the sum: %lu", scan->busy_ns);
    const struct hy_device_row *copies = row(HY_TRACE_OP, "backward", "mamba.scan", 0);
    cr_assert_eq(copies->kernels, 0);
    cr_assert_eq(copies->copies, 2);
    cr_assert_eq(copies->copied_bytes, 4104);
    cr_assert_eq(copies->sets, 1);
    cr_assert_eq(copies->busy_ns, 70);
    cr_assert_eq(row(HY_TRACE_OP, "backward", "view", 0)->busy_ns, 0);
    cr_assert_eq(row(HY_TRACE_OP, "update", "adamw", -1)->busy_ns, 100);
    cr_assert_eq(trace.steps, 1);
    cr_assert_eq(trace.busy_ns, 1170);
    cr_assert_eq(trace.strays, 0);
}

Test(device_trace, launches_find_their_op_and_layer)
{
    start();
    one_step();
    cr_assert_eq(mock.counts().depth, 0, "what is pushed is popped");
    cr_assert_eq(mock.counts().kinds, 6);
    cr_assert_eq(hy_device_trace_stop(&trace), HY_CUPTI_OK);
    check_step();
    cr_assert_eq(mock.counts().subscribers, 0, "a stopped trace leaves CUPTI to others");
    cr_assert_eq(mock.counts().kinds, 0);
    cr_assert_eq(trace.n_functions, 3);
    cr_assert_str_eq(trace.functions[0].name, "scan_local");
    cr_assert_eq(trace.functions[0].registers, 40);
    cr_assert_eq(trace.functions[0].shared_bytes, 1536);
    cr_assert_eq(trace.functions[1].ns, 600);
    cr_assert_eq(&trace.rows[trace.functions[2].row], row(HY_TRACE_OP, "update", "adamw", -1));
    hy_device_trace_fini(&trace);
    hy_device_trace_fini(NULL);
}

Test(device_trace, the_order_of_records_does_not_matter)
{
    start();
    one_step();
    mock.reverse();
    cr_assert_eq(hy_device_trace_stop(&trace), HY_CUPTI_OK);
    check_step();
    hy_device_trace_fini(&trace);
}

Test(device_trace, a_graph_belongs_to_who_launched_it)
{
    start();
    for (uint64_t step = 0; step < 2; step++) {
        uint64_t t0 = 10000 * (step + 1);
        hy_trace_begin(&trace.trace, HY_TRACE_STEP, "train", -1, step);
        uint32_t graph = mock.launch(KERNEL, "embed", t0, t0 + 100, 0);
        mock.again(graph, "scan_local", t0 + 100, t0 + 300);
        mock.again(graph, "adamw", t0 + 400, t0 + 500);
        hy_trace_end(&trace.trace);
    }
    cr_assert_eq(hy_device_trace_stop(&trace), HY_CUPTI_OK);
    const struct hy_device_row *r = row(HY_TRACE_STEP, "", "train", -1);
    cr_assert_eq(trace.steps, 2);
    cr_assert_eq(r->kernels, 6);
    cr_assert_eq(r->busy_ns, 800);
    cr_assert_eq(trace.n_functions, 3);
    cr_assert_eq(trace.functions[0].launches, 2);
    hy_device_trace_fini(&trace);
}

Test(device_trace, incomplete_and_dropped_records_are_counted)
{
    start();
    mock.launch(KERNEL, "outside", 10, 20, 0); /* before any range */
    hy_trace_begin(&trace.trace, HY_TRACE_SAMPLE, "hy_scan_fwd_f32_cuda", -1, 0);
    mock.launch(KERNEL, "scan", 100, 200, 0);
    mock.launch(KERNEL, "scan", 0, 0, 0);     /* never began */
    mock.launch(KERNEL, "scan", 300, 0, 0);   /* never ended */
    mock.launch(KERNEL, "scan", 300, 299, 0); /* ended before */
    hy_trace_end(&trace.trace);
    mock.drop(5);
    cr_assert_eq(hy_device_trace_stop(&trace), HY_CUPTI_OK);
    cr_assert_eq(trace.incomplete, 3);
    cr_assert_eq(trace.dropped, 5);
    cr_assert_eq(trace.strays, 1);
    const struct hy_device_row *r = row(HY_TRACE_SAMPLE, "", "hy_scan_fwd_f32_cuda", -1);
    cr_assert_eq(r->kernels, 1);
    cr_assert_eq(r->busy_ns, 100);
    hy_device_trace_fini(&trace);
}

Test(device_trace, many_records_take_many_buffers_and_the_next_trace_starts_anew)
{
    enum { LAUNCHES = 9000 };
    start();
    for (uint64_t i = 1; i <= LAUNCHES; i++) {
        hy_trace_begin(&trace.trace, HY_TRACE_SAMPLE, i % 2 ? "odd" : "even", -1, i);
        mock.launch(KERNEL, i % 2 ? "f" : "g", 10 * i, 10 * i + 4, 0);
        hy_trace_end(&trace.trace);
    }
    cr_assert_eq(hy_device_trace_stop(&trace), HY_CUPTI_OK);
    cr_assert_gt(mock.counts().buffers, 1);
    cr_assert_eq(row(HY_TRACE_SAMPLE, "", "odd", -1)->kernels, LAUNCHES / 2);
    cr_assert_eq(row(HY_TRACE_SAMPLE, "", "even", -1)->busy_ns, 4 * LAUNCHES / 2);
    hy_device_trace_fini(&trace);

    cr_assert_eq(hy_device_trace_start(&trace, 1), HY_CUPTI_OK);
    cr_assert_eq(hy_device_trace_stop(&trace), HY_CUPTI_OK);
    cr_assert_eq(trace.n, 0);
    cr_assert_eq(trace.busy_ns, 0);
    hy_device_trace_fini(&trace);
}

Test(device_trace, one_that_runs_can_be_given_up)
{
    start();
    hy_trace_begin(&trace.trace, HY_TRACE_STEP, "train", -1, 0);
    mock.launch(KERNEL, "embed", 1, 2, 0);
    hy_trace_end(&trace.trace);
    hy_device_trace_fini(&trace);
    cr_assert_eq(mock.counts().subscribers, 0);
}

/* ---- without ------------------------------------------------------------------------ */

static void refused(const char *what, enum hy_cupti_state expected, const char *says)
{
    memset(&trace, 0xff, sizeof trace);
    enum hy_cupti_state state = hy_device_trace_start(&trace, 16);
    cr_assert_eq(state, expected, "%s: state %d, want %d: %s", what, (int)state, (int)expected, hy_cupti_sentence());
    cr_assert(strstr(hy_cupti_sentence(), says), "%s: '%s' does not say '%s'", what, hy_cupti_sentence(), says);
    cr_assert_null(trace.rows);
    hy_device_trace_fini(&trace);
}

Test(device_trace, every_refusal_has_its_sentence)
{
    static const struct {
        const char *code, *at;
        enum hy_cupti_state state;
        const char *says;
    } cases[] = {
        {"15", "cuptiSubscribe", HY_CUPTI_NO_DRIVER, "nvidia-smi"},
        {"999", "cuptiSubscribe", HY_CUPTI_NO_DRIVER, "gave 999"},
        {"39", "cuptiSubscribe", HY_CUPTI_OTHER_PROFILER, "another profiler is attached"},
        {"35", "cuptiSubscribe", HY_CUPTI_NO_PRIVILEGES, "NVreg_RestrictProfilingToAdminUsers=0"},
        {"40", "cuptiSubscribe", HY_CUPTI_NO_PRIVILEGES, "--cap-add=SYS_ADMIN"},
        {"35", "cuptiActivityEnable", HY_CUPTI_NO_PRIVILEGES, "cuptiActivityEnable(MEMSET) gave 35"},
        {"15", "cuptiActivityRegisterCallbacks", HY_CUPTI_NO_DRIVER, "cuptiActivityRegisterCallbacks"},
        {"7", "cuptiSubscribe", HY_CUPTI_OTHER, "gave 7 (CUPTI_ERROR_MOCKED)"},
    };
    mock_cupti_use(&mock);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        setenv("MOCK_CUPTI_FAIL", cases[i].code, 1);
        setenv("MOCK_CUPTI_FAIL_AT", cases[i].at, 1);
        refused(cases[i].code, cases[i].state, cases[i].says);
        cr_assert_eq(mock.counts().subscribers, 0, "a refused trace leaves nothing behind");
        cr_assert_eq(mock.counts().kinds, 0);
    }
    unsetenv("MOCK_CUPTI_FAIL");
    cr_assert_eq(hy_device_trace_start(&trace, 16), HY_CUPTI_OK, "the trouble gone, it works");
    setenv("MOCK_CUPTI_FAIL", "13", 1);
    setenv("MOCK_CUPTI_FAIL_AT", "cuptiActivityFlushAll", 1);
    cr_assert_eq(hy_device_trace_stop(&trace), HY_CUPTI_OTHER);
    cr_assert_eq(mock.counts().subscribers, 0);
    hy_device_trace_fini(&trace);
}

Test(device_trace, a_library_that_is_none)
{
    setenv("HYMBENCH_CUPTI_LIB", "/nowhere/libcupti.so", 1);
    refused("absent", HY_CUPTI_NO_LIBRARY, "'/nowhere/libcupti.so'");
    setenv("HYMBENCH_CUPTI_LIB", "libm.so.6", 1);
    refused("another library", HY_CUPTI_NO_SYMBOL, "has no cuptiGetVersion");
    setenv("HYMBENCH_CUPTI_LIB", mock_path("cupti"), 1);
    setenv("MOCK_CUPTI_VERSION", "120040", 1);
    refused("another version", HY_CUPTI_OTHER_VERSION, "is version 120040");
    cr_assert_str_eq(hy_cupti_path(), "");
    unsetenv("MOCK_CUPTI_VERSION");
    cr_assert_eq(hy_device_trace_start(&trace, 1), HY_CUPTI_OK);
    cr_assert_str_eq(hy_cupti_path(), mock_path("cupti"));
    hy_device_trace_fini(&trace);
}
