#include "models/decode/decode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGN_FLOATS = 16 };

/* ---- what is kept ------------------------------------------------------------------- */

/* One kept buffer: its tensor in each program, found by its place. */
struct buffer {
    size_t offset, rows, cols; /* elements; rows == 0: absent */
};

struct layer_buffers {
    struct buffer mk, mv, ck, cv, tail, state, first_tail, first_state;
};

static struct buffer take(size_t *used, size_t rows, size_t cols)
{
    struct buffer b = {*used, rows, cols};
    *used += (rows * cols + ALIGN_FLOATS - 1) / ALIGN_FLOATS * ALIGN_FLOATS;
    return b;
}

static size_t bytes_of(struct buffer b)
{
    return b.rows * b.cols * sizeof(float);
}

/* Places everything a layer keeps, from *used on: the same every time it is asked. */
static struct layer_buffers place_layer(const struct hy_config *c, const struct hy_decoder_options *o, int layer,
                                        size_t *used)
{
    struct layer_buffers l = {0};
    const size_t B = (size_t)o->batch, M = (size_t)c->meta_tokens;
    if (hy_owns_kv(c, layer)) {
        const size_t K = (size_t)c->n_kv_heads, P = (size_t)c->head_dim;
        const size_t C = (size_t)hy_cache_tokens(c, layer, o->context);
        l.mk = take(used, K * M, P);
        l.mv = take(used, K * M, P);
        l.ck = take(used, B * K * C, P);
        l.cv = take(used, B * K * C, P);
    }
    if (hy_has_mamba(c)) {
        const size_t E = (size_t)c->d_inner, N = (size_t)c->d_state, keep = (size_t)c->d_conv - 1;
        l.tail = take(used, B * keep, E);
        l.state = take(used, B * E, N);
        if (M > 0) {
            l.first_tail = take(used, keep, E);
            l.first_state = take(used, E, N);
        }
    }
    return l;
}

static size_t place_all(struct hy_decoder *d, struct layer_buffers layers[HY_MAX_LAYERS])
{
    size_t used = 0;
    for (int i = 0; i < d->config.n_layers; i++)
        layers[i] = place_layer(&d->config, &d->options, i, &used);
    return used;
}

static void count_bytes(struct hy_decoder *d, const struct layer_buffers *layers)
{
    for (int i = 0; i < d->config.n_layers; i++) {
        const struct layer_buffers *l = &layers[i];
        d->meta_bytes += bytes_of(l->mk) + bytes_of(l->mv);
        d->cache_bytes += bytes_of(l->mk) + bytes_of(l->mv) + bytes_of(l->ck) + bytes_of(l->cv);
        d->ssm_bytes += bytes_of(l->state);
        d->conv_bytes += bytes_of(l->tail);
        d->first_bytes += bytes_of(l->first_state) + bytes_of(l->first_tail);
    }
}

static hy_address at(const struct hy_decoder *d, struct buffer b)
{
    return d->arena + b.offset * sizeof(float);
}

/* ---- programs ----------------------------------------------------------------------- */

static hy_t tensor_of(struct hy_program *p, struct buffer b)
{
    return b.rows * b.cols > 0 ? hy_kept_tensor(p, b.rows, b.cols, b.offset) : HY_NONE;
}

static void carry_layers(struct hy_carry *carry, struct hy_program *p, const struct layer_buffers *layers, int n,
                         bool prefix)
{
    for (int i = 0; i < n; i++) {
        const struct layer_buffers *l = &layers[i];
        carry->layers[i].mk = tensor_of(p, l->mk);
        carry->layers[i].mv = tensor_of(p, l->mv);
        carry->layers[i].ck = tensor_of(p, l->ck);
        carry->layers[i].cv = tensor_of(p, l->cv);
        carry->layers[i].tail = tensor_of(p, prefix ? l->first_tail : l->tail);
        carry->layers[i].state = tensor_of(p, prefix ? l->first_state : l->state);
    }
}

