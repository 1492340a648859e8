/* Decoding from caches on the rig gives what the whole forward pass on the CPU gives. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/rng.h"
#include "models/decode/decode.h"
#include "models/decode/generate.h"
#include "models/lm.h"
#include "tests/models/tiny.h"
#include "tests/rig/rig.h"
#include "tests/seed.h"

static const double CLOSE = 1e-5; /* relative, of f32 logits that were summed in another order */

enum { B = 2, LENGTH = 23 }; /* the window is 5: a ring has gone round four times */

static double apart(const float *a, const float *b, size_t n)
{
    double distance = 0, size = 0;
    for (size_t i = 0; i < n; i++) {
        distance += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
        size += (double)b[i] * b[i];
    }
    return isfinite(distance) ? sqrt(distance / size) : INFINITY;
}

static void open_weights(struct hy_weights *w, const struct hy_config *c)
{
    cr_assert_eq(hy_weights_init(w, c, false), HY_OK);
    hy_weights_draw(w, c, 5 + test_seed());
    for (int i = 0; i < w->params.n; i++) /* matrices that matter, as after training */
        for (int64_t k = 0; k < w->params.items[i].count && w->params.items[i].init == HY_INIT_NORMAL; k++)
            hy_weights_at(w, HY_VALUES, i)[k] *= 5;
}

static void check_kind(int kind)
{
    const struct hy_config c = tiny_config(kind, 0);
    const size_t V = (size_t)c.vocab;
    const int32_t lens[B] = {LENGTH, 9};
    static const int chunks[] = {1, 4, 8};
    struct hy_weights w;
    int32_t ids[B * LENGTH];
    open_weights(&w, &c);
    struct hy_stream s = hy_stream_open(9 + test_seed(), "decode");
    for (int i = 0; i < B * LENGTH; i++)
        ids[i] = (int32_t)(hy_stream_uniform(&s) * c.vocab);
    float *whole = malloc(B * LENGTH * V * sizeof *whole), *out = malloc(B * LENGTH * V * sizeof *out);
    struct hy_lm lm = hy_lm_logits(&c, &w, B, LENGTH, HY_F32);
    cr_assert_eq(hy_program_open(lm.p, hy_backend(HY_WHERE_CPU, HY_F32)), HY_OK, "%s", hy_error());
    hy_program_put(lm.p, lm.ids, ids);
    hy_program_run(lm.p, NULL);
    cr_assert_eq(hy_program_get(lm.p, lm.logits, whole), HY_OK);
    hy_lm_fini(&lm);
    for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++) {
        const struct hy_decoder_options o = {
            .batch = B, .context = LENGTH, .chunk = chunks[i], .every_logit = true, .poison = true};
        struct hy_decoder d;
        cr_assert_eq(hy_decoder_init(&d, &c, &w, &o, hy_backend(HY_WHERE_CUDA, HY_F32)), HY_OK, "%s", hy_error());
        cr_assert_eq(hy_decoder_score(&d, ids, LENGTH, lens, out), HY_OK, "%s", hy_error());
        for (int b = 0; b < B; b++)
            for (int t = 0; t < lens[b]; t++) {
                size_t row = ((size_t)b * LENGTH + (size_t)t) * V;
                double e = apart(out + row, whole + row, V);
                cr_assert_lt(e, CLOSE, "%s, chunks of %d: sequence %d is %g off at token %d", c.name, chunks[i], b, e,
                             t);
            }
        hy_decoder_fini(&d);
    }
    free(whole);
    free(out);
    hy_weights_fini(&w);
}

Test(rig_decode, every_position_of_every_kind)
{
    rig_open();
    for (int kind = 0; kind < tiny_kinds(); kind++)
        check_kind(kind);
}

/* The same seed gives the same text wherever it runs. */
Test(rig_decode, generates_what_the_cpu_generates)
{
    rig_open();
    for (int kind = 0; kind < tiny_kinds(); kind++) {
        const struct hy_config c = tiny_config(kind, 0);
        const struct hy_sampler s = {.temperature = 0.8f, .top_k = 10, .top_p = 1, .seed = 3};
        const int32_t prompt[3] = {1, 20, 33};
        int32_t here[12], there[12];
        int n, m;
        struct hy_weights w;
        open_weights(&w, &c);
        cr_assert_eq(hy_generate(&c, &w, hy_backend(HY_WHERE_CPU, HY_F32), &s, prompt, 3, 12, -1, here, &n), HY_OK,
                     "%s", hy_error());
        cr_assert_eq(hy_generate(&c, &w, hy_backend(HY_WHERE_CUDA, HY_F32), &s, prompt, 3, 12, -1, there, &m), HY_OK,
                     "%s", hy_error());
        cr_assert_eq(n, m);
        cr_assert_eq(memcmp(here, there, sizeof here), 0, "%s", c.name);
        hy_weights_fini(&w);
    }
}
