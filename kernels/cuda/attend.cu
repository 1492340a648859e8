/* Attention of new tokens over their caches, f32, and of few tokens in any precision.
 *
 * Few tokens (decoding): the cache is read once and that is the work. A block takes a part of one
 * sequence's keys for up to STEP_HEADS query heads that share them; there are as many parts as fill the
 * device when sequences and kv heads alone do not. A warp reads several keys side by side, 16 bytes a
 * lane; each of these groups of lanes has its own running softmax, and what they found is put together
 * at the end in a fixed order: groups and warps in shared memory, parts by a second kernel. */
#include "kernels/cuda/attend.cuh"

enum {
    STEP_WARPS = 4,
    STEP_HEADS = 4,  /* query heads that read a key together */
    STEP_FLIGHT = 4, /* keys, and as many values, that a group of lanes has in flight */
};

template <int WIDTH> struct step_shape {
    enum {
        LANES = WIDTH < 128 ? WIDTH / 4 : HY_WARP, /* that hold a key together */
        FOURS = WIDTH / 4 / LANES,                 /* each of them: that many times 4 elements, LANES*4 apart */
        GROUPS = HY_WARP / LANES,
        FOUND = STEP_WARPS * GROUPS, /* partial results of a head in a block */
        LD = WIDTH + 2,              /* of one: the weighted values, the maximum, the sum */
        BYTES = FOUND * STEP_HEADS * LD * 4,
    };
};

/* One of several partial results, each `ld` floats: P weighted values, then (at `width`) maximum and sum. */
__device__ __forceinline__ float step_total(const float *found, int count, int ld, int width, float &largest)
{
    largest = -INFINITY;
    for (int n = 0; n < count; n++)
        largest = fmaxf(largest, found[(size_t)n * ld + width]);
    float sum = 0;
    for (int n = 0; n < count; n++)
        if (found[(size_t)n * ld + width + 1] > 0)
            sum += found[(size_t)n * ld + width + 1] * hy_exp2(found[(size_t)n * ld + width] - largest);
    return sum;
}

__device__ __forceinline__ float step_value(const float *found, int count, int ld, int width, float largest, int c)
{
    float value = 0;
    for (int n = 0; n < count; n++)
        if (found[(size_t)n * ld + width + 1] > 0)
            value += found[(size_t)n * ld + c] * hy_exp2(found[(size_t)n * ld + width] - largest);
    return value;
}

/* The keys that the token at position p sees, counted: the meta keys, then its window. */
struct step_keys {
    int meta, window, count;

    __device__ __forceinline__ step_keys(const struct hy_attend &a, int p)
    {
        meta = min(a.M, p + 1);
        window = a.W > 0 ? max(meta, p - a.W + 1) : meta;
        count = meta + p - window + 1;
    }
    __device__ __forceinline__ int position(int n) const
    {
        return n < meta ? n : window + n - meta;
    }
};

/* long: the phases share tiles in shared memory and sums in registers, which a call would spill or have to pass one by
 * one. */
