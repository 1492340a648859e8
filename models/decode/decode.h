/* Continuing sequences: prompts in chunks, then one token at a time, from caches.
 *
 * Three programs over one set of weights, in one arena:
 *   prefix   the meta tokens, once: their K and V are stored once for all sequences,
 *            the states they leave are where every sequence starts
 *   fill     `chunk` tokens of every sequence: prompts
 *   one      one token of every sequence
 * What stays between runs (the caches) lies in front of the arena, planned like the
 * rest: a global layer's cache grows to `context` tokens, a local one is a ring of
 * min(context, window), consumers of shared K and V have none; SSM layers keep their
 * scan state and the last inputs of their convolution.
 * Sequences of a batch may have different lengths; what one of them holds has no
 * influence, not in the last bit, on another. */
#ifndef HY_MODELS_DECODE_DECODE_H
#define HY_MODELS_DECODE_DECODE_H

#include "models/blocks/build.h"

struct hy_decoder_options {
    int batch;        /* B, sequences */
    int context;      /* content tokens a sequence may have, prompt included */
    int chunk;        /* tokens of each sequence in a prefill run; 1: prompts go token by token */
    bool every_logit; /* prefill works out the logits of all positions, not of each prompt's last alone */
    bool poison;      /* dead tensors and unwritten cache entries are NaN: finds reads of them */
};

/* One of the programs, with the tensors the host talks to. */
struct hy_decode_program {
    struct hy_program *p;
    int T;
    hy_t ids;        /* int32 (B, T), host writes; HY_NONE in the prefix */
    hy_t start, len; /* int32 (B), host writes */
    hy_t logits;     /* (B, V), or (B * T, V) with every_logit; HY_NONE in the prefix */
};

struct hy_decoder {
    struct hy_config config;
    struct hy_decoder_options options;
    struct hy_decode_program prefix, fill, one; /* prefix.p NULL without meta tokens, fill.p with chunk 1 */
    struct hy_backend backend;
    hy_address arena; /* owned, of the backend: what is kept, then the programs' common memory */
    size_t arena_bytes, kept_bytes;
    size_t cache_bytes; /* of the K and V buffers: the meta entries once, the others of all sequences */
    size_t meta_bytes;  /* of these, the meta entries */
    size_t ssm_bytes;   /* of the scan states of all sequences */
    size_t conv_bytes;  /* of the convolutions' inputs of all sequences */
    size_t first_bytes; /* of the states after the meta tokens, which every sequence starts from */
    int *done;          /* (B) content tokens each sequence holds */
    float *logits;      /* (B, V) of each sequence's last token */
    /* the host's side of what programs take and give */
    int32_t *present, *start, *len, *ids; /* (B), (B), (B), (B, T of the widest program) */
    float *rows;                          /* logits of a run */

    const struct hy_trace *trace; /* hears of every run; NULL until the caller sets it */
};

/* Builds, plans, allocates, and runs the prefix. HY_RUN_FAILED when memory is short.
 * `w` must outlive the decoder; after it changed, call hy_decoder_refresh(). */
hy_status hy_decoder_init(struct hy_decoder *d, const struct hy_config *c, struct hy_weights *w,
                          const struct hy_decoder_options *o, struct hy_backend backend);
/* The arena such a decoder would need, planned and not allocated. */
size_t hy_decoder_bytes(const struct hy_config *c, struct hy_weights *w, const struct hy_decoder_options *o);

void hy_decoder_fini(struct hy_decoder *d); /* NULL and zeroed are fine */

void hy_decoder_reset(struct hy_decoder *d);   /* every sequence is empty again */
void hy_decoder_refresh(struct hy_decoder *d); /* the meta tokens anew, from changed weights; resets */

/* Appends lens[b] <= length tokens of row b of ids (B, length) to sequence b, in chunks;
 * d->logits has the last one's row where lens[b] > 0. HY_BAD_INPUT when a sequence
 * would outgrow `context` or an id is outside the vocabulary; nothing is changed then. HY_RUN_FAILED
 * when a device failed. */
hy_status hy_decoder_prefill(struct hy_decoder *d, const int32_t *ids, int length, const int32_t *lens);

/* The same with one token each, by the program for one; ids[b] < 0: none. */
hy_status hy_decoder_step(struct hy_decoder *d, const int32_t *ids);

/* The same as prefill, and the logits of every position: out (B, length, V), untouched
 * behind lens[b]. In chunks where every_logit is set, else token by token. */
hy_status hy_decoder_score(struct hy_decoder *d, const int32_t *ids, int length, const int32_t *lens, float *out);

#endif
