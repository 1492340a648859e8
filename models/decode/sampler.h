/* Choosing the next token from logits. */
#ifndef HY_MODELS_DECODE_SAMPLER_H
#define HY_MODELS_DECODE_SAMPLER_H

#include <stdint.h>

struct hy_sampler {
    double temperature; /* 0: greedy, the lowest id among equals */
    int top_k;          /* keep the k likeliest; 0: all */
    double top_p;       /* then keep the likeliest until their share reaches p; 1: all */
    uint64_t seed;
    int vocab; /* only ids below it: a small text gives a tokenizer smaller than the model; 0: all */
};

/* Draws from softmax(logits / temperature) cut by top_k and top_p. `position`
 * numbers the draw: the same (seed, position, logits) give the same token.
 * logits (V); work (V) is overwritten. */
int hy_sample_token(const struct hy_sampler *s, const float *logits, int V, uint64_t position, int *work);

#endif
