/* Most mistakes are made by handing the right kernel arguments that carry the
 * mistake, or by spoiling its result: so nothing but the mistake is wrong. */
#include "tests/wrong/wrong.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/bf16.h"

static void right(enum hy_op_id op, enum hy_pass pass, const union hy_args *a)
{
    hy_kernel_of(op, pass)->run(a);
}

/* A copy of an operand with every element multiplied; the caller frees. */
static float *scaled(const float *v, size_t rows, size_t cols, size_t ld, float factor)
{
    float *copy = calloc(rows * ld + 1, sizeof *copy);
    HY_ASSERT(copy, "out of memory in a test");
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < cols; c++)
            copy[r * ld + c] = v[r * ld + c] * factor;
    return copy;
}

static void spoil(const struct hy_out *y, size_t rows, size_t cols, float factor)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < cols; c++)
            y->v[r * (size_t)y->ld + c] *= factor;
}

/* ---- attention ------------------------------------------------------------------- */

static void window_too_wide(const union hy_args *args)
{
    union hy_args a = *args;
    a.attention.W += a.attention.W > 0;
    right(HY_OP_ATTENTION, HY_FORWARD, &a);
}

static void window_too_narrow(const union hy_args *args)
{
    union hy_args a = *args;
    a.attention.W -= a.attention.W > 1;
    right(HY_OP_ATTENTION, HY_FORWARD, &a);
}

static void window_too_wide_backward(const union hy_args *args)
{
    union hy_args a = *args;
    a.attention.W += a.attention.W > 0;
    right(HY_OP_ATTENTION, HY_BACKWARD, &a);
}

static void meta_forgotten(const union hy_args *args)
{
    union hy_args a = *args;
    a.attention.M = 0;
    right(HY_OP_ATTENTION, HY_FORWARD, &a);
}

static void scores_not_scaled(const union hy_args *args)
{
    union hy_args a = *args;
    struct hy_attention *t = &a.attention;
    float *q = scaled(t->q.v, (size_t)(t->B * t->H * t->T), (size_t)t->P, (size_t)t->q.ld, sqrtf((float)t->P));
    t->q.v = q;
    right(HY_OP_ATTENTION, HY_FORWARD, &a);
    free(q);
}

static void kept_weights_not_scaled(const union hy_args *args)
{
    const struct hy_attention *a = &args->attention;
    right(HY_OP_ATTENTION, HY_FORWARD, args);
    spoil(&a->y, (size_t)(a->B * a->T), (size_t)(a->H * a->P), 1 - a->p);
}

static void other_mask_in_backward(const union hy_args *args)
{
    union hy_args a = *args;
    a.attention.site++;
    right(HY_OP_ATTENTION, HY_BACKWARD, &a);
}

/* ---- scan and conv ---------------------------------------------------------------- */

static void skip_forgotten(const union hy_args *args)
{
    union hy_args a = *args;
    float *zeros = scaled(a.scan.D.v, 1, (size_t)a.scan.E, (size_t)a.scan.E, 0);
    a.scan.D.v = zeros;
    right(HY_OP_SCAN, HY_FORWARD, &a);
    free(zeros);
}

static void gate_gradient_without_skip(const union hy_args *args)
{
    union hy_args a = *args;
    float *zeros = scaled(a.scan.D.v, 1, (size_t)a.scan.E, (size_t)a.scan.E, 0);
    a.scan.D.v = zeros;
    right(HY_OP_SCAN, HY_BACKWARD, &a);
    free(zeros);
}

static void state_leaks_into_the_next_sequence(const union hy_args *args)
{
    union hy_args a = *args;
    a.scan.T *= a.scan.B;
    a.scan.B = 1;
    right(HY_OP_SCAN, HY_FORWARD, &a);
}

static void conv_reads_the_previous_sequence(const union hy_args *args)
{
    union hy_args a = *args;
    a.conv.T *= a.conv.B;
    a.conv.B = 1;
    right(HY_OP_CONV, HY_FORWARD, &a);
}

