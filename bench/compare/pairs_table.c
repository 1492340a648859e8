/* Sizes as in bench/harness/cases.c. The study: D 384, H 6, K 2, P 64, E 768, N 16, F 1024, B 16, T 64 + 256, W 128.
 * The small profile: D 128, H 4, K 2, P 32, E 256, B 4. */
#include "bench/compare/pair.h"

#define HY_CALL(ID, op, p, ...)   \
    {                             \
        true, HY_OP_##ID, p,      \
        {                         \
            .op = { __VA_ARGS__ } \
        }                         \
    }

const struct hy_pair hy_pairs[] = {
    {"in_proj",
     "one product for both paths",
     {"separate", "fused"},
     .study = {{HY_CALL(LINEAR, linear, 0, .rows = 5120, .in = 384, .out = 640),
                HY_CALL(LINEAR, linear, 0, .rows = 5120, .in = 384, .out = 1536)},
               {HY_CALL(LINEAR, linear, 0, .rows = 5120, .in = 384, .out = 2176)}},
     .small = {{HY_CALL(LINEAR, linear, 0, .rows = 1280, .in = 128, .out = 256),
                HY_CALL(LINEAR, linear, 0, .rows = 1280, .in = 128, .out = 512)},
               {HY_CALL(LINEAR, linear, 0, .rows = 1280, .in = 128, .out = 768)}}},
    {"fusion",
     "learned weights per channel",
     {"mean", "beta"},
     .study = {{HY_CALL(FUSION, fusion, 0, .rows = 5120, .D = 384, .scale = 0.5f, .eps = 1e-6f)},
               {HY_CALL(FUSION, fusion, 0, .rows = 5120, .D = 384, .has_beta = 1, .scale = 1, .eps = 1e-6f)}},
     .small = {{HY_CALL(FUSION, fusion, 0, .rows = 1280, .D = 128, .scale = 0.5f, .eps = 1e-6f)},
               {HY_CALL(FUSION, fusion, 0, .rows = 1280, .D = 128, .has_beta = 1, .scale = 1, .eps = 1e-6f)}}},
    {"window",
     "attention within a window",
     {"global", "window"},
     .study = {{HY_CALL(ATTENTION, attention, 0.1f, .B = 16, .T = 320, .H = 6, .K = 2, .P = 64)},
               {HY_CALL(ATTENTION, attention, 0.1f, .B = 16, .T = 320, .H = 6, .K = 2, .P = 64, .W = 128, .M = 64)}},
     .small = {{HY_CALL(ATTENTION, attention, 0.1f, .B = 4, .T = 320, .H = 4, .K = 2, .P = 32)},
               {HY_CALL(ATTENTION, attention, 0.1f, .B = 4, .T = 320, .H = 4, .K = 2, .P = 32, .W = 128, .M = 64)}}},
    {"meta",
     "64 meta tokens before 256",
     {"without", "with"},
     .study = {{HY_CALL(ATTENTION, attention, 0.1f, .B = 16, .T = 256, .H = 6, .K = 2, .P = 64, .W = 128),
                HY_CALL(SCAN, scan, 0, .B = 16, .T = 256, .E = 768, .N = 16, .chunk = 32),
                HY_CALL(LINEAR, linear, 0, .rows = 4096, .in = 384, .out = 2048)},
               {HY_CALL(ATTENTION, attention, 0.1f, .B = 16, .T = 320, .H = 6, .K = 2, .P = 64, .W = 128, .M = 64),
                HY_CALL(SCAN, scan, 0, .B = 16, .T = 320, .E = 768, .N = 16, .chunk = 32),
                HY_CALL(LINEAR, linear, 0, .rows = 5120, .in = 384, .out = 2048)}},
     .small = {{HY_CALL(ATTENTION, attention, 0.1f, .B = 4, .T = 256, .H = 4, .K = 2, .P = 32, .W = 128),
                HY_CALL(SCAN, scan, 0, .B = 4, .T = 256, .E = 256, .N = 16, .chunk = 32),
                HY_CALL(LINEAR, linear, 0, .rows = 1024, .in = 128, .out = 682)},
               {HY_CALL(ATTENTION, attention, 0.1f, .B = 4, .T = 320, .H = 4, .K = 2, .P = 32, .W = 128, .M = 64),
                HY_CALL(SCAN, scan, 0, .B = 4, .T = 320, .E = 256, .N = 16, .chunk = 32),
                HY_CALL(LINEAR, linear, 0, .rows = 1280, .in = 128, .out = 682)}}},
    {"kv_sharing",
     "keys and values of another layer",
     {"own", "shared"},
     .study = {{HY_CALL(LINEAR, linear, 0, .rows = 5120, .in = 384, .out = 640),
                HY_CALL(QKROPE, qkrope, 0, .B = 16, .T = 320, .H = 6, .K = 2, .P = 64, .interleaved = 1, .base = 10000,
                        .eps = 1e-6f)},
               {HY_CALL(LINEAR, linear, 0, .rows = 5120, .in = 384, .out = 384),
                HY_CALL(QKROPE, qkrope, 0, .B = 16, .T = 320, .H = 6, .K = 0, .P = 64, .interleaved = 1, .base = 10000,
                        .eps = 1e-6f)}},
     .small = {{HY_CALL(LINEAR, linear, 0, .rows = 1280, .in = 128, .out = 256),
                HY_CALL(QKROPE, qkrope, 0, .B = 4, .T = 320, .H = 4, .K = 2, .P = 32, .interleaved = 1, .base = 10000,
                        .eps = 1e-6f)},
               {HY_CALL(LINEAR, linear, 0, .rows = 1280, .in = 128, .out = 128),
                HY_CALL(QKROPE, qkrope, 0, .B = 4, .T = 320, .H = 4, .K = 0, .P = 32, .interleaved = 1, .base = 10000,
                        .eps = 1e-6f)}}},
    {.name = NULL},
};
