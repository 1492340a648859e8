/* Selective scan backward. With g_t = dL/ds_t and h_t = exp(delta_t A) s_{t-1},
 *     inner_t = dy_t silu(z_t)               g_t = inner_t Ct_t + exp(delta_{t+1} A) g_{t+1}
 *     dCt_t = sum_e inner_t s_t              dBt_t = sum_e g_t delta_t u_t
 *     d(delta u)_t = sum_n g_t Bt_t          dA = sum_t g_t h_t delta_t
 *     ddelta_t = u_t d(delta u)_t + sum_n g_t h_t A
 * A task is one sequence and one group of channels. It takes the chunks from the last to
 * the first; in each, a few vectors of channels at a time: forward from the saved state,
 * keeping exp(delta A) and h, then backward. Few tasks for many threads: time is cut into spans
 * (scan_cut.h); what is handed on is exp(delta A) g, and where spans end needs no states.
 *
 * Sums over channels are kept as vectors over the group and collapsed once per chunk.
 * Sums over groups (dBt, dCt), over sequences and spans (dA_log, dt_bias, D) are written as
 * parts and added in order at the end: no result depends on which thread did what. */
#include "kernels/cpu/scan.h"

#include <omp.h>

enum {
    GROUP = HY_SCAN_GROUP,           /* channels of a task */
    TOGETHER = HY_VEC == 16 ? 4 : 2, /* vectors of channels done at a time */
    BUNCH = TOGETHER * HY_VEC,       /* the channels in them */
    AHEAD = HY_VEC == 16 ? 2 : 1,    /* n whose states stay in registers on the way forward */
};

/* A thread's part of `work`; shapes with the last index along lanes. */
struct scratch {
    float *kept;                 /* (chunk, N, TOGETHER, {decay, h}, HY_VEC) */
    float *state;                /* (N, BUNCH): before the chunk */
    float *delta, *drive;        /* (chunk, BUNCH): delta, delta * u */
    float *inner, *gate, *slope; /* (chunk, BUNCH): dy silu(z), dy silu'(z), softplus'(dt + bias) */
    float *carry, *rate, *dA;    /* (N, GROUP): exp(delta A) g of the step behind; A log2(e); sum g h delta */
    float *dBt, *dCt;            /* (chunk, N up to whole vectors, HY_VEC): still one sum per lane */
    float *dbias, *dD, *total;   /* (GROUP); total: sum of delta, where only ends are wanted */
};

/* The parts that are added up at the end. */
struct parts {
    float *dA_log;     /* (B, spans, E, N) */
    float *dbias, *dD; /* (B, spans, E) */
    float *carry;      /* (B, spans, E, N): what enters each span from the one behind; absent if there is one */
    float *total;      /* (B, spans, E): sum of delta; likewise */
    float *dBt, *dCt;  /* (groups, B*T, N) */
};

_Static_assert(GROUP % BUNCH == 0 && (int)BUNCH <= (int)HY_SCAN_BUNCH && (int)HY_VEC <= (int)HY_SCAN_LANES,
               "scratch has room for every ISA level");

struct task {
    const struct hy_scan *a;
    int b, group, first, lanes; /* channels first ... first + lanes - 1 */
    int begin, end;             /* chunks */
    size_t span;                /* b * spans + the span's number along the walk */
};

static int whole(int n)
{
    return (n + HY_VEC - 1) / HY_VEC * HY_VEC;
}

static float *take(float **from, size_t n)
{
    float *at = *from;
    *from += (n + 15) / 16 * 16;
    return at;
}

