/* Captures of nsys whose answers are known to the nanosecond. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/nsight/gaps.h"
#include "tests/bench/nsight/nsys_file.h"

static char path[64];

static void begin(void)
{
    snprintf(path, sizeof path, "/tmp/hymbench-nsys-%ld.sqlite", (long)getpid());
}

static void end(void)
{
    unlink(path);
}

TestSuite(nsys_capture, .init = begin, .fini = end);

static void read_good(struct hy_capture *c, const char *step)
{
    cr_assert_eq(hy_capture_read(c, path, step), HY_OK, "%s", hy_error());
}

static const struct hy_total *op(const struct hy_capture *c, const char *name, const char *pass, int layer)
{
    for (uint32_t i = 0; i < c->ops.n; i++) {
        const struct hy_total *o = &c->ops.rows[i];
        if (strcmp(c->names.text[o->name], name) == 0 && o->layer == layer &&
            strcmp(hy_range_pass_name((enum hy_range_pass)o->pass), pass) == 0)
            return o;
    }
    cr_assert_fail("there is no row of %s, pass '%s', layer %d", name, pass, layer);
    return NULL;
}

static void expect(const struct hy_total *o, int64_t busy, int64_t host, int64_t gap, int64_t kernels, int64_t copies,
                   int64_t sets)
{
    cr_expect(o->busy_ns == busy && o->host_ns == host && o->gap_ns == gap && o->kernels == kernels &&
                  o->copies == copies && o->sets == sets,
              "busy %ld host %ld gap %ld kernels %ld copies %ld sets %ld", (long)o->busy_ns, (long)o->host_ns,
              (long)o->gap_ns, (long)o->kernels, (long)o->copies, (long)o->sets);
}

static void expect_causes(const int64_t ns[HY_GAP_CAUSES], int64_t launch, int64_t wait, int64_t copy, int64_t device,
                          int64_t unknown)
{
    cr_expect(ns[HY_GAP_LAUNCH] == launch && ns[HY_GAP_WAIT] == wait && ns[HY_GAP_COPY] == copy &&
                  ns[HY_GAP_DEVICE] == device && ns[HY_GAP_UNKNOWN] == unknown,
              "launch %ld wait %ld copy %ld device %ld unknown %ld", (long)ns[HY_GAP_LAUNCH], (long)ns[HY_GAP_WAIT],
              (long)ns[HY_GAP_COPY], (long)ns[HY_GAP_DEVICE], (long)ns[HY_GAP_UNKNOWN]);
}

/* What nsys_step() does, `steps` times 100 us apart. */
static void expect_steps(struct hy_capture *c, int64_t steps)
{
    struct hy_gaps g;
    hy_gaps_of(&g, c, HY_STEP_COUNTED);
    cr_assert_eq(c->ranges.counted, (uint32_t)steps);
    cr_assert_eq(c->ops.n, 5);
    expect(op(c, "embed", "forward", -1), 2000 * steps, 2500 * steps, 0, steps, 0, 0);
    expect(op(c, "linear", "forward", 0), 2500 * steps, 3000 * steps, 2500 * steps, steps, 0, 0);
    expect(op(c, "attention", "forward", 0), 6500 * steps, 10500 * steps, 2500 * steps, 2 * steps, 0, steps);
    expect(op(c, "linear", "backward", 0), 3000 * steps, 9000 * steps, 14000 * steps, steps, 0, 0);
    expect(op(c, "step", "", -1), 1000 * steps, 25000 * steps, 11000 * steps, 0, steps, 0);
    cr_expect_eq(g.span_ns, 45000 * steps);
    cr_expect_eq(g.idle_ns, 30000 * steps);
    expect_causes(g.inside, 7500 * steps, 11000 * steps, 1000 * steps, 500 * steps, 0);
    expect_causes(g.between, 66000 * (steps - 1), 0, 1000 * (steps - 1), 0, 0);
    cr_assert_eq(g.n, 4, "pairs: %zu", g.n);
    cr_expect_str_eq(c->names.text[c->places.rows[g.pairs[0].before].name], "attn.core");
    cr_expect_str_eq(c->names.text[c->places.rows[g.pairs[0].behind].name], "attn.qkv");
    cr_expect_eq(g.pairs[0].n, steps);
    expect_causes(g.pairs[0].ns, 3000 * steps, 11000 * steps, 0, 0, 0);
    cr_expect_eq(hy_gap_main(g.pairs[0].ns), HY_GAP_WAIT);
    hy_gaps_fini(&g);
}

