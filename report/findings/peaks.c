#include "report/findings/peaks.h"

#include <math.h>

double hy_env_peak(const struct hy_run_data *d, const char *name)
{
    const json_t *value = json_object_get(json_object_get(d->env, "peaks"), name);
    const double rate = json_is_number(value) ? json_number_value(value) : (double)NAN;
    return rate > 0 ? rate : (double)NAN;
}

double hy_env_bandwidth(const struct hy_run_data *d, int level, int traffic)
{
    static const char *const names[HY_ENV_LEVELS][HY_ENV_TRAFFICS] = {
        {"l1_read_gbps", "l1_write_gbps", "l1_copy_gbps"},
        {"l2_read_gbps", "l2_write_gbps", "l2_copy_gbps"},
        {"llc_read_gbps", "llc_write_gbps", "llc_copy_gbps"},
        {"memory_read_gbps", "memory_write_gbps", "memory_copy_gbps"}};
    static const char *const older[HY_ENV_LEVELS][HY_ENV_TRAFFICS] = {
        [HY_ENV_LLC] = {"llc_gbps", NULL, NULL}, [HY_ENV_MEMORY] = {"read_gbps", NULL, "copy_gbps"}};
    const double rate = hy_env_peak(d, names[level][traffic]);
    return isnan(rate) && older[level][traffic] ? hy_env_peak(d, older[level][traffic]) : rate;
}
