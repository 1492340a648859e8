#include "bench/nsight/place_ops.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *place, *op;
} places[] = {
#define HY_PLACE(place, op) {place, op},
#include "bench/nsight/place_ops.inc"
#undef HY_PLACE
};

/* Where sequences are continued, from caches and states, these ops have other forms. */
static const struct {
    const char *whole, *continued;
} forms[] = {{"attention", "attend"}, {"conv", "conv_step"}, {"scan", "scan_step"}};

const char *hy_place_op(const char *place, int continues)
{
    const char *op = place;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (strcmp(place, places[i].place) == 0)
            op = places[i].op;
    for (size_t i = 0; continues && i < sizeof forms / sizeof *forms; i++)
        if (op != place && strcmp(op, forms[i].whole) == 0)
            return forms[i].continued;
    return op;
}
