/* tokenizer.json, the format of Hugging Face `tokenizers`: reading and writing. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/base/memory.h"
#include "datasets/tokenizer/tokenizer.h"
#include "kernels/base/file.h"

/* A vocabulary beyond this is a broken file, not a tokenizer. */
enum { LARGEST_VOCABULARY = 4 * 1024 * 1024 };

/* ---- reading ------------------------------------------------------------------- */

struct reader {
    struct hy_tokenizer *t;
    const char *name; /* for messages */
    const json_t *model;
};

static bool absent(const json_t *value)
{
    return !value || json_is_null(value);
}

/* Parts that would change the ids and that this program does not have must be off. */
static hy_status refuse_others(const struct reader *r, const json_t *root)
{
    static const char *const none[] = {"normalizer", "truncation", "padding"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (!absent(json_object_get(root, none[i])))
            return hy_fail(HY_BAD_INPUT, "'%s' has a %s, which is not supported here: set it to null", r->name,
                           none[i]);

    static const char *const parts[] = {"pre_tokenizer", "post_processor", "decoder"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const json_t *part = json_object_get(root, parts[i]);
        const char *type = json_string_value(json_object_get(part, "type"));
        if (absent(part) && i > 0)
            continue;
        if (!type || strcmp(type, "ByteLevel") != 0)
            return hy_fail(HY_BAD_INPUT, "'%s' has the %s '%.40s'; only ByteLevel is supported", r->name, parts[i],
                           type ? type : "(none)");
    }
    const json_t *cut = json_object_get(root, "pre_tokenizer");
    if (!json_is_false(json_object_get(cut, "add_prefix_space")))
        return hy_fail(HY_BAD_INPUT, "'%s' puts a space before the text (add_prefix_space), which is not supported",
                       r->name);
    if (json_is_false(json_object_get(cut, "use_regex")))
        return hy_fail(HY_BAD_INPUT, "'%s' cuts no words (use_regex is false), which is not supported", r->name);

    const json_t *dropout = json_object_get(r->model, "dropout");
    if (!absent(dropout) && !(json_is_number(dropout) && json_number_value(dropout) == 0.0))
        return hy_fail(HY_BAD_INPUT, "'%s' drops merges at random (dropout), which is not supported", r->name);
    if (json_is_true(json_object_get(r->model, "byte_fallback")))
        return hy_fail(HY_BAD_INPUT, "'%s' has byte_fallback, which byte-level BPE does not need", r->name);
    static const char *const affixes[] = {"continuing_subword_prefix", "end_of_word_suffix"};
    for (size_t i = 0; i < 2; i++) {
        const json_t *affix = json_object_get(r->model, affixes[i]);
        if (!absent(affix) && json_string_length(affix) > 0)
            return hy_fail(HY_BAD_INPUT, "'%s' has a %s, which is not supported", r->name, affixes[i]);
    }
    return HY_OK;
}

/* A token on its way to its place: ids may come in any order. */
struct slot {
    const char *text;
    bool in_model;
};

static hy_status place(const struct reader *r, struct slot *slots, int64_t total, const char *text, const json_t *id,
                       bool in_model)
{
    json_int_t at = json_is_integer(id) ? json_integer_value(id) : -1;
    if (at < 0 || at >= total)
        return hy_fail(HY_BAD_INPUT,
                       "'%s': token '%.60s' has the id %lld; %lld tokens must have the ids 0 to %lld without holes",
                       r->name, text, (long long)at, (long long)total, (long long)total - 1);
    if (slots[at].text)
        return hy_fail(HY_BAD_INPUT, "'%s': tokens '%.60s' and '%.60s' both have the id %lld", r->name, slots[at].text,
                       text, (long long)at);
    slots[at] = (struct slot){text, in_model};
    return HY_OK;
}

/* The vocabulary and those added tokens that are not in it, in the order of ids. */
static hy_status read_tokens(struct reader *r, json_t *vocab, const json_t *added)
{
    struct slot *slots = NULL;
    struct hy_string_map contents = {0};
    hy_status status = HY_OK;
    size_t i;
    json_t *id, *entry;
    const char *text;
    int64_t total = (int64_t)json_object_size(vocab);
    json_array_foreach(added, i, entry)
    {
        text = json_string_value(json_object_get(entry, "content"));
        if (!text || !*text) {
            status = hy_fail(HY_BAD_INPUT, "'%s': added token %zu has no content", r->name, i);
            goto out;
        }
        bool first;
        hy_string_map_put(&contents, text, strlen(text), &first);
        if (!first) {
            status = hy_fail(HY_BAD_INPUT, "'%s': added token '%.60s' is there twice", r->name, text);
            goto out;
        }
        total += json_object_get(vocab, text) == NULL;
    }
    if (total > LARGEST_VOCABULARY) {
        status = hy_fail(HY_BAD_INPUT, "'%s' has %lld tokens; at most %d are supported", r->name, (long long)total,
                         LARGEST_VOCABULARY);
        goto out;
    }
    slots = hy_new((size_t)total, sizeof *slots);
    json_object_foreach(vocab, text, id)
    {
        status = place(r, slots, total, text, id, true);
        if (status != HY_OK)
            goto out;
    }
    json_array_foreach(added, i, entry)
    {
        text = json_string_value(json_object_get(entry, "content"));
        id = json_object_get(entry, "id");
        const json_t *known = json_object_get(vocab, text);
        if (!known)
            status = place(r, slots, total, text, id, false);
        else if (!json_equal(known, id))
            status =
                hy_fail(HY_BAD_INPUT, "'%s': added token '%.60s' has another id than in the vocabulary", r->name, text);
        if (status != HY_OK)
            goto out;
    }
    for (int64_t k = 0; k < total; k++) {
        HY_ASSERT(slots[k].text != NULL, "as many different ids below `total` as tokens leave no hole");
        hy_tokenizer_add_token(r->t, slots[k].text, strlen(slots[k].text), slots[k].in_model);
    }
out:
    hy_string_map_fini(&contents);
    free(slots);
    return status;
}

static hy_status read_added(struct reader *r, const json_t *added)
{
    size_t i;
    json_t *entry;
    json_array_foreach(added, i, entry)
    {
        const char *text = json_string_value(json_object_get(entry, "content"));
        static const char *const flags[] = {"single_word", "lstrip", "rstrip"};
        for (size_t f = 0; f < sizeof flags / sizeof *flags; f++)
            if (json_is_true(json_object_get(entry, flags[f])))
                return hy_fail(HY_BAD_INPUT, "'%s': added token '%.60s' has %s, which is not supported", r->name, text,
                               flags[f]);
        int32_t id = hy_tokenizer_find(r->t, text, strlen(text));
        hy_tokenizer_add_added(r->t, id, json_is_true(json_object_get(entry, "special")),
                               json_is_true(json_object_get(entry, "normalized")));
    }
    return HY_OK;
}

/* ["a", "b"], or "a b" as older files have it. */
static bool split_merge(const json_t *merge, const char **left, size_t *left_bytes, const char **right,
                        size_t *right_bytes)
{
    if (json_is_array(merge) && json_array_size(merge) == 2) {
        *left = json_string_value(json_array_get(merge, 0));
        *right = json_string_value(json_array_get(merge, 1));
        *left_bytes = json_string_length(json_array_get(merge, 0));
        *right_bytes = json_string_length(json_array_get(merge, 1));
        return *left && *right;
    }
    const char *both = json_string_value(merge);
    const char *space = both ? strchr(both, ' ') : NULL;
    if (!space || strchr(space + 1, ' '))
        return false;
    *left = both;
    *left_bytes = (size_t)(space - both);
    *right = space + 1;
    *right_bytes = strlen(*right);
    return true;
}

static hy_status read_merges(struct reader *r, const json_t *merges)
{
    size_t i;
    json_t *merge;
    struct hy_tokenizer *t = r->t;
    json_array_foreach(merges, i, merge)
    {
        const char *left, *right, *comment = json_string_value(merge);
        size_t left_bytes, right_bytes;
        if (comment && strncmp(comment, "#version", 8) == 0)
            continue;
        if (!split_merge(merge, &left, &left_bytes, &right, &right_bytes))
            return hy_fail(HY_BAD_INPUT, "'%s': merge %zu is neither a pair of strings nor \"a b\"", r->name, i);
        char *joined = hy_format("%.*s%.*s", (int)left_bytes, left, (int)right_bytes, right);
        int32_t a = hy_tokenizer_find(t, left, left_bytes), b = hy_tokenizer_find(t, right, right_bytes);
        int32_t c = hy_tokenizer_find(t, joined, left_bytes + right_bytes);
        free(joined);
        if (a < 0 || b < 0 || c < 0 || !t->tokens[a].in_model || !t->tokens[b].in_model || !t->tokens[c].in_model)
            return hy_fail(HY_BAD_INPUT, "'%s': merge %zu ('%.*s' + '%.*s') has a token that the vocabulary lacks",
                           r->name, i, (int)(left_bytes < 60 ? left_bytes : 60), left,
                           (int)(right_bytes < 60 ? right_bytes : 60), right);
        hy_tokenizer_add_merge(t, a, b, c);
    }
    return HY_OK;
}

static hy_status read_model(struct reader *r)
{
    const json_t *unk = json_object_get(r->model, "unk_token");
    r->t->fuse_unk = json_is_true(json_object_get(r->model, "fuse_unk"));
    r->t->ignore_merges = json_is_true(json_object_get(r->model, "ignore_merges"));
    if (absent(unk))
        return HY_OK;
    const char *text = json_is_string(unk) ? json_string_value(unk) : "";
    r->t->unk = hy_tokenizer_find(r->t, text, strlen(text));
    if (r->t->unk < 0 || !r->t->tokens[r->t->unk].in_model)
        return hy_fail(HY_BAD_INPUT, "'%s': the unk_token '%.60s' is not in the vocabulary", r->name, text);
    return HY_OK;
}

hy_status hy_tokenizer_parse(struct hy_tokenizer *t, const char *json, size_t bytes, const char *name)
{
    hy_status status = HY_OK;
    json_error_t error;
    hy_tokenizer_init(t);
    json_t *root = json_loadb(json, bytes, JSON_REJECT_DUPLICATES, &error);
    if (!root) {
        status = hy_fail(HY_BAD_INPUT, "'%s' is no valid tokenizer.json: line %d: %s", name, error.line, error.text);
        goto out;
    }
    struct reader r = {.t = t, .name = name, .model = json_object_get(root, "model")};
    json_t *vocab = json_object_get(r.model, "vocab"), *merges = json_object_get(r.model, "merges");
    json_t *added = json_object_get(root, "added_tokens");
    /* files older than the key have no type; vocab and merges are what BPE has and the other models have not */
    const json_t *type = json_object_get(r.model, "type");
    const bool bpe = !type || (json_is_string(type) && strcmp(json_string_value(type), "BPE") == 0);
    if (!bpe || !json_is_object(vocab) || !json_is_array(merges) || !(absent(added) || json_is_array(added))) {
        status =
            hy_fail(HY_BAD_INPUT, "'%s' is no BPE tokenizer: it needs a model of type BPE with vocab and merges", name);
        goto out;
    }
    if ((status = refuse_others(&r, root)) == HY_OK && (status = read_tokens(&r, vocab, added)) == HY_OK &&
        (status = read_added(&r, added)) == HY_OK && (status = read_model(&r)) == HY_OK)
        status = read_merges(&r, merges);
out:
    json_decref(root);
    if (status != HY_OK)
        hy_tokenizer_fini(t);
    return status;
}

hy_status hy_tokenizer_load(struct hy_tokenizer *t, const char *path)
{
    char *json = NULL;
    size_t bytes = 0;
    *t = (struct hy_tokenizer){0};
    hy_status status = hy_read_file(path, &json, &bytes);
    if (status == HY_OK)
        status = hy_tokenizer_parse(t, json, bytes, path);
    free(json);
    return status;
}

/* ---- writing ------------------------------------------------------------------- */

static json_t *byte_level(bool add_prefix_space, bool trim_offsets)
{
    return json_pack("{s:s, s:b, s:b, s:b}", "type", "ByteLevel", "add_prefix_space", add_prefix_space, "trim_offsets",
                     trim_offsets, "use_regex", true);
}

static json_t *added_tokens(const struct hy_tokenizer *t)
{
    json_t *list = json_array();
    for (int32_t i = 0; i < t->n_added; i++) {
        const struct hy_added_token *a = &t->added[i];
        json_array_append_new(list, json_pack("{s:i, s:s, s:b, s:b, s:b, s:b, s:b}", "id", (int)a->id, "content",
                                              t->tokens[a->id].text, "single_word", false, "lstrip", false, "rstrip",
                                              false, "normalized", a->normalized, "special", a->special));
    }
    return list;
}

static json_t *vocabulary(const struct hy_tokenizer *t)
{
    json_t *vocab = json_object();
    for (int32_t i = 0; i < t->size; i++)
        if (t->tokens[i].in_model)
            json_object_set_new(vocab, t->tokens[i].text, json_integer(i));
    return vocab;
}

/* A pair that occurs twice counts with its last rank only, so that is the one written. */
static json_t *merge_list(const struct hy_tokenizer *t)
{
    json_t *merges = json_array();
    for (int32_t i = 0; i < t->n_merges; i++) {
        const struct hy_merge *m = &t->merges[i];
        if (hy_tokenizer_rank(t, m->left, m->right) == i)
            json_array_append_new(merges, json_pack("[s, s]", t->tokens[m->left].text, t->tokens[m->right].text));
    }
    return merges;
}

char *hy_tokenizer_dump(const struct hy_tokenizer *t, bool pretty)
{
    json_t *model = json_pack("{s:s, s:n, s:s?, s:n, s:n, s:b, s:b, s:b, s:o, s:o}", "type", "BPE", "dropout",
                              "unk_token", t->unk < 0 ? NULL : t->tokens[t->unk].text, "continuing_subword_prefix",
                              "end_of_word_suffix", "fuse_unk", t->fuse_unk, "byte_fallback", false, "ignore_merges",
                              t->ignore_merges, "vocab", vocabulary(t), "merges", merge_list(t));
    json_t *root =
        json_pack("{s:s, s:n, s:n, s:o, s:n, s:o, s:o, s:o, s:o}", "version", "1.0", "truncation", "padding",
                  "added_tokens", added_tokens(t), "normalizer", "pre_tokenizer", byte_level(false, true),
                  "post_processor", byte_level(true, false), "decoder", byte_level(true, true), "model", model);
    char *text = root ? json_dumps(root, pretty ? JSON_INDENT(2) : JSON_COMPACT) : NULL;
    HY_ASSERT(text != NULL, "token texts are valid UTF-8 and memory suffices");
    json_decref(root);
    return text;
}

hy_status hy_tokenizer_save(const struct hy_tokenizer *t, const char *path)
{
    char *text = hy_tokenizer_dump(t, true);
    hy_status status = hy_write_file(path, text, strlen(text));
    free(text);
    return status;
}
