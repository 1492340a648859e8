#include "bench/run/recall.h"

#include <stdlib.h>
#include <string.h>

#include "models/lm.h"

static struct hy_recall_row *row_for(struct hy_record *r, int pairs)
{
    for (int i = 0; i < r->n_recall; i++)
        if (r->recall[i].pairs == pairs)
            return &r->recall[i];
    HY_ASSERT(r->n_recall < HY_RECALL_ROWS, "numbers of pairs double, so they are few");
    r->recall[r->n_recall] = (struct hy_recall_row){.pairs = pairs};
    return &r->recall[r->n_recall++];
}

static int likeliest(const float *logits, int V)
{
    int best = 0;
    for (int i = 1; i < V; i++)
        if (logits[i] > logits[best])
            best = i;
    return best;
}

static int fewer_pairs(const void *x, const void *y)
{
    return ((const struct hy_recall_row *)x)->pairs - ((const struct hy_recall_row *)y)->pairs;
}

hy_status hy_recall_score(const struct hy_config *c, struct hy_weights *w, struct hy_backend backend,
                          const struct hy_material *m, int batch, struct hy_record *r)
{
    const struct hy_samples *s = &m->samples;
    struct hy_lm lm = hy_lm_logits(c, w, batch, c->seq_len, hy_backend_stored(backend));
    const size_t length = (size_t)c->seq_len, V = (size_t)c->vocab, cells = (size_t)batch * length;
    int32_t *ids = malloc(cells * sizeof *ids);
    float *logits = malloc(cells * V * sizeof *logits);
    hy_status status = ids && logits ? hy_program_open(lm.p, backend) : hy_fail(HY_RUN_FAILED, "no memory for logits");
    if (status != HY_OK)
        (void)hy_fail_in(status, c->name);
    r->n_recall = 0;
    int n;
    const int *numbers = hy_samples_of(s, hy_samples_reported(s), &n);
    for (int first = 0; status == HY_OK && first < n; first += batch) {
        const int rows = n - first < batch ? n - first : batch;
        memset(ids, 0, cells * sizeof *ids);
        for (int i = 0; i < rows; i++)
            memcpy(ids + (size_t)i * length, hy_sample_inputs(s, numbers[first + i]), length * sizeof *ids);
        hy_program_put(lm.p, lm.ids, ids);
        hy_program_run(lm.p, NULL);
        status = hy_program_get(lm.p, lm.logits, logits);
        for (int i = 0; status == HY_OK && i < rows; i++) {
            const int32_t *targets = hy_sample_targets(s, numbers[first + i]);
            struct hy_recall_row *row = row_for(r, m->recall.pairs[numbers[first + i]]);
            for (size_t t = 0; t < length; t++) {
                if (targets[t] < 0)
                    continue;
                row->queries++;
                row->correct += likeliest(logits + ((size_t)i * length + t) * V, c->vocab) == targets[t];
            }
        }
    }
    qsort(r->recall, (size_t)r->n_recall, sizeof *r->recall, fewer_pairs);
    free(ids);
    free(logits);
    hy_lm_fini(&lm);
    return status;
}
