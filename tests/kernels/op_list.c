/* The cases, each with a word why, and the modes.
 * Vectors hold 4, 8 or 16 floats, so 15, 16, 17 and 31, 33 are the edges of
 * every rung; 63, 64, 65 those of unrolled loops. */
#include "tests/kernels/op_list.h"

#define RMSNORM(why, ...)                                               \
    {                                                                   \
        HY_OP_RMSNORM, why, {.rmsnorm = {.eps = 1e-6f, __VA_ARGS__}}, 0 \
    }
#define ADDNORM(why, ...)                                               \
    {                                                                   \
        HY_OP_ADDNORM, why, {.addnorm = {.eps = 1e-6f, __VA_ARGS__}}, 0 \
    }
#define LINEAR(why, ...)                                \
    {                                                   \
        HY_OP_LINEAR, why, {.linear = {__VA_ARGS__}}, 0 \
    }
#define QKROPE(why, big, ...)                                                             \
    {                                                                                     \
        HY_OP_QKROPE, why, {.qkrope = {.eps = 1e-6f, .base = 10000.0f, __VA_ARGS__}}, big \
    }
#define ATTENTION(why, big, ...)                                \
    {                                                           \
        HY_OP_ATTENTION, why, {.attention = {__VA_ARGS__}}, big \
    }
#define CONV(why, big, ...)                           \
    {                                                 \
        HY_OP_CONV, why, {.conv = {__VA_ARGS__}}, big \
    }
#define SCAN(why, ...)                              \
    {                                               \
        HY_OP_SCAN, why, {.scan = {__VA_ARGS__}}, 0 \
    }
#define FUSION(why, big, ...)                                           \
    {                                                                   \
        HY_OP_FUSION, why, {.fusion = {.eps = 1e-6f, __VA_ARGS__}}, big \
    }
#define SWIGLU(why, big, ...)                             \
    {                                                     \
        HY_OP_SWIGLU, why, {.swiglu = {__VA_ARGS__}}, big \
    }
#define XENT(why, ...)                              \
    {                                               \
        HY_OP_XENT, why, {.xent = {__VA_ARGS__}}, 0 \
    }
#define EMBED(why, ...)                               \
    {                                                 \
        HY_OP_EMBED, why, {.embed = {__VA_ARGS__}}, 0 \
    }
#define GRADNORM(why, ...)                                  \
    {                                                       \
        HY_OP_GRADNORM, why, {.gradnorm = {__VA_ARGS__}}, 0 \
    }
#define ADAMW(why, ...)                                                                                           \
    {                                                                                                             \
        HY_OP_ADAMW, why, {.adamw = {.beta1 = 0.9f, .beta2 = 0.99f, .eps = 1e-8f, .decay = 0.1f, __VA_ARGS__}}, 0 \
    }

#define ATTEND(why, big, ...)                             \
    {                                                     \
        HY_OP_ATTEND, why, {.attend = {__VA_ARGS__}}, big \
    }
#define CACHE_PUT(why, ...)                                   \
    {                                                         \
        HY_OP_CACHE_PUT, why, {.cache_put = {__VA_ARGS__}}, 0 \
    }
#define CONV_STEP(why, ...)                                   \
    {                                                         \
        HY_OP_CONV_STEP, why, {.conv_step = {__VA_ARGS__}}, 0 \
    }
#define SCAN_STEP(why, ...)                                   \
    {                                                         \
        HY_OP_SCAN_STEP, why, {.scan_step = {__VA_ARGS__}}, 0 \
    }
#define PICK(why, ...)                              \
    {                                               \
        HY_OP_PICK, why, {.pick = {__VA_ARGS__}}, 0 \
    }

