#include "tests/models/tiny.h"

#include <stdio.h>

#include "kernels/base/rng.h"
#include "models/config/resolve.h"

struct hy_config tiny_config(int kind, float dropout)
{
    static const enum hy_arch arch[TINY_KINDS] = {HY_HYBRID, HY_MAMBA, HY_TRANSFORMER, HY_HYBRID};
    struct hy_config c = {.implementation = kind == 3 ? HY_FUSED : HY_SPLIT,
                          .arch = arch[kind],
                          .vocab = 40,
                          .d_model = 24,
                          .n_layers = 5,
                          .n_heads = 4,
                          .n_kv_heads = 2,
                          .window = 5,
                          .meta_tokens = 3,
                          .d_state = 4,
                          .d_conv = 4,
                          .expand = 2,
                          .seq_len = 17,
                          .dropout = dropout,
                          .label_smoothing = 0.1f,
                          .n_groups = HY_AUTO_GROUPS};
    snprintf(c.name, sizeof c.name, "tiny-%d", kind);
    c.layers[0].global = c.layers[4].global = arch[kind] != HY_MAMBA;
    hy_config_resolve(&c);
    return c;
}

struct hy_training tiny_training(uint64_t seed)
{
    return (struct hy_training){.batch = TINY_BATCH,
                                .epochs = 1,
                                .warmup = 3,
                                .lr = 3e-3,
                                .min_ratio = 0.1,
                                .beta1 = 0.9,
                                .beta2 = 0.99,
                                .eps = 1e-8,
                                .weight_decay = 0.1,
                                .clip = 1,
                                .label_smoothing = 0.1f,
                                .seed = seed};
}

void tiny_batch(const struct hy_trainer *t, uint64_t seed)
{
    char name[32];
    snprintf(name, sizeof name, "batch %ld", t->step);
    struct hy_stream s = hy_stream_open(seed, name);
    for (int i = 0; i < TINY_BATCH * t->config.seq_len; i++) {
        hy_trainer_ids(t)[i] = (int32_t)(hy_stream_uniform(&s) * t->config.vocab);
        hy_trainer_targets(t)[i] = (int32_t)(hy_stream_uniform(&s) * t->config.vocab);
    }
}
