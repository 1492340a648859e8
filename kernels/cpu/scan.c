/* Selective scan forward. A task is one sequence and a block of channels; it walks over
 * time in short runs of steps, and does a run in three passes over the block:
 *   1. delta = softplus(dt + bias) and delta * u
 *   2. the recurrence, for a few n at a time with their states in registers
 *   3. skip and gate
 * so that the exponential of pass 2, the bulk of the work, stands in a loop of its own. Few
 * tasks for many threads: time is cut into spans (scan_cut.h), whose ends are found by the
 * first half of 1 and 2 and kept in `states`, where each belongs: before the span behind. */
#include "kernels/cpu/scan.h"

enum {
    LANES = HY_SCAN_BLOCK,           /* most channels of a block */
    STEPS = 32,                      /* most steps of a run */
    STATES = HY_MOST_STATES * LANES, /* most elements of a block's state: lanes * N */
    TOGETHER = HY_VEC == 16 ? 8 : 4, /* n whose states stay in registers */
};

struct scratch {
    _Alignas(64) float rate[STATES], state[STATES];                                    /* (N, LANES) */
    _Alignas(64) float delta[STEPS * LANES], drive[STEPS * LANES], out[STEPS * LANES]; /* (steps, LANES) */
    _Alignas(64) float total[LANES];                                                   /* sum of delta */
};

/* A task: channels first ... first + lanes - 1 of sequence b, steps t0 ... end - 1. */
struct task {
    const struct hy_scan *a;
    int b, first, lanes, t0, end;
    bool ends;         /* only the state behind and the sum of delta: no y, no saved states */
    const float *from; /* (lanes, N): the state before; NULL: zeros */
    float *to;         /* (lanes, N): gets the state behind; NULL: nobody wants it */
    float *total;      /* (lanes): gets the sum of delta; where `ends` */
};

static void prepare(const struct task *k, int t0, int steps, struct scratch *w)
{
    const struct hy_scan *a = k->a;
    for (int t = 0; t < steps; t++) {
        const size_t row = (size_t)k->b * (size_t)a->T + (size_t)(t0 + t);
        const float *dt = a->dt.v + row * (size_t)a->dt.ld + k->first;
        const hy_stored *u = (const hy_stored *)a->u.v + row * (size_t)a->u.ld + k->first;
        for (int j = 0; j < k->lanes; j += HY_VEC) {
            int n = k->lanes - j;
            hy_vf delta = hy_vf_softplus(hy_vf_load_n(dt + j, n) + hy_vf_load_n(a->dt_bias.v + k->first + j, n));
            hy_vf_store(w->delta + t * LANES + j, delta);
            hy_vf_store(w->drive + t * LANES + j, delta * hy_vs_load_n(u + j, n));
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
    if (!k->ends) {
        __builtin_prefetch((const hy_stored *)a->z.v + row * (size_t)a->z.ld + e);
        __builtin_prefetch((const hy_stored *)a->y.v + row * (size_t)a->y.ld + e, 1);
    }
    __builtin_prefetch(a->dt.v + (row + STEPS) * (size_t)a->dt.ld + e);
    __builtin_prefetch((const hy_stored *)a->u.v + (row + STEPS) * (size_t)a->u.ld + e);
}

/* States n ... n + count - 1 of the vector of channels at lane j, over all steps; count, `fresh`
 * (these are the first n) and `ends` are constants wherever this is inlined. */
static inline __attribute__((always_inline)) void advance(const int count, const bool fresh, const bool ends,
                                                          const struct task *k, int t0, int steps, int n, int j,
                                                          struct scratch *w)
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
        else if (!ends)
            y = hy_vf_load(out);
#pragma GCC unroll 8
        for (int i = 0; i < count; i++) {
            s[i] = hy_vf_exp2(d * rate[i]) * s[i] + x * Bt[i];
            if (!ends)
                y += s[i] * Ct[i];
        }
        if (!ends)
            hy_vf_store(out, y);
    }
#pragma GCC unroll 8
    for (int i = 0; i < count; i++)
        hy_vf_store(w->state + (n + i) * LANES + j, s[i]);
}