/* ---- norms ------------------------------------------------------------------------- */

static void eps_missing(const union hy_args *args)
{
    union hy_args a = *args;
    a.rmsnorm.eps = 0;
    right(HY_OP_RMSNORM, HY_FORWARD, &a);
}

static void eps_of_another_model(const union hy_args *args)
{
    union hy_args a = *args;
    a.rmsnorm.eps = 1e-5f;
    right(HY_OP_RMSNORM, HY_FORWARD, &a);
}

/* The factor 1/rms treated as a constant. */
static void projection_missing(const union hy_args *args)
{
    const struct hy_rmsnorm *a = &args->rmsnorm;
    right(HY_OP_RMSNORM, HY_BACKWARD, args);
    for (int r = 0; a->x.d && !a->x.add && r < a->rows; r++)
        for (int c = 0; c < a->D; c++)
            a->x.d[(size_t)r * (size_t)a->x.ld + (size_t)c] =
                a->y.d[(size_t)r * (size_t)a->y.ld + (size_t)c] * a->w.v[c] * a->rstd[r];
}

static void last_column_unhandled(const union hy_args *args)
{
    const struct hy_rmsnorm *a = &args->rmsnorm;
    right(HY_OP_RMSNORM, HY_FORWARD, args);
    for (int r = 0; r < a->rows; r++)
        a->y.v[(size_t)r * (size_t)a->y.ld + (size_t)a->D - 1] = 0;
}

static void last_row_unwritten(const union hy_args *args)
{
    union hy_args a = *args;
    a.rmsnorm.rows--;
    right(HY_OP_RMSNORM, HY_FORWARD, &a);
}

static void writes_into_the_gap(const union hy_args *args)
{
    const struct hy_rmsnorm *a = &args->rmsnorm;
    right(HY_OP_RMSNORM, HY_FORWARD, args);
    if (a->y.ld > a->D)
        a->y.v[a->D] = 0; /* a full vector stored where the row ends earlier */
}

static void reads_what_may_be_gone(const union hy_args *args)
{
    const struct hy_addnorm *a = &args->addnorm;
    right(HY_OP_ADDNORM, HY_BACKWARD, args);
    if (a->x.d)
        a->x.d[0] += 0 * a->h.v[0]; /* h is not kept for the backward */
}

static void cut_rows_get_a_gradient(const union hy_args *args)
{
    const struct hy_addnorm *a = &args->addnorm;
    right(HY_OP_ADDNORM, HY_BACKWARD, args);
    if (a->h.d && a->skip > 0 && !a->h.add && a->sum.d) /* the gradient of the sum left out where y has no row */
        memset(a->h.d, 0, (size_t)a->D * sizeof(float));
}

static void branch_scale_forgotten(const union hy_args *args)
{
    union hy_args a = *args;
    a.fusion.scale = 1;
    right(HY_OP_FUSION, HY_FORWARD, &a);
}

static void other_rope_pairs(const union hy_args *args)
{
    union hy_args a = *args;
    a.qkrope.interleaved = !a.qkrope.interleaved;
    right(HY_OP_QKROPE, HY_FORWARD, &a);
}

/* ---- linear, swiglu, embed ------------------------------------------------------------ */

static void linear_ignores_add(const union hy_args *args)
{
    union hy_args a = *args;
    a.linear.x.add = a.linear.w.add = 0;
    right(HY_OP_LINEAR, HY_BACKWARD, &a);
}

static void attention_ignores_add(const union hy_args *args)
{
    union hy_args a = *args;
    a.attention.k.add = 0; /* only where a consumer layer's gradient should come on top */
    right(HY_OP_ATTENTION, HY_BACKWARD, &a);
}

static void adds_where_it_should_write(const union hy_args *args)
{
    union hy_args a = *args;
    a.linear.w.add = 1;
    right(HY_OP_LINEAR, HY_BACKWARD, &a);
}

