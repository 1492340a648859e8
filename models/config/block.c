#include "models/config/block.h"

#include <string.h>

#include "models/config/config.h"

const struct hy_block *hy_block_of(enum hy_implementation i)
{
    static const struct hy_block *const blocks[] = {
#define HY_BLOCK(id, name, label, block, mixer) [id] = &(block),
#include "models/config/blocks.inc"
#undef HY_BLOCK
    };
    return hy_implementation_name(i) ? blocks[i] : blocks[0];
}

bool hy_is_own_choice(const struct hy_config *c, const struct hy_field *f)
{
    const struct hy_block *block = hy_block_of(c->implementation);
    const bool hybrid = c->arch == HY_HYBRID;
    if (strcmp(f->key, "fusion") == 0)
        return c->fusion == (hybrid ? block->fusion : HY_FUSE_AUTO);
    return strcmp(f->key, "in_proj") == 0 && c->in_proj == (hybrid ? block->in_proj : HY_IN_PROJ_AUTO);
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
