#include "bench/harness/cases.h"

/* The study: D 384, H 6 (fused 12), K 2, P 64, E 768, N 16, R 24, F 1024, V 4096, B 16, T 64 + 256, W 128.
 * The small profile: D 128, H 4, K 2, P 32, E 256, R 8, F 341, B 4. Chunk 32 as the models say. */
const struct hy_bench_case hy_bench_cases[] = {
#define HY_STUDY(ID, op, name, main, p, ...) \
    {                                        \
        HY_OP_##ID, name, main, p, .study = {.op = {__VA_ARGS__}},
#define HY_SMALL(ID, op, ...)      \
    .small = {.op = {__VA_ARGS__}} \
    }                              \
    ,
#include "kernels/tables/ops.inc"
    {.name = NULL},
};
