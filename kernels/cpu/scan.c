/* Selective scan forward. A task is one sequence and a block of channels; it walks over
 * time in short runs of steps, and does a run in three passes over the block:
 *   1. delta = softplus(dt + bias) and delta * u
 *   2. the recurrence, for a few n at a time with their states in registers
 *   3. skip and gate
 * so that the exponential of pass 2, the bulk of the work, stands in a loop of its own. */
#include "kernels/cpu/scan.h"

enum {
    LANES = 64,                      /* most channels of a block */
    STEPS = 32,                      /* most steps of a run */
    STATES = 16384,                  /* most elements of a block's state: lanes * N */
    TOGETHER = HY_VEC == 16 ? 8 : 4, /* n whose states stay in registers */
};

struct scratch {
    _Alignas(64) float rate[STATES], state[STATES];                                    /* (N, LANES) */
    _Alignas(64) float delta[STEPS * LANES], drive[STEPS * LANES], out[STEPS * LANES]; /* (steps, LANES) */
};

/* A task: channels first ... first + lanes - 1 of sequence b, `steps` steps from the
 * state at `carry`, which gets the last one; NULL: from zeros. */
struct task {
    const struct hy_scan *a;
    int b, first, lanes, steps;
    float *carry; /* (lanes, N) */
};

static void prepare(const struct task *k, int t0, int steps, struct scratch *w)
{
    const struct hy_scan *a = k->a;
    for (int t = 0; t < steps; t++) {
        const size_t row = (size_t)k->b * (size_t)a->T + (size_t)(t0 + t);
        const float *dt = a->dt.v + row * (size_t)a->dt.ld + k->first, *u = a->u.v + row * (size_t)a->u.ld + k->first;
        for (int j = 0; j < k->lanes; j += HY_VEC) {
            int n = k->lanes - j;
            hy_vf delta = hy_vf_softplus(hy_vf_load_n(dt + j, n) + hy_vf_load_n(a->dt_bias.v + k->first + j, n));
            hy_vf_store(w->delta + t * LANES + j, delta);
            hy_vf_store(w->drive + t * LANES + j, delta * hy_vf_load_n(u + j, n));
        }
    }
}

/* Asks for what the vector of channels at lane j will need: z and y of step t for pass 3,
 * dt and u of the same step of the next run. Rows are far apart, so that no hardware
 * prefetcher sees them coming. */
static inline __attribute__((always_inline)) void look_ahead(const struct task *k, int t, int j)
{
    const struct hy_scan *a = k->a;
    const size_t row = (size_t)k->b * (size_t)a->T + (size_t)t, e = (size_t)(k->first + j);
    __builtin_prefetch(a->z.v + row * (size_t)a->z.ld + e);
    __builtin_prefetch(a->y.v + row * (size_t)a->y.ld + e, 1);
    __builtin_prefetch(a->dt.v + (row + STEPS) * (size_t)a->dt.ld + e);
    __builtin_prefetch(a->u.v + (row + STEPS) * (size_t)a->u.ld + e);
}

/* States n ... n + count - 1 of the vector of channels at lane j, over all steps; count and
 * `fresh` (these are the first n) are constants wherever this is inlined. */
static inline __attribute__((always_inline)) void advance(const int count, const bool fresh, const struct task *k,
                                                          int t0, int steps, int n, int j, struct scratch *w)
{
    const struct hy_scan *a = k->a;
    const size_t row = (size_t)k->b * (size_t)a->T + (size_t)t0;
    const float *Bt = a->Bt.v + row * (size_t)a->Bt.ld + n, *Ct = a->Ct.v + row * (size_t)a->Ct.ld + n;
    const float *delta = w->delta + j, *drive = w->drive + j;
    float *out = w->out + j;
    hy_vf s[TOGETHER], rate[TOGETHER];
#pragma GCC unroll 8
    for (int i = 0; i < count; i++) {
        s[i] = hy_vf_load(w->state + (n + i) * LANES + j);
        rate[i] = hy_vf_load(w->rate + (n + i) * LANES + j);
    }
    for (int t = 0; t < steps; t++, delta += LANES, drive += LANES, out += LANES, Bt += a->Bt.ld, Ct += a->Ct.ld) {
        hy_vf d = hy_vf_load(delta), x = hy_vf_load(drive), y = {0};
        if (fresh)
            look_ahead(k, t0 + t, j);
        else
            y = hy_vf_load(out);
#pragma GCC unroll 8
        for (int i = 0; i < count; i++) {
            s[i] = hy_vf_exp2(d * rate[i]) * s[i] + x * Bt[i];
            y += s[i] * Ct[i];
        }
        hy_vf_store(out, y);
    }
#pragma GCC unroll 8
    for (int i = 0; i < count; i++)
        hy_vf_store(w->state + (n + i) * LANES + j, s[i]);
}

