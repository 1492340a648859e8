#include "datasets/mqar.h"

#include <stdio.h>

#include "datasets/base/memory.h"
#include "kernels/base/rng.h"

int hy_mqar_values(int vocab)
{
    return (vocab - 1) / 2;
}

static int below(struct hy_stream *s, int n)
{
    return (int)(hy_stream_uniform(s) * n);
}

/* The first `count` of n numbers in random order; `order` (n) is left permuted. */
static void draw(struct hy_stream *s, int *order, int n, int count)
{
    for (int i = 0; i < n; i++)
        order[i] = i;
    for (int i = 0; i < count; i++) {
        int j = i + below(s, n - i), kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
}

/* One sample: ids and targets (seq_len), zeros and -1 before. work: as many ints as there are keys or places. */
static void write_sample(const struct hy_mqar_options *o, int sample, int pairs, int32_t *ids, int32_t *targets,
                         int *keys, int *places)
{
    const int n = hy_mqar_values(o->vocab);
    char name[32];
    snprintf(name, sizeof name, "mqar %d", sample);
    struct hy_stream stream = hy_stream_open(o->seed, name);
    draw(&stream, keys, n, pairs);
    draw(&stream, places, o->seq_len - 2 * pairs, pairs);
    for (int i = 0; i < o->seq_len; i++) {
        ids[i] = 0;
        targets[i] = -1;
    }
    for (int i = 0; i < pairs; i++) {
        int32_t key = 1 + keys[i], value = 1 + n + below(&stream, n);
        int place = 2 * pairs + places[i];
        ids[2 * i] = ids[place] = key;
        ids[2 * i + 1] = targets[place] = value;
    }
}

hy_status hy_mqar_make(struct hy_mqar *m, const struct hy_mqar_options *o)
{
    *m = (struct hy_mqar){0};
    if (o->samples < 1 || o->least_pairs < 1 || o->most_pairs < o->least_pairs)
        return hy_fail(HY_BAD_INPUT,
                       "a recall task needs samples, least_pairs and most_pairs in its corpus block, and least_pairs "
                       "not above most_pairs");
    if (o->most_pairs > o->seq_len / 3)
        return hy_fail(HY_BAD_INPUT, "%d pairs and their queries take %d places, a sample has %d; fewer most_pairs",
                       o->most_pairs, 3 * o->most_pairs, o->seq_len);
    if (o->most_pairs > hy_mqar_values(o->vocab))
        return hy_fail(HY_BAD_INPUT, "a vocabulary of %d has %d keys, too few for %d pairs", o->vocab,
                       hy_mqar_values(o->vocab), o->most_pairs);
    const size_t length = (size_t)o->seq_len;
    int *keys = hy_new((size_t)o->vocab, sizeof *keys), *places = hy_new(length, sizeof *places);
    m->ids = hy_new((size_t)o->samples * length, sizeof *m->ids);
    m->targets = hy_new((size_t)o->samples * length, sizeof *m->targets);
    m->pairs = hy_new((size_t)o->samples, sizeof *m->pairs);
    for (int i = 0, pairs = o->least_pairs; i < o->samples; i++) {
        m->pairs[i] = pairs;
        write_sample(o, i, pairs, m->ids + (size_t)i * length, m->targets + (size_t)i * length, keys, places);
        pairs = 2 * pairs > o->most_pairs ? o->least_pairs : 2 * pairs;
    }
    free(keys);
    free(places);
    return HY_OK;
}

void hy_mqar_fini(struct hy_mqar *m)
{
    if (!m)
        return;
    free(m->ids);
    free(m->targets);
    free(m->pairs);
    *m = (struct hy_mqar){0};
}
