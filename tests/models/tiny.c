#include "tests/models/tiny.h"

#include <stdio.h>

#include "kernels/base/rng.h"
#include "models/config/block.h"
#include "models/config/resolve.h"

struct kind {
    enum hy_implementation implementation;
    enum hy_arch arch;
    bool other_way; /* hybrids: fusion and in_proj as their implementation does not do it */
};

/* Whether there are more kinds than `kind`; then which it is. */
static bool find_kind(int kind, struct kind *found)
{
    int seen = 0;
    for (int other = 0; other < 2; other++)
        for (int i = 0; i < hy_implementation_names.n; i++)
            for (int a = 0; a < hy_arch_names.n; a++) {
                const struct hy_block *block = hy_block_of((enum hy_implementation)i);
                *found = (struct kind){(enum hy_implementation)i, (enum hy_arch)a, other};
                if (!(block->archs & 1U << a) || (other && (a != HY_HYBRID || block->fusion == HY_FUSE_AUTO)))
                    continue;
                if (seen++ == kind)
                    return true;
            }
    return false;
}

int tiny_kinds(void)
{
    struct kind k;
    int n = 0;
    while (find_kind(n, &k))
        n++;
    return n;
}

bool tiny_other_way(int kind)
{
    struct kind k;
    return find_kind(kind, &k) && k.other_way;
}

static enum hy_fuse other_fusion(enum hy_fuse f)
{
    return f == HY_FUSE_BETA ? HY_FUSE_MEAN : HY_FUSE_BETA;
}

enum hy_in_proj tiny_other_products(enum hy_in_proj p)
{
    return p == HY_IN_PROJ_SHARED ? HY_IN_PROJ_SEPARATE : HY_IN_PROJ_SHARED;
}

struct hy_config tiny_config(int kind, float dropout)
{
    struct kind k;
    HY_ASSERT(find_kind(kind, &k), "a kind there is");
    const struct hy_block *block = hy_block_of(k.implementation);
    struct hy_config c = {.implementation = k.implementation,
                          .arch = k.arch,
                          .fusion = k.other_way ? other_fusion(block->fusion) : HY_FUSE_AUTO,
                          .in_proj = k.other_way ? tiny_other_products(block->in_proj) : HY_IN_PROJ_AUTO,
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
    c.layers[0].global = c.layers[4].global = k.arch != HY_MAMBA;
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