Test(nsys_capture, sums_and_gaps_of_both_generations_are_exact)
{
    for (int generation = NSYS_OLD; generation <= NSYS_NEW; generation++) {
        struct nsys_file f;
        struct hy_capture c;
        nsys_begin(&f, path, (enum nsys_generation)generation);
        for (int i = 0; i < 3; i++)
            nsys_step(&f, 1000 + 100000 * i, 10 * i + 1);
        nsys_end(&f);
        read_good(&c, NULL);
        expect_steps(&c, 3);
        cr_expect_str_eq(c.file.schema, generation == NSYS_NEW ? "3.16.1" : "");
        cr_expect_str_eq(c.file.gpu, generation == NSYS_NEW ? "NVIDIA H100 80GB HBM3" : "");
        const struct hy_total *o = op(&c, "attention", "forward", 0);
        cr_expect_eq(hy_total_calls(o, 3), 1);
        if (generation == NSYS_NEW)
            cr_expect_eq(hy_total_bytes(o, 3), 2000);
        else
            cr_expect(isnan(hy_total_bytes(o, 3)), "files of that age have no payloads");
        hy_capture_fini(&c);
    }
}

Test(nsys_capture, order_of_rows_and_other_threads_processes_and_domains_change_nothing)
{
    struct nsys_file f;
    struct hy_capture c;
    nsys_begin(&f, path, NSYS_NEW);
    /* another process with our correlation ids, another thread without a range, ranges of others across ours */
    nsys_domain(&f, NSYS_ANOTHER, NSYS_DOMAIN, "other");
    nsys_range(&f, NSYS_ANOTHER, 0, 900000, "train", 1);
    for (int i = 0; i < 30; i++) {
        nsys_call(&f, NSYS_ANOTHER, 20 * i, 20 * i + 10, i, "cudaLaunchKernel_v7000");
        nsys_work(&f, "KERNEL", NSYS_ANOTHER, 500000 + 20 * i, 500000 + 20 * i + 10, i, 0);
    }
    nsys_range_of(&f, NSYS_OTHER_DOMAIN, NSYS_THREAD, 8000, 60000, "ncclAllReduce");
    nsys_call(&f, NSYS_SECOND, 3000, 3100, 900, "cudaLaunchKernel_v7000");
    nsys_work(&f, "KERNEL", NSYS_THREAD, 400000, 400100, 900, 0);
    for (int i = 2; i >= 0; i--)
        nsys_step(&f, 1000 + 100000 * i, 10 * i + 1);
    nsys_end(&f);
    read_good(&c, NULL);
    expect_steps(&c, 3);
    cr_expect_eq(c.outside, 31);
    cr_expect_eq(c.unlaunched, 0);
    hy_capture_fini(&c);
}

Test(nsys_capture, ranges_of_a_second_thread_take_what_that_thread_launches)
{
    struct nsys_file f;
    struct hy_capture c;
    nsys_begin(&f, path, NSYS_NEW);
    nsys_step(&f, 1000, 1);
    nsys_range(&f, NSYS_SECOND, 1000, 51000, "train", 7);
    nsys_range(&f, NSYS_SECOND, 2000, 50000, "update", 7);
    nsys_range(&f, NSYS_SECOND, 3000, 49000, "adamw", 40);
    nsys_call(&f, NSYS_SECOND, 8000, 8100, 50, "cudaLaunchKernel_v7000"); /* inside attn.qkv of the first */
    nsys_work(&f, "KERNEL", NSYS_SECOND, 8200, 8300, 50, 0);
    nsys_end(&f);
    read_good(&c, NULL);
    cr_assert_eq(c.ranges.counted, 2);
    cr_expect_eq(op(&c, "adamw", "update", -1)->busy_ns, 100);
    cr_expect_eq(op(&c, "linear", "forward", 0)->busy_ns, 2500);
    hy_capture_fini(&c);
}

