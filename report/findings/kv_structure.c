#include "report/findings/kv_structure.h"

#include <math.h>
#include <string.h>

static enum hy_layer_role role_of(const char *word)
{
    static const char *const words[] = {"none", "global", "producer", "alone", "consumer"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(word, words[i]) == 0)
            return (enum hy_layer_role)i;
    return HY_ROLE_NONE;
}

static void take_row(struct hy_kv_structure *k, const struct hy_csv *t, size_t row)
{
    const double layer = hy_csv_number_of(t, row, "layer"), producer = hy_csv_number_of(t, row, "producer"),
                 bytes = hy_csv_number_of(t, row, "bytes");
    if (!(layer >= 0 && layer < HY_MOST_KV_LAYERS))
        return;
    k->layer[(int)layer] =
        (struct hy_kv_layer_of){.role = role_of(hy_csv_text_of(t, row, "role")),
                                .global = strcmp(hy_csv_text_of(t, row, "attention"), "global") == 0,
                                .producer = producer >= 0 && producer < HY_MOST_KV_LAYERS ? (int)producer : -1,
                                .bytes = bytes > 0 ? bytes : 0};
    if ((size_t)layer + 1 > k->layers)
        k->layers = (size_t)layer + 1;
}

void hy_kv_structure_make(struct hy_kv_structure *k, const struct hy_run_data *d, const char *variant)
{
    const struct hy_csv *t = &d->table[HY_TABLE_KV];
    *k = (struct hy_kv_structure){0};
    for (size_t i = 0; i < HY_MOST_KV_LAYERS; i++)
        k->layer[i].producer = -1;
    for (size_t i = 0; d->have[HY_TABLE_KV] && i < t->rows; i++)
        if (strcmp(hy_csv_text_of(t, i, "variant"), variant) == 0)
            take_row(k, t, i);
    for (size_t i = 0; i < k->layers; i++) {
        const struct hy_kv_layer_of *l = &k->layer[i];
        const bool reads = l->role == HY_ROLE_CONSUMER;
        k->attention += l->role != HY_ROLE_NONE;
        k->caches += l->role != HY_ROLE_NONE && !reads;
        k->bytes += l->bytes;
        k->global_bytes += l->global ? l->bytes : 0;
        k->unshared_bytes += reads && l->producer >= 0 ? k->layer[l->producer].bytes : l->bytes;
    }
}

double hy_kv_plain_bytes(const struct hy_run_data *d, const char *variant)
{
    const struct hy_csv *t = &d->table[HY_TABLE_RESULTS];
    for (size_t i = 0; i < t->rows; i++)
        if (strcmp(hy_csv_text_of(t, i, "Model"), variant) == 0)
            return 1024 * hy_csv_number_of(t, i, "KV cache plain (KiB)");
    return (double)NAN;
}
