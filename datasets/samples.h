/* Samples: the ids cut into stretches of seq_len, split into training, validation and, where it is asked for, testing.
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
    int n_train, n_val, n_test;
    int *order;       /* [n_train + n_val + n_test], owned: sample numbers, training first, testing last */
    const int *train; /* [n_train], into order */
    const int *val;   /* [n_val], into order */
    const int *test;  /* [n_test], into order: kept apart, nothing is chosen by them */
};

/* The parts that are not trained on. */
enum hy_part { HY_PART_VAL, HY_PART_TEST, HY_PARTS };
const char *hy_part_name(enum hy_part part); /* as tables call it: "val", "test" */

enum hy_part
hy_samples_reported(const struct hy_samples *s); /* what results are told of: testing, where there is any */

/* The sample numbers of a part in their fixed order, into s->order: [*n]. */
const int *hy_samples_of(const struct hy_samples *s, enum hy_part part, int *n);

/* Which samples are for training (datasets/split.h). */
struct hy_split {
    double train_fraction; /* 0 .. 1, both excluded; 0.9 in the protocol */
    int64_t seed;          /* 42 in the protocol */
    double test_fraction;  /* 0 .. 1: of all samples, out of those that do not train; 0 (the protocol): none */
};

/* batch: how many training samples there must be at least. HY_BAD_INPUT names train_fraction and the tokens
 * needed when there are too few for one batch and one validation sample, and test_fraction when it is not 0 and leaves
 * no sample to test on or none to validate on. */
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

/* What the targets of the first `count` samples of a part stand for (count <= 0: of all); nothing where
 * they are labels, which are no text. */
struct hy_coverage {
    int64_t tokens, bytes, characters;
};
struct hy_coverage hy_samples_coverage(const struct hy_samples *s, enum hy_part part, const struct hy_tokenizer *t,
                                       int count);

/* Bits per character of a mean loss in nats per token over targets that cover c. NaN if c has no characters. */
double hy_bits_per_char(double nats_per_token, struct hy_coverage c);

#endif
