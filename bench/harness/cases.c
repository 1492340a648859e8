#include "bench/harness/cases.h"

/* The study: D 384, H 6 (fused 12), K 2, P 64, E 768, N 16, R 24, F 1024, V 4096, B 16, T 64 + 256, W 128.
 * The small profile: D 128, H 4, K 2, P 32, E 256, R 8, F 341, B 4. Chunk 32 as the models say. */
#define STUDY(op, ...) .study = {.op = {__VA_ARGS__}}
#define SMALL(op, ...) .small = {.op = {__VA_ARGS__}}
#define ADAM           .beta1 = 0.9f, .beta2 = 0.99f, .eps = 1e-8f, .decay = 0.1f, .clip = 1
#define ROPE           .base = 10000, .eps = 1e-6f

const struct hy_bench_case hy_bench_cases[] = {
    {HY_OP_EMBED, "embed", true, STUDY(embed, .B = 16, .T = 320, .D = 384, .M = 64, .V = 4096),
     SMALL(embed, .B = 4, .T = 320, .D = 128, .M = 64, .V = 4096), 0},

    {HY_OP_RMSNORM, "input_norm", true, STUDY(rmsnorm, .rows = 5120, .D = 384, .eps = 1e-6f),
     SMALL(rmsnorm, .rows = 1280, .D = 128, .eps = 1e-6f), 0},

    {HY_OP_ADDNORM, "residual", true, STUDY(addnorm, .B = 16, .T = 320, .D = 384, .eps = 1e-6f),
     SMALL(addnorm, .B = 4, .T = 320, .D = 128, .eps = 1e-6f), 0.1f},
    {HY_OP_ADDNORM, "final_norm", false, STUDY(addnorm, .B = 16, .T = 320, .D = 384, .skip = 64, .eps = 1e-6f),
     SMALL(addnorm, .B = 4, .T = 320, .D = 128, .skip = 64, .eps = 1e-6f), 0.1f},

    {HY_OP_LINEAR, "gate_up", true, STUDY(linear, .rows = 5120, .in = 384, .out = 2048),
     SMALL(linear, .rows = 1280, .in = 128, .out = 682), 0},
    {HY_OP_LINEAR, "qkv", false, STUDY(linear, .rows = 5120, .in = 384, .out = 640),
     SMALL(linear, .rows = 1280, .in = 128, .out = 256), 0},
    {HY_OP_LINEAR, "down", false, STUDY(linear, .rows = 5120, .in = 1024, .out = 384),
     SMALL(linear, .rows = 1280, .in = 341, .out = 128), 0},
    {HY_OP_LINEAR, "x_proj", false, STUDY(linear, .rows = 5120, .in = 768, .out = 56),
     SMALL(linear, .rows = 1280, .in = 256, .out = 40), 0},
    {HY_OP_LINEAR, "head", false, STUDY(linear, .rows = 4096, .in = 384, .out = 4096),
     SMALL(linear, .rows = 1024, .in = 128, .out = 4096), 0},

    {HY_OP_QKROPE, "interleaved", true,
     STUDY(qkrope, .B = 16, .T = 320, .H = 6, .K = 2, .P = 64, .interleaved = 1, ROPE),
     SMALL(qkrope, .B = 4, .T = 320, .H = 4, .K = 2, .P = 32, .interleaved = 1, ROPE), 0},
    {HY_OP_QKROPE, "halves", false, STUDY(qkrope, .B = 16, .T = 320, .H = 12, .K = 2, .P = 64, ROPE),
     SMALL(qkrope, .B = 4, .T = 320, .H = 8, .K = 2, .P = 32, ROPE), 0},

    {HY_OP_ATTENTION, "local", true, STUDY(attention, .B = 16, .T = 320, .H = 6, .K = 2, .P = 64, .W = 128, .M = 64),
     SMALL(attention, .B = 4, .T = 320, .H = 4, .K = 2, .P = 32, .W = 128, .M = 64), 0.1f},
    {HY_OP_ATTENTION, "global", false, STUDY(attention, .B = 16, .T = 320, .H = 6, .K = 2, .P = 64),
     SMALL(attention, .B = 4, .T = 320, .H = 4, .K = 2, .P = 32), 0.1f},

    {HY_OP_CONV, "conv", true, STUDY(conv, .B = 16, .T = 320, .E = 768, .taps = 4),
     SMALL(conv, .B = 4, .T = 320, .E = 256, .taps = 4), 0},

    {HY_OP_SCAN, "scan", true, STUDY(scan, .B = 16, .T = 320, .E = 768, .N = 16, .chunk = 32),
     SMALL(scan, .B = 4, .T = 320, .E = 256, .N = 16, .chunk = 32), 0},

    {HY_OP_FUSION, "split", true, STUDY(fusion, .rows = 5120, .D = 384, .has_beta = 1, .scale = 1, .eps = 1e-6f),
     SMALL(fusion, .rows = 1280, .D = 128, .has_beta = 1, .scale = 1, .eps = 1e-6f), 0},
    {HY_OP_FUSION, "fused", false, STUDY(fusion, .rows = 5120, .D = 768, .scale = 0.5f, .eps = 1e-6f),
     SMALL(fusion, .rows = 1280, .D = 256, .scale = 0.5f, .eps = 1e-6f), 0},

    {HY_OP_SWIGLU, "swiglu", true, STUDY(swiglu, .rows = 5120, .F = 1024), SMALL(swiglu, .rows = 1280, .F = 341), 0.1f},

    {HY_OP_XENT, "loss", true, STUDY(xent, .rows = 4096, .V = 4096, .smoothing = 0.1f),
     SMALL(xent, .rows = 1024, .V = 4096, .smoothing = 0.1f), 0},

    /* all gradients of Hybrid-Mine; of the same at width 128 */
    {HY_OP_GRADNORM, "gradnorm", true, STUDY(gradnorm, .n = 29134848), SMALL(gradnorm, .n = 3600000), 0},
    {HY_OP_ADAMW, "adamw", true, STUDY(adamw, .n = 29134848, ADAM), SMALL(adamw, .n = 3600000, ADAM), 0},

    /* continuing sequences: one token after a context, and a chunk of a prompt */
    {HY_OP_ATTEND, "decode_global", true, STUDY(attend, .B = 1, .T = 1, .H = 6, .K = 2, .P = 64, .M = 64, .C = 4096),
     SMALL(attend, .B = 1, .T = 1, .H = 4, .K = 2, .P = 32, .M = 64, .C = 1024), 0},
    {HY_OP_ATTEND, "decode_local", false,
     STUDY(attend, .B = 16, .T = 1, .H = 6, .K = 2, .P = 64, .W = 128, .M = 64, .C = 128),
     SMALL(attend, .B = 4, .T = 1, .H = 4, .K = 2, .P = 32, .W = 128, .M = 64, .C = 128), 0},
    {HY_OP_ATTEND, "prefill_global", false,
     STUDY(attend, .B = 1, .T = 256, .H = 6, .K = 2, .P = 64, .M = 64, .C = 1024),
     SMALL(attend, .B = 1, .T = 256, .H = 4, .K = 2, .P = 32, .M = 64, .C = 512), 0},
    {HY_OP_CACHE_PUT, "decode", true, STUDY(cache_put, .B = 16, .T = 1, .K = 2, .P = 64, .M = 64, .C = 128),
     SMALL(cache_put, .B = 4, .T = 1, .K = 2, .P = 32, .M = 64, .C = 128), 0},
    {HY_OP_CONV_STEP, "decode", true, STUDY(conv_step, .B = 16, .T = 1, .E = 768, .taps = 4),
     SMALL(conv_step, .B = 4, .T = 1, .E = 256, .taps = 4), 0},
    {HY_OP_SCAN_STEP, "decode", true, STUDY(scan_step, .B = 16, .T = 1, .E = 768, .N = 16),
     SMALL(scan_step, .B = 4, .T = 1, .E = 256, .N = 16), 0},
    {HY_OP_PICK, "prefill", true, STUDY(pick, .B = 16, .T = 256, .D = 384), SMALL(pick, .B = 4, .T = 256, .D = 128), 0},
    {.name = NULL},
};
