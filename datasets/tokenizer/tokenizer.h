/* Byte-level BPE as Hugging Face `tokenizers` has it: the same training result,
 * the same ids, the same tokenizer.json.
 *
 *     struct hy_tokenizer t = {0};
 *     status = hy_tokenizer_train(&t, text, bytes, &(struct hy_bpe_options){.vocab_size = 4096, .min_frequency = 2});
 *     status = hy_tokenizer_encode(&t, text, bytes, &ids, &n);         free(ids)
 *     hy_tokenizer_fini(&t);
 *
 * A finished tokenizer is read only: threads may share it. */
#ifndef HY_DATASETS_TOKENIZER_TOKENIZER_H
#define HY_DATASETS_TOKENIZER_TOKENIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "datasets/base/hash.h"
#include "kernels/base/status.h"

/* The special tokens of our own tokenizers. A loaded file may have others. */
enum { HY_ID_UNK, HY_ID_PAD, HY_ID_BOS, HY_ID_EOS, HY_SPECIALS };

struct hy_token {
    char *text; /* as tokenizer.json spells it: a printable character per byte */
    size_t text_bytes;
    char *raw; /* the bytes it stands for */
    size_t raw_bytes;
    int characters; /* characters that begin in raw; summed over a text: its length in code points */
    bool in_model;  /* in the model's vocabulary, not only among the added tokens */
    bool special;
};

struct hy_merge {
    int32_t left, right, result; /* token ids; the rank is the place in the list */
};

/* Matched in the raw text before BPE sees it. */
struct hy_added_token {
    int32_t id;
    bool special, normalized;
};

struct hy_tokenizer {
    struct hy_token *tokens; /* [size], by id; all ids from 0 are there */
    int32_t size;
    size_t token_capacity;
    struct hy_string_map by_text; /* token text -> id (the map's numbers are the ids) */

    struct hy_merge *merges; /* by rank */
    int32_t n_merges;
    size_t merge_capacity;
    struct hy_pair_map by_pair; /* (left, right) -> number */
    int32_t *rank;              /* of that number: the last rank, should a file repeat a pair */
    size_t rank_capacity;

    struct hy_added_token *added; /* in the file's order */
    int32_t n_added;
    size_t added_capacity;

    int32_t byte_id[256]; /* the token of one byte, -1: has none */
    int32_t unk;          /* -1: bytes without a token are dropped */
    bool fuse_unk;        /* one unk for a run of them */
    bool ignore_merges;   /* a word that is a token is that token */
};

struct hy_bpe_options {
    int32_t vocab_size;    /* specials and bytes included; these are never cut */
    int64_t min_frequency; /* training ends when the best pair is rarer; 0 counts as 1 */
};

/* Learns specials, then the bytes seen, then merges, from valid UTF-8. Ties go to the pair of lower
 * ids. A text without enough pairs gives fewer tokens than asked; an empty text gives the specials.
 * HY_BAD_INPUT: not UTF-8. */
hy_status hy_tokenizer_train(struct hy_tokenizer *t, const char *text, size_t bytes,
                             const struct hy_bpe_options *options);

/* *ids is malloc'd, *n of them (0 for an empty text). HY_BAD_INPUT: not UTF-8, with the offset. */
hy_status hy_tokenizer_encode(const struct hy_tokenizer *t, const char *text, size_t bytes, int32_t **ids, size_t *n);

/* Characters of `text` that predicting ids[1 .. n) accounts for: all but those that end within the first token. An
 * unk stands for bytes of the text, not for its own spelling. `ids` are the encoder's of that text, n >= 1. */
int64_t hy_tokenizer_predicted(const struct hy_tokenizer *t, const char *text, size_t bytes, const int32_t *ids,
                               size_t n);

/* The bytes behind the ids, malloc'd, a NUL after them; may be cut UTF-8 where the ids cut a
 * character. HY_BAD_INPUT: an id outside [0, size). */
hy_status hy_tokenizer_decode(const struct hy_tokenizer *t, const int32_t *ids, size_t n, bool skip_special,
                              char **text, size_t *bytes);

/* tokenizer.json: from a file, from memory (`name` is for messages), to malloc'd text, to a file
 * (atomically). `pretty` is how `tokenizers` saves by default.
 *
 * HY_BAD_INPUT names what is wrong: not JSON, ids that repeat or leave holes, merges of unknown
 * tokens, or parts this program does not have (normalizers, other pre-tokenizers, dropout, ...). */
hy_status hy_tokenizer_load(struct hy_tokenizer *t, const char *path);
hy_status hy_tokenizer_parse(struct hy_tokenizer *t, const char *json, size_t bytes, const char *name);
char *hy_tokenizer_dump(const struct hy_tokenizer *t, bool pretty);
hy_status hy_tokenizer_save(const struct hy_tokenizer *t, const char *path);

void hy_tokenizer_fini(struct hy_tokenizer *t); /* NULL and zeroed ones are fine */

/* ---- how tokenizers are built, for the trainer and the reader ---------------- */

/* Zeroes it: no tokens, no unk. */
void hy_tokenizer_init(struct hy_tokenizer *t);

/* Appends the token with id `size`, which must not be there yet; returns its id. */
int32_t hy_tokenizer_add_token(struct hy_tokenizer *t, const char *text, size_t bytes, bool in_model);

/* -1 if there is no such token. */
int32_t hy_tokenizer_find(const struct hy_tokenizer *t, const char *text, size_t bytes);

/* Appends a merge with the next rank. */
void hy_tokenizer_add_merge(struct hy_tokenizer *t, int32_t left, int32_t right, int32_t result);

void hy_tokenizer_add_added(struct hy_tokenizer *t, int32_t id, bool special, bool normalized);

/* The rank of merging (left, right), -1 if they do not merge. */
static inline int32_t hy_tokenizer_rank(const struct hy_tokenizer *t, int32_t left, int32_t right)
{
    uint32_t number = hy_pair_map_find(&t->by_pair, hy_pair_key((uint32_t)left, (uint32_t)right));
    return number == HY_ABSENT ? -1 : t->rank[number];
}

#endif