/* All states of the block over `steps` steps. */
static inline __attribute__((always_inline)) void recur(const bool ends, const struct task *k, int t0, int steps,
                                                        struct scratch *w)
{
    const int N = k->a->N;
    for (int j = 0; j < k->lanes; j += HY_VEC) {
        int n = N < TOGETHER ? 1 : TOGETHER;
        if (n == TOGETHER)
            advance(TOGETHER, true, ends, k, t0, steps, 0, j, w);
        else
            advance(1, true, ends, k, t0, steps, 0, j, w);
        for (; n + TOGETHER <= N; n += TOGETHER)
            advance(TOGETHER, false, ends, k, t0, steps, n, j, w);
        for (; n < N; n++)
            advance(1, false, ends, k, t0, steps, n, j, w);
    }
}

static void finish(const struct task *k, int t0, int steps, const struct scratch *w)
{
    const struct hy_scan *a = k->a;
    for (int t = 0; t < steps; t++) {
        const size_t row = (size_t)k->b * (size_t)a->T + (size_t)(t0 + t);
        const hy_stored *u = (const hy_stored *)a->u.v + row * (size_t)a->u.ld + k->first;
        const hy_stored *z = (const hy_stored *)a->z.v + row * (size_t)a->z.ld + k->first;
        hy_stored *y = (hy_stored *)a->y.v + row * (size_t)a->y.ld + k->first;
        for (int j = 0; j < k->lanes; j += HY_VEC) {
            int n = k->lanes - j;
            hy_vf inner =
                hy_vf_load(w->out + t * LANES + j) + hy_vf_load_n(a->D.v + k->first + j, n) * hy_vs_load_n(u + j, n);
            hy_vs_store_n(y + j, inner * hy_vf_silu(hy_vs_load_n(z + j, n)), n);
        }
    }
}

static void add_deltas(int steps, struct scratch *w)
{
    for (int j = 0; j < LANES; j += HY_VEC) {
        hy_vf sum = hy_vf_load(w->total + j);
        for (int t = 0; t < steps; t++)
            sum += hy_vf_load(w->delta + t * LANES + j);
        hy_vf_store(w->total + j, sum);
    }
}

/* Where the states (N) of channel e before chunk c are saved. */
static float *saved(const struct hy_scan *a, int b, int c, int e)
{
    return a->states + (((size_t)b * (size_t)hy_scan_chunks(a) + (size_t)c) * (size_t)a->E + (size_t)e) * (size_t)a->N;
}

static void put_states(const struct task *k, const struct scratch *w, float *to)
{
    for (int j = 0; j < k->lanes; j += HY_VEC)
        hy_tile_scatter(w->state + j, LANES, hy_scan_least(k->lanes - j, HY_VEC), k->a->N, hy_vf_set(1), 0,
                        to + (ptrdiff_t)j * k->a->N, k->a->N);
}

static void forward_task(const struct task *k, struct scratch *w)
{
    const struct hy_scan *a = k->a;
    const int save = a->states && !k->ends ? a->chunk : 0;
    memset(w->total, 0, sizeof w->total);
    memset(w->state, 0, (size_t)a->N * LANES * sizeof *w->state);
    for (int j = 0; k->from && j < k->lanes; j += HY_VEC)
        hy_tile_gather(k->from + (ptrdiff_t)j * a->N, a->N, hy_scan_least(k->lanes - j, HY_VEC), a->N, 1, w->state + j,
                       LANES);
    hy_scan_rates(a, k->first, k->lanes, w->rate, LANES);
    for (int t0 = k->t0, steps; t0 < k->end; t0 += steps) {
        steps = hy_scan_least(STEPS, k->end - t0);
        if (save > 0) {
            steps = hy_scan_least(steps, save - t0 % save);
            if (t0 % save == 0)
                put_states(k, w, saved(a, k->b, t0 / save, k->first));
        }
        prepare(k, t0, steps, w);
        if (k->ends) {
            recur(true, k, t0, steps, w);
            add_deltas(steps, w);
        } else {
            recur(false, k, t0, steps, w);
            finish(k, t0, steps, w);
        }
    }
    if (k->to)
        put_states(k, w, k->to);
    for (int j = 0; k->ends && j < k->lanes; j += HY_VEC)
        hy_vf_store_n(k->total + j, hy_vf_load(w->total + j), k->lanes - j);
}

