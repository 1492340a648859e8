/* Decoding from caches gives what the whole forward pass gives: below, at and past the
 * window, one token at a time and in chunks, for sequences of different lengths. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/rng.h"
#include "models/config/kvmap.h"
#include "models/config/resolve.h"
#include "models/decode/decode.h"
#include "models/lm.h"
#include "tests/models/tiny.h"
#include "tests/seed.h"

static const double CLOSE = 1e-5; /* relative, of f32 logits that were summed in another order */

enum { B = 3, LENGTH = 41 }; /* the window is 5: a ring has gone round eight times */

struct model {
    struct hy_config c;
    struct hy_weights w;
    int32_t ids[B * LENGTH];
    float *whole; /* (B, LENGTH, V) by the forward pass */
};

/* `change`: what makes the variant another one; may be NULL. */
static void open_model(struct model *m, int kind, void (*change)(struct hy_config *c))
{
    m->c = tiny_config(kind, 0);
    if (change) {
        change(&m->c);
        hy_config_resolve(&m->c);
    }
    cr_assert_eq(hy_config_check(&m->c), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_weights_init(&m->w, &m->c, false), HY_OK);
    hy_weights_draw(&m->w, &m->c, 5 + test_seed());
    for (int i = 0; i < m->w.params.n; i++) /* matrices that matter, as after training */
        for (int64_t k = 0; k < m->w.params.items[i].count && m->w.params.items[i].init == HY_INIT_NORMAL; k++)
            hy_weights_at(&m->w, HY_VALUES, i)[k] *= 5;
    struct hy_stream s = hy_stream_open(9 + test_seed(), "decode");
    for (int i = 0; i < B * LENGTH; i++)
        m->ids[i] = (int32_t)(hy_stream_uniform(&s) * m->c.vocab);
    struct hy_lm lm = hy_lm_logits(&m->c, &m->w, B, LENGTH, HY_F32);
    size_t bytes = sizeof(float) * B * LENGTH * (size_t)m->c.vocab;
    cr_assert_eq(hy_program_open(lm.p, hy_backend(HY_WHERE_CPU, HY_F32)), HY_OK, "%s", hy_error());
    hy_program_put(lm.p, lm.ids, m->ids);
    hy_program_run(lm.p, NULL);
    m->whole = malloc(bytes);
    cr_assert_eq(hy_program_get(lm.p, lm.logits, m->whole), HY_OK);
    hy_lm_fini(&lm);
}

static void close_model(struct model *m)
{
    hy_weights_fini(&m->w);
    free(m->whole);
}

static void open_decoder(struct hy_decoder *d, struct model *m, int batch, int context, int chunk, bool every,
                         struct hy_backend backend)
{
    const struct hy_decoder_options o = {
        .batch = batch, .context = context, .chunk = chunk, .every_logit = every, .poison = true};
    cr_assert_eq(hy_decoder_init(d, &m->c, &m->w, &o, backend), HY_OK, "%s", hy_error());
}

/* Distance of n logits from the exact ones, relative to their size. */
static double apart(const float *a, const float *b, size_t n)
{
    double distance = 0, size = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(a[i]))
            return INFINITY;
        distance += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
        size += (double)b[i] * b[i];
    }
    return sqrt(distance / size);
}

/* Every position, all at once or with the chunks that `chunk` makes. */
static void check_scores(struct model *m, int context, int chunk, struct hy_backend backend)
{
    struct hy_decoder d;
    const size_t V = (size_t)m->c.vocab;
    const int32_t lens[B] = {LENGTH, 7, 20};
    float *out = calloc(B * LENGTH * V, sizeof *out);
    open_decoder(&d, m, B, context, chunk, true, backend);
    cr_assert_eq(hy_decoder_score(&d, m->ids, LENGTH, lens, out), HY_OK, "%s", hy_error());
    for (int b = 0; b < B; b++) {
        for (int t = 0; t < lens[b]; t++) {
            size_t row = ((size_t)b * LENGTH + (size_t)t) * V;
            double e = apart(out + row, m->whole + row, V);
            cr_assert_lt(e, CLOSE, "%s, chunks of %d: sequence %d is %g off at token %d", m->c.name, chunk, b, e, t);
        }
        for (size_t i = 0; i < (size_t)(LENGTH - lens[b]) * V; i++)
            cr_assert_eq(out[((size_t)b * LENGTH + (size_t)lens[b]) * V + i], 0, "rows behind a sequence stay");
        cr_assert_eq(d.done[b], lens[b]);
        size_t last = ((size_t)b * LENGTH + (size_t)lens[b] - 1) * V;
        cr_assert_lt(apart(d.logits + (size_t)b * V, m->whole + last, V), CLOSE);
    }
    hy_decoder_fini(&d);
    free(out);
}

