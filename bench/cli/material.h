/* What a study trains on: the text, its tokenizer, the ids, the samples, and the
 * lines that counting words reaches on them. */
#ifndef HY_BENCH_CLI_MATERIAL_H
#define HY_BENCH_CLI_MATERIAL_H

#include "datasets/batches.h"
#include "datasets/corpus.h"
#include "datasets/mqar.h"
#include "datasets/ngram.h"
#include "datasets/samples.h"
#include "datasets/tokenizer/tokenizer.h"
#include "models/config/study.h"

struct hy_material {
    struct hy_corpus corpus;
    struct hy_tokenizer tokenizer;
    int32_t *ids; /* NULL where the samples are synthetic: they are in `recall` */
    size_t n_ids;
    struct hy_samples samples;
    struct hy_ngram_loss reference; /* nats per token on all validation samples */
    struct hy_coverage coverage;    /* what all validation targets stand for */
    char data_sha256[65];           /* of all ids as little-endian u16 */
    struct hy_mqar recall;          /* zeroed where the study trains on text; else there is no tokenizer */
};

/* Loads the corpus (`data`: the --data option or NULL), trains the tokenizer,
 * encodes, cuts and splits. HY_BAD_INPUT as the parts say. Zero *m before. */
hy_status hy_material_make(struct hy_material *m, const struct hy_study *s, const char *data);
void hy_material_fini(struct hy_material *m); /* NULL and zeroed are fine */

#endif
