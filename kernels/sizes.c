#include "kernels/sizes.h"

#include <stdio.h>
#include <string.h>

#include "kernels/base/status.h"

struct size {
    enum hy_op_id op;
    const char *name;
    size_t offset; /* inside union hy_args */
    bool wide;     /* size_t, else int */
    long least;    /* 0 where it may be absent: no meta tokens, no window, no cache yet */
    long cut;      /* how many of them the reference checks; 0 = all */
};

/* the sequences of a batch are alike, one is enough; rows, so many that every thread has some; optimizer elements */
enum { CUT_BATCH = 1, CUT_ROWS = 65, CUT_ELEMENTS = 3 * HY_NORM_BLOCK + 1 };

static const struct size sizes[] = {
#define HY_SIZE(ID, op, field, least, cut)                                                                      \
    {HY_OP_##ID, #field, offsetof(struct hy_##op, field), sizeof((struct hy_##op *)0)->field == sizeof(size_t), \
     least,      cut},
#include "kernels/tables/ops.inc"
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

long hy_sizes_get(enum hy_op_id op, const union hy_args *a, const char *name)
{
    for (int i = 0; i < SIZES; i++)
        if (sizes[i].op == op && strcmp(sizes[i].name, name) == 0)
            return get(&sizes[i], a);
    return -1;
}

union hy_args hy_sizes_cut(enum hy_op_id op, const union hy_args *a)
{
    union hy_args cut = *a;
    for (int i = 0; i < SIZES; i++)
        if (sizes[i].op == op && sizes[i].cut > 0 && get(&sizes[i], a) > sizes[i].cut)
            put(&sizes[i], &cut, sizes[i].cut);
    return cut;
}

/* What an op's sizes must be to each other. */
static hy_status check_together(enum hy_op_id id, const union hy_args *args)
{
#define HY_REQUIRE(ID, op, condition, ...)             \
    {                                                  \
        const struct hy_##op *a = &args->op;           \
        if (id == HY_OP_##ID && !(condition))          \
            return hy_fail(HY_BAD_INPUT, __VA_ARGS__); \
    }
#include "kernels/tables/ops.inc"
    return HY_OK;
}

hy_status hy_sizes_check(enum hy_op_id op, const union hy_args *a)
{
    enum { LARGEST = 1 << 30 };
    for (int i = 0; i < SIZES; i++) {
        if (sizes[i].op != op)
            continue;
        long value = get(&sizes[i], a);
        if (value < sizes[i].least || value > LARGEST)
            return hy_fail(HY_BAD_INPUT, "%s cannot have %s = %ld", hy_ops[op].name, sizes[i].name, value);
    }
    hy_status status = check_together(op, a);
    if (status != HY_OK)
        return status;

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
