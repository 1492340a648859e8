#include "tests/models/tiny.h"

#include <stdio.h>

#include "kernels/base/rng.h"
#include "models/config/block.h"
#include "models/config/resolve.h"

/* Whether there are more kinds than `kind`; then which it is. */
static bool find_kind(int kind, enum hy_implementation *implementation, enum hy_arch *arch)
{
    int seen = 0;
    for (int i = 0; i < hy_implementation_names.n; i++)
        for (int a = 0; a < hy_arch_names.n; a++) {
            *implementation = (enum hy_implementation)i;
            *arch = (enum hy_arch)a;
            if (hy_block_of(*implementation)->archs & 1U << a && seen++ == kind)
                return true;
        }
    return false;
}

int tiny_kinds(void)
{
    enum hy_implementation implementation;
    enum hy_arch arch;
    int n = 0;
    while (find_kind(n, &implementation, &arch))
        n++;
    return n;
}

struct hy_config tiny_config(int kind, float dropout)
{
    enum hy_implementation implementation;
    enum hy_arch arch;
    HY_ASSERT(find_kind(kind, &implementation, &arch), "a kind there is");
    struct hy_config c = {.implementation = implementation,
                          .arch = arch,
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
    c.layers[0].global = c.layers[4].global = arch != HY_MAMBA;
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