static void gaps_between_rows_ignored(const union hy_args *args)
{
    union hy_args a = *args;
    a.swiglu.x.ld = 2 * a.swiglu.F;
    right(HY_OP_SWIGLU, HY_FORWARD, &a);
}

static void kept_gate_not_scaled(const union hy_args *args)
{
    right(HY_OP_SWIGLU, HY_FORWARD, args);
    spoil(&args->swiglu.y, (size_t)args->swiglu.rows, (size_t)args->swiglu.F, 1 - args->swiglu.p);
}

static void mask_of_another_step(const union hy_args *args)
{
    union hy_args a = *args;
    struct hy_run run = *a.swiglu.run;
    run.step++;
    a.swiglu.run = &run;
    right(HY_OP_SWIGLU, HY_FORWARD, &a);
}

static void half_precision_result(const union hy_args *args)
{
    const struct hy_swiglu *a = &args->swiglu;
    right(HY_OP_SWIGLU, HY_FORWARD, args);
    for (int r = 0; r < a->rows; r++)
        for (int c = 0; c < a->F; c++) {
            float *y = &a->y.v[(size_t)r * (size_t)a->y.ld + (size_t)c];
            uint32_t bits;
            memcpy(&bits, y, sizeof bits);
            bits &= 0xffffe000u; /* ten bits of mantissa */
            memcpy(y, &bits, sizeof bits);
        }
}

static void equal_ids_overwrite(const union hy_args *args)
{
    const struct hy_embed *a = &args->embed;
    right(HY_OP_EMBED, HY_BACKWARD, args);
    for (int b = 0; a->table.d && !a->table.add && b < a->B; b++)
        for (int t = a->M; t < a->T; t++)
            for (int c = 0; c < a->D; c++) {
                size_t row = (size_t)a->ids[b * (a->T - a->M) + t - a->M];
                a->table.d[row * (size_t)a->table.ld + (size_t)c] =
                    a->h.d[(size_t)(b * a->T + t) * (size_t)a->h.ld + (size_t)c];
            }
}

/* ---- loss and optimizer ------------------------------------------------------------------ */

static void smoothing_off(const union hy_args *args)
{
    union hy_args a = *args;
    a.xent.smoothing = 0;
    right(HY_OP_XENT, HY_FORWARD, &a);
}

static void mean_over_ignored_rows_too(const union hy_args *args)
{
    const struct hy_xent *a = &args->xent;
    int counted = 0;
    right(HY_OP_XENT, HY_FORWARD, args);
    for (int r = 0; r < a->rows; r++)
        counted += a->targets[r] >= 0;
    a->loss[0] *= (float)counted / (float)a->rows;
}

static void logits_overwritten_by_forward(const union hy_args *args)
{
    right(HY_OP_XENT, HY_FORWARD, args);
    ((float *)(uintptr_t)args->xent.logits.v)[0] += 1;
}

static void norm_summed_in_single(const union hy_args *args)
{
    float sum = 0;
    for (size_t i = 0; i < args->gradnorm.n; i++)
        sum += args->gradnorm.g[i] * args->gradnorm.g[i];
    args->gradnorm.norm[0] = sqrtf(sum);
}

static void decay_missing(const union hy_args *args)
{
    union hy_args a = *args;
    a.adamw.decay = 0;
    right(HY_OP_ADAMW, HY_FORWARD, &a);
}

static void bias_not_corrected(const union hy_args *args)
{
    union hy_args a = *args;
    struct hy_run run = *a.adamw.run;
    run.step = 1000000;
    a.adamw.run = &run;
    right(HY_OP_ADAMW, HY_FORWARD, &a);
}

static void steps_counted_from_zero(const union hy_args *args)
{
    union hy_args a = *args;
    struct hy_run run = *a.adamw.run;
    run.step++;
    a.adamw.run = &run;
    right(HY_OP_ADAMW, HY_FORWARD, &a);
}

static void always_clipped(const union hy_args *args)
{
    union hy_args a = *args;
    if (a.adamw.clip > 0) /* scaled up as well when the norm is small */
        a.adamw.clip = 1;
    right(HY_OP_ADAMW, HY_FORWARD, &a);
}

