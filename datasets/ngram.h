/* Reference lines: what counting words achieves on the validation samples.
 *
 *   uniform  p(y) = 1/V
 *   unigram  p(y) = (c(y) + 1) / (n + V)                         add-one over the training targets
 *   bigram   p(y|x) = (c(x,y) + d(x) p(y)) / (c(x) + d(x))       Witten and Bell 1991
 *            d(x): how many different targets follow x; p(y) if x was never seen
 *
 * Counts are over (input, target) pairs of the training samples. */
#ifndef HY_DATASETS_NGRAM_H
#define HY_DATASETS_NGRAM_H

#include "datasets/samples.h"

/* Mean loss in nats per target over all validation samples; the perplexity is its exp(). */
struct hy_ngram_loss {
    double uniform, unigram, bigram;
};
struct hy_ngram_loss hy_reference_lines(const struct hy_samples *s, int vocab_size);

#endif
