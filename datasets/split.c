#include "datasets/split.h"

#include <math.h>

#include "kernels/base/status.h"

/* Matsumoto and Nishimura's mt19937, 32-bit outputs. */
enum { STATE = 624, SHIFT = 397 };

struct mt {
    uint32_t s[STATE];
    int next;
};

static void seed_mt(struct mt *m, uint32_t seed)
{
    m->s[0] = seed;
    for (uint32_t i = 1; i < STATE; i++)
        m->s[i] = 1812433253u * (m->s[i - 1] ^ m->s[i - 1] >> 30) + i;
    m->next = STATE;
}

static uint32_t draw(struct mt *m)
{
    if (m->next == STATE) {
        for (int k = 0; k < STATE; k++) {
            uint32_t y = (m->s[k] & 0x80000000u) | (m->s[(k + 1) % STATE] & 0x7fffffffu);
            m->s[k] = m->s[(k + SHIFT) % STATE] ^ y >> 1 ^ (y & 1 ? 0x9908b0dfu : 0);
        }
        m->next = 0;
    }
    uint32_t y = m->s[m->next++];
    y ^= y >> 11;
    y ^= y << 7 & 0x9d2c5680u;
    y ^= y << 15 & 0xefc60000u;
    return y ^ y >> 18;
}

void hy_torch_randperm(int64_t seed, int n, int *order)
{
    HY_ASSERT(n >= 0 && n < INT32_MAX / 10, "a permutation of a size that PyTorch draws in this way");
    struct mt m;
    seed_mt(&m, (uint32_t)(uint64_t)seed);
    for (int i = 0; i < n; i++)
        order[i] = i;
    for (int i = 0; i < n - 1; i++) {
        int j = i + (int)(draw(&m) % (uint32_t)(n - i));
        int kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
}

int hy_split_train(double fraction, int n)
{
    HY_ASSERT(fraction > 0 && fraction < 1 && n >= 0, "both parts of a split have a share");
    return (int)(fraction * n);
}

int hy_split_test(double fraction, int n)
{
    HY_ASSERT(fraction >= 0 && fraction < 1 && n >= 0, "a share is a part of the whole");
    return (int)(fraction * n);
}

int64_t hy_split_needs(double fraction, int train)
{
    HY_ASSERT(fraction > 0 && fraction < 1 && train >= 1, "both parts of a split have a share");
    /* the quotient may miss by one where its rounding and the product's differ */
    int64_t n = (int64_t)floor(train / fraction) - 1;
    while ((int64_t)(fraction * (double)n) < train || (int64_t)(fraction * (double)n) == n)
        n++;
    return n;
}
