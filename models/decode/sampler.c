#include "models/decode/sampler.h"

#include <math.h>
#include <stdlib.h>

#include "kernels/base/rng.h"

/* Likeliest first, ties by id; qsort has no context argument, qsort_r is GNU's. */
static int likelier(const void *x, const void *y, void *logits)
{
    const float *l = logits;
    int a = *(const int *)x, b = *(const int *)y;
    if (l[a] != l[b])
        return l[a] > l[b] ? -1 : 1;
    return a - b;
}

int hy_sample_token(const struct hy_sampler *s, const float *logits, int V, uint64_t position, int *work)
{
    if (s->vocab > 0 && s->vocab < V)
        V = s->vocab;
    for (int i = 0; i < V; i++)
        work[i] = i;
    qsort_r(work, (size_t)V, sizeof *work, likelier, (void *)(uintptr_t)logits);
    if (s->temperature <= 0)
        return work[0];

    int kept = s->top_k > 0 && s->top_k < V ? s->top_k : V;
    double top = logits[work[0]], total = 0;
    for (int i = 0; i < kept; i++)
        total += exp((logits[work[i]] - top) / s->temperature);
    if (s->top_p < 1) {
        double share = 0;
        int n = 0;
        while (n < kept && share < s->top_p * total)
            share += exp((logits[work[n++]] - top) / s->temperature);
        kept = n > 0 ? n : 1;
        total = n > 0 ? share : 1;
    }
    struct hy_stream stream = hy_stream_open(s->seed, "sampling");
    stream.next = position;
    double draw = hy_stream_uniform(&stream) * total;
    for (int i = 0; i < kept - 1; i++) {
        draw -= exp((logits[work[i]] - top) / s->temperature);
        if (draw < 0)
            return work[i];
    }
    return work[kept - 1];
}