Test(nsys_capture, work_that_overlaps_counts_once_and_a_late_kernel_is_its_launchers)
{
    struct nsys_file f;
    struct hy_capture c;
    nsys_begin(&f, path, NSYS_NEW);
    nsys_range(&f, NSYS_THREAD, 0, 1000, "train", 0);
    nsys_range(&f, NSYS_THREAD, 100, 200, "ffn.in", 5);
    nsys_range(&f, NSYS_THREAD, 300, 400, "ffn.out", 5);
    for (int i = 0; i < 3; i++) {
        nsys_call(&f, NSYS_THREAD, 110 + 10 * i, 115 + 10 * i, i + 1, "cudaLaunchKernel_v7000");
        nsys_work(&f, "KERNEL", NSYS_THREAD, 5000 + 50 * i, 5100 + 50 * i, i + 1, 0); /* long behind the step's end */
    }
    nsys_call(&f, NSYS_THREAD, 200, 210, 9, "cudaLaunchKernel_v7000"); /* the tick ffn.in ended: outside of it */
    nsys_work(&f, "KERNEL", NSYS_THREAD, 6000, 6010, 9, 0);
    nsys_end(&f);
    read_good(&c, NULL);
    expect(op(&c, "linear", "", -1), 200, 200, 0, 3, 0, 0);
    expect(op(&c, "step", "", -1), 10, 800, 0, 1, 0, 0);
    cr_expect_eq(hy_total_calls(op(&c, "linear", "", -1), 1), 2);
    hy_capture_fini(&c);
}

/* ---- graphs ------------------------------------------------------------------------------------------------ */

/* A step that records two nodes in op ranges, and two that replay them. */
static void replays(struct nsys_file *f, bool nodes)
{
    nsys_range(f, NSYS_THREAD, 0, 900, "capture", 0);
    nsys_range(f, NSYS_THREAD, 10, 100, "recording", 0);
    nsys_range(f, NSYS_THREAD, 20, 90, "forward", 0);
    nsys_range(f, NSYS_THREAD, 25, 40, "mamba.scan", 64);
    nsys_range(f, NSYS_THREAD, 45, 60, "mamba.out", 32);
    if (nodes) {
        nsys_node(f, NSYS_THREAD, 30, 501, 0);
        nsys_node(f, NSYS_THREAD, 50, 502, 0);
        nsys_node(f, NSYS_THREAD, 95, 701, 501); /* the executable graph's copies */
        nsys_node(f, NSYS_THREAD, 95, 702, 502);
    }
    for (int i = 0; i < 2; i++) {
        const int64_t b = 200 + 300 * i;
        nsys_range(f, NSYS_THREAD, b, b + 200, "train", 0);
        nsys_call(f, NSYS_THREAD, b + 10, b + 20, i + 1, "cudaGraphLaunch_v10000");
        nsys_work(f, "KERNEL", NSYS_THREAD, b + 30, b + 60, i + 1, 701);
        nsys_work(f, "KERNEL", NSYS_THREAD, b + 70, b + 110, i + 1, 702);
    }
}

Test(nsys_capture, replayed_kernels_belong_to_the_range_that_recorded_them)
{
    struct nsys_file f;
    struct hy_capture c;
    struct hy_gaps g;
    nsys_begin(&f, path, NSYS_NEW);
    replays(&f, true);
    nsys_end(&f);
    read_good(&c, NULL);
    hy_gaps_of(&g, &c, HY_STEP_COUNTED);
    hy_gaps_fini(&g);
    cr_assert_eq(c.ranges.counted, 2);
    expect(op(&c, "scan", "forward", -1), 60, 0, 0, 2, 0, 0);
    expect(op(&c, "linear", "forward", -1), 80, 0, 20, 2, 0, 0);
    cr_expect_eq(hy_total_calls(op(&c, "scan", "forward", -1), 2), 1);
    cr_expect_eq(hy_total_bytes(op(&c, "scan", "forward", -1), 2), 64);
    cr_expect_eq(c.replayed, 4);
    cr_expect_eq(c.placed, 4);
    hy_capture_fini(&c);
}

Test(nsys_capture, without_nodes_they_belong_to_the_step_that_launched_the_graph)
{
    struct nsys_file f;
    struct hy_capture c;
    struct hy_gaps g;
    nsys_begin(&f, path, NSYS_NEW);
    replays(&f, false);
    nsys_end(&f);
    read_good(&c, NULL);
    expect(op(&c, "step", "", -1), 140, 400, 0, 4, 0, 0);
    cr_expect_eq(c.replayed, 4);
    cr_expect_eq(c.placed, 0);
    hy_gaps_of(&g, &c, HY_STEP_COUNTED);
    expect_causes(g.inside, 0, 0, 0, 20, 0); /* launched long before */
    hy_gaps_fini(&g);
    hy_capture_fini(&c);
}

