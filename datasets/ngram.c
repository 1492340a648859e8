#include "datasets/ngram.h"

#include <math.h>

#include "datasets/base/hash.h"
#include "datasets/base/memory.h"

struct counts {
    int V;
    int64_t total;
    int64_t *target; /* [V] */
    int64_t *input;  /* [V] */
    int64_t *kinds;  /* [V] different targets behind an input */
    struct hy_pair_map pairs;
    int64_t *pair; /* by the pair's number */
    size_t pair_capacity;
};

static void count(struct counts *c, const struct hy_samples *s)
{
    for (int k = 0; k < s->n_train; k++) {
        const int32_t *x = hy_sample_inputs(s, s->train[k]), *y = hy_sample_targets(s, s->train[k]);
        for (int i = 0; i < s->seq_len; i++) {
            HY_ASSERT(x[i] >= 0 && x[i] < c->V && y[i] >= 0 && y[i] < c->V, "ids below the vocabulary size");
            bool added;
            uint32_t p = hy_pair_map_put(&c->pairs, hy_pair_key((uint32_t)x[i], (uint32_t)y[i]), &added);
            if (added) {
                c->pair = hy_grow(c->pair, (size_t)p + 1, &c->pair_capacity, sizeof *c->pair);
                c->pair[p] = 0;
                c->kinds[x[i]]++;
            }
            c->pair[p]++;
            c->input[x[i]]++;
            c->target[y[i]]++;
            c->total++;
        }
    }
}

static double unigram(const struct counts *c, int32_t y)
{
    return ((double)c->target[y] + 1.0) / ((double)c->total + c->V);
}

static double bigram(const struct counts *c, int32_t x, int32_t y)
{
    if (c->input[x] == 0)
        return unigram(c, y);
    uint32_t p = hy_pair_map_find(&c->pairs, hy_pair_key((uint32_t)x, (uint32_t)y));
    double seen = c->pair && p != HY_ABSENT ? (double)c->pair[p] : 0.0;
    double kinds = (double)c->kinds[x];
    return (seen + kinds * unigram(c, y)) / ((double)c->input[x] + kinds);
}

struct hy_ngram_loss hy_reference_lines(const struct hy_samples *s, int vocab_size)
{
    size_t V = (size_t)vocab_size;
    struct counts c = {.V = vocab_size};
    c.target = hy_new(V, sizeof *c.target);
    c.input = hy_new(V, sizeof *c.input);
    c.kinds = hy_new(V, sizeof *c.kinds);
    count(&c, s);

    struct hy_ngram_loss r = {.uniform = log((double)vocab_size)};
    double targets = (double)s->n_val * s->seq_len;
    for (int k = 0; k < s->n_val; k++) {
        const int32_t *x = hy_sample_inputs(s, s->val[k]), *y = hy_sample_targets(s, s->val[k]);
        for (int i = 0; i < s->seq_len; i++) {
            HY_ASSERT(x[i] >= 0 && x[i] < c.V && y[i] >= 0 && y[i] < c.V, "ids below the vocabulary size");
            r.unigram -= log(unigram(&c, y[i])) / targets;
            r.bigram -= log(bigram(&c, x[i], y[i])) / targets;
        }
    }
    free(c.target);
    free(c.input);
    free(c.kinds);
    free(c.pair);
    hy_pair_map_fini(&c.pairs);
    return r;
}