/* ---- continuing sequences ---------------------------------------------------------- */

static void cached_window_too_wide(const union hy_args *args)
{
    union hy_args a = *args;
    a.attend.W += a.attend.W > 0;
    right(HY_OP_ATTEND, HY_FORWARD, &a);
}

/* The shared entries stand at the same positions, but nobody looks at them. */
static void shared_meta_forgotten(const union hy_args *args)
{
    union hy_args a = *args;
    int32_t start[64];
    for (int b = 0; b < a.attend.B; b++)
        start[b] = a.attend.start[b] - a.attend.M;
    a.attend.start = start;
    a.attend.M = 0;
    right(HY_OP_ATTEND, HY_FORWARD, &a);
}

static void padding_attended(const union hy_args *args)
{
    union hy_args a = *args;
    int32_t len[64];
    for (int b = 0; b < a.attend.B; b++)
        len[b] = a.attend.T;
    a.attend.len = len;
    right(HY_OP_ATTEND, HY_FORWARD, &a);
}

static void one_row_late(const union hy_args *args)
{
    union hy_args a = *args;
    int32_t start[64];
    for (int b = 0; b < a.cache_put.B; b++)
        start[b] = a.cache_put.start[b] + 1;
    a.cache_put.start = start;
    right(HY_OP_CACHE_PUT, HY_FORWARD, &a);
}

static void padding_cached(const union hy_args *args)
{
    union hy_args a = *args;
    int32_t len[64];
    for (int b = 0; b < a.cache_put.B; b++)
        len[b] = a.cache_put.T;
    a.cache_put.len = len;
    right(HY_OP_CACHE_PUT, HY_FORWARD, &a);
}

/* Zeros before every chunk, as if each were the start of a sequence. */
static void convolution_starts_anew(const union hy_args *args)
{
    const struct hy_conv_step *a = &args->conv_step;
    if (a->tail) /* absent with one tap */
        memset(a->tail, 0, (size_t)a->B * (size_t)(a->taps - 1) * (size_t)a->E * sizeof *a->tail);
    right(HY_OP_CONV_STEP, HY_FORWARD, args);
}

static void scan_starts_anew(const union hy_args *args)
{
    const struct hy_scan_step *a = &args->scan_step;
    memset(a->state, 0, (size_t)a->B * (size_t)a->E * (size_t)a->N * sizeof *a->state);
    right(HY_OP_SCAN_STEP, HY_FORWARD, args);
}

static void padding_moves_the_state(const union hy_args *args)
{
    union hy_args a = *args;
    int32_t len[64];
    for (int b = 0; b < a.scan_step.B; b++)
        len[b] = a.scan_step.T;
    a.scan_step.len = len;
    right(HY_OP_SCAN_STEP, HY_FORWARD, &a);
}

static void last_row_of_the_padding(const union hy_args *args)
{
    union hy_args a = *args;
    int32_t len[64];
    for (int b = 0; b < a.pick.B; b++)
        len[b] = a.pick.T;
    a.pick.len = len;
    right(HY_OP_PICK, HY_FORWARD, &a);
}

/* Every sequence from position 0, whatever came before. */
static void positions_start_anew(const union hy_args *args)
{
    union hy_args a = *args;
    a.qkrope.positions = 0;
    right(HY_OP_QKROPE, HY_FORWARD, &a);
}

/* ---- bf16 -------------------------------------------------------------------------- */

static hy_bf16 upper_half(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return (hy_bf16)(bits >> 16);
}