/* Cuts `work` into the parts and this thread's scratch: at most hy_scan_work_elements(). */
static void divide_work(const struct hy_scan *a, const struct hy_scan_cut *cut, int thread, struct parts *p,
                        struct scratch *w)
{
    const size_t E = (size_t)a->E, N = (size_t)a->N, chunk = (size_t)a->chunk;
    const size_t spans = (size_t)a->B * (size_t)cut->spans, rows = (size_t)a->B * (size_t)a->T;
    float *at = a->work;
    p->dA_log = take(&at, spans * E * N);
    p->dbias = take(&at, spans * E);
    p->dD = take(&at, spans * E);
    p->carry = take(&at, cut->spans > 1 ? spans * E * N : 0);
    p->total = take(&at, cut->spans > 1 ? spans * E : 0);
    p->dBt = take(&at, (size_t)cut->blocks * rows * N);
    p->dCt = take(&at, (size_t)cut->blocks * rows * N);
    HY_ASSERT(thread < cut->threads, "the team is as large as the scratch was made for");
    int i = 0;
    do {
        w->kept = take(&at, chunk * N * BUNCH * 2);
        w->state = take(&at, N * BUNCH);
        w->delta = take(&at, chunk * BUNCH);
        w->drive = take(&at, chunk * BUNCH);
        w->inner = take(&at, chunk * BUNCH);
        w->gate = take(&at, chunk * BUNCH);
        w->slope = take(&at, chunk * BUNCH);
        w->carry = take(&at, N * GROUP);
        w->rate = take(&at, N * GROUP);
        w->dA = take(&at, N * GROUP);
        w->dBt = take(&at, chunk * (size_t)whole(a->N) * HY_VEC);
        w->dCt = take(&at, chunk * (size_t)whole(a->N) * HY_VEC);
        w->dbias = take(&at, GROUP);
        w->dD = take(&at, GROUP);
        w->total = take(&at, GROUP);
    } while (i++ < thread);
}

static size_t row_of(const struct task *k, int t)
{
    return (size_t)k->b * (size_t)k->a->T + (size_t)t;
}

/* softplus(x) and its derivative from one exponential. */
static inline hy_vf softplus_with_slope(hy_vf x, hy_vf *slope)
{
    const hy_vf e = hy_vf_exp(-hy_vf_abs(x));
    *slope = hy_vf_select(x >= 0.0f, hy_vf_set(1), e) / (1.0f + e);
    return hy_vf_max(x, hy_vf_set(0)) + hy_vf_log1p_unit(e);
}

/* Everything that needs no state, for channels j ... of the group. */
static void prepare(const struct task *k, int t0, int steps, int j, struct scratch *w)
{
    const struct hy_scan *a = k->a;
    for (int t = 0; t < steps; t++) {
        const size_t row = row_of(k, t0 + t), e = (size_t)(k->first + j);
        for (int i = 0; i < BUNCH; i += HY_VEC) {
            const int n = k->lanes - j - i, at = t * BUNCH + i;
            const size_t c = e + (size_t)i;
            if (n <= 0) {
                float *all[] = {w->delta, w->drive, w->inner, w->gate, w->slope};
                for (int s = 0; s < 5; s++)
                    hy_vf_store(all[s] + at, (hy_vf){0});
                continue;
            }
            hy_vf x = hy_vf_load_n(a->dt.v + row * (size_t)a->dt.ld + c, n) + hy_vf_load_n(a->dt_bias.v + c, n);
            hy_vf z = hy_vs_load_n((const hy_stored *)a->z.v + row * (size_t)a->z.ld + c, n);
            hy_vf dy = hy_vs_load_n((const hy_stored *)a->y.d + row * (size_t)a->y.ld + c, n);
            hy_vf u = hy_vs_load_n((const hy_stored *)a->u.v + row * (size_t)a->u.ld + c, n);
            hy_vf slope, delta = softplus_with_slope(x, &slope), open = hy_vf_sigmoid(z);
            hy_vf_store(w->delta + at, delta);
            hy_vf_store(w->drive + at, delta * u);
            hy_vf_store(w->inner + at, dy * z * open);
            hy_vf_store(w->gate + at, dy * hy_vf_silu_slope(z, open));
            hy_vf_store(w->slope + at, slope);
        }
    }
}

