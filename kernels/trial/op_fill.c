#include "kernels/trial/op_fill.h"

#include <math.h>

#include "kernels/base/rng.h"
#include "kernels/sizes.h"

/* A stream of its own for every operand, so that no case depends on another. */
static struct hy_stream stream_of(const struct op_case *c, const struct op_mode *m, const char *what)
{
    struct hy_stream by_op = hy_stream_open(m->seed, hy_ops[c->op].name);
    return hy_stream_open(by_op.key, what);
}

enum hy_draw op_draw_of(enum hy_op_id op, int slot)
{
    static const enum hy_draw drawn[HY_OP_COUNT][HY_MAX_SLOTS] = {
#define HY_DRAWN(ID, NAME, how) [HY_OP_##ID][HY_##ID##_##NAME] = HY_DRAW_##how,
#include "kernels/tables/ops.inc"
    };
    return drawn[op][slot];
}

static double value(enum hy_draw how, size_t col, struct hy_stream *s)
{
    const double normal = hy_stream_normal(s);
    switch (how) {
    case HY_DRAW_GAIN:
        return 1 + 0.25 * normal;
    case HY_DRAW_SMALL:
        return 0.1 * normal;
    case HY_DRAW_LARGE:
        return 3 * normal;
    case HY_DRAW_SQUARE:
        return 0.01 * normal * normal;
    case HY_DRAW_NORM:
        return 2.5;     /* above the clip */
    case HY_DRAW_A_LOG: /* the model's start, a little moved */
        return log((double)col + 1) + 0.1 * normal;
    case HY_DRAW_DT_BIAS: /* softplus^-1 of a step between 1e-3 and 1e-1 */
        return log(expm1(exp(log(1e-3) + hy_stream_uniform(s) * log(100))));
    default:
        return normal;
    }
}

void op_fill_values(const struct op_case *c, const struct op_mode *m, int slot, float *v, struct hy_shape s)
{
    const struct hy_slot *filled = &hy_ops[c->op].slots[slot];
    const enum hy_draw how = op_draw_of(c->op, slot);
    struct hy_stream stream = stream_of(c, m, filled->name);
    for (size_t r = 0; r < s.rows; r++) {
        double scale = m->tiny && filled->flags & HY_SLOT_NORMED && r % 3 != 1 ? 1e-3 : 1;
        for (size_t col = 0; col < s.cols; col++)
            v[r * s.cols + col] = (float)(scale * value(how, col, &stream));
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
static void start_bounds(const struct op_case *c, int *least_to, int *most_to)
{
    *least_to = *most_to = 0;
#define HY_STARTS(ID, op_name, least, most)               \
    if (c->op == HY_OP_##ID) {                            \
        const struct hy_##op_name *a = &c->sizes.op_name; \
        *least_to = least;                                \
        *most_to = most;                                  \
    }
#include "kernels/tables/ops.inc"
}

/* The last sequence starts as late as may be and is full; others start anywhere, and some bring nothing. */
static void fill_sequences(const struct op_case *c, bool starts, struct hy_stream *stream, int32_t *ids, size_t n)
{
    int least = 0, most = starts ? 0 : (int)hy_sizes_get(c->op, &c->sizes, "T");
    if (starts)
        start_bounds(c, &least, &most);
    for (size_t i = 0; i < n; i++)
        ids[i] = i + 1 == n ? most : least + (int32_t)(hy_stream_uniform(stream) * (most - least + 1));
}

void op_fill_ids(const struct op_case *c, const struct op_mode *m, int slot, int32_t *ids, size_t n)
{
    const enum hy_draw how = op_draw_of(c->op, slot);
    const bool of_sequences = how == HY_DRAW_START || how == HY_DRAW_LENGTH;
    struct hy_stream stream = stream_of(c, m, of_sequences ? hy_ops[c->op].slots[slot].name : "ids");
    if (of_sequences) {
        fill_sequences(c, how == HY_DRAW_START, &stream, ids, n);
        return;
    }
    const int V = (int)hy_sizes_get(c->op, &c->sizes, "V");
    for (size_t i = 0; i < n; i++) {
        ids[i] = (int32_t)(hy_stream_uniform(&stream) * V);
        if (how == HY_DRAW_TARGET && (m->ignore_all || (n > 1 && i % 4 == 2)))
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
    hy_op_set_dropout(op, a, SITE, p);
}
