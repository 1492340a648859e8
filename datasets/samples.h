/* Samples: the ids cut into stretches of seq_len, split into training and validation.
 *
 * Sample k: inputs ids[k*L .. k*L+L), targets the same one further; so n ids give
 * (n - 1) / L samples, rounded down. */
#ifndef HY_DATASETS_SAMPLES_H
#define HY_DATASETS_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

#include "datasets/tokenizer/tokenizer.h"
#include "kernels/base/status.h"

struct hy_samples {
    const int32_t *ids; /* borrowed: must outlive this */
    size_t n_ids;
    const int32_t
        *labels; /* borrowed: the targets where they are not the next ids, < 0 where there is none; else NULL */
    int seq_len;
    int n_train, n_val;
    int *order;       /* [n_train + n_val], owned: sample numbers, training first */
    const int *train; /* [n_train], into order */
    const int *val;   /* [n_val], into order */
};

/* Which samples are for training (datasets/split.h). */
struct hy_split {
    double train_fraction; /* 0 .. 1, both excluded; 0.9 in the protocol */
    int64_t seed;          /* 42 in the protocol */
};

/* batch: how many training samples there must be at least. HY_BAD_INPUT names train_fraction and the tokens
 * needed when there are too few for one batch and one validation sample. */
hy_status hy_samples_make(struct hy_samples *s, const int32_t *ids, size_t n_ids, int seq_len, int batch,
                          const struct hy_split *split);

/* Samples that bring their targets: ids and labels (n, seq_len). The same split, the same errors. */
hy_status hy_samples_make_labelled(struct hy_samples *s, const int32_t *ids, const int32_t *labels, int n, int seq_len,
                                   int batch, const struct hy_split *split);
void hy_samples_fini(struct hy_samples *s);

/* [seq_len] each. `sample` is an entry of train or val. */
static inline const int32_t *hy_sample_inputs(const struct hy_samples *s, int sample)
{
    return s->ids + (size_t)sample * (size_t)s->seq_len;
}
static inline const int32_t *hy_sample_targets(const struct hy_samples *s, int sample)
{
    return s->labels ? s->labels + (size_t)sample * (size_t)s->seq_len : hy_sample_inputs(s, sample) + 1;
}

/* What the targets of the first `count` validation samples stand for (count <= 0: of all); nothing where
 * they are labels, which are no text. */
struct hy_coverage {
    int64_t tokens, bytes, characters;
};
struct hy_coverage hy_samples_coverage(const struct hy_samples *s, const struct hy_tokenizer *t, int count);

/* Bits per character of a mean loss in nats per token over targets that cover c. NaN if c has no characters. */
double hy_bits_per_char(double nats_per_token, struct hy_coverage c);

#endif