/* States n ... n + count - 1 of the bunch forward over the chunk, from the saved ones. */
static inline __attribute__((always_inline)) void advance(const int count, const struct task *k, int t0, int steps,
                                                          int n, int j, const float *state, struct scratch *w)
{
    const struct hy_scan *a = k->a;
    const float *Bt = a->Bt.v + row_of(k, t0) * (size_t)a->Bt.ld + n;
    const float *delta = w->delta, *drive = w->drive;
    float *kept = w->kept + (size_t)n * BUNCH * 2;
    hy_vf s[AHEAD][TOGETHER], rate[AHEAD][TOGETHER];
#pragma GCC unroll 8
    for (int m = 0; m < count; m++)
#pragma GCC unroll 8
        for (int i = 0; i < TOGETHER; i++) {
            s[m][i] = hy_vf_load(state + (n + m) * BUNCH + i * HY_VEC);
            rate[m][i] = hy_vf_load(w->rate + (n + m) * GROUP + j + i * HY_VEC);
        }
    for (int t = 0; t < steps; t++, Bt += a->Bt.ld, delta += BUNCH, drive += BUNCH, kept += (size_t)a->N * BUNCH * 2) {
#pragma GCC unroll 8
        for (int i = 0; i < TOGETHER; i++) {
            hy_vf d = hy_vf_load(delta + i * HY_VEC), x = hy_vf_load(drive + i * HY_VEC);
#pragma GCC unroll 8
            for (int m = 0; m < count; m++) {
                hy_vf decay = hy_vf_exp2(d * rate[m][i]), h = decay * s[m][i];
                s[m][i] = h + x * Bt[m];
                hy_vf_store(kept + (m * TOGETHER + i) * 2 * HY_VEC, decay);
                hy_vf_store(kept + (m * TOGETHER + i) * 2 * HY_VEC + HY_VEC, h);
            }
        }
    }
}

/* One step backward for the bunch: the sums over n, returned per vector of channels. */
struct sums {
    hy_vf drive[TOGETHER]; /* sum g Bt */
    hy_vf rate[TOGETHER];  /* sum g h A log2(e) */
    hy_vf y[TOGETHER];     /* sum s Ct */
};

static inline __attribute__((always_inline)) struct sums step_back(const struct task *k, int t0, int t, int j,
                                                                   struct scratch *w)
{
    const struct hy_scan *a = k->a;
    const float *Bt = a->Bt.v + row_of(k, t0 + t) * (size_t)a->Bt.ld;
    const float *Ct = a->Ct.v + row_of(k, t0 + t) * (size_t)a->Ct.ld;
    const float *kept = w->kept + (size_t)t * (size_t)a->N * BUNCH * 2;
    float *dBt = w->dBt + (size_t)t * (size_t)whole(a->N) * HY_VEC;
    float *dCt = w->dCt + (size_t)t * (size_t)whole(a->N) * HY_VEC;
    float *carry = w->carry + j, *dA = w->dA + j;
    const float *rate = w->rate + j;
    hy_vf delta[TOGETHER], drive[TOGETHER], inner[TOGETHER];
    struct sums sum;
#pragma GCC unroll 8
    for (int i = 0; i < TOGETHER; i++) {
        delta[i] = hy_vf_load(w->delta + t * BUNCH + i * HY_VEC);
        drive[i] = hy_vf_load(w->drive + t * BUNCH + i * HY_VEC);
        inner[i] = hy_vf_load(w->inner + t * BUNCH + i * HY_VEC);
        sum.drive[i] = sum.rate[i] = sum.y[i] = (hy_vf){0};
    }
    for (int n = 0; n < a->N; n++) {
        hy_vf b = hy_vf_load(dBt), c = hy_vf_load(dCt);
#pragma GCC unroll 8
        for (int i = 0; i < TOGETHER; i++) {
            hy_vf decay = hy_vf_load(kept + i * 2 * HY_VEC), h = hy_vf_load(kept + i * 2 * HY_VEC + HY_VEC);
            hy_vf s = h + drive[i] * Bt[n];
            hy_vf g = hy_vf_load(carry + i * HY_VEC) + inner[i] * Ct[n];
            hy_vf gh = g * h;
            c += inner[i] * s;
            b += g * drive[i];
            sum.y[i] += s * Ct[n];
            sum.drive[i] += g * Bt[n];
            sum.rate[i] += gh * hy_vf_load(rate + i * HY_VEC);
            hy_vf_store(dA + i * HY_VEC, hy_vf_load(dA + i * HY_VEC) + gh * delta[i]);
            hy_vf_store(carry + i * HY_VEC, g * decay);
        }
        hy_vf_store(dBt, b);
        hy_vf_store(dCt, c);
        kept += BUNCH * 2;
        dBt += HY_VEC;
        dCt += HY_VEC;
        carry += GROUP;
        dA += GROUP;
        rate += GROUP;
    }
    return sum;
}

