/* Encoding: added tokens out of the raw text, the rest cut into words, in each word the
 * pair of lowest rank merged until none merges. Words repeat, so their ids are kept. */
#include "datasets/base/memory.h"
#include "datasets/tokenizer/pretokenize.h"
#include "datasets/tokenizer/tokenizer.h"
#include "datasets/tokenizer/utf8.h"

/* Longer words hardly repeat; a bound on the words kept bounds the memory. */
enum { LONGEST_KEPT = 256, MOST_KEPT = 1 << 18 };

/* One symbol of the word being merged: a doubly linked list in an array. */
struct symbol {
    int32_t id;
    int32_t before, after; /* -1: none */
    bool gone;             /* swallowed by the one before */
};

/* A merge that was possible when it was queued; leftmost of the lowest rank comes first. */
struct candidate {
    int32_t rank, at;
};

struct ids {
    int32_t *at;
    size_t n, capacity;
};

struct encoder {
    const struct hy_tokenizer *t;
    struct hy_pretokenizer cutter;
    struct ids out;

    struct hy_string_map kept; /* word -> number */
    struct span {
        size_t first, n;
    } * spans; /* its ids, in kept_ids */
    size_t span_capacity;
    struct ids kept_ids;

    struct symbol *symbols;
    size_t symbol_capacity;
    struct candidate *heap;
    size_t n_heap, heap_capacity;
};

static void append(struct ids *ids, const int32_t *at, size_t n)
{
    ids->at = hy_grow(ids->at, ids->n + n, &ids->capacity, sizeof *ids->at);
    if (n > 0)
        memcpy(ids->at + ids->n, at, n * sizeof *at);
    ids->n += n;
}

/* ---- merging one word -------------------------------------------------------- */

static bool before(struct candidate a, struct candidate b)
{
    return a.rank != b.rank ? a.rank < b.rank : a.at < b.at;
}

static void consider(struct encoder *e, int32_t at)
{
    const struct symbol *s = &e->symbols[at];
    int32_t rank = s->after < 0 ? -1 : hy_tokenizer_rank(e->t, s->id, e->symbols[s->after].id);
    if (rank < 0)
        return;
    struct candidate c = {rank, at};
    e->heap = hy_grow(e->heap, e->n_heap + 1, &e->heap_capacity, sizeof *e->heap);
    size_t i = e->n_heap++;
    for (; i > 0 && before(c, e->heap[(i - 1) / 2]); i = (i - 1) / 2)
        e->heap[i] = e->heap[(i - 1) / 2];
    e->heap[i] = c;
}

static struct candidate pop(struct encoder *e)
{
    struct candidate top = e->heap[0], moving = e->heap[--e->n_heap];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= e->n_heap)
            break;
        if (child + 1 < e->n_heap && before(e->heap[child + 1], e->heap[child]))
            child++;
        if (!before(e->heap[child], moving))
            break;
        e->heap[i] = e->heap[child];
        i = child;
    }
    e->heap[i] = moving;
    return top;
}

/* One symbol per byte; a byte without a token becomes unk, or nothing. */
static size_t spell(struct encoder *e, const char *word, size_t bytes)
{
    const struct hy_tokenizer *t = e->t;
    size_t n = 0;
    bool unknown = false;
    e->symbols = hy_grow(e->symbols, bytes, &e->symbol_capacity, sizeof *e->symbols);
    for (size_t i = 0; i < bytes; i++) {
        int32_t id = t->byte_id[(unsigned char)word[i]];
        bool fused = id < 0 && unknown && t->fuse_unk;
        unknown = id < 0;
        if (unknown)
            id = t->unk;
        if (id < 0 || fused)
            continue;
        e->symbols[n] = (struct symbol){.id = id, .before = (int32_t)n - 1, .after = (int32_t)n + 1};
        n++;
    }
    if (n > 0)
        e->symbols[n - 1].after = -1;
    return n;
}

static void merge_word(struct encoder *e, const char *word, size_t bytes)
{
    size_t n = spell(e, word, bytes);
    for (size_t i = 0; i + 1 < n; i++)
        consider(e, (int32_t)i);
    while (e->n_heap > 0) {
        struct candidate c = pop(e);
        struct symbol *s = &e->symbols[c.at];
        if (s->gone || s->after < 0)
            continue;
        struct symbol *right = &e->symbols[s->after];
        const struct hy_merge *m = &e->t->merges[c.rank];
        if (m->left != s->id || m->right != right->id) /* one of them has grown since */
            continue;
        s->id = m->result;
        right->gone = true;
        s->after = right->after;
        if (s->after >= 0)
            e->symbols[s->after].before = c.at;
        if (s->before >= 0)
            consider(e, s->before);
        consider(e, c.at);
    }
    for (size_t i = 0; i < n; i++)
        if (!e->symbols[i].gone)
            append(&e->out, &e->symbols[i].id, 1);
}

/* With ignore_merges a whole word that is a token needs no merging. */
static int32_t whole_word(const struct encoder *e, const char *word, size_t bytes)
{
    if (!e->t->ignore_merges)
        return -1;
    char *text = hy_new(2 * bytes + 4, 1);
    size_t used = 0;
    for (size_t i = 0; i < bytes; i++)
        used += hy_utf8_put(hy_printable_of_byte((unsigned char)word[i]), text + used);
    int32_t id = hy_tokenizer_find(e->t, text, used);
    free(text);
    return id >= 0 && e->t->tokens[id].in_model ? id : -1;
}