/* Span s of the given unit: one sequence and one block of channels. */
static struct task span_task(const struct hy_scan *a, const struct hy_scan_cut *cut, long unit, int s)
{
    const int b = (int)(unit / cut->blocks), first = (int)(unit % cut->blocks) * cut->width;
    struct task k = {.a = a, .b = b, .first = first, .lanes = hy_scan_least(cut->width, a->E - first), .end = a->T};
    if (s > 0) {
        k.t0 = hy_scan_cut_first(cut, s) * a->chunk;
        k.from = saved(a, b, hy_scan_cut_first(cut, s), first);
    }
    if (s < cut->spans - 1) {
        k.end = hy_scan_cut_first(cut, s + 1) * a->chunk;
        k.to = saved(a, b, hy_scan_cut_first(cut, s + 1), first);
    }
    return k;
}

/* Whole sequences from zeros. Called by all threads of a team. */
static void forward_spans(const struct hy_scan *a, const struct hy_scan_cut *cut, struct scratch *w)
{
    const long units = (long)a->B * cut->blocks, parts = cut->spans - 1;
#pragma omp for schedule(dynamic, 1)
    for (long i = 0; i < units * parts; i++) {
        const int s = (int)(i % parts);
        struct task k = span_task(a, cut, i / parts, s);
        if (s > 0) {
            k.ends = true;
            k.from = NULL;
            k.total = saved(a, k.b, hy_scan_cut_first(cut, s) + 1, 0) + k.first; /* a row that is free until 3 */
        }
        forward_task(&k, w);
    }
    const size_t row = (size_t)cut->each * (size_t)a->E * (size_t)a->N;
#pragma omp for schedule(static)
    for (long i = 0; i < (long)a->B * a->E; i++) {
        const int b = (int)(i / a->E), e = (int)(i % a->E);
        float *ends = saved(a, b, cut->head, e), *totals = saved(a, b, cut->head + 1, 0) + e;
        hy_scan_join(a, e, cut->spans - 1, ends, row, totals, row);
    }
#pragma omp for schedule(dynamic, 1)
    for (long i = 0; i < units * parts; i++) {
        struct task k = span_task(a, cut, i / parts, 1 + (int)(i % parts));
        k.to = NULL;
        forward_task(&k, w);
    }
}

static struct hy_scan_cut cut_for(const struct hy_scan *a)
{
    HY_ASSERT(a->N <= HY_MOST_STATES, "scans of more than 256 states per channel are not supported");
    struct hy_scan sizes = *a;
    if (!a->states) /* nowhere to keep where spans end */
        sizes.chunk = 0;
    return hy_scan_cut(&sizes, hy_threads(), HY_FORWARD);
}

void HY_CPU(hy_scan_fwd)(const union hy_args *args)
{
    const struct hy_scan *a = &args->scan;
    const struct hy_scan_cut cut = cut_for(a);
#pragma omp parallel num_threads(cut.threads)
    {
        struct scratch w;
        if (cut.spans > 1) {
            forward_spans(a, &cut, &w);
        } else {
#pragma omp for schedule(dynamic, 1)
            for (long i = 0; i < (long)a->B * cut.blocks; i++) {
                struct task k = span_task(a, &cut, i, 0);
                forward_task(&k, &w);
            }
        }
    }
}

#if !defined(HY_STORE_bf16) /* decoding is in f32 */
/* The same recurrence, from a state that is kept, as far as each sequence goes. */
void HY_CPU(hy_scan_step_fwd)(const union hy_args *args)
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
    const struct hy_scan_cut cut = cut_for(&whole);
#pragma omp parallel num_threads(cut.threads)
    {
        struct scratch w;
#pragma omp for schedule(dynamic, 1)
        for (long i = 0; i < (long)a->B * cut.blocks; i++) {
            struct task k = span_task(&whole, &cut, i, 0);
            k.end = a->len[k.b];
            k.from = k.to = a->state + ((size_t)k.b * (size_t)a->E + (size_t)k.first) * (size_t)a->N;
            forward_task(&k, &w);
        }
    }
    for (long b = 0; b < a->B; b++)
        for (long t = a->len[b]; t < a->T; t++)
            memset(a->y.v + (b * a->T + t) * a->y.ld, 0, (size_t)a->E * sizeof *a->y.v);
}
#endif
