/* No configuration that is accepted ends in an assertion: every numeric key of the tables over its whole range, and
 * random combinations of them. What is in range is refused with a sentence, or trains, evaluates and decodes. */
#include <criterion/criterion.h>
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernels/base/rng.h"
#include "kernels/base/threads.h"
#include "models/config/resolve.h"
#include "models/decode/decode.h"
#include "tests/models/tiny.h"
#include "tests/seed.h"

#ifdef __SANITIZE_ADDRESS__
/* What the sanitizer keeps for itself counts as this process's memory: little of what is freed, and its shadow. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "quarantine_size_mb=16:allocator_release_to_os_interval_ms=0";
}
enum { KEPT = 192 << 20, SLOW = 1 }; /* and all takes ten times as long: fewer values, smaller models */
#else
enum { KEPT = 0, SLOW = 0 };
#endif

enum {
    ROOM = (SLOW ? 128 : 384) << 20,   /* bytes that a model may take: beyond, it is refused and costs nothing here */
    LONGEST = SLOW ? 1 << 9 : 1 << 11, /* tokens whose attention, of all with all, is worth its time here */
};

struct tally {
    int refused, too_large, ran;
};

/* A control group of the test's own bounds the memory, whatever the machine has. */
static void bound_memory(void)
{
    char root[] = "/tmp/hymbench-sweep-XXXXXX", line[512];
    cr_assert_not_null(mkdtemp(root));
    snprintf(line, sizeof line,
             "mkdir -p %s/proc/self %s/sys/fs/cgroup/job && echo 0::/job >%s/proc/self/cgroup && "
             "echo %d >%s/sys/fs/cgroup/job/memory.max",
             root, root, root, ROOM + KEPT, root);
    cr_assert_eq(system(line), 0);
    setenv("HYMBENCH_ROOT", root, 1);
    mallopt(M_MMAP_THRESHOLD, 1 << 16); /* what one model had is not counted against the next */
    hy_threads_set(2);
}

static void forget_bound(void)
{
    char line[512];
    snprintf(line, sizeof line, "rm -r %s", getenv("HYMBENCH_ROOT"));
    cr_assert_eq(system(line), 0);
}

TestSuite(sweep, .init = bound_memory, .fini = forget_bound, .timeout = 300);

/* The smallest model that has everything: not resolved yet. */
static struct hy_config least_config(int kind)
{
    struct hy_config c = tiny_config(kind, 0.1f);
    c.d_model = 8;
    c.n_layers = 3;
    c.n_heads = 2;
    c.n_kv_heads = 1;
    c.window = 3;
    c.meta_tokens = 2;
    c.d_state = 2;
    c.seq_len = 6;
    c.vocab = 11;
    c.d_ff = c.dt_rank = c.k_width = c.v_width = 0;
    memset(c.layers, 0, sizeof c.layers);
    c.layers[0].global = hy_has_attention(&c);
    c.n_groups = HY_AUTO_GROUPS;
    return c;
}

static void fill(int32_t *ids, int n, int vocab)
{
    for (int i = 0; i < n; i++)
        ids[i] = i % vocab;
}

static void decode_some(struct hy_trainer *t, int chunk, const char *what)
{
    const struct hy_decoder_options o = {.batch = 2, .context = 9, .chunk = chunk};
    int32_t ids[2 * 5];
    const int32_t lens[2] = {5, 2};
    struct hy_decoder d;
    hy_status status = hy_decoder_init(&d, &t->config, &t->weights, &o, hy_backend(HY_WHERE_CPU, HY_F32));
    if (status != HY_OK) {
        cr_assert(strstr(hy_error(), "MiB are needed"), "%s: %s", what, hy_error());
        hy_decoder_fini(&d);
        return;
    }
    fill(ids, 10, t->config.vocab);
    cr_assert_eq(hy_decoder_prefill(&d, ids, 5, lens), HY_OK, "%s: %s", what, hy_error());
    for (int i = 0; i < 3; i++)
        cr_assert_eq(hy_decoder_step(&d, ids), HY_OK, "%s: %s", what, hy_error());
    hy_decoder_fini(&d);
}