static hy_status encode_word(struct encoder *e, const char *word, size_t bytes)
{
    if (bytes > INT32_MAX)
        return hy_fail(HY_BAD_INPUT, "the text has a word of %zu bytes; words of 2 GiB and more are not encoded",
                       bytes);
    bool keep = bytes <= LONGEST_KEPT;
    if (keep) {
        uint32_t number = hy_string_map_find(&e->kept, word, bytes);
        if (number != HY_ABSENT) {
            struct span span = e->spans[number];
            append(&e->out, e->kept_ids.at + span.first, span.n);
            return HY_OK;
        }
    }
    size_t first = e->out.n;
    int32_t id = whole_word(e, word, bytes);
    if (id >= 0)
        append(&e->out, &id, 1);
    else
        merge_word(e, word, bytes);
    if (keep && e->kept.n < MOST_KEPT) {
        size_t number = hy_string_map_put(&e->kept, word, bytes, NULL);
        e->spans = hy_grow(e->spans, number + 1, &e->span_capacity, sizeof *e->spans);
        e->spans[number] = (struct span){e->kept_ids.n, e->out.n - first};
        append(&e->kept_ids, e->out.at + first, e->out.n - first);
    }
    return HY_OK;
}

/* ---- cutting the text ---------------------------------------------------------- */

static hy_status encode_words(struct encoder *e, const char *text, size_t bytes)
{
    const char *word;
    size_t length;
    hy_status status;
    e->cutter.text = text;
    e->cutter.bytes = bytes;
    e->cutter.at = 0;
    while ((status = hy_pretokenizer_next(&e->cutter, &word, &length)) == HY_OK && length > 0)
        if ((status = encode_word(e, word, length)) != HY_OK)
            break;
    return status;
}

/* The longest added token of this pass at the start of the text, or -1. */
static int32_t added_token_at(const struct hy_tokenizer *t, bool normalized, const char *text, size_t bytes)
{
    int32_t best = -1;
    for (int32_t i = 0; i < t->n_added; i++) {
        const struct hy_token *k = &t->tokens[t->added[i].id];
        if (t->added[i].normalized == normalized && k->text_bytes <= bytes &&
            memcmp(k->text, text, k->text_bytes) == 0 && (best < 0 || k->text_bytes > t->tokens[best].text_bytes))
            best = t->added[i].id;
    }
    return best;
}

/* Two passes, as `tokenizers` does: tokens that match the raw text, then those that would match
 * the normalised text (the same, as there is no normaliser) in what is left between them. */
static hy_status encode_pass(struct encoder *e, int pass, const char *text, size_t bytes)
{
    if (pass == 2)
        return encode_words(e, text, bytes);
    bool normalized = pass == 1;
    bool starts[256] = {false};
    for (int32_t i = 0; i < e->t->n_added; i++)
        if (e->t->added[i].normalized == normalized)
            starts[(unsigned char)e->t->tokens[e->t->added[i].id].text[0]] = true;

    size_t from = 0;
    for (size_t at = 0; at < bytes;) {
        int32_t id = starts[(unsigned char)text[at]] ? added_token_at(e->t, normalized, text + at, bytes - at) : -1;
        if (id < 0) {
            at++;
            continue;
        }
        hy_status status = encode_pass(e, pass + 1, text + from, at - from);
        if (status != HY_OK)
            return status;
        append(&e->out, &id, 1);
        at += e->t->tokens[id].text_bytes;
        from = at;
    }
    return encode_pass(e, pass + 1, text + from, bytes - from);
}

hy_status hy_tokenizer_encode(const struct hy_tokenizer *t, const char *text, size_t bytes, int32_t **ids, size_t *n)
{
    struct encoder e = {.t = t};
    *ids = NULL;
    *n = 0;
    hy_status status = hy_utf8_check(text, bytes, "the text to encode");
    if (status == HY_OK)
        status = encode_pass(&e, 0, text, bytes);
    if (status == HY_OK) {
        append(&e.out, NULL, 0);
        *n = e.out.n;
        *ids = hy_grow(e.out.at, e.out.n + 1, &e.out.capacity, sizeof *e.out.at); /* never NULL */
        e.out.at = NULL;
    }
    free(e.out.at);
    free(e.kept_ids.at);
    free(e.spans);
    free(e.symbols);
    free(e.heap);
    hy_string_map_fini(&e.kept);
    hy_pretokenizer_fini(&e.cutter);
    return status;
}

/* Bytes of the text's beginning that an unk in front stands for. */
static size_t unknown_bytes(const struct hy_tokenizer *t, const char *text, size_t bytes)
{
    size_t n = 1;
    while (t->fuse_unk && n < bytes && t->byte_id[(unsigned char)text[n]] < 0)
        n++;
    return n;
}

int64_t hy_tokenizer_predicted(const struct hy_tokenizer *t, const char *text, size_t bytes, const int32_t *ids,
                               size_t n)
{
    if (t->unk < 0) { /* bytes without a token are dropped: nobody predicts them */
        int64_t characters = 0;
        for (size_t i = 1; i < n; i++)
            characters += t->tokens[ids[i]].characters;
        return characters;
    }
    const bool unknown = ids[0] == t->unk && t->byte_id[(unsigned char)text[0]] < 0;
    size_t first = unknown ? unknown_bytes(t, text, bytes) : t->tokens[ids[0]].raw_bytes;
    /* a character ends before the byte that begins the next one */
    int64_t ended = 0;
    for (size_t i = 1; i <= first && i <= bytes; i++)
        ended += i == bytes || ((unsigned char)text[i] & 0xc0) != 0x80;
    return (int64_t)hy_utf8_count(text, bytes) - ended;
}
