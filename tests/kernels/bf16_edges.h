/* Numbers at which rounding to bf16 is easily wrong, and what they become. */
#ifndef HY_TESTS_KERNELS_BF16_EDGES_H
#define HY_TESTS_KERNELS_BF16_EDGES_H

#include <stdbool.h>
#include <stdint.h>

struct bf16_edge {
    const char *what;
    uint32_t from; /* bits of the float */
    uint16_t to;   /* bits of the bf16, of any NaN where `from` is one */
};

/* All but what is below the smallest normal float, for backends differ there (kernels/cuda/cuda.cuh). */
static const struct bf16_edge bf16_edges[] = {
    {"one", 0x3f800000, 0x3f80},
    {"zero", 0x00000000, 0x0000},
    {"minus zero", 0x80000000, 0x8000},
    {"a tie above an even one", 0x3f808000, 0x3f80},
    {"a tie above an odd one", 0x3f818000, 0x3f82},
    {"a negative tie above an odd one", 0xbf818000, 0xbf82},
    {"just below a tie", 0x3f817fff, 0x3f81},
    {"just above a tie", 0x3f808001, 0x3f81},
    {"a tie that carries into the exponent", 0x3fff8000, 0x4000},
    {"the smallest normal", 0x00800000, 0x0080},
    {"the largest that stays finite", 0x7f7f7fff, 0x7f7f},
    {"the largest float", 0x7f7fffff, 0x7f80},
    {"infinite", 0x7f800000, 0x7f80},
    {"minus infinite", 0xff800000, 0xff80},
    {"a NaN with nothing but its lowest bit", 0x7f800001, 0x7fc0},
    {"a NaN that rounding would carry to zero", 0xffffffff, 0xffff},
};

enum { BF16_EDGES = sizeof bf16_edges / sizeof *bf16_edges };

static inline bool bf16_edge_holds(const struct bf16_edge *e, uint16_t got)
{
    const bool nan = (e->to & 0x7f80) == 0x7f80 && (e->to & 0x7f) != 0;
    return nan ? (got & 0x7f80) == 0x7f80 && (got & 0x7f) != 0 : got == e->to;
}

#endif