static void give(const struct hy_in *x, size_t row, size_t e, hy_vf v, int n)
{
    if (x->d)
        hy_vs_give_n((hy_stored *)x->d + row * (size_t)x->ld + e, v, x->add, n);
}

/* Asks for memory while a step is computed: rows are far apart, so that no hardware
 * prefetcher sees them coming. (Always inlined: the compiler drops calls of a function
 * that does nothing but this.) */
static inline __attribute__((always_inline)) void look_ahead(const void *x, size_t size, size_t row, int ld, size_t e)
{
    const char *at = (const char *)x + (row * (size_t)ld + e) * size;
    for (size_t i = 0; x && i < BUNCH * size; i += 64)
        __builtin_prefetch(at + i);
}

static inline __attribute__((always_inline)) void look_ahead_to_inputs(const struct hy_scan *a, size_t row, size_t e)
{
    look_ahead(a->dt.v, sizeof(float), row, a->dt.ld, e);
    look_ahead(a->u.v, sizeof(hy_stored), row, a->u.ld, e);
    look_ahead(a->z.v, sizeof(hy_stored), row, a->z.ld, e);
    look_ahead(a->y.d, sizeof(hy_stored), row, a->y.ld, e);
}

static inline __attribute__((always_inline)) void look_ahead_to_gradients(const struct hy_scan *a, size_t row, size_t e)
{
    look_ahead(a->dt.d, sizeof(float), row, a->dt.ld, e);
    look_ahead(a->u.d, sizeof(hy_stored), row, a->u.ld, e);
    look_ahead(a->z.d, sizeof(hy_stored), row, a->z.ld, e);
}

/* The chunk backward for the bunch, and the gradients of everything along channels. */
static void retreat(const struct task *k, int t0, int steps, int j, struct scratch *w)
{
    const struct hy_scan *a = k->a;
    const float ln2 = 0.693147180559945309f;
    /* the next bunch: to the right, else the first one of the chunk before */
    const bool right = j + BUNCH < k->lanes;
    const size_t next = row_of(k, right || t0 < a->chunk ? t0 : t0 - a->chunk);
    const size_t next_channel = (size_t)(right ? k->first + j + BUNCH : k->first);
    for (int t = steps - 1; t >= 0; t--) {
        look_ahead_to_inputs(a, next + (size_t)t, next_channel);
        look_ahead_to_gradients(a, row_of(k, t0 + (t > 2 ? t - 2 : 0)), (size_t)(k->first + j));
        const struct sums sum = step_back(k, t0, t, j, w);
        const size_t row = row_of(k, t0 + t);
        for (int i = 0; i < TOGETHER; i++) {
            const int n = k->lanes - j - i * HY_VEC, at = t * BUNCH + i * HY_VEC, lane = j + i * HY_VEC;
            const size_t e = (size_t)(k->first + lane);
            if (n <= 0)
                break;
            hy_vf u = hy_vs_load_n((const hy_stored *)a->u.v + row * (size_t)a->u.ld + e, n);
            hy_vf D = hy_vf_load_n(a->D.v + e, n);
            hy_vf inner = hy_vf_load(w->inner + at);
            hy_vf ddt = (sum.rate[i] * ln2 + sum.drive[i] * u) * hy_vf_load(w->slope + at);
            give(&a->u, row, e, sum.drive[i] * hy_vf_load(w->delta + at) + D * inner, n);
            if (a->dt.d)
                hy_vf_give_n(a->dt.d + row * (size_t)a->dt.ld + e, ddt, a->dt.add, n);
            give(&a->z, row, e, (sum.y[i] + D * u) * hy_vf_load(w->gate + at), n);
            hy_vf_store(w->dbias + lane, hy_vf_load(w->dbias + lane) + ddt);
            hy_vf_store(w->dD + lane, hy_vf_load(w->dD + lane) + inner * u);
        }
    }
}

