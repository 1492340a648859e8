/* torch.utils.data.random_split with a seeded generator, number for number. */
#ifndef HY_DATASETS_SPLIT_H
#define HY_DATASETS_SPLIT_H

#include <stdint.h>

/* order[0..n) = torch.randperm(n, generator=torch.Generator().manual_seed(seed)) on the CPU:
 * mt19937 seeded with the low 32 bits of `seed`; place i is swapped with i + (draw % (n - i)).
 * 0 <= n < 2^31 / 10: beyond that PyTorch may draw differently. */
void hy_torch_randperm(int64_t seed, int n, int *order);

/* How many of n samples are for training: 90 % rounded down (Python's int(0.9 * n)); the others are
 * for validation. Of random_split's permutation the first are training samples, the rest validation. */
static inline int hy_split_train(int n)
{
    return (int)((int64_t)n * 9 / 10);
}

#endif
