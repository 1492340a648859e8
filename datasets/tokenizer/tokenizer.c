#include "datasets/tokenizer/tokenizer.h"

#include "datasets/base/memory.h"
#include "datasets/tokenizer/utf8.h"

void hy_tokenizer_init(struct hy_tokenizer *t)
{
    *t = (struct hy_tokenizer){.unk = -1};
    for (int b = 0; b < 256; b++)
        t->byte_id[b] = -1;
}

void hy_tokenizer_fini(struct hy_tokenizer *t)
{
    if (!t)
        return;
    for (int32_t i = 0; i < t->size; i++) {
        free(t->tokens[i].text);
        free(t->tokens[i].raw);
    }
    free(t->tokens);
    free(t->merges);
    free(t->rank);
    free(t->added);
    hy_string_map_fini(&t->by_text);
    hy_pair_map_fini(&t->by_pair);
    *t = (struct hy_tokenizer){0};
}

/* A text with a character that stands for no byte (an added token, say) is its own bytes, as in `tokenizers`. */
static void spell_out(struct hy_token *k)
{
    k->raw = hy_new(k->text_bytes + 1, 1);
    for (size_t at = 0; at < k->text_bytes;) {
        int byte = hy_byte_of_printable(hy_utf8_next(k->text, &at));
        if (byte < 0) {
            memcpy(k->raw, k->text, k->text_bytes);
            k->raw_bytes = k->text_bytes;
            break;
        }
        k->raw[k->raw_bytes++] = (char)byte;
    }
    k->raw[k->raw_bytes] = '\0';
    k->characters = (int)hy_utf8_count(k->raw, k->raw_bytes);
}

int32_t hy_tokenizer_add_token(struct hy_tokenizer *t, const char *text, size_t bytes, bool in_model)
{
    bool added;
    int32_t id = t->size;
    t->tokens = hy_grow(t->tokens, (size_t)id + 1, &t->token_capacity, sizeof *t->tokens);
    struct hy_token *k = &t->tokens[id];
    *k = (struct hy_token){.text = hy_copy_text(text, bytes), .text_bytes = bytes, .in_model = in_model};
    spell_out(k);
    (void)hy_string_map_put(&t->by_text, k->text, bytes, &added);
    HY_ASSERT(added, "a token text has one id");
    t->size++;
    size_t at = 0;
    if (in_model && bytes > 0) {
        int byte = hy_byte_of_printable(hy_utf8_next(k->text, &at));
        if (byte >= 0 && at == bytes)
            t->byte_id[byte] = id;
    }
    return id;
}

int32_t hy_tokenizer_find(const struct hy_tokenizer *t, const char *text, size_t bytes)
{
    uint32_t number = hy_string_map_find(&t->by_text, text, bytes);
    return number == HY_ABSENT ? -1 : (int32_t)number;
}

void hy_tokenizer_add_merge(struct hy_tokenizer *t, int32_t left, int32_t right, int32_t result)
{
    t->merges = hy_grow(t->merges, (size_t)t->n_merges + 1, &t->merge_capacity, sizeof *t->merges);
    t->merges[t->n_merges] = (struct hy_merge){left, right, result};
    uint32_t number = hy_pair_map_put(&t->by_pair, hy_pair_key((uint32_t)left, (uint32_t)right), NULL);
    t->rank = hy_grow(t->rank, (size_t)number + 1, &t->rank_capacity, sizeof *t->rank);
    t->rank[number] = t->n_merges++;
}

void hy_tokenizer_add_added(struct hy_tokenizer *t, int32_t id, bool special, bool normalized)
{
    t->added = hy_grow(t->added, (size_t)t->n_added + 1, &t->added_capacity, sizeof *t->added);
    t->added[t->n_added++] = (struct hy_added_token){id, special, normalized};
    t->tokens[id].special |= special;
}

hy_status hy_tokenizer_decode(const struct hy_tokenizer *t, const int32_t *ids, size_t n, bool skip_special,
                              char **text, size_t *bytes)
{
    size_t total = 0;
    *text = NULL;
    *bytes = 0;
    for (size_t i = 0; i < n; i++) {
        if (ids[i] < 0 || ids[i] >= t->size)
            return hy_fail(HY_BAD_INPUT, "id %d at place %zu is outside this tokenizer's vocabulary of %d", (int)ids[i],
                           i, (int)t->size);
        total += t->tokens[ids[i]].raw_bytes;
    }
    char *out = hy_new(total + 1, 1);
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        const struct hy_token *k = &t->tokens[ids[i]];
        if (skip_special && k->special)
            continue;
        memcpy(out + used, k->raw, k->raw_bytes);
        used += k->raw_bytes;
    }
    out[used] = '\0';
    *text = out;
    *bytes = used;
    return HY_OK;
}
