/* The scan continued from `state`. One new step (decoding) is a launch of its own: bytes bind
 * (the states of a channel, read and written, are 8 N of 8 N + 16), a lane takes 4 states in one
 * 16-byte access, and nothing is shared. More steps (prefill) go through scan_forward. */
#include "kernels/cuda/scan.cuh"

/* Grid (ceil(E / 32), B). */
template <bool FOURS> __global__ void scan_step_one(struct hy_scan_step a)
{
    const int i = threadIdx.x, lane = i % SCAN_LANES, b = blockIdx.y;
    const int e = blockIdx.x * (SCAN_THREADS / SCAN_LANES) + i / SCAN_LANES;
    const bool real = a.len[b] > 0, here = e < a.E;
    float sum = 0, u = 0, delta = 0;
    if (real && here) {
        u = a.u.v[(size_t)b * a.u.ld + e];
        delta = scan_softplus(a.dt.v[(size_t)b * a.dt.ld + e] + a.dt_bias.v[e]).value;
    }
    for (int n = lane * SCAN_OWN; real && here && n < a.N; n += SCAN_STATES) {
        float *state = a.state + ((size_t)b * a.E + e) * a.N, rate[SCAN_OWN];
        const float4 s = scan_load<FOURS>(state, n, a.N), Bt = scan_load<FOURS>(a.Bt.v + (size_t)b * a.Bt.ld, n, a.N);
        const float4 Ct = scan_load<FOURS>(a.Ct.v + (size_t)b * a.Ct.ld, n, a.N);
        scan_rates<FOURS>(a.A_log, e, a.E, n, a.N, rate);
        const float4 next = make_float4(
            hy_exp2(delta * rate[0]) * s.x + delta * u * Bt.x, hy_exp2(delta * rate[1]) * s.y + delta * u * Bt.y,
            hy_exp2(delta * rate[2]) * s.z + delta * u * Bt.z, hy_exp2(delta * rate[3]) * s.w + delta * u * Bt.w);
        sum += next.x * Ct.x + next.y * Ct.y + next.z * Ct.z + next.w * Ct.w;
        scan_store<FOURS>(state, n, a.N, next);
    }
    sum += __shfl_xor_sync(0xffffffffu, sum, 1);
    sum += __shfl_xor_sync(0xffffffffu, sum, 2);
    if (lane == 0 && here) {
        const float z = real ? a.z.v[(size_t)b * a.z.ld + e] : 0.0f;
        a.y.v[(size_t)b * a.y.ld + e] = real ? (sum + a.D.v[e] * u) * (z * hy_sigmoid(z)) : 0.0f;
    }
}

template <bool FOURS> static void launch(const struct hy_scan_step *a, const struct hy_scan *scan)
{
    const dim3 grid(hy_ceil_div(a->E, SCAN_THREADS / SCAN_LANES), a->B), block(SCAN_THREADS);
    if (a->T == 1) {
        hy_launch("scan_step", scan_step_one<FOURS>, grid, block, 0, *a);
        return;
    }
    const scan_way w = {a->state, a->len, a->T, NULL};
    const bool fast = scan_is_fast(a->Bt, a->Ct, a->A_log, a->state, a->N);
    hy_launch("scan_step", fast ? scan_forward<SCAN_STEP, true, float> : scan_forward<SCAN_STEP, false, float>,
              dim3(hy_ceil_div(a->E, SCAN_BLOCK), 1, a->B), dim3(SCAN_BLOCK), 0, *scan, w);
}

extern "C" void hy_scan_step_fwd_f32_cuda(const union hy_args *args)
{
    const struct hy_scan_step *a = &args->scan_step;
    struct hy_scan scan = {}; /* the same operands, as scan_forward takes them */
    scan.u = a->u;
    scan.dt = a->dt;
    scan.Bt = a->Bt;
    scan.Ct = a->Ct;
    scan.z = a->z;
    scan.A_log = a->A_log;
    scan.dt_bias = a->dt_bias;
    scan.D = a->D;
    scan.y = a->y;
    scan.B = a->B;
    scan.T = a->T;
    scan.E = a->E;
    scan.N = a->N;
    if (a->B == 0 || a->T == 0 || a->E == 0)
        return;
    const bool fours = a->E % 4 == 0 && a->N % 4 == 0 && hy_fours(a->u.v, a->u.ld) && hy_fours(a->dt.v, a->dt.ld) &&
                       hy_fours(a->z.v, a->z.ld) && hy_fours(a->y.v, a->y.ld) && hy_fours(a->Bt.v, a->Bt.ld) &&
                       hy_fours(a->Ct.v, a->Ct.ld) && hy_fours(a->A_log.v, a->A_log.ld) && hy_fours(a->state, a->N);
    fours ? launch<true>(a, &scan) : launch<false>(a, &scan);
}
