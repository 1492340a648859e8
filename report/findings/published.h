/* Numbers of arXiv:2411.13676 that this suite has a quantity for, and that quantity by our formulas. */
#ifndef HY_REPORT_FINDINGS_PUBLISHED_H
#define HY_REPORT_FINDINGS_PUBLISHED_H

#include <stdbool.h>
#include <stddef.h>

enum { HY_PUBLISHED_CONTEXT = 8000, HY_PUBLISHED_BYTES = 2 }; /* "8k" tokens, bytes of an element */

/* A model's cache, as tables 1, 2, 9 and 10 print it. */
struct hy_published_cache {
    const char *model;
    int full;            /* layers that see every position */
    int run[2];          /* lengths of the runs of layers with a window; 0: none */
    int kv_width;        /* elements of K and of V of a token in a layer, all heads */
    int window, meta;    /* positions */
    int inner, state;    /* of the Mamba branch; 0: none */
    bool shared;         /* layers with a window share in pairs */
    const char *printed; /* in 10^6 bytes, as the paper prints it */
};
extern const struct hy_published_cache hy_published_caches[];
extern const size_t hy_published_cache_count;

/* The cache of one sequence in bytes as the paper counts it: layers that share count half each, meta tokens only in
 * layers that see everything, the state of the scan and not that of the convolution. */
double hy_published_bytes(const struct hy_published_cache *c);

/* As our buffers would be: whole caches, one for each pair (a run of odd length ends in a group of three), meta tokens
 * in each, and both states. */
double hy_published_buffers(const struct hy_published_cache *c);

/* nanoGPT's loss on Tiny Shakespeare by characters, on a contiguous split: the best published of this size. */
#define HY_NANOGPT_NATS 1.4697
double hy_nanogpt_bits(void); /* of a character */

#endif
