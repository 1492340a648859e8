/* An implementation of a layer's mixer as a configuration sees it: what it is called,
 * what it makes of the sizes it is given, which parameters it has. */
#ifndef HY_MODELS_CONFIG_BLOCK_H
#define HY_MODELS_CONFIG_BLOCK_H

#include <stdbool.h>

#include "models/config/names.h"

struct hy_config;
struct hy_field;
struct hy_params;

struct hy_block {
    unsigned archs;       /* those it exists for: bit 1 << enum hy_arch */
    bool inner_attention; /* attention is d_inner wide, with as many query heads as fit; else it has n_heads of them */
    bool first_of_three;  /* automatic KV groups of an odd run of local layers: the first has three; else the run's
                             last layer stands alone */
    bool drops_outputs;   /* training drops the mixer's output, silu(gate) and the feed-forward's output too, not the
                             attention weights alone */
    enum hy_fuse fusion;  /* of a hybrid that says auto; AUTO: this block has no such choice */
    enum hy_in_proj in_proj;     /* the same */
    int (*d_ff)(int d_model);    /* where the variant's is 0 */
    int (*dt_rank)(int d_model); /* where the variant's is 0 */

    /* Adds the mixer's parameters of one layer in memory order (models/config/params.h). */
    void (*parameters)(struct hy_params *p, const struct hy_config *c, int layer);
};

/* Every one, defined in its file in models/blocks. */
#define HY_BLOCK(id, name, label, block, mixer) extern const struct hy_block block;
#include "models/config/blocks.inc"
#undef HY_BLOCK

/* The one of a number; of a number that is none the first, which hy_config_check() refuses. */
const struct hy_block *hy_block_of(enum hy_implementation i);

/* Whether the row of hy_model_fields is a choice that a variant may leave open, and `c` (resolved) has what it would
 * get then: files need not name it, and those of older programs do not. */
bool hy_is_own_choice(const struct hy_config *c, const struct hy_field *f);

/* As result tables spell it: "Mine", "Official"; NULL for none. */
const char *hy_implementation_label(enum hy_implementation i);

#endif
