/* Words of a study's file that stand for one of a few choices, and the choices. */
#ifndef HY_MODELS_CONFIG_NAMES_H
#define HY_MODELS_CONFIG_NAMES_H

#include <stddef.h>

#include "kernels/base/status.h"

/* words[i] is how choice i is written. */
struct hy_names {
    const char *key; /* of the file: "arch" */
    const char *const *words;
    int n;
};

/* Implementations of a layer's mixer (models/config/block.h). */
enum hy_implementation {
#define HY_BLOCK(id, name, label, block, mixer) id,
#include "models/config/blocks.inc"
#undef HY_BLOCK
};
enum hy_arch { HY_HYBRID, HY_MAMBA, HY_TRANSFORMER };

/* Of a hybrid layer: how what the two branches made comes together, and whether one product reads the input for both
 * or each has its own. AUTO: as the implementation does it. */
enum hy_fuse { HY_FUSE_AUTO, HY_FUSE_BETA, HY_FUSE_MEAN };
enum hy_in_proj { HY_IN_PROJ_AUTO, HY_IN_PROJ_SEPARATE, HY_IN_PROJ_SHARED };

/* What a variant is to have as much of as another one. */
enum hy_match_kind { HY_MATCH_NONE, HY_MATCH_PARAMS, HY_MATCH_FLOPS };

/* What a study's samples are made of. */
enum hy_corpus_kind {
    HY_CORPUS_TEXT, /* a text and its next tokens */
    HY_CORPUS_MQAR, /* synthetic: multi-query associative recall */
};

extern const struct hy_names hy_implementation_names; /* "split", ... */
extern const struct hy_names hy_arch_names;           /* "hybrid", "mamba", "transformer" */
extern const struct hy_names hy_fusion_names;         /* "auto", "beta", "mean" */
extern const struct hy_names hy_in_proj_names;        /* "auto", "separate", "shared" */
extern const struct hy_names hy_match_names;          /* "none", "params", "flops" */
extern const struct hy_names hy_corpus_kind_names;    /* "text", "mqar" */

/* The word of a choice; NULL where there is no such choice. */
const char *hy_names_word(const struct hy_names *names, int choice);

/* The choice that `text` names, or whether there is a choice of that number; HY_BAD_INPUT lists the words. */
hy_status hy_names_parse(const struct hy_names *names, const char *text, int *choice);
hy_status hy_names_check(const struct hy_names *names, int choice);

const char *hy_implementation_name(enum hy_implementation i);
const char *hy_arch_name(enum hy_arch a);

#endif
