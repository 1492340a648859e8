/* Small kernels with known results, for the tests of the rig itself. All are queued; pointers are device addresses. */
#ifndef HY_TESTS_SIMT_KERNELS_KERNELS_H
#define HY_TESTS_SIMT_KERNELS_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "kernels/simt/runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

cudaStream_t simt_stream(void); /* the device layer's */

void simt_add(float *y, int n, float by); /* y[i] += by */

void simt_round(uint16_t *y, const float *x, int n); /* y[i] = bf16 of x[i], two to a word; n even */

enum { SIMT_THREADS = 64 }; /* of each of the following, in one block; y (SIMT_THREADS) */

void simt_shuffle_xor(int32_t *y, int bits, int width);
void simt_shuffle_up(int32_t *y, int by, int width);
void simt_shuffle_down(int32_t *y, int by, int width);
void simt_shuffle_from(int32_t *y, int lane, int width);
void simt_halves(int32_t *y);            /* sum over the lanes of a half warp, the halves apart */
void simt_ballot(uint32_t *y);           /* lanes divisible by 3 */
void simt_votes(int32_t *y);             /* any * 1 + all * 2 of lane < 40 by thread number, per warp */
void simt_block_votes(int32_t *y);       /* count of threads divisible by 5, + 100 if any, + 200 if all */
void simt_sum_of_exchanged(uint32_t *y); /* sum over lanes of (lane + 1)^2, from two words each */
void simt_left_lanes(int32_t *y);     /* lanes 16.. leave; the others sum their 16 ones by shuffles of the whole mask */
void simt_reversed_by_copy(float *y); /* y turned around inside the block, through copies in two groups */
void simt_uninitialised(float *y, int is_static);
void simt_turns(int32_t *y); /* the thread's place in the order of their first turns; y[SIMT_THREADS] starts at 0 */

/* Launches of the geometry named; the kernel does nothing. */
void simt_launch_nothing(unsigned blocks, unsigned threads, size_t shared_bytes);

/* Misuse that ends the program. */
void simt_reads_a_lane_that_left(int32_t *y);
void simt_names_a_mask_without_itself(int32_t *y);
void simt_names_other_masks(int32_t *y);
void simt_two_barriers(int32_t *y); /* threads at different lines */
void simt_leaves_others_waiting(int32_t *y);
void simt_leaves_copies(float *y);
void simt_takes_shared_it_was_not_given(float *y);

#ifdef __cplusplus
}
#endif

#endif
