/* Where one training step's time goes on a device: columns of ops.csv. */
#ifndef HY_BENCH_MEASURE_PROFILE_DEVICE_H
#define HY_BENCH_MEASURE_PROFILE_DEVICE_H

#include "bench/measure/profile.h"
#include "models/train/trainer.h"

/* On the batch the trainer holds runs `steps` steps as they are trained, untraced; as many in the
 * same way, traced by CUPTI; and as many op by op, traced. The last give the profile's rows
 * what the device did for them: device_ms, kernels, copies, sets, and from that
 * time_ms, share_pct and roof_pct; what a step launched outside its ops gets a row "step". The
 * first two give out->trace_ratio, what tracing cost, and out->busy_pct, the share of an untraced step
 * during which the device worked. Where CUPTI cannot, or lost records, it warns with the
 * reason and all of that stays unknown. Changes the weights. */
void hy_profile_device(struct hy_trainer *t, int steps, struct hy_profile *out);

#endif
