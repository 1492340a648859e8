/* How the backward of the scan divides `work` on a GPU: kernels/ops.c reads how much
 * it needs, kernels/cuda/scan_bwd.cu where everything lies. C and C++. */
#ifndef HY_SCAN_PARTS_H
#define HY_SCAN_PARTS_H

#include <stddef.h>

enum {
    HY_SCAN_NARROW = 32,  /* channels of a block ... */
    HY_SCAN_WIDE = 64,    /* ... where that still makes HY_SCAN_FILLED blocks: each step's Bt, Ct serve more */
    HY_SCAN_FILLED = 384, /* blocks that fill a large GPU; a constant, so that no result depends on the GPU */
};

static inline int hy_scan_channels(int B, int E)
{
    const long wide = (long)B * ((E + HY_SCAN_WIDE - 1) / HY_SCAN_WIDE);
    return wide >= HY_SCAN_FILLED ? HY_SCAN_WIDE : HY_SCAN_NARROW;
}

/* Elements from the start of `work`; a group is the channels of one block. */
struct hy_scan_parts {
    size_t dA_log;    /* (B, E, N) */
    size_t dbias, dD; /* (B, E) */
    size_t dBt, dCt;  /* (groups, B*T, N) */
    size_t elements;  /* all of them */
};

static inline struct hy_scan_parts hy_scan_parts(int B, int T, int E, int N)
{
    const int channels = hy_scan_channels(B, E);
    const size_t b = (size_t)B, e = (size_t)E, n = (size_t)N, groups = (e + (size_t)channels - 1) / (size_t)channels;
    struct hy_scan_parts p;
    p.dA_log = 0;
    p.dbias = b * e * n;
    p.dD = p.dbias + b * e;
    p.dBt = p.dD + b * e;
    p.dCt = p.dBt + groups * b * (size_t)T * n;
    p.elements = p.dCt + groups * b * (size_t)T * n;
    return p;
}

#endif
