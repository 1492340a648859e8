#include "models/config/block.h"

const struct hy_block *hy_block_of(enum hy_implementation i)
{
    static const struct hy_block *const blocks[] = {
#define HY_BLOCK(id, name, label, block, mixer) [id] = &(block),
#include "models/config/blocks.inc"
#undef HY_BLOCK
    };
    return hy_implementation_name(i) ? blocks[i] : blocks[0];
}

const char *hy_implementation_label(enum hy_implementation i)
{
    static const char *const labels[] = {
#define HY_BLOCK(id, name, label, block, mixer) [id] = (label),
#include "models/config/blocks.inc"
#undef HY_BLOCK
    };
    return hy_implementation_name(i) ? labels[i] : NULL;
}