static void finish(const struct task *k, int t0, int steps, const struct scratch *w)
{
    const struct hy_scan *a = k->a;
    for (int t = 0; t < steps; t++) {
        const size_t row = (size_t)k->b * (size_t)a->T + (size_t)(t0 + t);
        const float *u = a->u.v + row * (size_t)a->u.ld + k->first, *z = a->z.v + row * (size_t)a->z.ld + k->first;
        float *y = a->y.v + row * (size_t)a->y.ld + k->first;
        for (int j = 0; j < k->lanes; j += HY_VEC) {
            int n = k->lanes - j;
            hy_vf inner =
                hy_vf_load(w->out + t * LANES + j) + hy_vf_load_n(a->D.v + k->first + j, n) * hy_vf_load_n(u + j, n);
            hy_vf_store_n(y + j, inner * hy_vf_silu(hy_vf_load_n(z + j, n)), n);
        }
    }
}

static void forward_task(const struct task *k, struct scratch *w)
{
    const struct hy_scan *a = k->a;
    const int save = a->states ? a->chunk : 0;
    memset(w->state, 0, (size_t)a->N * LANES * sizeof *w->state);
    for (int j = 0; k->carry && j < k->lanes; j += HY_VEC)
        hy_tile_gather(k->carry + (ptrdiff_t)j * a->N, a->N, hy_scan_least(k->lanes - j, HY_VEC), a->N, 1, w->state + j,
                       LANES);
    hy_scan_rates(a, k->first, k->lanes, w->rate, LANES);
    for (int t0 = 0, steps; t0 < k->steps; t0 += steps) {
        steps = hy_scan_least(STEPS, k->steps - t0);
        if (save > 0) {
            steps = hy_scan_least(steps, save - t0 % save);
            for (int j = 0; t0 % save == 0 && j < k->lanes; j += HY_VEC) {
                const size_t at = (size_t)k->b * (size_t)hy_scan_chunks(a) + (size_t)(t0 / save);
                hy_tile_scatter(w->state + j, LANES, hy_scan_least(k->lanes - j, HY_VEC), a->N, hy_vf_set(1), 0,
                                a->states + (at * (size_t)a->E + (size_t)(k->first + j)) * (size_t)a->N, a->N);
            }
        }
        prepare(k, t0, steps, w);
        for (int j = 0; j < k->lanes; j += HY_VEC) {
            int n = a->N < TOGETHER ? 1 : TOGETHER;
            if (n == TOGETHER)
                advance(TOGETHER, true, k, t0, steps, 0, j, w);
            else
                advance(1, true, k, t0, steps, 0, j, w);
            for (; n + TOGETHER <= a->N; n += TOGETHER)
                advance(TOGETHER, false, k, t0, steps, n, j, w);
            for (; n < a->N; n++)
                advance(1, false, k, t0, steps, n, j, w);
        }
        finish(k, t0, steps, w);
    }
    for (int j = 0; k->carry && j < k->lanes; j += HY_VEC)
        hy_tile_scatter(w->state + j, LANES, hy_scan_least(k->lanes - j, HY_VEC), a->N, hy_vf_set(1), 0,
                        k->carry + (ptrdiff_t)j * a->N, a->N);
}

/* All sequences and channels; state and len NULL: whole sequences from zeros. */
static void forward_all(const struct hy_scan *a, float *state, const int32_t *len)
{
    HY_ASSERT(a->N * LANES <= STATES, "scans of more than 256 states per channel are not supported");
    const int blocks = (a->E + LANES - 1) / LANES;
    const double work = (double)a->B * a->T * a->E * a->N; /* single tokens are not worth waking a team */
#pragma omp parallel num_threads(work < 1 << 16 ? 1 : hy_threads())
    {
        struct scratch w;
#pragma omp for schedule(dynamic, 1)
        for (long i = 0; i < (long)a->B * blocks; i++) {
            int b = (int)(i / blocks), first = (int)(i % blocks) * LANES;
            struct task k = {.a = a, .b = b, .first = first, .lanes = hy_scan_least(LANES, a->E - first)};
            k.steps = len ? len[b] : a->T;
            if (state)
                k.carry = state + ((size_t)b * (size_t)a->E + (size_t)first) * (size_t)a->N;
            forward_task(&k, &w);
        }
    }
}

void HY_CPU(hy_scan_fwd_f32)(const union hy_args *args)
{
    forward_all(&args->scan, NULL, NULL);
}

/* The same recurrence, from a state that is kept, as far as each sequence goes. */
void HY_CPU(hy_scan_step_fwd_f32)(const union hy_args *args)
{
    const struct hy_scan_step *a = &args->scan_step;
    const struct hy_scan whole = {.u = a->u,
                                  .dt = a->dt,
                                  .Bt = a->Bt,
                                  .Ct = a->Ct,
                                  .z = a->z,
                                  .A_log = a->A_log,
                                  .dt_bias = a->dt_bias,
                                  .D = a->D,
                                  .y = a->y,
                                  .B = a->B,
                                  .T = a->T,
                                  .E = a->E,
                                  .N = a->N};
    forward_all(&whole, a->state, a->len);
    for (long b = 0; b < a->B; b++)
        for (long t = a->len[b]; t < a->T; t++)
            memset(a->y.v + (b * a->T + t) * a->y.ld, 0, (size_t)a->E * sizeof *a->y.v);
}
