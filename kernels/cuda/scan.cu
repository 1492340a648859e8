/* Selective scan, forward. Where the channels fill the device, one launch takes every
 * sequence through its whole length. Few channels and many steps: time is cut into spans
 * of whole chunks, and three launches follow each other: the end of each span from 0
 * (scan_forward<SCAN_ENDS>), the states before each span from those (scan_join), all of it
 * (scan_forward<SCAN_TRAIN>). That computes the decays twice, so it is for calls that leave
 * most of the device idle. Which way a call goes follows from its sizes alone. */
#include "kernels/cuda/scan.cuh"

enum { JOIN_THREADS = 128 };

/* (B, E, N): h = exp(A * sum of delta) h + end, span by span; states[first chunk of a span] holds
 * the end of the span before and takes h. */
__global__ void scan_join(struct hy_scan a, int span)
{
    const unsigned states = (unsigned)a.E * (unsigned)a.N, i = blockIdx.x * JOIN_THREADS + threadIdx.x;
    if (i >= states)
        return;
    const int e = (int)(i / (unsigned)a.N), chunks = (a.T + a.chunk - 1) / a.chunk, chunks_of_span = span / a.chunk;
    const float rate = -HY_LOG2E * expf(a.A_log.v[(size_t)e * a.A_log.ld + i % (unsigned)a.N]);
    float *rows = a.states + (size_t)blockIdx.y * chunks * states;
    float h = 0;
    for (int c = chunks_of_span; c < chunks; c += chunks_of_span) {
        h = hy_exp2(rows[(size_t)(c - chunks_of_span + 1) * states + e] * rate) * h + rows[(size_t)c * states + i];
        rows[(size_t)c * states + i] = h;
    }
}

template <bool FAST, class T> static void launch(const struct hy_scan *a, const scan_way &w)
{
    const int groups = hy_ceil_div(a->E, SCAN_BLOCK), spans = hy_ceil_div(a->T, w.span);
    if (spans > 1) {
        auto ends = scan_forward<SCAN_ENDS, FAST, T>;
        const size_t states = (size_t)a->E * a->N, blocks = (states + JOIN_THREADS - 1) / JOIN_THREADS;
        hy_launch("scan_ends", ends, dim3(groups, spans - 1, a->B), dim3(SCAN_BLOCK), 0, *a, w);
        hy_launch("scan_join", scan_join, dim3((unsigned)blocks, a->B), dim3(JOIN_THREADS), 0, *a, w.span);
    }
    auto train = scan_forward<SCAN_TRAIN, FAST, T>;
    hy_launch("scan_forward", train, dim3(groups, spans, a->B), dim3(SCAN_BLOCK), 0, *a, w);
}

/* y, and backward du and dz, of all elements in f32: they would round between the slabs of states. */
size_t hy_scan_scratch(const struct hy_scan *a, enum hy_pass pass)
{
    const size_t sums = (size_t)a->B * a->T * a->E * sizeof(float);
    return !a->u.bf16 || a->N <= SCAN_STATES ? 0 : pass == HY_FORWARD ? sums : 2 * sums;
}

template <class T> static void forward(const struct hy_scan *a)
{
    if (a->B == 0 || a->T == 0 || a->E == 0)
        return;
    scan_way w = {NULL, NULL, a->states ? hy_scan_forward_span(a->B, a->T, a->E, a->chunk) : a->T, NULL};
    if (const size_t bytes = hy_scan_scratch(a, HY_FORWARD))
        w.sums = (float *)hy_cuda_scratch(bytes);
    scan_is_fast(a->Bt, a->Ct, a->A_log, a->states, a->N) ? launch<true, T>(a, w) : launch<false, T>(a, w);
}

extern "C" void hy_scan_fwd_f32_cuda(const union hy_args *args)
{
    forward<float>(&args->scan);
}

extern "C" void hy_scan_fwd_bf16_cuda(const union hy_args *args)
{
    forward<hy_bf16>(&args->scan);
}