/* The last real row of each sequence. */
static hy_t pick(struct hy_build *b, hy_t x)
{
    union hy_args a = {.pick = {.B = b->B, .T = b->T, .D = b->c->d_model}};
    hy_t slot[HY_MAX_SLOTS] = {[HY_PICK_X] = x, [HY_PICK_LEN] = b->carry->len};
    hy_emit(b->p, HY_OP_PICK, &a, slot, -1, "pick");
    return slot[HY_PICK_Y];
}

/* T tokens per sequence; prefix: the meta tokens of one. */
static struct hy_decode_program build(const struct hy_decoder *d, const struct layer_buffers *layers,
                                      struct hy_weights *w, const char *name, int T, bool prefix)
{
    const struct hy_config *c = &d->config;
    const int B = prefix ? 1 : d->options.batch;
    struct hy_decode_program m = {.p = hy_program_new(name, w), .T = T, .ids = HY_NONE, .logits = HY_NONE};
    struct hy_carry carry = {.positions = c->meta_tokens + (prefix ? 0 : d->options.context + T),
                             .M = prefix ? 0 : c->meta_tokens,
                             .C = prefix ? 0 : d->options.context};
    m.start = carry.start = hy_host_tensor(m.p, (size_t)B, 1);
    m.len = carry.len = hy_host_tensor(m.p, (size_t)B, 1);
    if (!prefix)
        m.ids = hy_host_tensor(m.p, (size_t)B, (size_t)T);
    carry_layers(&carry, m.p, layers, c->n_layers, prefix);

    struct hy_build b = {.p = m.p, .c = c, .B = B, .T = T, .front = prefix ? T : 0, .carry = &carry};
    hy_t x = hy_build_trunk(&b, m.ids);
    if (!prefix) {
        if (T > 1 && !d->options.every_logit)
            x = pick(&b, x);
        m.logits = hy_build_linear(&b, x, hy_parameter(m.p, "embed_tokens.weight"), -1, "head");
        hy_program_keep(m.p, m.logits);
    }
    hy_build_cache_puts(&b);
    hy_program_plan(m.p);
    m.p->poison = d->options.poison;
    return m;
}

static size_t scratch_of(const struct hy_decode_program *m, size_t most)
{
    return m->p && m->p->arena_bytes > most ? m->p->arena_bytes : most;
}

static void bind(struct hy_decoder *d, struct hy_decode_program *m, struct hy_backend backend)
{
    if (!m->p)
        return;
    m->p->kept = d->arena;
    hy_program_bind(m->p, d->arena + d->kept_bytes, backend);
}

/* Everything but the memory. */
static void plan(struct hy_decoder *d, const struct hy_config *c, struct hy_weights *w,
                 const struct hy_decoder_options *o)
{
    struct layer_buffers layers[HY_MAX_LAYERS];
    HY_ASSERT(o->batch > 0 && o->context > 0 && o->chunk > 0, "a decoder has sequences, room and a chunk");
    *d = (struct hy_decoder){.config = *c, .options = *o};
    d->kept_bytes = place_all(d, layers) * sizeof(float);
    count_bytes(d, layers);
    if (c->meta_tokens > 0)
        d->prefix = build(d, layers, w, "prefix", c->meta_tokens, true);
    if (o->chunk > 1)
        d->fill = build(d, layers, w, "prefill", o->chunk, false);
    d->one = build(d, layers, w, "decode", 1, false);
    size_t scratch = scratch_of(&d->prefix, scratch_of(&d->fill, scratch_of(&d->one, 0)));
    d->arena_bytes = d->kept_bytes + scratch;
}

size_t hy_decoder_bytes(const struct hy_config *c, struct hy_weights *w, const struct hy_decoder_options *o)
{
    struct hy_decoder d;
    plan(&d, c, w, o);
    size_t bytes = d.arena_bytes;
    hy_decoder_fini(&d);
    return bytes;
}

/* Rows of logits that a program hands over at a time. */
static size_t logit_rows(const struct hy_decoder *d, const struct hy_decode_program *m)
{
    const size_t B = (size_t)d->options.batch;
    return m->T == 1 || d->options.every_logit ? B * (size_t)m->T : B;
}