Test(decode, every_position_of_every_kind)
{
    static const int chunks[] = {1, 2, 4, 5, 6, 8, 16, 41};
    for (int kind = 0; kind < tiny_kinds(); kind++) {
        struct model m;
        open_model(&m, kind, NULL);
        for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++)
            check_scores(&m, LENGTH, chunks[i], hy_backend(HY_WHERE_CPU, HY_F32));
        check_scores(&m, 1000, 9, hy_backend(HY_WHERE_CPU, HY_F32)); /* room to spare */
        check_scores(&m, LENGTH, 6, hy_backend(HY_WHERE_REF, HY_F32));
        close_model(&m);
    }
}

static void no_meta(struct hy_config *c)
{
    c->meta_tokens = 0;
}
static void one_tap(struct hy_config *c)
{
    c->d_conv = 1;
}
static void all_local(struct hy_config *c)
{
    for (int i = 0; i < c->n_layers; i++)
        c->layers[i].global = false;
    c->n_groups = HY_AUTO_GROUPS;
}
static void no_window(struct hy_config *c)
{
    c->window = 0;
}
static void window_of_one(struct hy_config *c)
{
    c->window = 1;
}
static void window_beyond_the_sequence(struct hy_config *c)
{
    c->window = 64;
}
static void no_sharing(struct hy_config *c)
{
    c->n_groups = 0;
    for (int i = 0; i < c->n_layers; i++)
        c->layers[i].producer = i;
}
static void more_meta_than_window(struct hy_config *c)
{
    c->meta_tokens = 19;
}

Test(decode, every_switch_of_a_variant)
{
    static void (*const changes[])(struct hy_config *) = {no_meta,       one_tap,
                                                          all_local,     no_window,
                                                          window_of_one, window_beyond_the_sequence,
                                                          no_sharing,    more_meta_than_window};
    for (int kind = 0; kind < tiny_kinds(); kind++)
        for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
            struct model m;
            if (tiny_config(kind, 0).arch == HY_MAMBA && changes[i] == no_sharing)
                continue; /* mamba has nothing to share */
            open_model(&m, kind, changes[i]);
            check_scores(&m, LENGTH, 1, hy_backend(HY_WHERE_CPU, HY_F32));
            check_scores(&m, LENGTH, 7, hy_backend(HY_WHERE_CPU, HY_F32));
            check_scores(&m, LENGTH, 13, hy_backend(HY_WHERE_CPU, HY_F32));
            close_model(&m);
        }
}

Test(decode, every_isa_level)
{
    for (int isa = HY_ISA_ANY; isa <= (int)hy_isa_of_machine(); isa++) {
        cr_assert_eq(hy_isa_set(hy_isa_name((enum hy_isa)isa)), HY_OK);
        for (int kind = 0; kind < tiny_kinds(); kind++) {
            struct model m;
            open_model(&m, kind, NULL);
            check_scores(&m, LENGTH, 1, hy_backend(HY_WHERE_CPU, HY_F32));
            check_scores(&m, LENGTH, 12, hy_backend(HY_WHERE_CPU, HY_F32));
            close_model(&m);
        }
    }
}

/* Prompts of different lengths by chunks, then tokens one by one, some sequences pausing. */
Test(decode, prompts_then_tokens)
{
    for (int kind = 0; kind < tiny_kinds(); kind++) {
        struct model m;
        struct hy_decoder d;
        open_model(&m, kind, NULL);
        const size_t V = (size_t)m.c.vocab;
        const int32_t lens[B] = {17, 1, 8};
        open_decoder(&d, &m, B, LENGTH, 8, false, hy_backend(HY_WHERE_CPU, HY_F32));
        for (int round = 0; round < 2; round++) { /* a reset leaves nothing behind */
            cr_assert_eq(hy_decoder_prefill(&d, m.ids, LENGTH, lens), HY_OK, "%s", hy_error());
            for (int step = 0; step < 30; step++) {
                int32_t next[B];
                for (int b = 0; b < B; b++) {
                    size_t last = ((size_t)b * LENGTH + (size_t)d.done[b] - 1) * V;
                    double e = apart(d.logits + (size_t)b * V, m.whole + last, V);
                    cr_assert_lt(e, CLOSE, "%s: sequence %d is %g off after %d tokens", m.c.name, b, e, d.done[b]);
                    bool goes_on = d.done[b] < LENGTH && (step + b) % 4 != 0;
                    next[b] = goes_on ? m.ids[b * LENGTH + d.done[b]] : -1;
                }
                cr_assert_eq(hy_decoder_step(&d, next), HY_OK, "%s", hy_error());
            }
            cr_assert_eq(d.done[0], 39);
            hy_decoder_reset(&d);
        }
        hy_decoder_fini(&d);
        close_model(&m);
    }
}

