#include "kernels/bf16.h"

#include "kernels/base/status.h"
#include "kernels/base/threads.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define NEEDS_BF16 __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16")))

/* n elements, any alignment */
NEEDS_BF16 static void round_run(hy_bf16 *to, const float *from, size_t n)
{
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        __m512bh both = _mm512_cvtne2ps_pbh(_mm512_loadu_ps(from + i + 16), _mm512_loadu_ps(from + i));
        memcpy(to + i, &both, sizeof both);
    }
    for (; i < n; i += 16) {
        __mmask16 left = n - i >= 16 ? 0xffff : (__mmask16)((1u << (n - i)) - 1);
        __m256bh some = _mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(left, from + i));
        __m256i bits;
        memcpy(&bits, &some, sizeof bits);
        _mm256_mask_storeu_epi16(to + i, left, bits);
    }
}

void hy_bf16_round(hy_bf16 *to, const float *from, size_t rows, size_t cols, size_t ld)
{
    enum { RUN = 8192 }; /* elements a thread takes at a time: 32 KiB in, 16 KiB out */
    bool dense = ld == cols;
    size_t runs = dense ? (rows * cols + RUN - 1) / RUN : rows;
#pragma omp parallel for num_threads(hy_threads()) schedule(static) if (rows * cols > 2 * RUN)
    for (size_t r = 0; r < runs; r++) {
        if (!dense) {
            round_run(to + r * cols, from + r * ld, cols);
            continue;
        }
        size_t first = r * RUN, left = rows * cols - first;
        round_run(to + first, from + first, left < RUN ? left : RUN);
    }
}
#else
void hy_bf16_round(hy_bf16 *to, const float *from, size_t rows, size_t cols, size_t ld)
{
    (void)to, (void)from, (void)rows, (void)cols, (void)ld;
    HY_ASSERT(false, "bf16 is asked for only where hy_bf16_of_machine() says yes");
}
#endif