const struct op_case op_cases[] = {
    EMBED("one of everything", .B = 1, .T = 1, .D = 1, .M = 0, .V = 1),
    EMBED("no meta tokens", .B = 2, .T = 5, .D = 16, .M = 0, .V = 7),
    EMBED("meta in front, width odd", .B = 3, .T = 7, .D = 17, .M = 2, .V = 5),
    EMBED("nothing but meta", .B = 2, .T = 3, .D = 8, .M = 3, .V = 4),
    EMBED("model width, many equal ids", .B = 2, .T = 20, .D = 384, .M = 4, .V = 11),
    EMBED("more occurrences than are kept together", .B = 3, .T = 1400, .D = 12, .M = 2, .V = 3),

    RMSNORM("one element", .rows = 1, .D = 1),
    RMSNORM("below a vector", .rows = 3, .D = 3),
    RMSNORM("tile-1", .rows = 4, .D = 15),
    RMSNORM("tile", .rows = 5, .D = 16),
    RMSNORM("tile+1", .rows = 3, .D = 17),
    RMSNORM("unrolled tile-1", .rows = 2, .D = 63),
    RMSNORM("unrolled tile+1", .rows = 7, .D = 65),
    RMSNORM("model width, more rows than threads share evenly", .rows = 37, .D = 384),
    RMSNORM("a row of two pieces, more rows than parts", .rows = 301, .D = 132),
    RMSNORM("a row of four pieces", .rows = 3, .D = 512),
    RMSNORM("as wide as registers hold", .rows = 3, .D = 1024),
    RMSNORM("wider than registers hold", .rows = 5, .D = 1028),

    ADDNORM("one element", .B = 1, .T = 1, .D = 1),
    ADDNORM("tile-1", .B = 2, .T = 3, .D = 15),
    ADDNORM("tile", .B = 1, .T = 4, .D = 16),
    ADDNORM("tile+1, meta rows cut off", .B = 2, .T = 5, .D = 17, .skip = 2),
    ADDNORM("all rows but one cut off", .B = 2, .T = 4, .D = 33, .skip = 3),
    ADDNORM("a dropout block and one more", .B = 1, .T = 3, .D = 129),
    ADDNORM("model width", .B = 2, .T = 9, .D = 384, .skip = 4),
    ADDNORM("two pieces, more rows than parts", .B = 2, .T = 150, .D = 200, .skip = 3),
    ADDNORM("as wide as registers hold", .B = 1, .T = 4, .D = 1024, .skip = 1),
    ADDNORM("wider than registers hold", .B = 1, .T = 4, .D = 1300, .skip = 1),

    LINEAR("one of everything", .rows = 1, .in = 1, .out = 1),
    LINEAR("one token", .rows = 1, .in = 33, .out = 17),
    LINEAR("odd", .rows = 17, .in = 31, .out = 9),
    LINEAR("tile", .rows = 16, .in = 64, .out = 32),
    LINEAR("tall, thin: x_proj", .rows = 40, .in = 96, .out = 5),
    LINEAR("model width", .rows = 24, .in = 384, .out = 128),

    QKROPE("smallest rotation", 0, .B = 1, .T = 1, .H = 1, .K = 1, .P = 2, .interleaved = 1),
    QKROPE("interleaved, odd heads", 0, .B = 2, .T = 5, .H = 3, .K = 1, .P = 6, .interleaved = 1),
    QKROPE("halves, odd heads", 0, .B = 2, .T = 5, .H = 3, .K = 1, .P = 6, .interleaved = 0),
    QKROPE("tile", 0, .B = 1, .T = 7, .H = 2, .K = 2, .P = 16, .interleaved = 1),
    QKROPE("tile+2", 0, .B = 1, .T = 7, .H = 2, .K = 1, .P = 18, .interleaved = 0),
    QKROPE("consumer: only queries", 0, .B = 2, .T = 6, .H = 4, .K = 0, .P = 32, .interleaved = 1),
    QKROPE("consumer, halves", 0, .B = 2, .T = 6, .H = 2, .K = 0, .P = 34, .interleaved = 0),
    QKROPE("split model, far positions", 0, .B = 1, .T = 320, .H = 2, .K = 1, .P = 64, .interleaved = 1),
    QKROPE("fused model, far positions", 0, .B = 1, .T = 320, .H = 2, .K = 1, .P = 64, .interleaved = 0),
    QKROPE("wide heads, interleaved", 0, .B = 2, .T = 70, .H = 3, .K = 2, .P = 128, .interleaved = 1),
    QKROPE("wide heads, halves", 0, .B = 2, .T = 70, .H = 4, .K = 1, .P = 128, .interleaved = 0),
    QKROPE("past the caches, many heads", OP_BIG, .B = 2, .T = 820, .H = 18, .K = 1, .P = 64),

    ATTENTION("one of everything", 0, .B = 1, .T = 1, .H = 1, .K = 1, .P = 1),
    ATTENTION("global, odd", 0, .B = 2, .T = 7, .H = 3, .K = 1, .P = 5),
    ATTENTION("own token only", 0, .B = 1, .T = 9, .H = 2, .K = 2, .P = 8, .W = 1),
    ATTENTION("window, no meta", 0, .B = 2, .T = 17, .H = 4, .K = 2, .P = 16, .W = 3),
    ATTENTION("window and meta apart", 0, .B = 2, .T = 21, .H = 2, .K = 1, .P = 16, .W = 4, .M = 3),
    ATTENTION("meta wider than the window", 0, .B = 1, .T = 19, .H = 2, .K = 2, .P = 17, .W = 2, .M = 6),
    ATTENTION("window longer than the sequence", 0, .B = 1, .T = 13, .H = 2, .K = 1, .P = 12, .W = 40, .M = 2),
    ATTENTION("meta longer than the sequence", 0, .B = 1, .T = 5, .H = 1, .K = 1, .P = 4, .W = 2, .M = 9),
    ATTENTION("global with meta", 0, .B = 1, .T = 16, .H = 6, .K = 2, .P = 24, .M = 4),
    ATTENTION("tile-1", 0, .B = 1, .T = 31, .H = 2, .K = 1, .P = 31, .W = 8, .M = 5),
    ATTENTION("tile", 0, .B = 1, .T = 32, .H = 2, .K = 1, .P = 32, .W = 16, .M = 4),
    ATTENTION("tile+1", 0, .B = 1, .T = 33, .H = 2, .K = 1, .P = 33, .W = 17, .M = 1),
    ATTENTION("larger tile+1, global", 0, .B = 1, .T = 65, .H = 1, .K = 1, .P = 32),
    ATTENTION("blocks wholly outside the window", 0, .B = 1, .T = 130, .H = 2, .K = 1, .P = 16, .W = 9, .M = 3),
    ATTENTION("wide heads", 0, .B = 1, .T = 37, .H = 2, .K = 1, .P = 72, .W = 20, .M = 3),
    ATTENTION("wider heads", 0, .B = 1, .T = 19, .H = 2, .K = 1, .P = 136),
    ATTENTION("quick model, local", OP_BIG, .B = 1, .T = 200, .H = 2, .K = 1, .P = 32, .W = 64, .M = 16),
    ATTENTION("full model, local", OP_BIG, .B = 1, .T = 320, .H = 3, .K = 1, .P = 64, .W = 128, .M = 64),

    CONV("one of everything", 0, .B = 1, .T = 1, .E = 1, .taps = 1),
    CONV("shorter than the taps", 0, .B = 2, .T = 2, .E = 5, .taps = 4),
    CONV("tile-1", 0, .B = 1, .T = 7, .E = 15, .taps = 4),
    CONV("tile", 0, .B = 2, .T = 5, .E = 16, .taps = 4),
    CONV("tile+1", 0, .B = 2, .T = 9, .E = 17, .taps = 4),
    CONV("two taps", 0, .B = 1, .T = 6, .E = 33, .taps = 2),
    CONV("three taps", 0, .B = 1, .T = 6, .E = 20, .taps = 3),
    CONV("more taps than usual", 0, .B = 1, .T = 12, .E = 19, .taps = 7),
    CONV("several runs of steps", 0, .B = 2, .T = 75, .E = 36, .taps = 4),
    CONV("more runs than partial sums", 0, .B = 530, .T = 3, .E = 4, .taps = 4),
    CONV("model width", 0, .B = 2, .T = 6, .E = 768, .taps = 4),
    CONV("past the caches", OP_BIG, .B = 2, .T = 1370, .E = 768, .taps = 4),

    SCAN("one of everything", .B = 1, .T = 1, .E = 1, .N = 1, .chunk = 1),
    SCAN("state odd", .B = 2, .T = 5, .E = 3, .N = 5, .chunk = 4),
    SCAN("chunk-1", .B = 1, .T = 7, .E = 16, .N = 16, .chunk = 8),
    SCAN("chunk", .B = 1, .T = 8, .E = 17, .N = 16, .chunk = 8),
    SCAN("chunk+1", .B = 3, .T = 9, .E = 15, .N = 16, .chunk = 8),
    SCAN("half a vector of state", .B = 2, .T = 20, .E = 9, .N = 8, .chunk = 6),
    SCAN("state beyond a vector", .B = 1, .T = 11, .E = 5, .N = 19, .chunk = 3),
    SCAN("a chunk longer than the sequence", .B = 2, .T = 6, .E = 20, .N = 4, .chunk = 64),
    SCAN("every step a chunk", .B = 1, .T = 6, .E = 4, .N = 2, .chunk = 1),
    SCAN("long memory, several chunks", .B = 1, .T = 150, .E = 24, .N = 16, .chunk = 32),
    SCAN("model width", .B = 1, .T = 12, .E = 768, .N = 16, .chunk = 8),
    SCAN("a chunk of several pieces", .B = 2, .T = 150, .E = 20, .N = 16, .chunk = 70),
    SCAN("few channels, long: time in spans", .B = 1, .T = 300, .E = 40, .N = 16, .chunk = 32),
    SCAN("spans, state beyond a vector", .B = 2, .T = 230, .E = 3, .N = 19, .chunk = 20),
    SCAN("one narrow sequence, several threads: spans", .B = 1, .T = 700, .E = 12, .N = 16, .chunk = 16),
    SCAN("the same, a short last chunk", .B = 2, .T = 900, .E = 7, .N = 19, .chunk = 40),
    SCAN("many sequences: wide groups", .B = 192, .T = 9, .E = 68, .N = 16, .chunk = 8),
    SCAN("wide groups, odd", .B = 384, .T = 3, .E = 5, .N = 5, .chunk = 2),

    FUSION("one element", 0, .rows = 1, .D = 1, .has_beta = 1, .scale = 1),
    FUSION("tile-1", 0, .rows = 4, .D = 15, .has_beta = 1, .scale = 1),
    FUSION("tile, fused model: no betas, halved", 0, .rows = 3, .D = 16, .has_beta = 0, .scale = 0.5f),
    FUSION("tile+1", 0, .rows = 5, .D = 17, .has_beta = 1, .scale = 0.5f),
    FUSION("split model", 0, .rows = 9, .D = 384, .has_beta = 1, .scale = 1),
    FUSION("fused model", 0, .rows = 9, .D = 768, .has_beta = 0, .scale = 0.5f),
    FUSION("more rows than parts", 0, .rows = 301, .D = 140, .has_beta = 1, .scale = 1),
    FUSION("wider than registers hold", 0, .rows = 3, .D = 1100, .has_beta = 1, .scale = 1),
    FUSION("past the caches", OP_BIG, .rows = 2740, .D = 768, .has_beta = 1, .scale = 1),

    SWIGLU("one element", 0, .rows = 1, .F = 1),
    SWIGLU("tile-1", 0, .rows = 3, .F = 15),
    SWIGLU("tile", 0, .rows = 2, .F = 16),
    SWIGLU("tile+1", 0, .rows = 4, .F = 17),
    SWIGLU("a dropout block", 0, .rows = 2, .F = 128),
    SWIGLU("a dropout block and one more", 0, .rows = 3, .F = 129),
    SWIGLU("split model", 0, .rows = 7, .F = 1024),
    SWIGLU("two dropout blocks and some", 0, .rows = 3, .F = 300),
    SWIGLU("past the caches", OP_BIG, .rows = 2050, .F = 1024),

    XENT("one class", .rows = 1, .V = 1, .smoothing = 0.1f),
    XENT("tile-1", .rows = 3, .V = 15, .smoothing = 0.1f),
    XENT("tile, plain", .rows = 4, .V = 16, .smoothing = 0),
    XENT("tile+1", .rows = 6, .V = 17, .smoothing = 0.1f),
    XENT("odd, strong smoothing", .rows = 9, .V = 101, .smoothing = 0.5f),
    XENT("the study's vocabulary", .rows = 5, .V = 4096, .smoothing = 0.1f),
    XENT("half of it", .rows = 4, .V = 2044, .smoothing = 0.1f),
    XENT("odd, beyond it", .rows = 4, .V = 5001, .smoothing = 0.1f),
    XENT("wider than registers hold", .rows = 4, .V = 9000, .smoothing = 0.1f),

    GRADNORM("one", .n = 1),
    GRADNORM("tile-1", .n = 15),
    GRADNORM("tile+1", .n = 17),
    GRADNORM("block-1", .n = HY_NORM_BLOCK - 1),
    GRADNORM("block", .n = HY_NORM_BLOCK),
    GRADNORM("block+1", .n = HY_NORM_BLOCK + 1),
    GRADNORM("several blocks", .n = 3 * HY_NORM_BLOCK + 77),

    ADAMW("one", .n = 1, .clip = 1),
    ADAMW("tile-1", .n = 15, .clip = 1),
    ADAMW("tile, no clipping", .n = 16, .clip = 0),
    ADAMW("tile+1, clip above the norm", .n = 17, .clip = 5),
    ADAMW("more than the threads share evenly", .n = 5003, .clip = 1),
    ATTEND("one of everything, nothing before", 0, .B = 1, .T = 1, .H = 1, .K = 1, .P = 1),
    ATTEND("one token, whole cache", 0, .B = 3, .T = 1, .H = 6, .K = 2, .P = 17, .M = 3, .C = 70),
    ATTEND("one token, ring", 0, .B = 4, .T = 1, .H = 4, .K = 2, .P = 32, .W = 9, .M = 5, .C = 9),
    ATTEND("one token, ring of more than a piece", 0, .B = 2, .T = 1, .H = 3, .K = 1, .P = 24, .W = 130, .C = 130),
    ATTEND("one token, more heads than read together", 0, .B = 2, .T = 1, .H = 6, .K = 1, .P = 16, .M = 2, .C = 33),
    ATTEND("one token, a context shorter than the window", 0, .B = 3, .T = 1, .H = 2, .K = 1, .P = 8, .W = 40, .M = 4,
           .C = 21),
    ATTEND("a window of one", 0, .B = 2, .T = 3, .H = 2, .K = 2, .P = 6, .W = 1, .M = 2, .C = 1),
    ATTEND("a few tokens", 0, .B = 3, .T = 7, .H = 4, .K = 2, .P = 15, .W = 5, .M = 3, .C = 5),
    ATTEND("least chunk", 0, .B = 3, .T = 8, .H = 4, .K = 2, .P = 16, .W = 5, .M = 3, .C = 5),
    ATTEND("a chunk longer than the window", 0, .B = 3, .T = 33, .H = 3, .K = 1, .P = 12, .W = 7, .M = 4, .C = 7),
    ATTEND("a chunk shorter than the window", 0, .B = 2, .T = 17, .H = 2, .K = 1, .P = 33, .W = 70, .M = 6, .C = 70),
    ATTEND("a chunk, global", 0, .B = 2, .T = 19, .H = 6, .K = 2, .P = 16, .M = 9, .C = 90),
    ATTEND("the meta tokens themselves", 0, .B = 1, .T = 18, .H = 4, .K = 2, .P = 16),
    ATTEND("full model, one token far on", OP_BIG, .B = 2, .T = 1, .H = 6, .K = 2, .P = 64, .M = 64, .C = 1000),
    ATTEND("full model, a chunk", OP_BIG, .B = 1, .T = 128, .H = 3, .K = 1, .P = 64, .W = 128, .M = 64, .C = 128),

    CACHE_PUT("one of everything", .B = 1, .T = 1, .K = 1, .P = 1, .C = 1),
    CACHE_PUT("one token", .B = 5, .T = 1, .K = 2, .P = 16, .M = 3, .C = 7),
    CACHE_PUT("a chunk, round the ring's end", .B = 4, .T = 5, .K = 2, .P = 9, .M = 2, .C = 8),
    CACHE_PUT("a chunk longer than the ring", .B = 3, .T = 13, .K = 1, .P = 17, .M = 0, .C = 4),

    CONV_STEP("one of everything", .B = 1, .T = 1, .E = 1, .taps = 1),
    CONV_STEP("one token", .B = 3, .T = 1, .E = 17, .taps = 4),
    CONV_STEP("shorter than the taps", .B = 5, .T = 2, .E = 15, .taps = 4),
    CONV_STEP("a chunk", .B = 3, .T = 9, .E = 16, .taps = 4),
    CONV_STEP("two taps", .B = 2, .T = 5, .E = 33, .taps = 2),
    CONV_STEP("more taps than usual", .B = 4, .T = 8, .E = 19, .taps = 7),
    CONV_STEP("a chunk of several runs", .B = 3, .T = 41, .E = 20, .taps = 4),
    CONV_STEP("several runs, three taps", .B = 2, .T = 20, .E = 12, .taps = 3),
    CONV_STEP("model width", .B = 2, .T = 6, .E = 768, .taps = 4),

    SCAN_STEP("one of everything", .B = 1, .T = 1, .E = 1, .N = 1),
    SCAN_STEP("one token", .B = 3, .T = 1, .E = 17, .N = 16),
    SCAN_STEP("state odd", .B = 4, .T = 5, .E = 3, .N = 5),
    SCAN_STEP("longer than a run of steps", .B = 2, .T = 40, .E = 20, .N = 16),
    SCAN_STEP("state beyond a vector", .B = 2, .T = 11, .E = 65, .N = 19),
    SCAN_STEP("one token, state beyond a vector", .B = 3, .T = 1, .E = 36, .N = 20),
    SCAN_STEP("model width", .B = 1, .T = 4, .E = 768, .N = 16),

    PICK("one of everything", .B = 1, .T = 1, .D = 1),
    PICK("some bring nothing", .B = 9, .T = 3, .D = 17),
    PICK("model width", .B = 2, .T = 5, .D = 384),

    QKROPE("continued, interleaved", 0, .B = 3, .T = 1, .H = 3, .K = 1, .P = 6, .interleaved = 1, .positions = 50),
    QKROPE("continued, halves", 0, .B = 3, .T = 9, .H = 4, .K = 2, .P = 16, .interleaved = 0, .positions = 400),
    QKROPE("continued, consumer", 0, .B = 2, .T = 5, .H = 2, .K = 0, .P = 18, .interleaved = 1, .positions = 30),
    {.why = NULL},
};