/* A step, an evaluation and some tokens of a resolved and checked configuration, or a refusal with both numbers. */
static void run(const struct hy_config *c, const struct hy_training *g, enum hy_precision precision, int chunk,
                const char *what, struct tally *tally)
{
    struct hy_trainer t;
    hy_status status = hy_trainer_init(&t, c, g, 40, hy_backend(HY_WHERE_CPU, precision));
    if (status != HY_OK) {
        cr_assert(strstr(hy_error(), c->name) && (strstr(hy_error(), "MiB are needed") || status == HY_BAD_INPUT),
                  "%s: %s", what, hy_error());
        tally->too_large++;
        return;
    }
    if (c->seq_len + c->meta_tokens > LONGEST) {
        hy_trainer_fini(&t);
        tally->too_large++;
        return;
    }
    const int cells = g->batch * c->seq_len;
    double nll;
    long valid;
    fill(hy_trainer_ids(&t), cells, c->vocab);
    fill(hy_trainer_targets(&t), cells, c->vocab);
    cr_assert_eq(hy_trainer_step(&t, NULL), HY_OK, "%s: %s", what, hy_error());
    cr_assert_eq(hy_trainer_eval(&t, hy_trainer_ids(&t), hy_trainer_targets(&t), &nll, &valid, NULL), HY_OK, "%s: %s",
                 what, hy_error());
    cr_assert_eq(valid, cells, "%s", what);
    cr_assert(g->lr > 1e-2 || isfinite(nll), "%s: the evaluation gives %g", what, nll);
    decode_some(&t, chunk, what);
    hy_trainer_fini(&t);
    tally->ran++;
}

static void try_config(struct hy_config *c, const struct hy_training *g, int chunk, const char *what,
                       struct tally *tally)
{
    const char *key = NULL;
    hy_config_resolve(c);
    if (hy_config_check_key(c, &key)) {
        cr_assert(hy_error()[0] && key, "%s is refused without a key: %s", what, hy_error());
        tally->refused++;
        return;
    }
    run(c, g, HY_F32, chunk, what, tally);
    if (hy_precision_check(HY_BF16) == HY_OK)
        run(c, g, HY_BF16, chunk, what, tally);
}

static void just_outside(const struct hy_field *f, void *object)
{
    const double step = f->type == HY_FIELD_INT || f->type == HY_FIELD_INT64 ? 1 : f->max / 100 + 1e-31;
    const double beyond[] = {f->min - step, f->max + step};
    for (int i = 0; i < 2; i++) {
        char text[40];
        snprintf(text, sizeof text, "%.17g", beyond[i]);
        cr_assert_eq(hy_field_set(f, object, text), HY_BAD_INPUT, "%s takes %s", f->key, text);
        cr_assert(strstr(hy_error(), f->key), "%s", hy_error());
    }
}

static bool numeric(const struct hy_field *f)
{
    return f->type == HY_FIELD_INT || f->type == HY_FIELD_INT64 || f->type == HY_FIELD_FLOAT ||
           f->type == HY_FIELD_DOUBLE;
}

/* The values of a key that are tried: how many, as text. */
static int values_of(const struct hy_field *f, char text[64][40])
{
    static const int around[] = {1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 33, 64, 65, 127, 256, 257, 512, 513, 1025};
    int n = 0;
    if (f->type == HY_FIELD_FLOAT || f->type == HY_FIELD_DOUBLE) {
        const double shares[] = {0, 1e-9, 0.1, 0.5, 0.97, 1};
        for (size_t i = 0; i < sizeof shares / sizeof *shares; i++)
            snprintf(text[n++], 40, "%.17g", shares[i] < 1 ? f->min + (f->max - f->min) * shares[i] : f->max);
        return n;
    }
    for (size_t i = 0; i < sizeof around / sizeof *around; i += 1 + SLOW)
        if (around[i] > f->min && around[i] < f->max)
            snprintf(text[n++], 40, "%d", around[i]);
    const double ends[] = {f->min, f->min + 1, (f->min + f->max) / 2, f->max - 1, f->max};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        snprintf(text[n++], 40, "%.0f", floor(ends[i]));
    return n;
}

static void sweep_model(struct hy_fields table)
{
    for (int kind = 0; kind < tiny_kinds() && !tiny_other_way(kind); kind++) { /* they take the same sizes */
        struct tally all = {0};
        for (int row = 0; row < table.n; row++) {
            const struct hy_field *f = &table.rows[row];
            struct hy_config c = least_config(kind);
            struct tally of_key = {0};
            char text[64][40], what[160];
            if (!numeric(f))
                continue;
            just_outside(f, &c);
            const int n = values_of(f, text);
            for (int i = 0; i < n; i++) {
                const struct hy_training g = {
                    .batch = 2, .lr = 1e-3, .beta1 = 0.9, .beta2 = 0.99, .eps = 1e-8, .clip = 1};
                c = least_config(kind);
                cr_assert_eq(hy_field_set(f, &c, text[i]), HY_OK, "%s", hy_error());
                snprintf(what, sizeof what, "kind %d, %.60s %.39s", kind, f->key, text[i]);
                try_config(&c, &g, 3, what, &of_key);
            }
            cr_expect_gt(of_key.ran, 0, "kind %d: %s runs with no value", kind, f->key);
            all.ran += of_key.ran;
            all.refused += of_key.refused;
            all.too_large += of_key.too_large;
        }
        cr_log_info("kind %d: %d ran, %d refused, %d too large\n", kind, all.ran, all.refused, all.too_large);
    }
}

