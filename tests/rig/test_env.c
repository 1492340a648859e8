/* env.json of a run on a device says what it was driven and measured with. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>

#include "bench/harness/env.h"
#include "kernels/device.h"
#include "tests/bench/mock.h"

static const char *path_of(const json_t *env, const char *file)
{
    return json_string_value(json_object_get(json_object_get(json_object_get(env, "gpu_libraries"), file), "path"));
}

Test(rig_env, libraries_are_looked_for_where_a_device_is_open)
{
    setenv("HYMBENCH_CUPTI_LIB", mock_path("cupti"), 1);
    setenv("HYMBENCH_NVML_LIB", mock_path("nvml"), 1);
    json_t *env = hy_env_json();
    cr_assert_eq(json_object_size(json_object_get(env, "gpu_libraries")), 0u, "nobody asked for a GPU");
    json_decref(env);
    cr_assert_eq(hy_cuda_open(0), HY_OK, "%s", hy_error());
    env = hy_env_json();
    cr_assert_str_eq(path_of(env, "libcupti.so.13"), mock_path("cupti"));
    cr_assert_str_eq(path_of(env, "libnvidia-ml.so.1"), mock_path("nvml"));
    json_decref(env);
    hy_cuda_close();
}
