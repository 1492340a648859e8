/* How a GPU's scan shares out the work, from the sizes of a call alone (no result depends on which
 * GPU it is), and how its backward divides `work`: kernels/ops.c reads how much that is,
 * kernels/cuda/scan_bwd.cu where everything lies. C and C++. */
#ifndef HY_KERNELS_SCAN_PARTS_H
#define HY_KERNELS_SCAN_PARTS_H

#include <stddef.h>

enum {
    HY_SCAN_NARROW = 32,     /* channels of a block ... */
    HY_SCAN_WIDE = 64,       /* ... where that still makes HY_SCAN_FILLED blocks: each step's Bt, Ct serve more */
    HY_SCAN_FORWARD = 64,    /* channels of a block forward */
    HY_SCAN_FILLED = 384,    /* blocks that fill a large GPU */
    HY_SCAN_IDLE = 96,       /* blocks or fewer: time is cut into spans, side by side, at the price of ... */
    HY_SCAN_SPAN_STEPS = 64, /* ... computing their decays twice; at least so many steps each */
};

static inline int hy_scan_channels(int B, int E)
{
    const long wide = (long)B * ((E + HY_SCAN_WIDE - 1) / HY_SCAN_WIDE);
    return wide >= HY_SCAN_FILLED ? HY_SCAN_WIDE : HY_SCAN_NARROW;
}

/* Steps of a span, whole chunks and at least two of them, where `blocks` of them take all channels; T: time is not cut.
 */
static inline int hy_scan_span_of(long blocks, int T, int chunk)
{
    if (blocks == 0 || blocks > HY_SCAN_IDLE || chunk == 0)
        return T;
    const int chunks = (T - 1) / chunk + 1, wanted = (int)(HY_SCAN_FILLED / blocks);
    const int least = (HY_SCAN_SPAN_STEPS - 1) / chunk + 1;
    int each = (chunks - 1) / wanted + 1;
    each = each < least ? least : each;
    each = each < 2 ? 2 : each;
    return (chunks - 1) / each + 1 >= 3 ? each * chunk : T;
}

/* Forward. */
static inline int hy_scan_forward_span(int B, int T, int E, int chunk)
{
    return hy_scan_span_of((long)B * ((E + HY_SCAN_FORWARD - 1) / HY_SCAN_FORWARD), T, chunk);
}

/* Backward. */
static inline int hy_scan_span(int B, int T, int E, int chunk)
{
    const int channels = hy_scan_channels(B, E);
    return hy_scan_span_of((long)B * ((E + channels - 1) / channels), T, chunk);
}

static inline int hy_scan_spans(int B, int T, int E, int chunk)
{
    const int span = hy_scan_span(B, T, E, chunk);
    return span == 0 ? 0 : (T - 1) / span + 1;
}

/* Elements from the start of `work`; a group is the channels of one block. */
struct hy_scan_parts {
    size_t dA_log;    /* (B, spans, E, N) */
    size_t dbias, dD; /* (B, spans, E) */
    size_t carry;     /* (B, spans, E, N): what comes from the span behind; with one span absent, as delta is */
    size_t delta;     /* (B, spans, E): sum of the span behind */
    size_t dBt, dCt;  /* (groups, B*T, N) */
    size_t elements;  /* all of them */
};

static inline struct hy_scan_parts hy_scan_parts(int B, int T, int E, int N, int chunk)
{
    const int channels = hy_scan_channels(B, E), spans = hy_scan_spans(B, T, E, chunk);
    const size_t parts = (size_t)B * (size_t)spans, e = (size_t)E, n = (size_t)N, rows = (size_t)B * (size_t)T;
    const size_t groups = (e + (size_t)channels - 1) / (size_t)channels;
    struct hy_scan_parts p;
    p.dA_log = 0;
    p.dbias = parts * e * n;
    p.dD = p.dbias + parts * e;
    p.carry = p.dD + parts * e;
    p.delta = p.carry + (spans > 1 ? parts * e * n : 0);
    p.dBt = p.delta + (spans > 1 ? parts * e : 0);
    p.dCt = p.dBt + groups * rows * n;
    p.elements = p.dCt + groups * rows * n;
    return p;
}

#endif
