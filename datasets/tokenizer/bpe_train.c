/* BPE training, step for step what the BpeTrainer of Hugging Face `tokenizers` does:
 * count words, count the pairs in them, then merge the most frequent pair until the
 * vocabulary is full or the best pair too rare.
 *
 * One thing is less obvious than it looks. A pair's queue entry carries the words it
 * was seen in when the entry was made, and merging touches only these. A pair can be
 * queued again later (when two different merges give the same token), with the words
 * it was newly seen in; its count then still holds what was merged before. Tie-breaking
 * and order depend on it, so it is kept. */
#include "datasets/base/memory.h"
#include "datasets/tokenizer/pretokenize.h"
#include "datasets/tokenizer/tokenizer.h"
#include "datasets/tokenizer/utf8.h"

struct word {
    size_t first;  /* into symbols */
    size_t length; /* shrinks as its pairs merge */
    int64_t count; /* how often the text has it */
};

/* Words a pair was seen in, while its queue entry is being gathered. */
struct places {
    uint32_t *words;
    size_t n, capacity;
};

struct entry {
    int64_t count;   /* when queued; the truth is in pair_count */
    uint32_t number; /* of the pair */
    uint64_t order;  /* of queueing */
    struct places places;
};

struct trainer {
    struct hy_tokenizer *t;
    struct hy_string_map texts; /* distinct words */
    struct word *words;
    size_t word_capacity;
    int32_t *symbols;

    struct hy_pair_map pairs;
    int64_t *pair_count;      /* by pair number */
    struct places *gathering; /* by pair number */
    size_t count_capacity, gathering_capacity;
    uint32_t *touched; /* pairs with something gathered */
    size_t n_touched, touched_capacity;

    struct entry *heap;
    size_t n_heap, heap_capacity;
    uint64_t queued;
};

/* ---- the queue: most frequent first, then the pair of lower ids -------------- */

static bool before(const struct trainer *tr, const struct entry *a, const struct entry *b)
{
    if (a->count != b->count)
        return a->count > b->count;
    if (a->number != b->number)
        return tr->pairs.keys[a->number] < tr->pairs.keys[b->number];
    return a->order < b->order;
}

static void sift_down(struct trainer *tr, struct entry moving)
{
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= tr->n_heap)
            break;
        if (child + 1 < tr->n_heap && before(tr, &tr->heap[child + 1], &tr->heap[child]))
            child++;
        if (!before(tr, &tr->heap[child], &moving))
            break;
        tr->heap[at] = tr->heap[child];
        at = child;
    }
    tr->heap[at] = moving;
}

static void push(struct trainer *tr, struct entry e)
{
    tr->heap = hy_grow(tr->heap, tr->n_heap + 1, &tr->heap_capacity, sizeof *tr->heap);
    size_t at = tr->n_heap++;
    for (; at > 0 && before(tr, &e, &tr->heap[(at - 1) / 2]); at = (at - 1) / 2)
        tr->heap[at] = tr->heap[(at - 1) / 2];
    tr->heap[at] = e;
}

/* ---- counting ---------------------------------------------------------------- */

static void change_pair(struct trainer *tr, int32_t left, int32_t right, int64_t change, uint32_t word)
{
    bool added;
    uint32_t p = hy_pair_map_put(&tr->pairs, hy_pair_key((uint32_t)left, (uint32_t)right), &added);
    if (added) {
        tr->pair_count = hy_grow(tr->pair_count, (size_t)p + 1, &tr->count_capacity, sizeof *tr->pair_count);
        tr->gathering = hy_grow(tr->gathering, (size_t)p + 1, &tr->gathering_capacity, sizeof *tr->gathering);
        tr->pair_count[p] = 0;
        tr->gathering[p] = (struct places){0};
    }
    tr->pair_count[p] += change;
    if (change <= 0)
        return;
    struct places *g = &tr->gathering[p];
    if (g->n > 0 && g->words[g->n - 1] == word) /* words come one after the other: the last is enough to look at */
        return;
    if (g->n == 0) {
        tr->touched = hy_grow(tr->touched, tr->n_touched + 1, &tr->touched_capacity, sizeof *tr->touched);
        tr->touched[tr->n_touched++] = p;
    }
    g->words = hy_grow(g->words, g->n + 1, &g->capacity, sizeof *g->words);
    g->words[g->n++] = word;
}

static void queue_gathered(struct trainer *tr)
{
    for (size_t i = 0; i < tr->n_touched; i++) {
        uint32_t p = tr->touched[i];
        if (tr->pair_count[p] > 0)
            push(tr, (struct entry){tr->pair_count[p], p, tr->queued++, tr->gathering[p]});
        else
            free(tr->gathering[p].words);
        tr->gathering[p] = (struct places){0};
    }
    tr->n_touched = 0;
}

/* ---- the steps ----------------------------------------------------------------- */

static hy_status count_words(struct trainer *tr, const char *text, size_t bytes)
{
    struct hy_pretokenizer p = {.text = text, .bytes = bytes};
    hy_status status;
    const char *at;
    size_t length;
    while ((status = hy_pretokenizer_next(&p, &at, &length)) == HY_OK && length > 0) {
        bool added;
        uint32_t w = hy_string_map_put(&tr->texts, at, length, &added);
        if (added) {
            tr->words = hy_grow(tr->words, (size_t)w + 1, &tr->word_capacity, sizeof *tr->words);
            tr->words[w] = (struct word){.length = length};
        }
        tr->words[w].count++;
    }
    hy_pretokenizer_fini(&p);
    return status;
}

