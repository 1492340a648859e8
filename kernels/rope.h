/* Tables of the rotary position embedding's angles, made once and kept. */
#ifndef HY_KERNELS_ROPE_H
#define HY_KERNELS_ROPE_H

#include <stdbool.h>

/* Row t (P elements, t < T) holds cos and sin of t * base^(-2j/P), j < P/2, taken in
 * double and rounded once: if `interleaved` as pairs (cos, sin) at (2j, 2j+1), else
 * all cosines and then all sines. Any thread may ask; the memory lives until the
 * program ends and is made at the first call for a P, base, order or greater T. */
const float *hy_rope_table(int T, int P, float base, bool interleaved);

#endif
