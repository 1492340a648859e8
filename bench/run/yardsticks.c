#include "bench/run/yardsticks.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "bench/harness/env.h"
#include "bench/harness/stats.h"
#include "kernels/base/file.h"

static double *with(double *values, size_t n, double one)
{
    values = realloc(values, (n + 1) * sizeof *values);
    HY_ASSERT(values, "out of memory for a list of yardsticks");
    values[n] = one;
    return values;
}

void hy_run_yardsticks_note(struct hy_run_yardsticks *r, const struct hy_yardstick *y)
{
    double clock, copy;
    hy_yardstick_rates(y, &clock, &copy);
    if (isnan(clock) || isnan(copy))
        return;
    r->clock_ns_per_round = with(r->clock_ns_per_round, r->n, clock);
    r->copy_ns_per_byte = with(r->copy_ns_per_byte, r->n, copy);
    r->n++;
    r->copy_bytes = y->slice;
}

hy_status hy_run_yardsticks_write(const struct hy_run_yardsticks *r, const char *dir)
{
    if (r->n == 0)
        return HY_OK;
    char *path = hy_format("%s/env.json", dir);
    json_error_t error;
    json_t *env = json_load_file(path, 0, &error);
    hy_status status = HY_OK;
    if (json_is_object(env)) {
        json_object_set_new(env, "yardsticks",
                            json_pack("{sf,sf,sI}", "clock_ns_per_round", hy_median(r->clock_ns_per_round, r->n),
                                      "copy_ns_per_byte", hy_median(r->copy_ns_per_byte, r->n), "copy_bytes",
                                      (json_int_t)r->copy_bytes));
        status = hy_env_write(env, path);
    } else {
        status = hy_fail(HY_RUN_FAILED, "cannot add the yardsticks to '%s': %s", path,
                         env ? "it holds no object" : error.text);
    }
    json_decref(env);
    free(path);
    return status;
}

void hy_run_yardsticks_fini(struct hy_run_yardsticks *r)
{
    free(r->clock_ns_per_round);
    free(r->copy_ns_per_byte);
    *r = (struct hy_run_yardsticks){0};
}