static bool open_host_side(struct hy_decoder *d)
{
    const size_t B = (size_t)d->options.batch, V = (size_t)d->config.vocab;
    const struct hy_decode_program *widest = d->fill.p ? &d->fill : &d->one;
    const size_t rows = logit_rows(d, widest) > B ? logit_rows(d, widest) : B;
    d->done = calloc(B, sizeof *d->done);
    d->present = calloc(B, sizeof *d->present);
    d->start = calloc(B, sizeof *d->start);
    d->len = calloc(B, sizeof *d->len);
    d->ids = calloc(B * (size_t)widest->T, sizeof *d->ids);
    d->logits = calloc(B * V, sizeof *d->logits);
    d->rows = calloc(rows * V, sizeof *d->rows);
    return d->done && d->present && d->start && d->len && d->ids && d->logits && d->rows;
}

hy_status hy_decoder_init(struct hy_decoder *d, const struct hy_config *c, struct hy_weights *w,
                          const struct hy_decoder_options *o, struct hy_backend backend)
{
    plan(d, c, w, o);
    d->backend = backend;
    hy_status status = hy_weights_place(w, backend);
    if (status == HY_OK)
        status = hy_memory_open(backend, d->arena_bytes, &d->arena);
    if (status == HY_OK && !open_host_side(d))
        status = hy_fail(HY_RUN_FAILED, "there is no memory for the logits");
    if (status != HY_OK) {
        char what[160];
        snprintf(what, sizeof what, "'%s' with %d sequences of %d tokens", c->name, o->batch, o->context);
        (void)hy_fail_in(status, what);
        hy_decoder_fini(d);
        return status;
    }
    bind(d, &d->prefix, backend);
    bind(d, &d->fill, backend);
    bind(d, &d->one, backend);
    hy_decoder_refresh(d);
    return HY_OK;
}

void hy_decoder_fini(struct hy_decoder *d)
{
    if (!d)
        return;
    hy_program_free(d->prefix.p);
    hy_program_free(d->fill.p);
    hy_program_free(d->one.p);
    hy_memory_close(d->backend, d->arena);
    free(d->done);
    free(d->present);
    free(d->start);
    free(d->len);
    free(d->ids);
    free(d->logits);
    free(d->rows);
    *d = (struct hy_decoder){0};
}

/* ---- running ------------------------------------------------------------------------- */

/* Fills `to` with `count` copies of `from` one after the other; with zeros where there is nothing to copy. */
static void repeat(const struct hy_decoder *d, struct buffer to, struct buffer from, int count)
{
    const size_t bytes = bytes_of(to) / (size_t)count;
    for (int i = 0; i < count; i++) {
        hy_address copy = at(d, to) + (size_t)i * bytes;
        if (from.rows > 0)
            hy_memory_copy(d->backend, copy, at(d, from), bytes);
        else
            hy_memory_fill(d->backend, copy, 0, bytes);
    }
}

static void fill(const struct hy_decoder *d, struct buffer b, unsigned char byte)
{
    hy_memory_fill(d->backend, at(d, b), byte, bytes_of(b));
}

void hy_decoder_reset(struct hy_decoder *d)
{
    struct layer_buffers layers[HY_MAX_LAYERS];
    const int B = d->options.batch;
    (void)place_all(d, layers);
    for (int i = 0; i < d->config.n_layers; i++) {
        const struct layer_buffers *l = &layers[i];
        repeat(d, l->tail, l->first_tail, B);
        repeat(d, l->state, l->first_state, B);
        if (d->options.poison) { /* all bits set is a NaN */
            fill(d, l->ck, 0xff);
            fill(d, l->cv, 0xff);
        }
    }
    memset(d->done, 0, (size_t)B * sizeof *d->done);
}

void hy_decoder_refresh(struct hy_decoder *d)
{
    struct layer_buffers layers[HY_MAX_LAYERS];
    (void)place_all(d, layers);
    if (d->prefix.p) {
        const int32_t start = 0, len = d->config.meta_tokens;
        for (int i = 0; i < d->config.n_layers; i++) {
            fill(d, layers[i].first_tail, 0);
            fill(d, layers[i].first_state, 0);
        }
        hy_program_put(d->prefix.p, d->prefix.start, &start);
        hy_program_put(d->prefix.p, d->prefix.len, &len);
        hy_program_run(d->prefix.p, d->trace);
    }
    hy_decoder_reset(d);
}

