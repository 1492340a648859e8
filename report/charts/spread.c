/* Labels along a line, moved apart: those that touch form a block, which sits at the mean of what its members want. */
#include <math.h>
#include <stdlib.h>

#include "kernels/base/status.h"
#include "report/charts/axis.h"

/* A label, in order along the line. */
struct member {
    int label;
    float want, half; /* its middle, and from there to its ends */
    float offset;     /* of its middle behind the first label's, if all touched */
};

struct block {
    int first;   /* member */
    float start; /* where the first one's middle stands */
};

static void settle(const struct member *m, struct block *b, int last, float low, float high)
{
    float sum = 0;
    const float length = m[last].offset - m[b->first].offset;
    for (int k = b->first; k <= last; k++)
        sum += m[k].want - (m[k].offset - m[b->first].offset);
    const float mean = sum / (float)(last - b->first + 1);
    b->start = fmaxf(low + m[b->first].half, fminf(mean, high - m[last].half - length));
}

static int make_blocks(const struct member *m, int count, struct block *block, float low, float high)
{
    int n = 0;
    for (int i = 0; i < count; i++) {
        block[n++] = (struct block){.first = i};
        settle(m, &block[n - 1], i, low, high);
        while (n > 1) {
            const struct block *before = &block[n - 2], *own = &block[n - 1];
            if (before->start + m[own->first].offset - m[before->first].offset <= own->start)
                break;
            n--;
            settle(m, &block[n - 1], i, low, high);
        }
    }
    return n;
}

/* Insertion sort: few labels, and equal ones keep their order. */
static void sort(const float *at, int count, struct member *m)
{
    for (int i = 0; i < count; i++) {
        int k = i;
        for (; k > 0 && m[k - 1].want > at[i]; k--)
            m[k] = m[k - 1];
        m[k] = (struct member){.label = i, .want = at[i]};
    }
}

/* `width` NULL: all of none, so that `gap` is from middle to middle. */
static void spread(float *at, const float *width, int count, float gap, float low, float high)
{
    if (count <= 0)
        return;
    struct member *m = calloc((size_t)count, sizeof *m);
    struct block *block = calloc((size_t)count, sizeof *block);
    HY_ASSERT(m && block, "out of memory for the labels of a chart");
    sort(at, count, m);
    for (int i = 0; i < count; i++) {
        m[i].half = width ? width[m[i].label] / 2 : 0;
        m[i].offset = i ? m[i - 1].offset + m[i - 1].half + m[i].half + gap : 0;
    }
    const int blocks = make_blocks(m, count, block, low, high);
    for (int b = 0; b < blocks; b++)
        for (int k = block[b].first; k < (b + 1 < blocks ? block[b + 1].first : count); k++)
            at[m[k].label] = block[b].start + m[k].offset - m[block[b].first].offset;
    free(m);
    free(block);
}

void hy_spread_labels(float *y, int count, float gap, float top, float bottom)
{
    spread(y, NULL, count, gap, top, bottom);
}

void hy_spread_widths(float *x, const float *width, int count, float gap, float left, float right)
{
    spread(x, width, count, gap, left, right);
}
