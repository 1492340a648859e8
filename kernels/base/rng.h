/* Counter-based random numbers: Philox4x32-10 (Salmon et al. 2011).
 *
 * No state: every number is a function of a key and a counter, so the same
 * dropout mask comes out on every backend, thread count, and after a resume. */
#ifndef HY_KERNELS_BASE_RNG_H
#define HY_KERNELS_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

/* out[0..3] = Philox4x32-10 of the 128-bit counter under the 64-bit key. */
void hy_philox(const uint32_t counter[4], uint64_t key, uint32_t out[4]);

/* ---- dropout -----------------------------------------------------------------
 * Elements come in blocks of HY_DROP_BLOCK. Element r of block b takes 16 bits:
 * word (r >> 5), high half if r & 16, of the Philox output for the counter
 * {low(16 b + (r & 15)), high(...), step, site} under the key `seed`, so that
 * sixteen vector lanes give sixteen neighbouring elements. It is kept when those
 * 16 bits are >= hy_drop_threshold(p).
 * A matrix (rows, cols) numbers its elements row * hy_drop_pitch(cols) + col:
 * every row starts a block. */
enum { HY_DROP_BLOCK = 128 };

static inline uint64_t hy_drop_pitch(uint64_t cols)
{
    return (cols + HY_DROP_BLOCK - 1) / HY_DROP_BLOCK * HY_DROP_BLOCK;
}

/* p rounded to 1/65536; 0 <= p < 1. */
static inline uint32_t hy_drop_threshold(float p)
{
    return (uint32_t)(p * 65536.0f + 0.5f);
}

/* 1 if the element is kept. The slow, obvious form: references and tests. */
int hy_drop_keeps(uint64_t seed, uint32_t step, uint32_t site, uint64_t element, float p);

/* The places of a layer that drop, and the number a kernel sees for one. */
enum hy_drop_place { HY_DROP_WEIGHTS, HY_DROP_MIXER, HY_DROP_GATE, HY_DROP_FFN, HY_DROP_PLACES };

static inline uint32_t hy_drop_site(int layer, enum hy_drop_place place)
{
    return (uint32_t)layer * HY_DROP_PLACES + (uint32_t)place;
}

/* ---- streams -----------------------------------------------------------------
 * A stream is keyed by (seed, name): the order in which streams are drawn from,
 * and what else is drawn, changes nothing. */
struct hy_stream {
    uint64_t key, next;
};
struct hy_stream hy_stream_open(uint64_t seed, const char *name);
double hy_stream_uniform(struct hy_stream *s); /* in (0, 1), 32 bits */
double hy_stream_normal(struct hy_stream *s);  /* mean 0, deviation 1 */

#endif
