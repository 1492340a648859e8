#include "report/canvas/palette.h"

struct hy_color hy_palette(size_t i, size_t of)
{
    static const unsigned colors[HY_PALETTE] = {0x3c5085, 0xdb7400, 0x9d124f, 0x16aa60, 0x664dba, 0xc77f9d, 0x715607,
                                                0x0b9fd4, 0x0c6a69, 0xb76b40, 0x913a37, 0x6f79a4, 0x3b97ee, 0x188a79,
                                                0x066b80, 0x2ca477, 0x5e68b5, 0x4a4794, 0x8a6455, 0x055d2e};
    const size_t round = i / HY_PALETTE, rounds = of > i ? (of + HY_PALETTE - 1) / HY_PALETTE : round + 1;
    return hy_tint(hy_rgb(colors[i % HY_PALETTE]), 1 - 0.6f * (float)round / (float)rounds);
}