/* Sums over the lanes of HY_VEC vectors, as one vector: shuffles and halves, in a fixed order. */
static hy_vf collapse(const float *from)
{
    hy_vi low, high;
    hy_vf x[HY_VEC];
    for (int i = 0; i < HY_VEC; i++) {
        low[i] = i / 2 + (i & 1) * HY_VEC;
        high[i] = low[i] + HY_VEC / 2;
        x[i] = hy_vf_load(from + i * HY_VEC);
    }
    for (int half = HY_VEC / 2; half > 0; half /= 2)
        for (int i = 0; i < half; i++)
            x[i] = __builtin_shuffle(x[i], x[i + half], low) + __builtin_shuffle(x[i], x[i + half], high);
    return x[0];
}

static void collapse_chunk(const struct task *k, int t0, int steps, const struct scratch *w, const struct parts *p)
{
    const struct hy_scan *a = k->a;
    const size_t N = (size_t)a->N, from = (size_t)k->group * (size_t)a->B * (size_t)a->T;
    for (int t = 0; t < steps; t++)
        for (int n = 0; n < a->N; n += HY_VEC) {
            const size_t to = (from + row_of(k, t0 + t)) * N + (size_t)n;
            const size_t at = ((size_t)t * (size_t)whole(a->N) + (size_t)n) * HY_VEC;
            hy_vf_store_n(p->dBt + to, collapse(w->dBt + at), a->N - n);
            hy_vf_store_n(p->dCt + to, collapse(w->dCt + at), a->N - n);
        }
}

/* exp(delta A) g of states n ... n + count - 1 of the bunch, from behind the chunk to its first step. */
static inline __attribute__((always_inline)) void pass_on(const int count, const struct task *k, int t0, int steps,
                                                          int n, int j, struct scratch *w)
{
    const struct hy_scan *a = k->a;
    const float *Ct = a->Ct.v + row_of(k, t0) * (size_t)a->Ct.ld + n;
    hy_vf carry[AHEAD][TOGETHER], rate[AHEAD][TOGETHER];
#pragma GCC unroll 8
    for (int m = 0; m < count; m++)
#pragma GCC unroll 8
        for (int i = 0; i < TOGETHER; i++) {
            carry[m][i] = hy_vf_load(w->carry + (n + m) * GROUP + j + i * HY_VEC);
            rate[m][i] = hy_vf_load(w->rate + (n + m) * GROUP + j + i * HY_VEC);
        }
    for (int t = steps - 1; t >= 0; t--)
#pragma GCC unroll 8
        for (int i = 0; i < TOGETHER; i++) {
            hy_vf delta = hy_vf_load(w->delta + t * BUNCH + i * HY_VEC);
            hy_vf inner = hy_vf_load(w->inner + t * BUNCH + i * HY_VEC);
#pragma GCC unroll 8
            for (int m = 0; m < count; m++)
                carry[m][i] = hy_vf_exp2(delta * rate[m][i]) * (carry[m][i] + inner * Ct[(ptrdiff_t)t * a->Ct.ld + m]);
        }
#pragma GCC unroll 8
    for (int m = 0; m < count; m++)
#pragma GCC unroll 8
        for (int i = 0; i < TOGETHER; i++)
            hy_vf_store(w->carry + (n + m) * GROUP + j + i * HY_VEC, carry[m][i]);
}

static void load_rates(const struct task *k, struct scratch *w)
{
    memset(w->rate, 0, (size_t)k->a->N * GROUP * sizeof(float));
    hy_scan_rates(k->a, k->first, k->lanes, w->rate, GROUP);
}

/* What the span in front will be entered with: `carry` passed through this one. */
static void hand_on(const struct task *k, const struct scratch *w, const struct parts *p)
{
    const int N = k->a->N;
    float *to = p->carry + ((k->span + 1) * (size_t)k->a->E + (size_t)k->first) * (size_t)N;
    for (int j = 0; j < k->lanes; j += HY_VEC)
        hy_tile_scatter(w->carry + j, GROUP, hy_scan_least(k->lanes - j, HY_VEC), N, hy_vf_set(1), 0,
                        to + (ptrdiff_t)j * N, N);
}