static void truncated_result(const union hy_args *args)
{
    const struct hy_out y = args->rmsnorm.y;
    const size_t D = (size_t)args->rmsnorm.D;
    union hy_args a = *args;
    a.rmsnorm.y = (struct hy_out){.v = calloc((size_t)a.rmsnorm.rows * D + 1, sizeof(float)), .ld = (int)D};
    right(HY_OP_RMSNORM, HY_FORWARD, &a);
    for (size_t r = 0; r < (size_t)a.rmsnorm.rows; r++)
        for (size_t c = 0; c < D; c++)
            ((hy_bf16 *)(void *)y.v)[r * (size_t)y.ld + c] = upper_half(a.rmsnorm.y.v[r * D + c]);
    free(a.rmsnorm.y.v);
}

/* The gradient is rounded, and once more when it is added. */
static void rounded_twice(const union hy_args *args)
{
    const struct hy_in x = args->swiglu.x;
    const size_t cols = 2 * (size_t)args->swiglu.F, rows = (size_t)args->swiglu.rows;
    hy_bf16 *alone = calloc(rows * (size_t)x.ld + 1, sizeof *alone), *to = (hy_bf16 *)(void *)x.d;
    union hy_args a = *args;
    a.swiglu.x.d = (float *)(void *)alone;
    a.swiglu.x.add = 0;
    hy_kernel_in(HY_BF16, HY_OP_SWIGLU, HY_BACKWARD)->run(&a);
    for (size_t r = 0; r < rows && to; r++)
        for (size_t c = 0; c < cols; c++) {
            size_t i = r * (size_t)x.ld + c;
            float sum = hy_bf16_widen(alone[i]) + (x.add ? hy_bf16_widen(to[i]) : 0);
            hy_bf16_round(&to[i], &sum, 1, 1, 1);
        }
    free(alone);
}

