/* Multi-query associative recall (Arora et al., Zoology, 2023): what a model must look
 * up in its own past, and nothing else.
 *
 * A sample with D pairs begins k1 v1 k2 v2 ... kD vD; behind that, in random order and at
 * random places, each key comes once more, and the target there is its value. All other
 * places hold id 0 and have no target (-1). Keys are ids 1 ... n and differ within a
 * sample, values are ids n+1 ... 2n, n = (vocab - 1) / 2. */
#ifndef HY_DATASETS_MQAR_H
#define HY_DATASETS_MQAR_H

#include <stdint.h>

#include "kernels/base/status.h"

struct hy_mqar_options {
    int samples, seq_len, vocab;
    int least_pairs, most_pairs; /* samples take turns: least, 2 least, 4 least, ... up to most */
    uint64_t seed;
};

struct hy_mqar {
    int32_t *ids, *targets; /* (samples, seq_len) */
    int *pairs;             /* (samples) */
};

/* The same options give the same samples on every machine. HY_BAD_INPUT when the pairs and their
 * queries do not fit into seq_len, or the vocabulary has too few keys. */
hy_status hy_mqar_make(struct hy_mqar *m, const struct hy_mqar_options *o);
void hy_mqar_fini(struct hy_mqar *m); /* NULL and zeroed are fine */

/* Values a target may have: by chance one in so many is right. */
int hy_mqar_values(int vocab);

#endif