Test(nsys_capture, a_graph_traced_as_a_whole_is_one_piece_of_its_step)
{
    struct nsys_file f;
    struct hy_capture c;
    nsys_begin(&f, path, NSYS_NEW);
    nsys_sql(&f,
             "DROP TABLE CUPTI_ACTIVITY_KIND_KERNEL; CREATE TABLE CUPTI_ACTIVITY_KIND_GRAPH_TRACE (start INTEGER, end"
             " INTEGER, correlationId INTEGER, globalPid INTEGER, graphId INTEGER)");
    nsys_range(&f, NSYS_THREAD, 0, 100, "train", 0);
    nsys_call(&f, NSYS_THREAD, 10, 20, 1, "cudaGraphLaunch_v10000");
    nsys_work(&f, "GRAPH_TRACE", NSYS_THREAD, 30, 90, 1, 0);
    nsys_end(&f);
    read_good(&c, NULL);
    expect(op(&c, "step", "", -1), 60, 100, 0, 0, 0, 0);
    cr_expect_eq(c.graphs, 1);
    hy_capture_fini(&c);
}

Test(nsys_capture, steps_as_they_are_trained_tell_how_the_host_keeps_up)
{
    struct nsys_file f;
    struct hy_capture c;
    struct hy_gaps g;
    nsys_begin(&f, path, NSYS_NEW);
    nsys_range(&f, NSYS_THREAD, 0, 500000, "capture", 0);
    nsys_range(&f, NSYS_THREAD, 300000, 310000, "whole", 0);
    nsys_call(&f, NSYS_THREAD, 300100, 300200, 901, "cudaGraphLaunch_v10000");
    nsys_work(&f, "KERNEL", NSYS_THREAD, 301000, 304000, 901, 33);
    nsys_work(&f, "KERNEL", NSYS_THREAD, 304500, 306000, 901, 34);
    for (int i = 0; i < 2; i++)
        nsys_step(&f, 1000 + 100000 * i, 10 * i + 1);
    nsys_end(&f);
    read_good(&c, NULL);
    expect_steps(&c, 2);
    hy_gaps_of(&g, &c, HY_STEP_WHOLE);
    cr_expect_eq(g.steps, 1);
    cr_expect_eq(g.span_ns, 5000);
    cr_expect_eq(g.idle_ns, 500);
    expect_causes(g.inside, 0, 0, 0, 500, 0);
    hy_gaps_fini(&g);
    hy_capture_fini(&c);
    read_good(&c, "whole");
    expect(op(&c, "step", "", -1), 4500, 10000, 0, 2, 0, 0);
    hy_capture_fini(&c);
}

/* ---- what the end of a capture cuts --------------------------------------------------------------------------- */

Test(nsys_capture, a_step_that_the_capture_cut_is_left_out)
{
    for (int generation = NSYS_OLD; generation <= NSYS_NEW; generation++) {
        struct nsys_file f;
        struct hy_capture c;
        nsys_begin(&f, path, (enum nsys_generation)generation);
        nsys_range(&f, NSYS_THREAD, 500, NSYS_OPEN, "capture", 0); /* around everything: no harm */
        for (int i = 0; i < 2; i++)
            nsys_step(&f, 1000 + 100000 * i, 10 * i + 1);
        nsys_range(&f, NSYS_THREAD, 301000, NSYS_OPEN, "train", 0);
        nsys_range(&f, NSYS_THREAD, 302000, NSYS_OPEN, "forward", 0);
        nsys_range(&f, NSYS_THREAD, 303000, 304000, "embed", 100);
        nsys_range(&f, NSYS_THREAD, 305000, NSYS_OPEN, "layer 0", 0);
        nsys_range(&f, NSYS_THREAD, 306000, NSYS_OPEN, "attn.core", 0);
        nsys_call(&f, NSYS_THREAD, 303100, 303200, 99, "cudaLaunchKernel_v7000");
        nsys_work(&f, "KERNEL", NSYS_THREAD, 303300, 303400, 99, 0);
        nsys_end(&f);
        read_good(&c, NULL);
        expect_steps(&c, 2);
        cr_expect_eq(c.ranges.cut, 1);
        cr_expect_eq(c.outside, 1);
        hy_capture_fini(&c);
    }
}
