/* The device's columns of ops.csv, from a step of a tiny model and a libcupti that makes records up. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/measure/profile_device.h"
#include "bench/measure/profile_step.h"
#include "bench/run/record.h"
#include "tests/bench/mock.h"
#include "tests/models/tiny.h"

enum { STEPS = 2 };

static struct mock_cupti mock;
static struct hy_trainer trainer;
static struct hy_profile profile;
static int rows;

/* A step's rows as the CPU's timers leave them. */
static void take_profile(void)
{
    static const struct hy_peaks peaks = {.rate = {[HY_PEAK_SGEMM] = 100,
                                                   [HY_PEAK_BF16] = 100,
                                                   [HY_PEAK_FMA] = 100,
                                                   [HY_PEAK_STREAMS + HY_MEMORY * HY_TRAFFICS] = 20,
                                                   [HY_PEAK_STREAMS + HY_LLC * HY_TRAFFICS] = 50},
                                          .holds = {[HY_LLC] = 32 << 20}};
    struct hy_config c = tiny_config(0, 0);
    struct hy_training training = tiny_training(1);
    mock_cupti_use(&mock);
    cr_assert_eq(hy_trainer_init(&trainer, &c, &training, 100, hy_backend(HY_WHERE_CPU, HY_F32)), HY_OK, "%s",
                 hy_error());
    tiny_batch(&trainer, 1);
    hy_profile_step(&trainer, &peaks, NULL, &profile);
    rows = profile.n;
    cr_assert_gt(rows, 20);
}

static void done(void)
{
    hy_profile_fini(&profile);
    hy_trainer_fini(&trainer);
}

static void expect_unknown(void)
{
    cr_assert_eq(profile.n, rows);
    for (int i = 0; i < rows; i++)
        cr_assert(isnan(profile.rows[i].device_ms) && profile.rows[i].time_ms > 0, "the timers' figures stay");
    cr_assert(isnan(profile.trace_ratio) && isnan(profile.busy_pct));
    cr_assert_eq(mock.counts().subscribers, 0);
}

Test(profile_device, every_op_gets_what_it_launched)
{
    take_profile();
    setenv("MOCK_CUPTI_AUTO", "1000", 1);
    hy_profile_device(&trainer, STEPS, &profile);
    double share = 0;
    cr_assert_eq(profile.n, rows + 1, "and a row for what the step itself launched");
    for (int i = 0; i < profile.n; i++) {
        const struct hy_op_row *o = &profile.rows[i];
        const long ranges = i == rows ? 2 : o->calls; /* of the step: its program's range, and the one around that */
        cr_assert_eq(o->kernels, ranges, "%s %s: %ld kernels of %ld ranges", o->op, o->pass, o->kernels, ranges);
        cr_assert_float_eq(o->device_ms, 1e-3 * (double)ranges, 1e-9);
        cr_assert_eq(o->time_ms, o->device_ms);
        share += o->share_pct;
    }
    cr_assert_float_eq(share, 100, 1e-6);
    cr_assert_str_eq(profile.rows[rows].op, "step");
    cr_assert(profile.trace_ratio > 0 && profile.busy_pct > 0);

    /* what a resumed run reads again */
    struct hy_record record, again;
    const struct hy_op_row first = profile.rows[0];
    const double busy_pct = profile.busy_pct;
    hy_record_init(&record, "tiny", 1);
    hy_record_take_profile(&record, &profile);
    json_t *j = hy_record_json(&record);
    cr_assert_eq(hy_record_parse(&again, j, "here"), HY_OK);
    cr_assert_eq(again.ops[0].kernels, first.kernels);
    cr_assert_float_eq(again.ops[0].device_ms, first.device_ms, 1e-12);
    cr_assert_float_eq(again.busy_pct, busy_pct, 1e-9);
    json_decref(j);
    hy_record_fini(&again);
    hy_record_fini(&record);
    done();
}

Test(profile_device, a_refusal_leaves_the_rest)
{
    take_profile();
    setenv("MOCK_CUPTI_AUTO", "1000", 1);
    setenv("MOCK_CUPTI_FAIL", "39", 1);
    hy_profile_device(&trainer, STEPS, &profile);
    expect_unknown();
    setenv("MOCK_CUPTI_FAIL_AT", "cuptiActivityFlushAll", 1);
    hy_profile_device(&trainer, STEPS, &profile);
    expect_unknown();
    unsetenv("MOCK_CUPTI_FAIL");
    mock.drop(1);
    hy_profile_device(&trainer, STEPS, &profile);
    expect_unknown();
    unsetenv("MOCK_CUPTI_AUTO"); /* nothing is launched: no zeros */
    hy_profile_device(&trainer, STEPS, &profile);
    expect_unknown();
    done();
}