const struct wrong_kernel wrong_kernels[] = {
    {"window one key too wide", HY_OP_ATTENTION, HY_FORWARD, window_too_wide, HY_F32},
    {"window one key too narrow", HY_OP_ATTENTION, HY_FORWARD, window_too_narrow, HY_F32},
    {"window one key too wide in the backward", HY_OP_ATTENTION, HY_BACKWARD, window_too_wide_backward, HY_F32},
    {"meta tokens forgotten", HY_OP_ATTENTION, HY_FORWARD, meta_forgotten, HY_F32},
    {"scores not divided by sqrt(P)", HY_OP_ATTENTION, HY_FORWARD, scores_not_scaled, HY_F32},
    {"dropout without 1/(1-p)", HY_OP_ATTENTION, HY_FORWARD, kept_weights_not_scaled, HY_F32},
    {"backward drops other weights than forward", HY_OP_ATTENTION, HY_BACKWARD, other_mask_in_backward, HY_F32},
    {"attention backward ignores add for k", HY_OP_ATTENTION, HY_BACKWARD, attention_ignores_add, HY_F32},
    {"scan without skip", HY_OP_SCAN, HY_FORWARD, skip_forgotten, HY_F32},
    {"scan backward without skip", HY_OP_SCAN, HY_BACKWARD, gate_gradient_without_skip, HY_F32},
    {"scan state leaks into the next sequence", HY_OP_SCAN, HY_FORWARD, state_leaks_into_the_next_sequence, HY_F32},
    {"conv reads the previous sequence", HY_OP_CONV, HY_FORWARD, conv_reads_the_previous_sequence, HY_F32},
    {"eps missing", HY_OP_RMSNORM, HY_FORWARD, eps_missing, HY_F32},
    {"eps 1e-5", HY_OP_RMSNORM, HY_FORWARD, eps_of_another_model, HY_F32},
    {"gradient along x not taken out", HY_OP_RMSNORM, HY_BACKWARD, projection_missing, HY_F32},
    {"last column unhandled", HY_OP_RMSNORM, HY_FORWARD, last_column_unhandled, HY_F32},
    {"last row unwritten", HY_OP_RMSNORM, HY_FORWARD, last_row_unwritten, HY_F32},
    {"a store runs into the gap between rows", HY_OP_RMSNORM, HY_FORWARD, writes_into_the_gap, HY_F32},
    {"backward reads a value that is not kept", HY_OP_ADDNORM, HY_BACKWARD, reads_what_may_be_gone, HY_F32},
    {"rows that were cut off lose their gradient", HY_OP_ADDNORM, HY_BACKWARD, cut_rows_get_a_gradient, HY_F32},
    {"fusion without its scale", HY_OP_FUSION, HY_FORWARD, branch_scale_forgotten, HY_F32},
    {"the other implementation's RoPE pairs", HY_OP_QKROPE, HY_FORWARD, other_rope_pairs, HY_F32},
    {"linear backward ignores add", HY_OP_LINEAR, HY_BACKWARD, linear_ignores_add, HY_F32},
    {"linear backward adds where it should write", HY_OP_LINEAR, HY_BACKWARD, adds_where_it_should_write, HY_F32},
    {"ld ignored", HY_OP_SWIGLU, HY_FORWARD, gaps_between_rows_ignored, HY_F32},
    {"gate dropout without 1/(1-p)", HY_OP_SWIGLU, HY_FORWARD, kept_gate_not_scaled, HY_F32},
    {"dropout mask of another step", HY_OP_SWIGLU, HY_FORWARD, mask_of_another_step, HY_F32},
    {"result with ten bits of mantissa", HY_OP_SWIGLU, HY_FORWARD, half_precision_result, HY_F32},
    {"equal ids overwrite each other", HY_OP_EMBED, HY_BACKWARD, equal_ids_overwrite, HY_F32},
    {"label smoothing off", HY_OP_XENT, HY_FORWARD, smoothing_off, HY_F32},
    {"mean over ignored rows too", HY_OP_XENT, HY_FORWARD, mean_over_ignored_rows_too, HY_F32},
    {"forward changes the logits", HY_OP_XENT, HY_FORWARD, logits_overwritten_by_forward, HY_F32},
    {"norm summed in single precision", HY_OP_GRADNORM, HY_FORWARD, norm_summed_in_single, HY_F32},
    {"weight decay missing", HY_OP_ADAMW, HY_FORWARD, decay_missing, HY_F32},
    {"moments not corrected for their start", HY_OP_ADAMW, HY_FORWARD, bias_not_corrected, HY_F32},
    {"steps counted one too far", HY_OP_ADAMW, HY_FORWARD, steps_counted_from_zero, HY_F32},
    {"gradients below the clip scaled up", HY_OP_ADAMW, HY_FORWARD, always_clipped, HY_F32},
    {"window of the cache one key too wide", HY_OP_ATTEND, HY_FORWARD, cached_window_too_wide, HY_F32},
    {"shared meta entries forgotten", HY_OP_ATTEND, HY_FORWARD, shared_meta_forgotten, HY_F32},
    {"padding attended", HY_OP_ATTEND, HY_FORWARD, padding_attended, HY_F32},
    {"keys cached one row late", HY_OP_CACHE_PUT, HY_FORWARD, one_row_late, HY_F32},
    {"padding cached", HY_OP_CACHE_PUT, HY_FORWARD, padding_cached, HY_F32},
    {"convolution forgets the chunk before", HY_OP_CONV_STEP, HY_FORWARD, convolution_starts_anew, HY_F32},
    {"scan forgets the chunk before", HY_OP_SCAN_STEP, HY_FORWARD, scan_starts_anew, HY_F32},
    {"padding moves the state", HY_OP_SCAN_STEP, HY_FORWARD, padding_moves_the_state, HY_F32},
    {"last row of the padding", HY_OP_PICK, HY_FORWARD, last_row_of_the_padding, HY_F32},
    {"positions of a chunk start at 0", HY_OP_QKROPE, HY_FORWARD, positions_start_anew, HY_F32},
    {"bf16 truncated instead of rounded", HY_OP_RMSNORM, HY_FORWARD, truncated_result, HY_BF16},
    {"bf16 gradient rounded before it is added", HY_OP_SWIGLU, HY_BACKWARD, rounded_twice, HY_BF16},
    {NULL, HY_OP_COUNT, HY_PASSES, NULL, HY_PRECISIONS},
};
