#include "kernels/sizes.h"

#include <stdio.h>
#include <string.h>

#include "kernels/base/status.h"

struct size {
    enum hy_op_id op;
    const char *name;
    size_t offset; /* inside union hy_args */
    bool wide;     /* size_t, else int */
    long cut;      /* how many of them the reference checks; 0 = all */
};

/* the sequences of a batch are alike, one is enough; rows, so many that every thread has some; optimizer elements */
enum { CUT_BATCH = 1, CUT_ROWS = 65, CUT_ELEMENTS = 3 * HY_NORM_BLOCK + 1 };

#define SIZE(ID, op, field)               {HY_OP_##ID, #field, offsetof(struct hy_##op, field), false, 0},
#define SIZE_CUT(ID, op, field, wide, to) {HY_OP_##ID, #field, offsetof(struct hy_##op, field), wide, to},
static const struct size sizes[] = {
    /* clang-format off */
    SIZE_CUT(EMBED, embed, B, false, CUT_BATCH) SIZE(EMBED, embed, T) SIZE(EMBED, embed, D) SIZE(EMBED, embed, M)
    SIZE(EMBED, embed, V)
    SIZE_CUT(RMSNORM, rmsnorm, rows, false, CUT_ROWS) SIZE(RMSNORM, rmsnorm, D)
    SIZE_CUT(ADDNORM, addnorm, B, false, CUT_BATCH) SIZE(ADDNORM, addnorm, T) SIZE(ADDNORM, addnorm, D)
    SIZE(ADDNORM, addnorm, skip)
    SIZE_CUT(LINEAR, linear, rows, false, CUT_ROWS) SIZE(LINEAR, linear, in) SIZE(LINEAR, linear, out)
    SIZE_CUT(QKROPE, qkrope, B, false, CUT_BATCH) SIZE(QKROPE, qkrope, T) SIZE(QKROPE, qkrope, H)
    SIZE(QKROPE, qkrope, K) SIZE(QKROPE, qkrope, P)
    SIZE_CUT(ATTENTION, attention, B, false, CUT_BATCH) SIZE(ATTENTION, attention, T) SIZE(ATTENTION, attention, H)
    SIZE(ATTENTION, attention, K) SIZE(ATTENTION, attention, P) SIZE(ATTENTION, attention, W)
    SIZE(ATTENTION, attention, M)
    SIZE_CUT(CONV, conv, B, false, CUT_BATCH) SIZE(CONV, conv, T) SIZE(CONV, conv, E) SIZE(CONV, conv, taps)
    SIZE_CUT(SCAN, scan, B, false, CUT_BATCH) SIZE(SCAN, scan, T) SIZE(SCAN, scan, E) SIZE(SCAN, scan, N)
    SIZE(SCAN, scan, chunk)
    SIZE_CUT(FUSION, fusion, rows, false, CUT_ROWS) SIZE(FUSION, fusion, D)
    SIZE_CUT(SWIGLU, swiglu, rows, false, CUT_ROWS) SIZE(SWIGLU, swiglu, F)
    SIZE_CUT(XENT, xent, rows, false, CUT_ROWS) SIZE(XENT, xent, V)
    SIZE_CUT(GRADNORM, gradnorm, n, true, CUT_ELEMENTS)
    SIZE_CUT(ADAMW, adamw, n, true, CUT_ELEMENTS)
    SIZE_CUT(ATTEND, attend, B, false, CUT_BATCH) SIZE(ATTEND, attend, T) SIZE(ATTEND, attend, H)
    SIZE(ATTEND, attend, K) SIZE(ATTEND, attend, P) SIZE(ATTEND, attend, W) SIZE(ATTEND, attend, M)
    SIZE(ATTEND, attend, C)
    SIZE_CUT(CACHE_PUT, cache_put, B, false, CUT_BATCH) SIZE(CACHE_PUT, cache_put, T) SIZE(CACHE_PUT, cache_put, K)
    SIZE(CACHE_PUT, cache_put, P) SIZE(CACHE_PUT, cache_put, M) SIZE(CACHE_PUT, cache_put, C)
    SIZE_CUT(CONV_STEP, conv_step, B, false, CUT_BATCH) SIZE(CONV_STEP, conv_step, T) SIZE(CONV_STEP, conv_step, E)
    SIZE(CONV_STEP, conv_step, taps)
    SIZE_CUT(SCAN_STEP, scan_step, B, false, CUT_BATCH) SIZE(SCAN_STEP, scan_step, T) SIZE(SCAN_STEP, scan_step, E)
    SIZE(SCAN_STEP, scan_step, N)
    SIZE_CUT(PICK, pick, B, false, CUT_BATCH) SIZE(PICK, pick, T) SIZE(PICK, pick, D)
    /* clang-format on */
};
enum { SIZES = sizeof sizes / sizeof *sizes };

