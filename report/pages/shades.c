#include "report/pages/shades.h"

#include <stddef.h>
#include <string.h>

#include "kernels/base/status.h"

struct hy_color hy_op_shade(const char *op)
{
    static const struct {
        const char *op;
        unsigned color;
    } known[] = {{"linear", 0x3d5a73},   {"scan", 0xb8860b},     {"attention", 0x1f7a6d}, {"swiglu", 0x7f9a48},
                 {"qkrope", 0x4a6fa5},   {"conv", 0xd2691e},     {"addnorm", 0x6d4c7d},   {"fusion", 0x5f9e4a},
                 {"adamw", 0x2f5fa8},    {"rmsnorm", 0xb0647f},  {"xent", 0xa33a2a},      {"embed", 0x8877b8},
                 {"gradnorm", 0x6b6b6b}, {"attend", 0x1f7a6d},   {"scan_step", 0xb8860b}, {"conv_step", 0xd2691e},
                 {"pick", 0x8c8c8c},     {"cache_put", 0x5c6f77}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(op, known[i].op) == 0)
            return hy_rgb(known[i].color);
    return hy_rgb(0x8c8c8c);
}

struct hy_color hy_shade_of(enum hy_shade shade)
{
    static const unsigned colors[HY_SHADES] = {0x35576b, 0x2a9d8f, 0xd9a441, 0x9fd0d5, 0xc1440e, 0xe8e8e8};
    HY_ASSERT((unsigned)shade < HY_SHADES, "there is no such shade");
    return hy_rgb(colors[shade]);
}
