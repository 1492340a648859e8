/* Metric lists and their passes, by the toolkit's own libcupti: it needs no GPU. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "bench/instrument/counters.h"
#include "bench/instrument/cupti_api.h"
#include "tests/bench/mock.h"

static void need_library(void)
{
    const struct hy_cupti *api;
#ifdef __SANITIZE_ADDRESS__
    cr_skip("libnvperf_host.so is loaded in a way that the sanitizer refuses");
#endif
    unsetenv("HYMBENCH_CUPTI_LIB");
    if (hy_cupti_load(&api) != HY_CUPTI_OK)
        cr_skip("this machine has no libcupti of CUDA 13");
}

static int count(const char *const *metrics)
{
    int n = 0;
    while (metrics[n])
        n++;
    return n;
}

TestSuite(counters, .timeout = 120);

Test(counters, the_usual_ones_take_one_pass_on_data_centre_chips)
{
    static const char *const chips[] = {"GA100", "GH100", "GB100"};
    need_library();
    for (size_t i = 0; i < sizeof chips / sizeof *chips; i++) {
        int passes = 0;
        cr_assert_eq(hy_counters_passes(chips[i], hy_counters_default, count(hy_counters_default), &passes), HY_OK,
                     "%s: %s", chips[i], hy_error());
        cr_assert_eq(passes, 1, "%s counts them in %d passes", chips[i], passes);
    }
}

Test(counters, more_than_fits_takes_more_passes)
{
    static const char *const metrics[] = {"dram__bytes_read.sum", "lts__t_bytes.sum",
                                          "sm__throughput.avg.pct_of_peak_sustained_elapsed"};
    int passes = 0;
    need_library();
    cr_assert_eq(hy_counters_passes("GH100", metrics, 3, &passes), HY_OK, "%s", hy_error());
    cr_assert_gt(passes, 1);
}

Test(counters, what_is_unknown_is_named)
{
    static const char *const metrics[] = {"dram__bytes_read.sum", "dram__bytes_raed.sum", "lts__t_bytes.sum"};
    int passes = -1;
    need_library();
    cr_assert_eq(hy_counters_passes("GH100", metrics, 3, &passes), HY_BAD_INPUT);
    cr_assert(strstr(hy_error(), "no metric 'dram__bytes_raed.sum'"), "%s", hy_error());
    cr_assert_eq(hy_counters_passes("gh100", metrics, 1, &passes), HY_BAD_INPUT);
    cr_assert(strstr(hy_error(), "did you mean 'GH100'?"), "%s", hy_error());
    cr_assert_eq(hy_counters_passes("H2000", metrics, 1, &passes), HY_BAD_INPUT);
    cr_assert(strstr(hy_error(), "it knows GV100, "), "%s", hy_error());
    cr_assert_eq(passes, -1);
}

Test(counters, without_a_library_that_can)
{
    int passes = -1;
    setenv("HYMBENCH_CUPTI_LIB", "/nowhere/libcupti.so", 1);
    cr_assert_eq(hy_counters_passes("GH100", hy_counters_default, 1, &passes), HY_NO_DATA);
    cr_assert(strstr(hy_error(), "/nowhere/libcupti.so"), "%s", hy_error());
    setenv("HYMBENCH_CUPTI_LIB", mock_path("cupti"), 1);
    cr_assert_eq(hy_counters_passes("GH100", hy_counters_default, 1, &passes), HY_NO_DATA);
    cr_assert(strstr(hy_error(), "has no cuptiProfilerHost"), "%s", hy_error());
}