/* Only what the span hands on if nothing enters it, and its sum of delta. */
static void end_task(const struct task *k, struct scratch *w, const struct parts *p)
{
    const struct hy_scan *a = k->a;
    memset(w->carry, 0, (size_t)a->N * GROUP * sizeof(float));
    memset(w->total, 0, GROUP * sizeof(float));
    load_rates(k, w);
    for (int chunk = k->end - 1; chunk >= k->begin; chunk--) {
        const int t0 = chunk * a->chunk, steps = hy_scan_least(a->chunk, a->T - t0);
        for (int j = 0; j < k->lanes; j += BUNCH) {
            prepare(k, t0, steps, j, w);
            for (int t = 0; t < steps; t++)
                for (int i = 0; i < BUNCH; i += HY_VEC)
                    hy_vf_store(w->total + j + i, hy_vf_load(w->total + j + i) + hy_vf_load(w->delta + t * BUNCH + i));
            int n = 0;
            for (; n + AHEAD <= a->N; n += AHEAD)
                pass_on(AHEAD, k, t0, steps, n, j, w);
            for (; n < a->N; n++)
                pass_on(1, k, t0, steps, n, j, w);
        }
    }
    hand_on(k, w, p);
    memcpy(p->total + k->span * (size_t)a->E + (size_t)k->first, w->total, (size_t)k->lanes * sizeof(float));
}

/* `entered`: the span's row of p->carry holds what enters it; else nothing does. */
static void backward_task(const struct task *k, bool entered, struct scratch *w, const struct parts *p)
{
    const struct hy_scan *a = k->a;
    const size_t N = (size_t)a->N, channel = k->span * (size_t)a->E + (size_t)k->first;
    const size_t sums = (size_t)a->chunk * (size_t)whole(a->N) * HY_VEC * sizeof(float);
    memset(w->carry, 0, N * GROUP * sizeof(float));
    for (int j = 0; entered && j < k->lanes; j += HY_VEC)
        hy_tile_gather(p->carry + (channel + (size_t)j) * N, a->N, hy_scan_least(k->lanes - j, HY_VEC), a->N, 1,
                       w->carry + j, GROUP);
    memset(w->dA, 0, N * GROUP * sizeof(float));
    memset(w->dbias, 0, GROUP * sizeof(float));
    memset(w->dD, 0, GROUP * sizeof(float));
    load_rates(k, w);

    for (int chunk = k->end - 1; chunk >= k->begin; chunk--) {
        const int t0 = chunk * a->chunk, steps = hy_scan_least(a->chunk, a->T - t0);
        const size_t saved = (size_t)k->b * (size_t)hy_scan_chunks(a) + (size_t)chunk;
        memset(w->dBt, 0, sums);
        memset(w->dCt, 0, sums);
        for (int j = 0; j < k->lanes; j += BUNCH) {
            prepare(k, t0, steps, j, w);
            for (int i = 0; i < BUNCH; i += HY_VEC) {
                int rows = hy_scan_least(k->lanes - j - i, HY_VEC);
                hy_tile_gather(a->states + (saved * (size_t)a->E + (size_t)(k->first + j + i)) * N, a->N,
                               rows < 0 ? 0 : rows, a->N, 1, w->state + i, BUNCH);
            }
            int n = 0;
            for (; n + AHEAD <= a->N; n += AHEAD)
                advance(AHEAD, k, t0, steps, n, j, w->state, w);
            for (; n < a->N; n++)
                advance(1, k, t0, steps, n, j, w->state, w);
            retreat(k, t0, steps, j, w);
        }
        collapse_chunk(k, t0, steps, w, p);
    }

    for (int j = 0; j < k->lanes; j += HY_VEC) {
        const int rows = hy_scan_least(k->lanes - j, HY_VEC);
        for (int n = 0; n < a->N; n++) { /* dA/dA_log = A = rate * ln 2 */
            float *at = w->dA + n * GROUP + j;
            hy_vf_store(at, hy_vf_load(at) * hy_vf_load(w->rate + n * GROUP + j) * 0.693147180559945309f);
        }
        hy_tile_scatter(w->dA + j, GROUP, rows, a->N, hy_vf_set(1), 0, p->dA_log + (channel + (size_t)j) * N, a->N);
        hy_vf_store_n(p->dbias + channel + j, hy_vf_load(w->dbias + j), rows);
        hy_vf_store_n(p->dD + channel + j, hy_vf_load(w->dD + j), rows);
    }
}