/* Tokens first ... of every row that m takes next; returns whether there are any. */
static bool enter(struct hy_decoder *d, const struct hy_decode_program *m, const int32_t *ids, int length,
                  const int32_t *lens, int first)
{
    bool any = false;
    for (int b = 0; b < d->options.batch; b++) {
        int left = lens[b] - first;
        d->len[b] = left < 0 ? 0 : left < m->T ? left : m->T;
        d->start[b] = d->config.meta_tokens + d->done[b];
        any = any || d->len[b] > 0;
        for (int t = 0; t < m->T; t++) /* padding is token 0: any id will do */
            d->ids[b * m->T + t] = t < d->len[b] ? ids[(size_t)b * (size_t)length + (size_t)(first + t)] : 0;
    }
    hy_program_put(m->p, m->ids, d->ids);
    hy_program_put(m->p, m->start, d->start);
    hy_program_put(m->p, m->len, d->len);
    return any;
}

/* Rows of logits go where they are wanted: each sequence's last one to d->logits, all of them to `out` (B, length, V).
 */
static hy_status hand_over(struct hy_decoder *d, const struct hy_decode_program *m, int length, int first, float *out)
{
    const size_t V = (size_t)d->config.vocab;
    const bool all = m->T == 1 || d->options.every_logit;
    HY_ASSERT(all || !out, "only a decoder with every_logit has the logits of every position of a chunk");
    hy_status status = hy_program_get(m->p, m->logits, d->rows);
    for (int b = 0; status == HY_OK && b < d->options.batch; b++) {
        const size_t n = (size_t)d->len[b];
        if (n == 0)
            continue;
        const float *rows = d->rows + (size_t)b * (all ? (size_t)m->T : 1) * V;
        memcpy(d->logits + (size_t)b * V, rows + (all ? n - 1 : 0) * V, V * sizeof *rows);
        if (out)
            memcpy(out + ((size_t)b * (size_t)length + (size_t)first) * V, rows, n * V * sizeof *rows);
        d->done[b] += d->len[b];
    }
    return status;
}

static hy_status check(const struct hy_decoder *d, const int32_t *ids, int length, const int32_t *lens)
{
    for (int b = 0; b < d->options.batch; b++) {
        HY_ASSERT(lens[b] >= 0 && lens[b] <= length, "a sequence gets no more tokens than there are columns");
        if (lens[b] > d->options.context - d->done[b])
            return hy_fail(HY_BAD_INPUT, "sequence %d has %d tokens and gets %d more; the caches hold %d", b,
                           d->done[b], lens[b], d->options.context);
        for (int t = 0; t < lens[b]; t++) {
            int32_t id = ids[(size_t)b * (size_t)length + (size_t)t];
            if (id < 0 || id >= d->config.vocab)
                return hy_fail(HY_BAD_INPUT, "id %d of sequence %d is outside the vocabulary of %d", id, b,
                               d->config.vocab);
        }
    }
    return HY_OK;
}

static hy_status run(struct hy_decoder *d, const struct hy_decode_program *m, const int32_t *ids, int length,
                     const int32_t *lens, float *out)
{
    hy_status status = check(d, ids, length, lens);
    for (int first = 0; status == HY_OK && first < length; first += m->T) {
        if (!enter(d, m, ids, length, lens, first))
            break;
        hy_program_run(m->p, d->trace);
        status = hand_over(d, m, length, first, out);
    }
    return status;
}

hy_status hy_decoder_prefill(struct hy_decoder *d, const int32_t *ids, int length, const int32_t *lens)
{
    return run(d, d->fill.p ? &d->fill : &d->one, ids, length, lens, NULL);
}

hy_status hy_decoder_step(struct hy_decoder *d, const int32_t *ids)
{
    for (int b = 0; b < d->options.batch; b++)
        d->present[b] = ids[b] >= 0;
    return run(d, &d->one, ids, 1, d->present, NULL);
}

hy_status hy_decoder_score(struct hy_decoder *d, const int32_t *ids, int length, const int32_t *lens, float *out)
{
    bool chunks = d->fill.p && d->options.every_logit;
    return run(d, chunks ? &d->fill : &d->one, ids, length, lens, out);
}