/* Specials first, then the bytes seen, ordered by the character that spells them. */
static void first_tokens(struct hy_tokenizer *t, const char *text, size_t bytes)
{
    static const char *const specials[HY_SPECIALS] = {"<unk>", "<pad>", "<bos>", "<eos>"};
    for (int i = 0; i < HY_SPECIALS; i++) {
        hy_tokenizer_add_token(t, specials[i], strlen(specials[i]), true);
        hy_tokenizer_add_added(t, i, true, false);
    }
    t->unk = HY_ID_UNK;

    bool seen[256] = {false};
    for (size_t i = 0; i < bytes; i++)
        seen[(unsigned char)text[i]] = true;
    for (uint32_t c = 0; c <= 0x143; c++) {
        int byte = hy_byte_of_printable(c);
        char spelled[4];
        if (byte >= 0 && seen[byte])
            hy_tokenizer_add_token(t, spelled, hy_utf8_put(c, spelled), true);
    }
}

static void count_pairs(struct trainer *tr)
{
    size_t total = 0, used = 0;
    for (uint32_t w = 0; w < tr->texts.n; w++)
        total += tr->words[w].length;
    tr->symbols = hy_new(total, sizeof *tr->symbols);
    for (uint32_t w = 0; w < tr->texts.n; w++) {
        struct word *word = &tr->words[w];
        word->first = used;
        for (size_t i = 0; i < word->length; i++)
            tr->symbols[used++] = tr->t->byte_id[(unsigned char)tr->texts.keys[w].at[i]];
        const int32_t *s = tr->symbols + word->first;
        for (size_t i = 0; i + 1 < word->length; i++)
            change_pair(tr, s[i], s[i + 1], word->count, w);
    }
    queue_gathered(tr);
}

static void merge_in_word(struct trainer *tr, uint32_t w, int32_t left, int32_t right, int32_t result)
{
    struct word *word = &tr->words[w];
    int32_t *s = tr->symbols + word->first;
    size_t out = 0;
    for (size_t in = 0; in < word->length; out++) {
        if (s[in] != left || in + 1 == word->length || s[in + 1] != right) {
            s[out] = s[in++];
            continue;
        }
        if (out > 0) {
            change_pair(tr, s[out - 1], left, -word->count, w);
            change_pair(tr, s[out - 1], result, word->count, w);
        }
        in += 2;
        if (in < word->length) {
            change_pair(tr, right, s[in], -word->count, w);
            change_pair(tr, result, s[in], word->count, w);
        }
        s[out] = result;
    }
    word->length = out;
}

/* The id of the two tokens' texts put together, new or already there. */
static int32_t joined_token(struct hy_tokenizer *t, int32_t left, int32_t right)
{
    const struct hy_token *a = &t->tokens[left], *b = &t->tokens[right];
    size_t bytes = a->text_bytes + b->text_bytes;
    char *text = hy_new(bytes + 1, 1);
    memcpy(text, a->text, a->text_bytes);
    memcpy(text + a->text_bytes, b->text, b->text_bytes);
    int32_t id = hy_tokenizer_find(t, text, bytes);
    if (id < 0)
        id = hy_tokenizer_add_token(t, text, bytes, true);
    free(text);
    return id;
}

static void merge_pairs(struct trainer *tr, const struct hy_bpe_options *options)
{
    struct hy_tokenizer *t = tr->t;
    while (t->size < options->vocab_size && tr->n_heap > 0) {
        struct entry top = tr->heap[0];
        int64_t count = tr->pair_count[top.number];
        if (top.count != count) { /* merges since then have changed it: back into its place */
            top.count = count;
            sift_down(tr, top);
            continue;
        }
        if (count < 1 || count < options->min_frequency)
            break;
        tr->n_heap--;
        if (tr->n_heap > 0)
            sift_down(tr, tr->heap[tr->n_heap]);

        uint64_t key = tr->pairs.keys[top.number];
        int32_t left = (int32_t)(key >> 32), right = (int32_t)(key & 0xffffffffu);
        int32_t result = joined_token(t, left, right);
        hy_tokenizer_add_merge(t, left, right, result);
        for (size_t i = 0; i < top.places.n; i++)
            merge_in_word(tr, top.places.words[i], left, right, result);
        free(top.places.words);
        queue_gathered(tr);
    }
}

hy_status hy_tokenizer_train(struct hy_tokenizer *t, const char *text, size_t bytes,
                             const struct hy_bpe_options *options)
{
    struct trainer tr = {.t = t};
    hy_tokenizer_init(t);
    hy_status status = hy_utf8_check(text, bytes, "the text to train the tokenizer on");
    if (status != HY_OK)
        goto out;
    status = count_words(&tr, text, bytes);
    if (status != HY_OK)
        goto out;
    first_tokens(t, text, bytes);
    count_pairs(&tr);
    merge_pairs(&tr, options);
out:
    for (size_t i = 0; i < tr.n_heap; i++)
        free(tr.heap[i].places.words);
    free(tr.heap);
    free(tr.touched);
    free(tr.gathering);
    free(tr.pair_count);
    free(tr.symbols);
    free(tr.words);
    hy_pair_map_fini(&tr.pairs);
    hy_string_map_fini(&tr.texts);
    if (status != HY_OK)
        hy_tokenizer_fini(t);
    return status;
}
