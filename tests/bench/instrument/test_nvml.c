/* Clocks, power, temperature and energy, against a libnvidia-ml that makes them up. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "bench/instrument/nvml.h"
#include "bench/measure/gpu_watch.h"
#include "bench/run/record.h"
#include "tests/bench/mock.h"

static struct hy_nvml_sample s;

static void use_mock(void)
{
    unsetenv("CUDA_VISIBLE_DEVICES");
    setenv("HYMBENCH_NVML_LIB", mock_path("nvml"), 1);
}

Test(nvml, a_sample_has_every_field)
{
    use_mock();
    setenv("MOCK_NVML_REASONS", "0x45", 1); /* idle, too, which holds nothing back */
    hy_nvml_sample(0, &s);
    cr_assert(hy_nvml_loaded());
    cr_assert_float_eq(s.sm_mhz, 1980, 1e-9);
    cr_assert_float_eq(s.memory_mhz, 2619, 1e-9);
    cr_assert_float_eq(s.power_w, 456.5, 1e-9);
    cr_assert_float_eq(s.temperature_c, 61, 1e-9);
    cr_assert_str_eq(s.throttle, "power cap, hw thermal");
    setenv("MOCK_NVML_REASONS", "0x1", 1);
    hy_nvml_sample(0, &s);
    cr_assert_str_eq(s.throttle, "none");
    setenv("MOCK_NVML_REASONS", "0xff", 1);
    hy_nvml_sample(0, &s);
    cr_assert_str_eq(s.throttle, "power cap, hw slowdown, sync boost, sw thermal, hw thermal, power brake");
    cr_assert_gt(hy_nvml_joules(0), 0);
}

Test(nvml, the_gpu_is_the_one_that_cuda_means)
{
    static const struct {
        const char *visible;
        int index;
        double sm_mhz; /* NaN: none */
    } cases[] = {{"1", 0, 1979},     {"1,0", 1, 1980},       {"1,0", 2, NAN},   {"", 0, NAN},
                 {"GPU-2", 0, 1979}, {"0,GPU-2,1", 1, 1979}, {"GPU-9", 0, NAN}, {"7", 0, NAN}};
    use_mock();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        setenv("CUDA_VISIBLE_DEVICES", cases[i].visible, 1);
        hy_nvml_sample(cases[i].index, &s);
        if (isnan(cases[i].sm_mhz))
            cr_assert(isnan(s.sm_mhz), "'%s', GPU %d", cases[i].visible, cases[i].index);
        else
            cr_assert_float_eq(s.sm_mhz, cases[i].sm_mhz, 1e-9, "'%s', GPU %d: %g MHz", cases[i].visible,
                               cases[i].index, s.sm_mhz);
    }
}

Test(nvml, what_a_gpu_does_not_tell_stays_unknown)
{
    use_mock();
    setenv("MOCK_NVML_FAIL", "nvmlDeviceGetPowerUsage", 1);
    hy_nvml_sample(0, &s);
    cr_assert(isnan(s.power_w) && !isnan(s.temperature_c));
    setenv("MOCK_NVML_FAIL", "nvmlDeviceGetCurrentClocksThrottleReasons", 1);
    hy_nvml_sample(0, &s);
    cr_assert_str_eq(s.throttle, "");
    setenv("MOCK_NVML_FAIL", "nvmlDeviceGetTotalEnergyConsumption", 1);
    cr_assert(isnan(hy_nvml_joules(0)));
}

static void expect_nothing(void)
{
    hy_nvml_sample(0, &s);
    cr_assert_not(hy_nvml_loaded());
    cr_assert(isnan(s.sm_mhz) && isnan(s.memory_mhz) && isnan(s.power_w) && isnan(s.temperature_c));
    cr_assert_str_eq(s.throttle, "");
    cr_assert(isnan(hy_nvml_joules(0)));
}

Test(nvml, without_a_library_all_is_unknown)
{
    setenv("HYMBENCH_NVML_LIB", "/nowhere/libnvidia-ml.so.1", 1);
    expect_nothing();
}

Test(nvml, another_library_is_none)
{
    setenv("HYMBENCH_NVML_LIB", "libm.so.6", 1);
    expect_nothing();
}

Test(nvml, one_that_does_not_start_is_none)
{
    use_mock();
    setenv("MOCK_NVML_FAIL", "nvmlInit_v2", 1);
    expect_nothing();
}

/* ---- a stretch of training ------------------------------------------------------------ */

Test(nvml, a_stretch_of_training_adds_its_energy)
{
    struct hy_record r, again;
    struct hy_gpu_watch watch = {.index = 0};
    use_mock();
    hy_record_init(&r, "tiny", 1);
    for (int i = 0; i < 2; i++) {
        double before = r.joules;
        hy_gpu_watch_begin(&watch);
        for (double start = hy_nvml_joules(0); hy_nvml_joules(0) <= start;) /* the counter moves on */
            ;
        const struct hy_gpu_stretch stretch = hy_gpu_watch_end(&watch);
        hy_record_add_stretch(&r, &stretch);
        cr_assert_gt(r.joules, before);
    }
    cr_assert_float_eq(r.gpu.power_w, 456.5, 1e-9);
    r.train_tokens = 5000;
    json_t *j = hy_record_json(&r);
    cr_assert_eq(hy_record_parse(&again, j, "here"), HY_OK);
    cr_assert_float_eq(again.joules, r.joules, 1e-9);
    cr_assert_float_eq(again.gpu.sm_mhz, 1980, 1e-9);
    cr_assert_str_eq(again.gpu.throttle, "none");
    json_decref(j);
    hy_record_fini(&again);
    hy_record_fini(&r);
}

Test(nvml, the_host_has_no_such_figures)
{
    struct hy_record r;
    struct hy_gpu_watch watch = hy_gpu_watch_of(hy_backend(HY_WHERE_CPU, HY_F32));
    use_mock();
    hy_record_init(&r, "tiny", 1);
    hy_gpu_watch_begin(&watch);
    const struct hy_gpu_stretch stretch = hy_gpu_watch_end(&watch);
    hy_record_add_stretch(&r, &stretch);
    cr_assert(isnan(r.joules) && isnan(r.gpu.power_w));
    hy_record_fini(&r);
}