Test(sweep, every_number_of_a_model)
{
    sweep_model(hy_model_fields);
}

Test(sweep, every_number_that_variants_share)
{
    sweep_model(hy_shared_fields);
}

Test(sweep, every_number_of_training)
{
    struct tally tally = {0};
    for (int row = 0; row < hy_training_fields.n; row++) {
        const struct hy_field *f = &hy_training_fields.rows[row];
        struct hy_training g = tiny_training(1);
        char text[64][40], what[160];
        if (!numeric(f))
            continue;
        just_outside(f, &g);
        const int n = values_of(f, text);
        for (int i = 0; i < n; i++) {
            struct hy_config c = least_config(0);
            g = tiny_training(1);
            cr_assert_eq(hy_field_set(f, &g, text[i]), HY_OK, "%s", hy_error());
            c.dropout = g.dropout;
            c.label_smoothing = g.label_smoothing;
            snprintf(what, sizeof what, "%.60s %.39s", f->key, text[i]);
            try_config(&c, &g, 1 + i % 4, what, &tally);
        }
    }
    cr_assert_gt(tally.ran, 100);
}

Test(sweep, more_positions_than_rows_can_be_counted)
{
    struct hy_config c = least_config(0);
    struct hy_training g = tiny_training(1);
    struct hy_trainer t;
    c.seq_len = 1 << 20;
    g.batch = 65536;
    hy_config_resolve(&c);
    cr_assert_eq(hy_config_check(&c), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_trainer_init(&t, &c, &g, 40, hy_backend(HY_WHERE_CPU, HY_F32)), HY_BAD_INPUT);
    cr_assert(strstr(hy_error(), "batch 65536"), "%s", hy_error());
    hy_trainer_fini(&t);
}

static int one_of(struct hy_stream *s, const int *values, int n)
{
    return values[(int)(hy_stream_uniform(s) * (float)n)];
}
#define ONE_OF(s, ...) one_of(s, (const int[]){__VA_ARGS__}, (int)(sizeof((const int[]){__VA_ARGS__}) / sizeof(int)))

Test(sweep, combinations)
{
    struct tally tally = {0};
    struct hy_stream s = hy_stream_open(test_seed(), "combinations");
    for (int i = 0; i < 120; i++) {
        struct hy_config c = least_config(i % tiny_kinds());
        struct hy_training g = tiny_training(1);
        char what[256];
        c.n_heads = ONE_OF(&s, 1, 1, 2, 3, 4, 6);
        c.d_model = c.n_heads * ONE_OF(&s, 2, 4, 6, 8, 10, 14, 18, 34, 66, 130, 3);
        c.n_kv_heads = ONE_OF(&s, 1, 1, 2, 3, 4, 6);
        c.n_layers = ONE_OF(&s, 1, 2, 3, 4, 5);
        c.window = ONE_OF(&s, 0, 1, 2, 3, 8, 15, 16, 17, 64, 1 << 24);
        c.meta_tokens = ONE_OF(&s, 0, 0, 1, 2, 7, 16, 17, 65);
        c.d_state = ONE_OF(&s, 1, 2, 3, 8, 9, 16, 17, 33);
        c.d_conv = ONE_OF(&s, 1, 2, 3, 4, 5, 8, 64);
        c.expand = ONE_OF(&s, 1, 1, 2, 3, 5);
        c.d_ff = ONE_OF(&s, 0, 1, 2, 3, 7, 8, 17, 64);
        c.dt_rank = ONE_OF(&s, 0, 0, 1, 2, 3, 9);
        c.seq_len = ONE_OF(&s, 1, 2, 3, 7, 8, 15, 16, 17, 33, 65, 130);
        c.vocab = ONE_OF(&s, 5, 6, 7, 16, 17, 300);
        for (int l = 0; l < c.n_layers; l++)
            c.layers[l].global = hy_has_attention(&c) && hy_stream_uniform(&s) < 0.4f;
        g.batch = ONE_OF(&s, 1, 2, 3);
        g.recompute = ONE_OF(&s, 0, 1);
        snprintf(what, sizeof what, "kind %d D%d H%d K%d L%d W%d M%d N%d conv%d x%d F%d R%d T%d V%d B%d",
                 i % tiny_kinds(), c.d_model, c.n_heads, c.n_kv_heads, c.n_layers, c.window, c.meta_tokens, c.d_state,
                 c.d_conv, c.expand, c.d_ff, c.dt_rank, c.seq_len, c.vocab, g.batch);
        try_config(&c, &g, ONE_OF(&s, 1, 2, 3, 5, 16), what, &tally);
    }
    cr_log_info("%d ran, %d refused\n", tally.ran, tally.refused);
    cr_assert_gt(tally.ran, 20);
}
