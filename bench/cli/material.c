#include "bench/cli/material.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "datasets/tokenizer/utf8.h"
#include "kernels/base/file.h"

static void hash_ids(struct hy_material *m, const int32_t *ids)
{
    unsigned char *u16 = malloc(2 * m->n_ids + 1);
    HY_ASSERT(u16, "out of memory for two bytes a token");
    for (size_t i = 0; i < m->n_ids; i++) {
        u16[2 * i] = (unsigned char)(ids[i] & 0xff);
        u16[2 * i + 1] = (unsigned char)(ids[i] >> 8);
    }
    hy_sha256_hex(u16, 2 * m->n_ids, m->data_sha256);
    free(u16);
}

/* Samples of the recall task: no text, no tokenizer, and chance as the only line to compare with. */
static hy_status make_recall(struct hy_material *m, const struct hy_study *s)
{
    const int seq_len = s->variants[0].seq_len;
    const struct hy_split split = {s->train_fraction, (int64_t)s->split_seed, s->test_fraction};
    const struct hy_mqar_options o = {.samples = s->recall_samples,
                                      .seq_len = seq_len,
                                      .vocab = s->vocab,
                                      .least_pairs = s->least_pairs,
                                      .most_pairs = s->most_pairs,
                                      .seed = s->split_seed};
    hy_status status = hy_mqar_make(&m->recall, &o);
    if (status == HY_OK)
        status = hy_samples_make_labelled(&m->samples, m->recall.ids, m->recall.targets, o.samples, seq_len,
                                          s->training.batch, &split);
    if (status != HY_OK)
        return hy_fail_in(status, "the corpus");
    m->corpus.name = hy_format("mqar");
    m->corpus.path = hy_format("%s", "");
    m->corpus.synthetic = true;
    m->n_ids = m->samples.n_ids;
    m->corpus.bytes = m->n_ids * sizeof(int32_t);
    hash_ids(m, m->recall.ids);
    snprintf(m->corpus.sha256, sizeof m->corpus.sha256, "%s", m->data_sha256);
    m->reference = (struct hy_ngram_loss){log(hy_mqar_values(s->vocab)), NAN, NAN};
    return HY_OK;
}

hy_status hy_material_make(struct hy_material *m, const struct hy_study *s, const char *data)
{
    const struct hy_split split = {s->train_fraction, (int64_t)s->split_seed, s->test_fraction};
    hy_status status = HY_OK;
    if (s->corpus == HY_CORPUS_MQAR) {
        status = make_recall(m, s);
        goto out;
    }
    status = hy_corpus_load(&m->corpus, data);
    if (status != HY_OK)
        goto out;
    size_t bytes = s->chars > 0 ? hy_utf8_prefix(m->corpus.text, m->corpus.bytes, s->chars) : m->corpus.bytes;
    struct hy_bpe_options bpe = {.vocab_size = s->vocab, .min_frequency = s->min_frequency};
    status = hy_tokenizer_train(&m->tokenizer, m->corpus.text, bytes, &bpe);
    if (status == HY_OK)
        status = hy_tokenizer_encode(&m->tokenizer, m->corpus.text, bytes, &m->ids, &m->n_ids);
    if (status == HY_OK)
        status = hy_samples_make(&m->samples, m->ids, m->n_ids, s->variants[0].seq_len, s->training.batch, &split);
    if (status != HY_OK) {
        hy_fail_in(status, m->corpus.path[0] ? m->corpus.path : "the corpus");
        goto out;
    }
    hash_ids(m, m->ids);
    m->reference = hy_reference_lines(&m->samples, s->vocab);
    m->coverage = hy_samples_coverage(&m->samples, HY_PART_VAL, &m->tokenizer, 0);
out:
    if (status != HY_OK)
        hy_material_fini(m);
    return status;
}

void hy_material_fini(struct hy_material *m)
{
    if (!m)
        return;
    hy_samples_fini(&m->samples);
    free(m->ids);
    hy_mqar_fini(&m->recall);
    hy_tokenizer_fini(&m->tokenizer);
    hy_corpus_fini(&m->corpus);
    *m = (struct hy_material){0};
}
