#include "bench/run/conditions_json.h"

#include <math.h>
#include <string.h>

#include "bench/harness/gpu_witness.h"

static json_t *number(double x)
{
    return isfinite(x) ? json_real(x) : json_null(); /* JSON has no NaN */
}

static double number_of(json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

json_t *hy_conditions_json(const struct hy_conditions *c)
{
    return json_pack("{so,sI,so,so,ss,ss}", "disturbed_pct", number(c->disturbed_pct), "dropped",
                     (json_int_t)c->dropped, "clock_ratio", number(c->clock_ratio), "memory_ratio",
                     number(c->memory_ratio), "witness", c->witness, "quality", hy_quality_name(c->quality));
}

struct hy_conditions hy_conditions_of_json(json_t *object)
{
    struct hy_conditions c = hy_conditions_unknown;
    const char *quality = json_string_value(json_object_get(object, "quality"));
    if (!quality)
        return c;
    c.disturbed_pct = number_of(object, "disturbed_pct");
    c.dropped = (size_t)json_integer_value(json_object_get(object, "dropped"));
    c.clock_ratio = number_of(object, "clock_ratio");
    c.memory_ratio = number_of(object, "memory_ratio");
    const char *witness = json_string_value(json_object_get(object, "witness"));
    const char *of_gpu = witness ? hy_gpu_witness_named(witness) : NULL;
    c.witness = of_gpu ? of_gpu : hy_witness_named(witness);
    for (int q = HY_QUALITY_OK; q <= HY_QUALITY_DRIFTED; q++)
        if (strcmp(quality, hy_quality_name((enum hy_quality)q)) == 0)
            c.quality = (enum hy_quality)q;
    return c;
}
