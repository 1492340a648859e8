#include "bench/run/feed.h"

#include <stdlib.h>

/* What is left of the epoch that the next step belongs to. */
static hy_status queue_epoch(struct hy_batches *b, struct hy_trainer *t)
{
    const int n = b->per_epoch - (int)(t->step % b->per_epoch);
    const size_t cells = (size_t)b->batch * (size_t)t->config.seq_len;
    int32_t *ids = malloc(2 * (size_t)n * cells * sizeof *ids), *targets = ids + (size_t)n * cells;
    HY_ASSERT(ids, "out of memory for the ids of an epoch");
    for (int i = 0; i < n; i++)
        hy_batches_train(b, t->step + i, ids + (size_t)i * cells, targets + (size_t)i * cells);
    hy_status status = hy_trainer_queue(t, ids, targets, n);
    free(ids);
    return status;
}

hy_status hy_feed(struct hy_batches *b, struct hy_trainer *t)
{
    if (hy_on_device(t->backend))
        return hy_trainer_queued(t) > 0 ? HY_OK : queue_epoch(b, t);
    hy_batches_train(b, t->step, hy_trainer_ids(t), hy_trainer_targets(t));
    return HY_OK;
}