enum { EVEN = 0x5555, ODD = 0xaaaa, ALL = 0xffff };

const struct op_mode op_modes[] = {
    {.name = "plain", .seed = 1, .pass = HY_FORWARD},
    {.name = "gaps, dropout", .seed = 2, .pass = HY_FORWARD, .pad = 5, .p = 0.1f, .step = 700},
    {.name = "tiny rows", .seed = 3, .pass = HY_FORWARD, .tiny = true},
    {.name = "all ignored", .seed = 4, .pass = HY_FORWARD, .ignore_all = true},
    {.name = "plain", .seed = 5, .pass = HY_BACKWARD},
    {.name = "gaps, dropout, added", .seed = 6, .pass = HY_BACKWARD, .pad = 3, .add = ALL, .p = 0.1f, .step = 700},
    {.name = "half wanted", .seed = 7, .pass = HY_BACKWARD, .unwanted = EVEN, .p = 0.5f},
    {.name = "other half wanted, some added", .seed = 8, .pass = HY_BACKWARD, .unwanted = ODD, .add = 0x3333, .pad = 1},
    {.name = "none wanted", .seed = 9, .pass = HY_BACKWARD, .unwanted = ALL},
    {.name = "tiny rows", .seed = 10, .pass = HY_BACKWARD, .tiny = true, .add = EVEN},
    {.name = "in place, gaps", .seed = 11, .pass = HY_BACKWARD, .in_place = true, .pad = 7, .p = 0.1f},
    {.name = "sum unread", .seed = 12, .pass = HY_BACKWARD, .sum_unread = true, .p = 0.1f},
    {.name = "all ignored", .seed = 13, .pass = HY_BACKWARD, .ignore_all = true, .add = ODD},
    {.name = NULL},
};

