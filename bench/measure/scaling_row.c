#include "bench/measure/scaling_row.h"

#include <math.h>

struct hy_scaling_row hy_scaling_row(int context, int batch)
{
    return (struct hy_scaling_row){.context = context,
                                   .batch = batch,
                                   .prefill_tok_s = NAN,
                                   .decode_tok_s = NAN,
                                   .decode_gbps = NAN,
                                   .cache_bytes = NAN,
                                   .cache_formula = NAN,
                                   .cache_plain = NAN,
                                   .ssm_bytes = NAN,
                                   .state_formula = NAN,
                                   .planned_bytes = NAN,
                                   .peak_bytes = NAN,
                                   .global_us = NAN,
                                   .local_us = NAN,
                                   .shared_us = NAN,
                                   .ssm_us = NAN,
                                   .decode_joules = NAN,
                                   .conditions = hy_conditions_unknown};
}

bool hy_scaling_timed(const struct hy_scaling_row *row)
{
    return row->prefill_tok_s > 0 || row->decode_tok_s > 0;
}

void hy_scaling_put(struct hy_table *t, const char *variant, const struct hy_scaling_row *row)
{
    hy_table_text(t, "variant", variant);
    hy_table_integer(t, "context", row->context);
    hy_table_integer(t, "batch", row->batch);
    hy_table_float(t, "prefill_tok_s", row->prefill_tok_s);
    hy_table_float(t, "decode_tok_s", row->decode_tok_s);
    hy_table_double(t, "cache_bytes", row->cache_bytes);
    hy_table_double(t, "peak_bytes", row->peak_bytes);
    hy_table_text(t, "stop_reason", row->stop_reason);
    hy_table_double(t, "cache_formula_bytes", row->cache_formula);
    hy_table_double(t, "cache_plain_bytes", row->cache_plain);
    hy_table_double(t, "state_bytes", row->ssm_bytes);
    hy_table_double(t, "state_formula_bytes", row->state_formula);
    hy_table_double(t, "planned_bytes", row->planned_bytes);
    hy_table_float(t, "decode_gbps", row->decode_gbps);
    hy_table_float(t, "global_layer_us", row->global_us);
    hy_table_float(t, "local_layer_us", row->local_us);
    hy_table_float(t, "shared_layer_us", row->shared_us);
    hy_table_float(t, "ssm_layer_us", row->ssm_us);
    hy_conditions_put(t, &row->conditions);
    hy_table_float(t, "decode_joules_per_tok", row->decode_joules);
    hy_table_rest_missing(t);
    hy_table_end_row(t);
}
