/* Whether a GPU ran freely, against a libnvidia-ml that makes its answers up, and what is made of it: watches, rounds.
 */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "bench/harness/gpu_witness.h"
#include "bench/harness/rounds.h"
#include "bench/run/conditions_json.h"
#include "tests/bench/mock.h"

static struct hy_gpu_witness w;

/* Lists of answers; opening asks once, each begin and end once. */
static void open_with(const char *reasons, const char *mhz)
{
    unsetenv("CUDA_VISIBLE_DEVICES");
    setenv("HYMBENCH_NVML_LIB", mock_path("nvml"), 1);
    setenv("MOCK_NVML_REASONS", reasons, 1);
    setenv("MOCK_NVML_SM_MHZ", mhz, 1);
    hy_gpu_witness_open(&w, 0);
}

static struct hy_gpu_seen look(void)
{
    hy_gpu_witness_begin(&w);
    return hy_gpu_witness_end(&w);
}

Test(gpu_witness, reasons_at_either_end_make_it_slow)
{
    open_with("0,0,0,4,0,0,0x40,0", "1980");
    cr_assert_str_eq(hy_gpu_witness_name(&w, false), "clocks+reasons");
    cr_assert_str_eq(hy_gpu_witness_name(&w, true), "queue+clocks+reasons");
    cr_assert_not(look().slow);
    struct hy_gpu_seen s = look();
    cr_assert(s.slow);
    cr_assert_str_eq(s.last.throttle, "power cap", "what held it back at the beginning is told too");
    s = look();
    cr_assert(s.slow);
    cr_assert_str_eq(s.last.throttle, "hw thermal");
    cr_assert_not(look().slow);
}

Test(gpu_witness, a_clock_below_the_highest_is_slow)
{
    open_with("0", "1500,1980,1980,1930,1980,1980,1920");
    cr_assert_not(look().slow);
    cr_assert_not(look().slow, "2.5 %% below the highest is no drift");
    struct hy_gpu_seen s = look();
    cr_assert(s.slow, "3 %% and more is");
    cr_assert_float_eq(s.mhz, 1920, 1e-9, "the lower one of both ends");
}

Test(gpu_witness, who_is_told_nothing_sees_nothing)
{
    setenv("HYMBENCH_NVML_LIB", "/nowhere/libnvidia-ml.so.1", 1);
    hy_gpu_witness_open(&w, 0);
    cr_assert_not(look().slow);
    cr_assert_str_eq(hy_gpu_witness_name(&w, false), "none");
    cr_assert_str_eq(hy_gpu_witness_name(&w, true), "queue");
    struct hy_watch watch = {.gpu = &w};
    hy_watch_begin(&watch);
    hy_watch_end(&watch, 6, 2);
    cr_assert_float_eq(hy_tally_rate(&watch.tally), 3, 1e-12);
    const struct hy_conditions c = hy_watch_conditions(&watch, false);
    cr_assert(isnan(c.disturbed_pct) && isnan(c.clock_ratio));
    cr_assert_str_eq(c.witness, "none");
}

/* ---- long figures ---------------------------------------------------------------------- */

static bool part(struct hy_watch *watch, double units, double seconds)
{
    hy_watch_begin(watch);
    return hy_watch_end(watch, units, seconds) | hy_watch_close(watch);
}

Test(gpu_witness, a_rate_is_of_the_parts_that_ran_freely)
{
    open_with("0,0,0,4,4,0", "1980,1980,1980,1400,1400,1980");
    struct hy_watch watch = {.gpu = &w};
    cr_assert_not(part(&watch, 10, 1));
    cr_assert(part(&watch, 10, 2));
    cr_assert_not(part(&watch, 10, 1));
    cr_assert_float_eq(hy_tally_rate(&watch.tally), 10, 1e-12);
    const struct hy_conditions c = hy_watch_conditions(&watch, false);
    cr_assert_eq(c.quality, HY_QUALITY_OK);
    cr_assert_float_eq(c.disturbed_pct, 50, 1e-9);
    cr_assert_eq(c.dropped, 1);
    cr_assert_float_eq(c.clock_ratio, 1, 1e-9, "of the parts that count");
    cr_assert_str_eq(c.witness, "clocks+reasons");
    json_t *j = hy_conditions_json(&c);
    cr_assert_str_eq(hy_conditions_of_json(j).witness, "clocks+reasons");
    json_decref(j);
}

Test(gpu_witness, too_little_of_it_has_drifted)
{
    open_with("0,4", "1980,1584");
    struct hy_watch watch = {.gpu = &w};
    for (int i = 0; i < 3; i++)
        cr_assert(part(&watch, 10, 1));
    const struct hy_conditions c = hy_watch_conditions(&watch, true);
    cr_assert_eq(c.quality, HY_QUALITY_DRIFTED);
    cr_assert_eq(c.dropped, 0, "all of it counts");
    cr_assert_float_eq(hy_tally_rate(&watch.tally), 10, 1e-12);
    cr_assert_float_eq(c.clock_ratio, 0.8, 1e-9);
}

Test(gpu_witness, rounds_are_taken_again_and_drift)
{
    open_with("0,0,0,8,8,0,0,0", "1980");
    struct hy_watch watch = {.gpu = &w};
    struct hy_rounds r = {.asked = 2};
    while (hy_rounds_more(&r))
        hy_rounds_end(&r, part(&watch, 1, 1));
    cr_assert_eq(r.taken, 3);
    cr_assert_eq(hy_rounds_conditions(&r, &watch, false).quality, HY_QUALITY_OK);
    cr_assert_eq(hy_rounds_conditions(&r, &watch, false).dropped, 1);

    open_with("8", "1980");
    watch = (struct hy_watch){.gpu = &w};
    r = (struct hy_rounds){.asked = 2};
    while (hy_rounds_more(&r))
        hy_rounds_end(&r, part(&watch, 1, 1));
    cr_assert_eq(r.taken, 4);
    cr_assert_eq(hy_rounds_conditions(&r, &watch, false).quality, HY_QUALITY_DRIFTED);
}