static long get(const struct size *s, const union hy_args *a)
{
    const char *at = (const char *)a + s->offset;
    return s->wide ? (long)*(const size_t *)(const void *)at : *(const int *)(const void *)at;
}

static void put(const struct size *s, union hy_args *a, long value)
{
    char *at = (char *)a + s->offset;
    if (s->wide)
        *(size_t *)(void *)at = (size_t)value;
    else
        *(int *)(void *)at = (int)value;
}

void hy_sizes_text(char text[HY_SHAPE_TEXT], enum hy_op_id op, const union hy_args *a)
{
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < SIZES; i++) {
        if (sizes[i].op != op)
            continue;
        /* a name of several letters needs a sign between it and its number */
        const char *sign = strlen(sizes[i].name) > 1 ? "=" : "";
        used += (size_t)snprintf(text + used, HY_SHAPE_TEXT - used, "%s%s%s%ld", used ? " " : "", sizes[i].name, sign,
                                 get(&sizes[i], a));
        HY_ASSERT(used < HY_SHAPE_TEXT, "a shape's text outgrew its room");
    }
}

bool hy_sizes_known(const char *name)
{
    for (int i = 0; i < SIZES; i++)
        if (strcmp(sizes[i].name, name) == 0)
            return true;
    return false;
}

bool hy_sizes_set(enum hy_op_id op, union hy_args *a, const char *name, long value)
{
    HY_ASSERT(value >= 0, "a size is not negative");
    for (int i = 0; i < SIZES; i++)
        if (sizes[i].op == op && strcmp(sizes[i].name, name) == 0) {
            put(&sizes[i], a, value);
            return true;
        }
    return false;
}

union hy_args hy_sizes_cut(enum hy_op_id op, const union hy_args *a)
{
    union hy_args cut = *a;
    for (int i = 0; i < SIZES; i++)
        if (sizes[i].op == op && sizes[i].cut > 0 && get(&sizes[i], a) > sizes[i].cut)
            put(&sizes[i], &cut, sizes[i].cut);
    return cut;
}

/* Sizes that may be 0: no meta tokens, nothing skipped, a consumer without keys, no window, no cache yet. */
static bool may_be_zero(const struct size *s)
{
    return strchr("MW", s->name[0]) || strcmp(s->name, "skip") == 0 || (s->op == HY_OP_QKROPE && s->name[0] == 'K') ||
           (s->op == HY_OP_ATTEND && s->name[0] == 'C');
}

static hy_status heads_ok(int H, int K)
{
    if (K > 0 && H % K != 0)
        return hy_fail(HY_BAD_INPUT, "H = %d query heads cannot share K = %d kv heads evenly", H, K);
    return HY_OK;
}

hy_status hy_sizes_check(enum hy_op_id op, const union hy_args *a)
{
    enum { LARGEST = 1 << 30 };
    for (int i = 0; i < SIZES; i++) {
        if (sizes[i].op != op)
            continue;
        long value = get(&sizes[i], a);
        if (value < (may_be_zero(&sizes[i]) ? 0 : 1) || value > LARGEST)
            return hy_fail(HY_BAD_INPUT, "%s cannot have %s = %ld", hy_ops[op].name, sizes[i].name, value);
    }
    if (op == HY_OP_EMBED && a->embed.M > a->embed.T)
        return hy_fail(HY_BAD_INPUT, "embed cannot have M = %d meta tokens among T = %d", a->embed.M, a->embed.T);
    if (op == HY_OP_ADDNORM && a->addnorm.skip >= a->addnorm.T)
        return hy_fail(HY_BAD_INPUT, "addnorm cannot skip %d of T = %d", a->addnorm.skip, a->addnorm.T);
    if (op == HY_OP_QKROPE && a->qkrope.P % 2 != 0)
        return hy_fail(HY_BAD_INPUT, "qkrope rotates pairs: P = %d is odd", a->qkrope.P);
    if (op == HY_OP_QKROPE)
        return heads_ok(a->qkrope.H, a->qkrope.K);
    if (op == HY_OP_ATTENTION)
        return heads_ok(a->attention.H, a->attention.K);
    if (op == HY_OP_ATTEND)
        return heads_ok(a->attend.H, a->attend.K);

    struct hy_shape shapes[HY_MAX_SLOTS] = {{0, 0}};
    double elements = 0;
    hy_ops[op].shapes(a, shapes);
    for (int i = 0; hy_ops[op].slots[i].name; i++)
        elements += (double)shapes[i].rows * (double)shapes[i].cols;
    if (elements > 2e9)
        return hy_fail(HY_BAD_INPUT, "%s with these sizes needs %.1f GiB; take smaller ones", hy_ops[op].name,
                       elements * 4 / (1 << 30));
    return HY_OK;
}
