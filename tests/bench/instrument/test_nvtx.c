#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "bench/instrument/instrument.h"
#include "tests/bench/instrument/nvtx_record.h"

/* One training step of a two-layer program, as the executor announces it. */
static void run_step(const struct hy_trace *t, uint64_t step)
{
    hy_trace_begin(t, HY_TRACE_STEP, "train", -1, step);
    hy_trace_begin(t, HY_TRACE_PASS, "forward", -1, step);
    for (int layer = 0; layer < 2; layer++) {
        hy_trace_begin(t, HY_TRACE_LAYER, "layer", layer, (uint64_t)layer);
        hy_trace_begin(t, HY_TRACE_OP, "attention", layer, 4096);
        hy_trace_end(t);
        hy_trace_end(t);
    }
    hy_trace_end(t);
    hy_trace_begin(t, HY_TRACE_PASS, "update", -1, step);
    hy_trace_begin(t, HY_TRACE_OP, "adamw", -1, 123);
    hy_trace_end(t);
    hy_trace_end(t);
    hy_trace_end(t);
}

static void expect_push(int at, const char *text, int depth, const char *category, uint64_t payload)
{
    const struct recorded *e = &nvtx_events[at];
    cr_assert(e->push, "event %d is no push", at);
    cr_assert_str_eq(e->text, text, "event %d: range '%s', want '%s'", at, e->text, text);
    cr_assert_eq(e->depth, depth, "event %d (%s): depth %d, want %d", at, text, e->depth, depth);
    cr_assert_str_eq(nvtx_category_names[e->category], category);
    cr_assert_eq(e->payload, payload);
    cr_assert(e->registered && e->is_u64);
    cr_assert_str_eq(e->domain, "hymbench");
}

Test(nvtx, ranges_arrive_nested_named_and_categorised)
{
    if (!hy_nvtx_built_in())
        cr_skip("this build found no nvtx3 headers");
    const struct hy_trace *t = hy_nvtx_trace(true);
    cr_assert_not_null(t);
    run_step(t, 7);
    cr_assert_eq(nvtx_event_count, 16, "8 ranges make 16 events, %d came", nvtx_event_count);
    expect_push(0, "train", 0, "train", 7);
    expect_push(1, "forward", 1, "train", 7);
    expect_push(2, "layer 0", 2, "train", 0);
    expect_push(3, "attention", 3, "train", 4096);
    cr_assert(!nvtx_events[4].push && nvtx_events[4].depth == 3);
    expect_push(6, "layer 1", 2, "train", 1);
    expect_push(11, "update", 1, "train", 7);
    expect_push(12, "adamw", 2, "train", 123);
    cr_assert_eq(nvtx_events[15].depth, 0);

    /* the category belongs to what is open; names are registered once */
    int registered = nvtx_registered_count;
    nvtx_event_count = 0;
    hy_trace_begin(t, HY_TRACE_STEP, "eval", -1, 50);
    hy_trace_begin(t, HY_TRACE_OP, "attention", 0, 4096);
    hy_trace_end(t);
    hy_trace_end(t);
    hy_trace_begin(t, HY_TRACE_SAMPLE, "hy_scan_fwd_f32_base", -1, 3);
    hy_trace_end(t);
    expect_push(0, "eval", 0, "eval", 50);
    expect_push(1, "attention", 1, "eval", 4096);
    expect_push(4, "hy_scan_fwd_f32_base", 0, "bench", 3);
    cr_assert_eq(nvtx_registered_count, registered + 2, "only the two new names are registered");
}

Test(nvtx, ranges_are_switched_off_and_on)
{
    bool heard = false;
    if (!hy_nvtx_built_in())
        cr_skip("this build found no nvtx3 headers");
    cr_assert_not_null(hy_nvtx_always(&heard));
    cr_assert(heard, "this program listens to itself");
    setenv("HYMBENCH_NVTX", "0", 1);
    cr_assert_null(hy_nvtx_trace(true));
    setenv("HYMBENCH_NVTX", "1", 1);
    cr_assert_not_null(hy_nvtx_trace(true));
}

Test(nvtx, a_fan_feeds_all_and_none)
{
    struct hy_fan fan;
    struct hy_slots a, b;
    hy_fan_init(&fan);
    cr_assert_null(hy_fan_trace(&fan));
    run_step(hy_fan_trace(&fan), 0); /* no listener: legal */
    hy_slots_init(&a, 8);
    hy_slots_init(&b, 8);
    hy_fan_add(&fan, &a.trace);
    hy_fan_add(&fan, NULL);
    hy_fan_add(&fan, &b.trace);
    run_step(hy_fan_trace(&fan), 0);
    cr_assert_eq(a.n, 3);
    cr_assert_eq(b.n, 3);
    hy_slots_fini(&a);
    hy_slots_fini(&b);
    hy_slots_fini(NULL);
}

Test(nvtx, slots_sum_calls_time_and_bytes)
{
    struct hy_slots s;
    hy_slots_init(&s, 8);
    run_step(&s.trace, 0);
    run_step(&s.trace, 1);
    cr_assert_eq(s.steps, 2);
    cr_assert_eq(s.n, 3, "attention of two layers, and adamw");
    uint64_t sum = 0;
    for (size_t i = 0; i < s.n; i++) {
        cr_assert_eq(s.slots[i].calls, 2);
        sum += s.slots[i].ns;
    }
    cr_assert(sum > 0 && sum <= s.step_ns, "ops lie inside steps: %lu of %lu ns", (unsigned long)sum,
              (unsigned long)s.step_ns);
    cr_assert_str_eq(s.slots[0].op, "attention");
    cr_assert_str_eq(s.slots[0].pass, "forward");
    cr_assert_eq(s.slots[1].layer, 1);
    cr_assert_eq(s.slots[0].bytes, 8192);
    cr_assert_str_eq(s.slots[2].pass, "update");
    cr_assert_eq(s.slots[2].layer, -1);
    hy_slots_reset(&s);
    cr_assert_eq(s.n, 0);
    cr_assert_eq(s.steps, 0);
    hy_slots_fini(&s);
}
