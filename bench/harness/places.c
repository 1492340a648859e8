#include "bench/harness/places.h"
#include "kernels/trial/op_operands.h"

/* A page that is its own place at least; larger operands lie in many pages already, and copies of them take time. */
static const size_t page = (size_t)2 << 20, all_bytes = (size_t)96 << 20;

void hy_places_open(struct hy_places *p, enum hy_op_id op, struct op_operands *first)
{
    size_t bytes;
    const bool whole = op_operands_memory(first, &bytes) != NULL;
    const size_t fit = all_bytes / ((bytes + page - 1) / page * page + !bytes);
    *p = (struct hy_places){.op = op, .at = {first}, .n = 1};
    p->most = !whole || fit < 2 ? 1 : fit > HY_MOST_PLACES ? HY_MOST_PLACES : (int)fit;
}

void hy_places_next(struct hy_places *p)
{
    p->now = (p->now + 1) % p->most;
    if (p->now == p->n)
        p->at[p->n++] = op_operands_copy(p->op, p->at[0]);
}

void hy_places_close(struct hy_places *p)
{
    for (int i = p->n; i > 0; i--)
        op_operands_close(p->at[i - 1]);
    *p = (struct hy_places){0};
}

const union hy_args *hy_places_args(const struct hy_places *p)
{
    return op_operands_args(p->at[p->now]);
}

const void *hy_places_memory(const struct hy_places *p, size_t *bytes)
{
    return op_operands_memory(p->at[p->now], bytes);
}
