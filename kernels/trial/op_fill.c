#include "kernels/trial/op_fill.h"

#include <math.h>
#include <string.h>

#include "kernels/base/rng.h"

/* A stream of its own for every operand, so that no case depends on another. */
static struct hy_stream stream_of(const struct op_case *c, const struct op_mode *m, const char *what)
{
    struct hy_stream by_op = hy_stream_open(m->seed, hy_ops[c->op].name);
    return hy_stream_open(by_op.key, what);
}

static bool is(const char *name, const char *one)
{
    return strcmp(name, one) == 0;
}

/* Norm weights and betas lie around 1. */
static bool is_gain(const char *name)
{
    const char *gains[] = {"wq", "wk", "wa", "wm", "beta_a", "beta_m"};
    for (size_t i = 0; i < sizeof gains / sizeof *gains; i++)
        if (is(name, gains[i]))
            return true;
    return false;
}

/* What a norm divides by its own size: the rows that `tiny` makes comparable to eps. */
static bool is_normed(const struct op_case *c, const char *name)
{
    switch (c->op) {
    case HY_OP_RMSNORM:
    case HY_OP_QKROPE:
        return is(name, "x");
    case HY_OP_ADDNORM:
        return is(name, "h") || is(name, "x");
    case HY_OP_FUSION:
        return is(name, "a") || is(name, "m");
    default:
        return false;
    }
}

static double value(const struct op_case *c, const char *name, size_t col, struct hy_stream *s)
{
    double normal = hy_stream_normal(s);
    bool norm_weight = is(name, "w") && (c->op == HY_OP_RMSNORM || c->op == HY_OP_ADDNORM);
    if (norm_weight || is_gain(name))
        return 1 + 0.25 * normal;
    if (c->op == HY_OP_LINEAR && is(name, "w"))
        return 0.1 * normal;
    if (is(name, "logits"))
        return 3 * normal;
    if (is(name, "A_log")) /* the model's start, a little moved */
        return log((double)col + 1) + 0.1 * normal;
    if (is(name, "dt_bias")) { /* softplus^-1 of a step between 1e-3 and 1e-1 */
        double dt = exp(log(1e-3) + hy_stream_uniform(s) * log(100));
        return log(expm1(dt));
    }
    if (c->op == HY_OP_ADAMW) {
        if (is(name, "norm"))
            return 2.5; /* above the clip */
        if (is(name, "v"))
            return 0.01 * normal * normal;
        if (is(name, "m"))
            return 0.1 * normal;
    }
    return normal;
}

void op_fill_values(const struct op_case *c, const struct op_mode *m, int slot, float *v, struct hy_shape s)
{
    const char *name = hy_ops[c->op].slots[slot].name;
    struct hy_stream stream = stream_of(c, m, name);
    for (size_t r = 0; r < s.rows; r++) {
        double scale = m->tiny && is_normed(c, name) && r % 3 != 1 ? 1e-3 : 1;
        for (size_t col = 0; col < s.cols; col++)
            v[r * s.cols + col] = (float)(scale * value(c, name, col, &stream));
    }
}

void op_fill_gradients(const struct op_case *c, const struct op_mode *m, int slot, float *d, struct hy_shape s)
{
    struct hy_stream stream = stream_of(c, m, hy_ops[c->op].slots[slot].name);
    stream.next = 1u << 30; /* far behind the values */
    for (size_t i = 0; i < s.rows * s.cols; i++)
        d[i] = (float)hy_stream_normal(&stream);
}

/* The most that may stand in `start` and the least, so that the op's promises hold. */
static void start_bounds(const struct op_case *c, int *least, int *most)
{
    *least = *most = 0;
    if (c->op == HY_OP_QKROPE) {
        *most = c->sizes.qkrope.positions - c->sizes.qkrope.T;
    } else if (c->op == HY_OP_ATTEND) {
        const struct hy_attend *a = &c->sizes.attend;
        bool ring = a->W > 0 && a->C >= a->W - 1;
        *least = a->M;
        *most = a->M + (ring ? 3 * a->C : a->C); /* a ring has gone round, a whole cache is full at most */
    } else if (c->op == HY_OP_CACHE_PUT) {
        *least = c->sizes.cache_put.M;
        *most = c->sizes.cache_put.M + 3 * c->sizes.cache_put.C;
    }
}

/* Tokens that a call brings to each sequence. */
static int rows_brought(const struct op_case *c)
{
    switch (c->op) {
    case HY_OP_ATTEND:
        return c->sizes.attend.T;
    case HY_OP_CACHE_PUT:
        return c->sizes.cache_put.T;
    case HY_OP_CONV_STEP:
        return c->sizes.conv_step.T;
    case HY_OP_SCAN_STEP:
        return c->sizes.scan_step.T;
    default:
        return c->sizes.pick.T;
    }
}

/* The last sequence starts as late as may be and is full; others start anywhere, and some bring nothing. */
static void fill_sequences(const struct op_case *c, bool starts, struct hy_stream *stream, int32_t *ids, size_t n)
{
    int least = 0, most = starts ? 0 : rows_brought(c);
    if (starts)
        start_bounds(c, &least, &most);
    for (size_t i = 0; i < n; i++)
        ids[i] = i + 1 == n ? most : least + (int32_t)(hy_stream_uniform(stream) * (most - least + 1));
}

void op_fill_ids(const struct op_case *c, const struct op_mode *m, int slot, int32_t *ids, size_t n)
{
    const char *name = hy_ops[c->op].slots[slot].name;
    bool starts = is(name, "start");
    struct hy_stream stream = stream_of(c, m, starts || is(name, "len") ? name : "ids");
    if (starts || is(name, "len")) {
        fill_sequences(c, starts, &stream, ids, n);
        return;
    }
    int V = c->op == HY_OP_EMBED ? c->sizes.embed.V : c->sizes.xent.V;
    for (size_t i = 0; i < n; i++) {
        ids[i] = (int32_t)(hy_stream_uniform(&stream) * V);
        if (c->op == HY_OP_XENT && (m->ignore_all || (n > 1 && i % 4 == 2)))
            ids[i] = -1;
    }
    if (n > 1 && ids[n - 1] >= 0)
        ids[n - 1] = V - 1; /* the last row of the table, the last column of the logits */
}

void op_set_run(enum hy_op_id op, union hy_args *a, const struct hy_run *run, float p)
{
    enum { SITE = 13 };
    const struct hy_run **field = hy_op_run(op, a);
    if (field)
        *field = run;
    switch (op) {
    case HY_OP_ADDNORM:
        a->addnorm.site = SITE;
        a->addnorm.p = p;
        break;
    case HY_OP_ATTENTION:
        a->attention.site = SITE;
        a->attention.p = p;
        break;
    case HY_OP_SWIGLU:
        a->swiglu.site = SITE;
        a->swiglu.p = p;
        break;
    default:
        break;
    }
}
