/* What a token costs in the layers of each kind: which kinds grow with the context, and which do not. */
#ifndef HY_BENCH_MEASURE_SCALING_LAYERS_H
#define HY_BENCH_MEASURE_SCALING_LAYERS_H

#include "bench/measure/scaling_row.h"
#include "models/decode/decode.h"

/* Makes `tokens` more tokens of every sequence (ids (tokens, batch)), listening, and enters in *r the mean
 * microseconds of one run in one layer of each kind: its rotation, attention and cache, or its convolution
 * and scan. Those are of the undisturbed tokens; where less than a third of the time was undisturbed, and
 * for kinds the model has none of, all stays as it was. `observer` as in hy_scaling_options. Fails as hy_decoder_step()
 * does. */
hy_status hy_scaling_layers(struct hy_decoder *d, const int32_t *ids, int tokens, struct hy_observer *observer,
                            struct hy_scaling_row *r);

#endif