/* A sequence's logits do not change, in the last bit, with what the others hold. */
Test(decode, sequences_do_not_touch_each_other)
{
    for (int kind = 0; kind < tiny_kinds(); kind++)
        for (int chunk = 1; chunk <= 9; chunk += 4) {
            struct model m;
            struct hy_decoder d;
            open_model(&m, kind, NULL);
            size_t bytes = LENGTH * (size_t)m.c.vocab * sizeof(float), all = B * bytes;
            float *first = calloc(1, all), *second = calloc(1, all);
            int32_t lens[B] = {LENGTH, 23, 30};
            open_decoder(&d, &m, B, LENGTH, chunk, true, hy_backend(HY_WHERE_CPU, HY_F32));
            cr_assert_eq(hy_decoder_score(&d, m.ids, LENGTH, lens, first), HY_OK);
            hy_decoder_reset(&d);
            for (int i = LENGTH; i < B * LENGTH; i++)
                m.ids[i] = (m.ids[i] + 1) % m.c.vocab;
            lens[1] = 3;
            lens[2] = 0;
            cr_assert_eq(hy_decoder_score(&d, m.ids, LENGTH, lens, second), HY_OK);
            cr_assert_eq(memcmp(first, second, bytes), 0, "%s, chunks of %d: sequence 0 felt the others", m.c.name,
                         chunk);
            cr_assert_neq(memcmp(first + bytes / 4, second + bytes / 4, bytes / 4), 0);
            free(first);
            free(second);
            hy_decoder_fini(&d);
            close_model(&m);
        }
}

/* What is allocated is what the formula counts: the meta entries once, all else per sequence. */
Test(decode, bytes_are_those_of_the_formula)
{
    static const int contexts[] = {1, 4, 5, 6, 100};
    for (int kind = 0; kind < tiny_kinds(); kind++)
        for (size_t i = 0; i < sizeof contexts / sizeof *contexts; i++)
            for (int batch = 1; batch <= 4; batch += 3) {
                struct model m;
                struct hy_decoder d;
                struct hy_kvmap map, meta;
                open_model(&m, kind, NULL);
                open_decoder(&d, &m, batch, contexts[i], 2, false, hy_backend(HY_WHERE_CPU, HY_F32));
                hy_kvmap(&m.c, contexts[i], 4, 4, &map);
                hy_kvmap(&m.c, 0, 4, 4, &meta);
                cr_assert_eq((int64_t)d.meta_bytes, meta.kv_bytes, "%s: the meta entries", m.c.name);
                cr_assert_eq((int64_t)d.cache_bytes, meta.kv_bytes + batch * (map.kv_bytes - meta.kv_bytes));
                cr_assert_eq((int64_t)d.ssm_bytes, batch * map.ssm_bytes);
                cr_assert_eq((int64_t)d.conv_bytes, batch * map.conv_bytes);
                cr_assert_geq(d.kept_bytes, d.cache_bytes + d.ssm_bytes + d.conv_bytes + d.first_bytes);
                cr_assert_leq(d.kept_bytes, d.arena_bytes);
                cr_assert_eq(d.first_bytes, m.c.meta_tokens ? (size_t)(map.ssm_bytes + map.conv_bytes) : 0);
                hy_decoder_fini(&d);
                close_model(&m);
            }
}

Test(decode, changed_weights_need_a_refresh)
{
    struct model m;
    struct hy_decoder d;
    open_model(&m, 0, NULL);
    const size_t V = (size_t)m.c.vocab;
    const int32_t lens[B] = {LENGTH, LENGTH, LENGTH};
    open_decoder(&d, &m, B, LENGTH, 8, false, hy_backend(HY_WHERE_CPU, HY_F32));
    float *meta = hy_weights_at(&m.w, HY_VALUES, (int)(hy_params_find(&m.w.params, "meta_tokens") - m.w.params.items));
    meta[3] += 5;
    cr_assert_eq(hy_decoder_prefill(&d, m.ids, LENGTH, lens), HY_OK);
    cr_assert_lt(apart(d.logits, m.whole + (LENGTH - 1) * V, V), CLOSE, "the old prefix is still in force");
    hy_decoder_refresh(&d);
    cr_assert_eq(hy_decoder_prefill(&d, m.ids, LENGTH, lens), HY_OK);
    cr_assert_gt(apart(d.logits, m.whole + (LENGTH - 1) * V, V), CLOSE, "the new prefix shows");
    hy_decoder_fini(&d);
    close_model(&m);
}

Test(decode, refuses_what_does_not_fit)
{
    struct model m;
    struct hy_decoder d;
    open_model(&m, 0, NULL);
    int32_t lens[B] = {10, 11, 2}, bad[B] = {1, 2, 40};
    open_decoder(&d, &m, B, 10, 4, false, hy_backend(HY_WHERE_CPU, HY_F32));
    cr_assert_eq(hy_decoder_prefill(&d, m.ids, LENGTH, lens), HY_BAD_INPUT);
    cr_assert(strstr(hy_error(), "sequence 1"), "%s", hy_error());
    cr_assert_eq(d.done[0], 0, "nothing happened");
    lens[1] = 9;
    cr_assert_eq(hy_decoder_prefill(&d, m.ids, LENGTH, lens), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_decoder_step(&d, bad), HY_BAD_INPUT);
    bad[0] = -1;
    cr_assert_eq(hy_decoder_step(&d, bad), HY_BAD_INPUT);
    cr_assert(strstr(hy_error(), "vocabulary"), "%s", hy_error());
    hy_decoder_fini(&d);
    close_model(&m);
}