template <int WIDTH>
__global__ void __launch_bounds__(STEP_WARPS *HY_WARP, WIDTH > 128 ? 2 : 4)
    attend_step(struct hy_attend a, int parts, int aligned)
{
    typedef step_shape<WIDTH> S;
    float *const found = hy_dynamic_shared<float>();
    int n = (int)blockIdx.x;
    const int part = n % parts, t = (n /= parts) % a.T, kv = (n /= a.T) % a.K, b = (n /= a.K) % a.B;
    const int end_head = ((kv + 1) * a.H + a.K - 1) / a.K;
    const int head = (kv * a.H + a.K - 1) / a.K + n / a.B * STEP_HEADS, heads = min(STEP_HEADS, end_head - head);
    if (heads <= 0 || t >= a.len[b]) { /* the whole block; attend_join writes the zeros */
        return;
    }
    const int lane = hy_lane(), warp = (int)threadIdx.x / HY_WARP, group = warp * S::GROUPS + lane / S::LANES;
    const int c0 = lane % S::LANES * 4;
    const int start = a.start[b], len = a.len[b];
    const hy_cache_rows k_rows = hy_cache_at(a, a.mk, a.ck, a.k, b, kv, start, len, 0, aligned & HY_ALIGNED_K);
    const hy_cache_rows v_rows = hy_cache_at(a, a.mv, a.cv, a.v, b, kv, start, len, 0, aligned & HY_ALIGNED_V);
    const step_keys keys(a, start + t);
    const int first = (int)((long long)keys.count * part / parts),
              end = (int)((long long)keys.count * (part + 1) / parts);
    const float scale = HY_LOG2E / sqrtf((float)a.P);

    float4 q[STEP_HEADS][S::FOURS], o[STEP_HEADS][S::FOURS];
    float largest[STEP_HEADS], sum[STEP_HEADS];
#pragma unroll
    for (int h = 0; h < STEP_HEADS; h++) {
        const size_t row = ((size_t)b * a.H + head + h) * a.T + t;
        const hy_rows<float> one = hy_rows_at(a.q.v + row * a.q.ld, a.q.ld, 0, h < heads, a.P, aligned & HY_ALIGNED_Q);
        largest[h] = -INFINITY;
        sum[h] = 0;
#pragma unroll
        for (int f = 0; f < S::FOURS; f++) {
            const float4 x = hy_floats(hy_rows_load(one, 0, c0 + f * S::LANES * 4));
            q[h][f] = make_float4(x.x * scale, x.y * scale, x.z * scale, x.w * scale);
            o[h][f] = make_float4(0, 0, 0, 0);
        }
    }

    /* every lane goes round as often as any other: they meet in shuffles */
    for (int at = first; at < end; at += S::FOUND * STEP_FLIGHT) {
        float4 k[STEP_FLIGHT][S::FOURS], v[STEP_FLIGHT][S::FOURS];
        float s[STEP_FLIGHT];
#pragma unroll
        for (int u = 0; u < STEP_FLIGHT; u++) {
            const int i = at + u * S::FOUND + group, position = i < end ? keys.position(i) : k_rows.end;
#pragma unroll
            for (int f = 0; f < S::FOURS; f++) {
                k[u][f] = hy_floats(hy_rows_load(k_rows, position, c0 + f * S::LANES * 4));
                v[u][f] = hy_floats(hy_rows_load(v_rows, position, c0 + f * S::LANES * 4));
            }
        }
#pragma unroll
        for (int h = 0; h < STEP_HEADS; h++) {
            if (h >= heads) /* the same for the whole block */
                continue;
            float most = largest[h];
#pragma unroll
            for (int u = 0; u < STEP_FLIGHT; u++) {
                s[u] = 0;
#pragma unroll
                for (int f = 0; f < S::FOURS; f++)
                    s[u] =
                        fmaf(q[h][f].x, k[u][f].x,
                             fmaf(q[h][f].y, k[u][f].y, fmaf(q[h][f].z, k[u][f].z, fmaf(q[h][f].w, k[u][f].w, s[u]))));
#pragma unroll
                for (int x = S::LANES / 2; x > 0; x /= 2)
                    s[u] += __shfl_xor_sync(0xffffffffu, s[u], x);
                if (at + u * S::FOUND + group >= end)
                    s[u] = -INFINITY;
                most = fmaxf(most, s[u]);
            }
            const float base = most == -INFINITY ? 0 : most, shrink = hy_exp2(largest[h] - base);
            largest[h] = most;
            sum[h] *= shrink;
#pragma unroll
            for (int u = 0; u < STEP_FLIGHT; u++) {
                s[u] = hy_exp2(s[u] - base);
                sum[h] += s[u];
            }
#pragma unroll
            for (int f = 0; f < S::FOURS; f++) {
                float4 x = make_float4(o[h][f].x * shrink, o[h][f].y * shrink, o[h][f].z * shrink, o[h][f].w * shrink);
#pragma unroll
                for (int u = 0; u < STEP_FLIGHT; u++) {
                    x.x = fmaf(s[u], v[u][f].x, x.x);
                    x.y = fmaf(s[u], v[u][f].y, x.y);
                    x.z = fmaf(s[u], v[u][f].z, x.z);
                    x.w = fmaf(s[u], v[u][f].w, x.w);
                }
                o[h][f] = x;
            }
        }
    }

#pragma unroll
    for (int h = 0; h < STEP_HEADS; h++) {
        float *const mine = found + (h * S::FOUND + group) * S::LD;
#pragma unroll
        for (int f = 0; f < S::FOURS; f++) {
            float *const to = mine + c0 + f * S::LANES * 4;
            to[0] = o[h][f].x;
            to[1] = o[h][f].y;
            to[2] = o[h][f].z;
            to[3] = o[h][f].w;
        }
        if (c0 == 0) {
            mine[WIDTH] = largest[h];
            mine[WIDTH + 1] = sum[h];
        }
    }
    __syncthreads();
    float *const partial = reinterpret_cast<float *>(a.partial);
    for (int h = warp; h < heads; h += STEP_WARPS) {
        const float *const all = found + h * S::FOUND * S::LD;
        const size_t row = ((size_t)b * a.T + t) * a.H + head + h;
        float *const to = partial + (row * parts + part) * (a.P + 2);
        float most;
        const float total = step_total(all, S::FOUND, S::LD, WIDTH, most);
        for (int c = lane; c < a.P; c += HY_WARP)
            to[c] = step_value(all, S::FOUND, S::LD, WIDTH, most, c);
        if (lane == 0) {
            to[a.P] = most;
            to[a.P + 1] = total;
        }
    }
}

