#include "models/decode.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { HUGE_PAGE = 2 << 20, ALIGN_FLOATS = 16 };

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

static float *at(const struct hy_decoder *d, struct buffer b)
{
    return (float *)(void *)d->arena + b.offset;
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
    hy_t slot[HY_MAX_SLOTS] = {x, HY_NONE, b->carry->len};
    hy_emit(b->p, HY_OP_PICK, &a, slot, -1, "pick");
    return slot[1];
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

static void bind(struct hy_decoder *d, struct hy_decode_program *m, enum hy_backend backend)
{
    if (!m->p)
        return;
    m->p->kept = (float *)(void *)d->arena;
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
    d->arena_bytes = (d->kept_bytes + scratch + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
}

size_t hy_decoder_bytes(const struct hy_config *c, struct hy_weights *w, const struct hy_decoder_options *o)
{
    struct hy_decoder d;
    plan(&d, c, w, o);
    size_t bytes = d.arena_bytes;
    hy_decoder_fini(&d);
    return bytes;
}

hy_status hy_decoder_init(struct hy_decoder *d, const struct hy_config *c, struct hy_weights *w,
                          const struct hy_decoder_options *o, enum hy_backend backend)
{
    plan(d, c, w, o);
    d->arena = aligned_alloc(HUGE_PAGE, d->arena_bytes);
    d->done = calloc((size_t)o->batch, sizeof *d->done);
    d->present = calloc((size_t)o->batch, sizeof *d->present);
    d->logits = calloc((size_t)o->batch * (size_t)c->vocab, sizeof *d->logits);
    if (!d->arena || !d->done || !d->present || !d->logits) {
        hy_status status = hy_fail(HY_RUN_FAILED,
                                   "'%s' with %d sequences of %d tokens needs %.0f MiB, which this machine does not "
                                   "have; try a shorter context",
                                   c->name, o->batch, o->context, (double)d->arena_bytes / (1 << 20));
        hy_decoder_fini(d);
        return status;
    }
    (void)madvise(d->arena, d->arena_bytes, MADV_HUGEPAGE); /* a wish: fewer TLB misses where granted */
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
    free(d->arena);
    free(d->done);
    free(d->present);
    free(d->logits);
    *d = (struct hy_decoder){0};
}

/* ---- running ------------------------------------------------------------------------- */

/* `count` copies of `from` one after the other; zeros where there is nothing to copy. */
static void repeat(float *to, const float *from, size_t elements, int count)
{
    for (int i = 0; i < count; i++, to += elements) {
        if (from)
            memcpy(to, from, elements * sizeof *to);
        else
            memset(to, 0, elements * sizeof *to);
    }
}

void hy_decoder_reset(struct hy_decoder *d)
{
    struct layer_buffers layers[HY_MAX_LAYERS];
    const int B = d->options.batch;
    bool meta = d->config.meta_tokens > 0;
    (void)place_all(d, layers);
    for (int i = 0; i < d->config.n_layers; i++) {
        const struct layer_buffers *l = &layers[i];
        repeat(at(d, l->tail), meta ? at(d, l->first_tail) : NULL, l->tail.rows / (size_t)B * l->tail.cols, B);
        repeat(at(d, l->state), meta ? at(d, l->first_state) : NULL, l->state.rows / (size_t)B * l->state.cols, B);
        if (d->options.poison) { /* all bits set is a NaN */
            memset(at(d, l->ck), 0xff, bytes_of(l->ck));
            memset(at(d, l->cv), 0xff, bytes_of(l->cv));
        }
    }
    memset(d->done, 0, (size_t)B * sizeof *d->done);
}

void hy_decoder_refresh(struct hy_decoder *d)
{
    struct layer_buffers layers[HY_MAX_LAYERS];
    (void)place_all(d, layers);
    if (d->prefix.p) {
        for (int i = 0; i < d->config.n_layers; i++) {
            memset(at(d, layers[i].first_tail), 0, bytes_of(layers[i].first_tail));
            memset(at(d, layers[i].first_state), 0, bytes_of(layers[i].first_state));
        }
        *(int32_t *)hy_tensor_data(d->prefix.p, d->prefix.start) = 0;
        *(int32_t *)hy_tensor_data(d->prefix.p, d->prefix.len) = d->config.meta_tokens;
        hy_program_run(d->prefix.p, NULL);
    }
    hy_decoder_reset(d);
}

/* Tokens first ... of every row that m takes next; returns whether there are any. */
static bool enter(struct hy_decoder *d, const struct hy_decode_program *m, const int32_t *ids, int length,
                  const int32_t *lens, int first)
{
    int32_t *in = hy_tensor_data(m->p, m->ids), *start = hy_tensor_data(m->p, m->start),
            *len = hy_tensor_data(m->p, m->len);
    bool any = false;
    for (int b = 0; b < d->options.batch; b++) {
        int left = lens[b] - first;
        len[b] = left < 0 ? 0 : left < m->T ? left : m->T;
        start[b] = d->config.meta_tokens + d->done[b];
        any = any || len[b] > 0;
        for (int t = 0; t < m->T; t++) /* padding is token 0: any id will do */
            in[b * m->T + t] = t < len[b] ? ids[(size_t)b * (size_t)length + (size_t)(first + t)] : 0;
    }
    return any;
}

/* Rows of logits go where they are wanted: each sequence's last one to d->logits, all of them to `out` (B, length, V).
 */
static void hand_over(struct hy_decoder *d, const struct hy_decode_program *m, int length, int first, float *out)
{
    const size_t V = (size_t)d->config.vocab;
    const float *logits = hy_tensor_data(m->p, m->logits);
    const int32_t *len = hy_tensor_data(m->p, m->len);
    const bool all = m->T == 1 || d->options.every_logit;
    HY_ASSERT(all || !out, "only a decoder with every_logit has the logits of every position of a chunk");
    for (int b = 0; b < d->options.batch; b++) {
        if (len[b] == 0)
            continue;
        const float *rows = logits + (size_t)b * (all ? (size_t)m->T : 1) * V;
        memcpy(d->logits + (size_t)b * V, rows + (all ? (size_t)(len[b] - 1) : 0) * V, V * sizeof *logits);
        if (out)
            memcpy(out + ((size_t)b * (size_t)length + (size_t)first) * V, rows, (size_t)len[b] * V * sizeof *logits);
        d->done[b] += len[b];
    }
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
        hy_program_run(m->p, NULL);
        hand_over(d, m, length, first, out);
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
