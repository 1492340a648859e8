#include "datasets/samples.h"

#include <math.h>

#include "datasets/base/memory.h"
#include "datasets/split.h"

const char *hy_part_name(enum hy_part part)
{
    return part == HY_PART_TEST ? "test" : "val";
}

enum hy_part hy_samples_reported(const struct hy_samples *s)
{
    return s->n_test > 0 ? HY_PART_TEST : HY_PART_VAL;
}

const int *hy_samples_of(const struct hy_samples *s, enum hy_part part, int *n)
{
    *n = part == HY_PART_TEST ? s->n_test : s->n_val;
    return part == HY_PART_TEST ? s->test : s->val;
}

static hy_status cut(struct hy_samples *s, int n, const struct hy_split *split)
{
    const int train = hy_split_train(split->train_fraction, n), test = hy_split_test(split->test_fraction, n);
    if (split->test_fraction > 0 && (test == 0 || test >= n - train))
        return hy_fail(HY_BAD_INPUT,
                       "test_fraction %g of %d samples is %d of the %d that do not train; testing and validation need "
                       "at least one each: give a longer text or another fraction",
                       split->test_fraction, n, test, n - train);
    s->n_train = train;
    s->n_val = n - train - test;
    s->n_test = test;
    s->order = hy_new((size_t)n, sizeof *s->order);
    hy_torch_randperm(split->seed, n, s->order);
    s->train = s->order;
    s->val = s->train + s->n_train;
    s->test = s->val + s->n_val;
    return HY_OK;
}

hy_status hy_samples_make(struct hy_samples *s, const int32_t *ids, size_t n_ids, int seq_len, int batch,
                          const struct hy_split *split)
{
    HY_ASSERT(seq_len > 0 && batch > 0, "samples and batches have a length");
    *s = (struct hy_samples){.ids = ids, .n_ids = n_ids, .seq_len = seq_len};
    size_t n = n_ids > 0 ? (n_ids - 1) / (size_t)seq_len : 0;
    if (n >= INT32_MAX / 10)
        return hy_fail(HY_BAD_INPUT, "the corpus gives %zu samples of %d tokens; at most %d are supported", n, seq_len,
                       INT32_MAX / 10 - 1);
    const int train = hy_split_train(split->train_fraction, (int)n);
    if (train < batch)
        return hy_fail(
            HY_BAD_INPUT,
            "the corpus is too short: of its %zu tokens train_fraction %g leaves %d samples of %d tokens for "
            "training, and one batch of %d, with something kept for validation, needs %lld tokens; give a "
            "longer text, a smaller batch or a larger train_fraction",
            n_ids, split->train_fraction, train, seq_len, batch,
            (long long)hy_split_needs(split->train_fraction, batch) * seq_len + 1);
    return cut(s, (int)n, split);
}

hy_status hy_samples_make_labelled(struct hy_samples *s, const int32_t *ids, const int32_t *labels, int n, int seq_len,
                                   int batch, const struct hy_split *split)
{
    HY_ASSERT(seq_len > 0 && batch > 0 && n > 0 && n < INT32_MAX / 10, "samples and batches have a length");
    *s = (struct hy_samples){.ids = ids, .labels = labels, .n_ids = (size_t)n * (size_t)seq_len, .seq_len = seq_len};
    const int train = hy_split_train(split->train_fraction, n);
    if (train < batch)
        return hy_fail(
            HY_BAD_INPUT,
            "train_fraction %g of %d samples leaves %d for training, which is no batch of %d; that needs %lld "
            "samples",
            split->train_fraction, n, train, batch, (long long)hy_split_needs(split->train_fraction, batch));
    return cut(s, n, split);
}

void hy_samples_fini(struct hy_samples *s)
{
    if (!s)
        return;
    free(s->order);
    *s = (struct hy_samples){0};
}

struct hy_coverage hy_samples_coverage(const struct hy_samples *s, enum hy_part part, const struct hy_tokenizer *t,
                                       int count)
{
    struct hy_coverage c = {0};
    int n;
    const int *numbers = hy_samples_of(s, part, &n);
    if (count <= 0 || count > n)
        count = n;
    for (int v = 0; v < count && !s->labels; v++) {
        const int32_t *target = hy_sample_targets(s, numbers[v]);
        for (int i = 0; i < s->seq_len; i++) {
            HY_ASSERT(target[i] >= 0 && target[i] < t->size, "ids of this tokenizer");
            c.bytes += (int64_t)t->tokens[target[i]].raw_bytes;
            c.characters += t->tokens[target[i]].characters;
        }
        c.tokens += s->seq_len;
    }
    return c;
}

double hy_bits_per_char(double nats_per_token, struct hy_coverage c)
{
    return c.characters > 0 ? nats_per_token * (double)c.tokens / (double)c.characters / log(2.0) : (double)NAN;
}
