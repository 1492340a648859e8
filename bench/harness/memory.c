#include "bench/harness/memory.h"

#if defined __x86_64__
#include <immintrin.h>
#endif
#include <omp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bench/harness/env.h"
#include "kernels/base/clock.h"
#include "kernels/base/threads.h"

/* 64 bytes at a time; the compiler splits it into what the machine has. */
typedef uint64_t line __attribute__((vector_size(64), may_alias));
enum { LINE = 64, HUGE_PAGE = 2 << 20 };

/* The calling thread's share of a buffer, in whole lines. */
static void my_share(size_t bytes, size_t *first, size_t *n)
{
    long begin, end;
    hy_share((long)(bytes / LINE), omp_get_thread_num(), omp_get_num_threads(), &begin, &end);
    *first = (size_t)begin * LINE;
    *n = (size_t)(end - begin) * LINE;
}

void *hy_buffer(size_t bytes)
{
    const size_t grain = bytes >= HUGE_PAGE ? HUGE_PAGE : LINE; /* as the programs' memory */
    size_t whole = (bytes + grain - 1) / grain * grain;
    char *p = aligned_alloc(grain, whole ? whole : LINE);
    HY_ASSERT(p, "out of memory for a measuring buffer; take smaller cases");
    if (grain == HUGE_PAGE)
        (void)madvise(p, whole, MADV_HUGEPAGE);
#pragma omp parallel num_threads(hy_threads())
    {
        size_t first, n;
        my_share(whole, &first, &n);
        memset(p + first, 1, n);
    }
    return p;
}

uint64_t hy_read_all(const void *buffer, size_t bytes, int rounds)
{
    uint64_t sum = 0;
#pragma omp parallel num_threads(hy_threads()) reduction(+ : sum)
    {
        size_t first, n;
        my_share(bytes, &first, &n);
        const line *p = (const line *)(const void *)((const char *)buffer + first);
        line s[4] = {{0}, {0}, {0}, {0}};
        for (int r = 0; r < rounds; r++) {
            size_t i = 0, lines = n / LINE;
            for (; i + 4 <= lines; i += 4) {
                s[0] += p[i];
                s[1] += p[i + 1];
                s[2] += p[i + 2];
                s[3] += p[i + 3];
            }
            for (; i < lines; i++)
                s[0] += p[i];
            __asm__ volatile("" ::: "memory"); /* the next round reads again */
        }
        s[0] += s[1] + s[2] + s[3];
        for (int i = 0; i < 8; i++)
            sum += s[0][i];
    }
    return sum;
}

void hy_copy_all(void *to, const void *from, size_t bytes)
{
#pragma omp parallel num_threads(hy_threads())
    {
        size_t first, n;
        my_share(bytes, &first, &n);
        memcpy((char *)to + first, (const char *)from + first, n);
    }
}

/* Each thread its share; false where the processor has no such instruction. */
static bool evict(const void *from, size_t bytes)
{
#if defined __x86_64__
#pragma omp parallel num_threads(hy_threads())
    {
        size_t first, n;
        my_share(bytes, &first, &n);
        for (size_t i = first; i < first + n; i += LINE)
            _mm_clflush((const char *)from + i);
        _mm_mfence();
    }
    return true;
#else
    (void)from;
    (void)bytes;
    return false;
#endif
}

static void read_over(struct hy_flusher *f)
{
    struct hy_machine m;
    if (!f->buffer) {
        hy_machine_get(&m);
        f->bytes = 2 * (m.llc_bytes ? m.llc_bytes : (size_t)32 << 20);
        f->buffer = hy_buffer(f->bytes);
    }
    uint64_t sum = hy_read_all(f->buffer, f->bytes, 1);
    hy_keep(&sum);
}

void hy_flusher_fini(struct hy_flusher *f)
{
    if (f == NULL)
        return;
    free(f->buffer);
    memset(f, 0, sizeof *f);
}

void hy_flush(struct hy_flusher *f)
{
    if (!f->of || !evict(f->of, f->of_bytes))
        read_over(f);
}