/* What the parts of a row found, put together; zeros in rows behind len. A warp a row (b, t, h). */
__global__ void __launch_bounds__(STEP_WARPS *HY_WARP) attend_join(struct hy_attend a, int parts)
{
    const size_t row = (size_t)blockIdx.x * STEP_WARPS + threadIdx.x / HY_WARP;
    if (row >= (size_t)a.B * a.T * a.H) /* whole warps leave */
        return;
    const int bt = (int)(row / a.H), h = (int)(row % a.H);
    float *const y = a.y.v + (size_t)bt * a.y.ld + (size_t)h * a.P;
    if (bt % a.T >= a.len[bt / a.T]) {
        for (int c = hy_lane(); c < a.P; c += HY_WARP)
            y[c] = 0;
        return;
    }
    const float *const found = reinterpret_cast<const float *>(a.partial) + row * parts * (a.P + 2);
    float most;
    const float total = step_total(found, parts, a.P + 2, a.P, most);
    for (int c = hy_lane(); c < a.P; c += HY_WARP)
        y[c] = step_value(found, parts, a.P + 2, a.P, most, c) / total;
}

template <int WIDTH> static void step_launch(const struct hy_attend *a)
{
    const int parts = hy_attend_parts(a), groups = hy_ceil_div(hy_ceil_div(a->H, a->K), STEP_HEADS);
    const int rows = a->B * a->T * a->H;
    if (rows == 0)
        return;
    hy_launch("attend_step", attend_step<WIDTH>, dim3((unsigned)(groups * a->B * a->K * a->T * parts)),
              dim3(STEP_WARPS * HY_WARP), step_shape<WIDTH>::BYTES, *a, parts, hy_attend_aligned(a));
    hy_launch("attend_join", attend_join, dim3((unsigned)hy_ceil_div(rows, STEP_WARPS)), dim3(STEP_WARPS * HY_WARP), 0,
              *a, parts);
}

bool hy_attend_few(const struct hy_attend *a)
{
    if (hy_attend_parts(a) == 0)
        return false;
    if (a->P <= 64)
        step_launch<64>(a);
    else if (a->P <= 128)
        step_launch<128>(a);
    else if (a->P <= HY_WIDEST_HEAD)
        step_launch<256>(a);
    else
        hy_cuda_note(cudaErrorInvalidValue, "attention heads wider than 256");
    return true;
}

extern "C" void hy_attend_fwd_f32_cuda(const union hy_args *args)
{
    const struct hy_attend *a = &args->attend;
    if (hy_attend_few(a))
        return;
    if (a->P <= 64)
        hy_attend_chunk_launch<hy_math_f32, 64, 4, 64, HY_STAGE_COPY, 3>(a);
    else if (a->P <= 128)
        hy_attend_chunk_launch<hy_math_f32, 128, 2, 32, HY_STAGE_COPY, 4>(a);
    else if (a->P <= HY_WIDEST_HEAD)
        hy_attend_chunk_launch<hy_math_f32, 256, 1, 8, HY_STAGE_COPY, 4>(a);
    else
        hy_cuda_note(cudaErrorInvalidValue, "attention heads wider than 256");
}
