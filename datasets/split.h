/* torch.utils.data.random_split with a seeded generator, number for number. */
#ifndef HY_DATASETS_SPLIT_H
#define HY_DATASETS_SPLIT_H

#include <stdint.h>

/* order[0..n) = torch.randperm(n, generator=torch.Generator().manual_seed(seed)) on the CPU:
 * mt19937 seeded with the low 32 bits of `seed`; place i is swapped with i + (draw % (n - i)).
 * 0 <= n < 2^31 / 10: beyond that PyTorch may draw differently. */
void hy_torch_randperm(int64_t seed, int n, int *order);

/* How many of n samples are for training: the share `fraction` rounded down, Python's int(fraction * n); the
 * others are for validation. Of random_split's permutation the first are training samples, the rest validation. */
int hy_split_train(double fraction, int n);

/* How many of n samples are kept for testing: the same of another share, 0 of none. Of random_split's permutation they
 * are the last, so that the training samples stay what they are and validation gives them up. 0 <= fraction < 1. */
int hy_split_test(double fraction, int n);

/* The least n that leaves at least `train` samples for training and one for validation. train >= 1, 0 < fraction < 1.
 */
int64_t hy_split_needs(double fraction, int train);

#endif
