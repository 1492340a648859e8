/* The threads of a block: who a thread is, and what threads do together.
 *
 * Each is a fiber; only one runs at a time, and another gets its turn where one
 * waits. Forward, the turn goes from lane to lane and from warp to warp upwards,
 * reversed downwards: a kernel that misses a barrier sees old values in one of them.
 *
 * Stricter than a device: all threads of a block must come to the same
 * __syncthreads (the same line), none may have left before, and lanes that meet
 * must name the same mask at the same line. What breaks this ends the program
 * with the kernel, the block, the thread and the line. */
#ifndef HY_KERNELS_SIMT_THREADS_H
#define HY_KERNELS_SIMT_THREADS_H

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kernels/simt/types.h"

/* Of the thread that runs now. */
extern uint3 threadIdx, blockIdx;
extern dim3 blockDim, gridDim;
constexpr int warpSize = 32;

namespace simt
{

struct place {
    const char *file;
    int line;
};

enum meeting { MEET_SYNC, MEET_SHUFFLE, MEET_VOTE, MEET_EXCHANGE };

/* Ends the program with one sentence about the running thread (file NULL: nowhere in particular). */
[[noreturn]] void die(place at, const char *format, ...) __attribute__((format(printf, 2, 3)));

struct votes {
    int any, all, count;
};
votes block_barrier(place at, int vote);

/* Waits until the lanes of `mask` that have not left are here. For a shuffle, what lane `source` brought;
 * for a vote, the lanes that brought something other than 0. */
uint64_t meet(meeting kind, uint32_t mask, uint64_t bring, unsigned source, place at);

unsigned lane_number(void); /* 0 .. 31 */

/* Shuffles take any type of at most 8 bytes. */
template <class T> T shuffle(uint32_t mask, T value, unsigned source, place at)
{
    static_assert(sizeof(T) <= sizeof(uint64_t), "a shuffle moves at most 8 bytes");
    uint64_t word = 0;
    memcpy(&word, &value, sizeof value);
    word = meet(MEET_SHUFFLE, mask, word, source, at);
    memcpy(&value, &word, sizeof value);
    return value;
}

/* ---- for twins of whole-warp instructions (mma) ------------------------------- */

enum { MOST_WORDS = 32 };
template <int N> struct words {
    uint32_t w[N];
};

const uint32_t *exchange_words(const uint32_t *mine, int n, place at);

/* Every lane of the warp calls it; [l] of the result is what lane l brought. Valid until the lane's next exchange. */
template <int N>
const words<N> *exchange(const words<N> &mine, const char *file = __builtin_FILE(), int line = __builtin_LINE())
{
    static_assert(N <= MOST_WORDS, "more words than a lane may bring");
    return reinterpret_cast<const words<N> *>(exchange_words(mine.w, N, {file, line}));
}

/* ---- shared memory ---------------------------------------------------------------- */

/* Of the block that runs, 16-byte aligned, NaN when the block begins. */
void *dynamic_shared(void);

} // namespace simt

/* The block's dynamic shared memory, 16-byte aligned. */
template <class T> inline T *hy_dynamic_shared(void)
{
    return static_cast<T *>(simt::dynamic_shared());
}

/* ---- the block together --------------------------------------------------------------- */

inline void __syncthreads(const char *file = __builtin_FILE(), int line = __builtin_LINE())
{
    simt::block_barrier({file, line}, 0);
}
inline int __syncthreads_or(int vote, const char *file = __builtin_FILE(), int line = __builtin_LINE())
{
    return simt::block_barrier({file, line}, vote).any;
}
inline int __syncthreads_and(int vote, const char *file = __builtin_FILE(), int line = __builtin_LINE())
{
    return simt::block_barrier({file, line}, vote).all;
}
inline int __syncthreads_count(int vote, const char *file = __builtin_FILE(), int line = __builtin_LINE())
{
    return simt::block_barrier({file, line}, vote).count;
}

/* ---- lanes together ---------------------------------------------------------------------- */

inline void __syncwarp(unsigned mask = 0xffffffffu, const char *file = __builtin_FILE(), int line = __builtin_LINE())
{
    simt::meet(simt::MEET_SYNC, mask, 0, 0, {file, line});
}

template <class T>
T __shfl_sync(unsigned mask, T v, int source, int width = 32, const char *file = __builtin_FILE(),
              int line = __builtin_LINE())
{
    unsigned lane = simt::lane_number(), w = (unsigned)width;
    return simt::shuffle(mask, v, lane / w * w + (unsigned)source % w, {file, line});
}

template <class T>
T __shfl_xor_sync(unsigned mask, T v, int bits, int width = 32, const char *file = __builtin_FILE(),
                  int line = __builtin_LINE())
{
    unsigned lane = simt::lane_number(), w = (unsigned)width, other = lane ^ (unsigned)bits;
    return simt::shuffle(mask, v, other / w > lane / w ? lane : other, {file, line});
}

template <class T>
T __shfl_up_sync(unsigned mask, T v, unsigned by, int width = 32, const char *file = __builtin_FILE(),
                 int line = __builtin_LINE())
{
    unsigned lane = simt::lane_number();
    return simt::shuffle(mask, v, lane % (unsigned)width < by ? lane : lane - by, {file, line});
}

template <class T>
T __shfl_down_sync(unsigned mask, T v, unsigned by, int width = 32, const char *file = __builtin_FILE(),
                   int line = __builtin_LINE())
{
    unsigned lane = simt::lane_number(), w = (unsigned)width;
    return simt::shuffle(mask, v, lane % w + by >= w ? lane : lane + by, {file, line});
}

inline unsigned __ballot_sync(unsigned mask, int vote, const char *file = __builtin_FILE(), int line = __builtin_LINE())
{
    return (unsigned)simt::meet(simt::MEET_VOTE, mask, vote != 0, 0, {file, line});
}
inline int __any_sync(unsigned mask, int vote, const char *file = __builtin_FILE(), int line = __builtin_LINE())
{
    return simt::meet(simt::MEET_VOTE, mask, vote != 0, 0, {file, line}) != 0;
}
inline int __all_sync(unsigned mask, int vote, const char *file = __builtin_FILE(), int line = __builtin_LINE())
{
    return simt::meet(simt::MEET_VOTE, mask, vote == 0, 0, {file, line}) == 0;
}

#endif