static bool has_slot_flag(enum hy_op_id op, unsigned flag)
{
    for (const struct hy_slot *s = hy_ops[op].slots; s->name; s++)
        if (s->flags & flag)
            return true;
    return false;
}

bool op_mode_applies(const struct op_mode *m, const struct op_case *c)
{
    bool norm = c->op == HY_OP_RMSNORM || c->op == HY_OP_ADDNORM || c->op == HY_OP_QKROPE || c->op == HY_OP_FUSION;
    bool extra = m->unwanted || m->tiny || m->in_place;
    if (m->pass == HY_BACKWARD && !hy_ops[c->op].has_backward)
        return false;
    if ((m->tiny && !norm) || (m->ignore_all && c->op != HY_OP_XENT) || (m->sum_unread && c->op != HY_OP_ADDNORM))
        return false;
    if (m->in_place && !has_slot_flag(c->op, HY_SLOT_GRAD_INPLACE))
        return false;
    return !(c->flags & OP_BIG) || !extra;
}

bool op_mode_next_storage(struct op_mode *m, enum hy_op_id op)
{
    unsigned slots = 0;
    for (int i = 0; m->precision == HY_BF16 && hy_ops[op].slots[i].name; i++)
        slots |= hy_ops[op].slots[i].flags & HY_SLOT_EITHER ? 1u << i : 0;
    m->either = (m->either - slots) & slots; /* counts through the subsets */
    return m->either != 0;
}