/* x->d (rows, cols) = (or +=) the sum of `count` parts, each a block of rows * cols. Called by
 * all threads of a team. */
static void add_parts(const struct hy_in *x, long rows, int cols, const float *part, int count)
{
    if (!x->d)
        return;
#pragma omp for schedule(static)
    for (long r = 0; r < rows; r++)
        for (int c = 0; c < cols; c += HY_VEC) {
            hy_vf sum = {0};
            for (int i = 0; i < count; i++)
                sum += hy_vf_load_n(part + ((size_t)i * (size_t)rows + (size_t)r) * (size_t)cols + c, cols - c);
            hy_vf_give_n(x->d + (size_t)r * (size_t)x->ld + c, sum, x->add, cols - c);
        }
}

/* Span s of the given unit: one sequence and one group. Spans are counted from the end of time. */
static struct task span_task(const struct hy_scan *a, const struct hy_scan_cut *cut, long unit, int s)
{
    const int group = (int)(unit % cut->blocks), first = group * cut->width, chunks = hy_scan_chunks(a);
    struct task k = {.a = a, .b = (int)(unit / cut->blocks), .group = group, .first = first};
    k.lanes = hy_scan_least(cut->width, a->E - first);
    k.begin = chunks - hy_scan_cut_first(cut, s + 1);
    k.end = chunks - hy_scan_cut_first(cut, s);
    k.span = (size_t)k.b * (size_t)cut->spans + (size_t)s;
    return k;
}

/* All spans in three rounds (scan_cut.h). Called by all threads of a team. */
static void backward_spans(const struct hy_scan *a, const struct hy_scan_cut *cut, struct scratch *w,
                           const struct parts *p)
{
    const long units = (long)a->B * cut->blocks, parts = cut->spans - 1;
#pragma omp for schedule(dynamic, 1)
    for (long i = 0; i < units * parts; i++) {
        const int s = (int)(i % parts);
        const struct task k = span_task(a, cut, i / parts, s);
        if (s == 0) {
            backward_task(&k, false, w, p);
            hand_on(&k, w, p);
        } else {
            end_task(&k, w, p);
        }
    }
#pragma omp for schedule(static)
    for (long i = 0; i < (long)a->B * a->E; i++) {
        const size_t E = (size_t)a->E, e = (size_t)i % E, at = ((size_t)i / E * (size_t)cut->spans + 1) * E + e;
        hy_scan_join(a, (int)e, cut->spans - 1, p->carry + at * (size_t)a->N, E * (size_t)a->N, p->total + at, E);
    }
#pragma omp for schedule(dynamic, 1)
    for (long i = 0; i < units * parts; i++) {
        const struct task k = span_task(a, cut, i / parts, 1 + (int)(i % parts));
        backward_task(&k, true, w, p);
    }
}

void HY_CPU(hy_scan_bwd)(const union hy_args *args)
{
    const struct hy_scan *a = &args->scan;
    const struct hy_scan_cut cut = hy_scan_cut(a, hy_threads(), HY_BACKWARD);
    HY_ASSERT(a->chunk > 0, "the scan's backward needs the chunk states of the forward");
#pragma omp parallel num_threads(cut.threads)
    {
        struct scratch w;
        struct parts p;
        divide_work(a, &cut, omp_get_thread_num(), &p, &w);
        if (cut.spans > 1) {
            backward_spans(a, &cut, &w, &p);
        } else {
#pragma omp for schedule(dynamic, 1)
            for (long i = 0; i < (long)a->B * cut.blocks; i++) {
                const struct task k = span_task(a, &cut, i, 0);
                backward_task(&k, false, &w, &p);
            }
        }
        add_parts(&a->Bt, (long)a->B * a->T, a->N, p.dBt, cut.blocks);
        add_parts(&a->Ct, (long)a->B * a->T, a->N, p.dCt, cut.blocks);
        add_parts(&a->A_log, a->E, a->N, p.dA_log, a->B * cut.spans);
        add_parts(&a->dt_bias, 1, a->E, p.dbias, a->B * cut.spans);
        add_parts(&a->D, 1, a->E, p.dD, a->B * cut.spans);
    }
}
