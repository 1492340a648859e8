/* hymbench logits: ids in, logits out, for whoever compares with another implementation. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cli/settings.h"
#include "bench/cli/trained.h"
#include "bench/commands/commands.h"
#include "kernels/base/file.h"
#include "models/decode/decode.h"
#include "models/lm.h"

static hy_status read_ids(const char *path, int batch, int vocab, int32_t **ids, int *length)
{
    char *data = NULL;
    size_t bytes = 0;
    hy_status status = hy_read_file(path, &data, &bytes);
    if (status != HY_OK)
        return status;
    size_t n = bytes / sizeof **ids;
    if (bytes % sizeof **ids || n == 0 || n % (size_t)batch || n / (size_t)batch > INT32_MAX / 2) {
        free(data);
        return hy_fail(HY_BAD_INPUT, "'%s' has %zu bytes, which are not %d rows of int32 ids", path, bytes, batch);
    }
    *ids = (int32_t *)(void *)data;
    *length = (int)(n / (size_t)batch);
    for (size_t i = 0; i < n; i++)
        if ((*ids)[i] < 0 || (*ids)[i] >= vocab) {
            status = hy_fail(HY_BAD_INPUT, "'%s': id %d at place %zu is outside the vocabulary of %d", path, (*ids)[i],
                             i, vocab);
            free(data);
            *ids = NULL;
            return status;
        }
    return HY_OK;
}

static hy_status compute(struct hy_trained *t, struct hy_backend backend, const int32_t *ids, int batch, int length,
                         const char *out)
{
    struct hy_lm m = hy_lm_logits(&t->config, &t->weights, batch, length, hy_backend_stored(backend));
    const size_t n = (size_t)batch * (size_t)length * (size_t)t->config.vocab;
    float *logits = malloc(n * sizeof *logits);
    hy_status status = logits ? hy_program_open(m.p, backend) : hy_fail(HY_RUN_FAILED, "no memory for the logits");
    if (status != HY_OK) {
        char what[64];
        snprintf(what, sizeof what, "%d rows of %d ids", batch, length);
        (void)hy_fail_in(status, what);
    }
    if (status == HY_OK) {
        hy_program_put(m.p, m.ids, ids);
        hy_program_run(m.p, NULL);
        status = hy_program_get(m.p, m.logits, logits);
    }
    if (status == HY_OK)
        status = hy_write_file(out, logits, n * sizeof *logits);
    free(logits);
    hy_lm_fini(&m);
    return status;
}

/* The same through the caches, one token at a time. */
static hy_status compute_incrementally(struct hy_trained *t, struct hy_backend backend, const int32_t *ids, int batch,
                                       int length, const char *out)
{
    const struct hy_decoder_options o = {.batch = batch, .context = length, .chunk = 1};
    const size_t n = (size_t)batch * (size_t)length * (size_t)t->config.vocab;
    struct hy_decoder d = {0};
    float *logits = malloc(n * sizeof *logits);
    int32_t *lens = malloc((size_t)batch * sizeof *lens);
    hy_status status = HY_OK;
    if (!logits || !lens)
        status = hy_fail(HY_RUN_FAILED, "%d rows of %d ids have %zu MiB of logits, which this machine does not have",
                         batch, length, n * sizeof *logits >> 20);
    if (status == HY_OK)
        status = hy_decoder_init(&d, &t->config, &t->weights, &o, backend);
    for (int b = 0; status == HY_OK && b < batch; b++)
        lens[b] = length;
    if (status == HY_OK)
        status = hy_decoder_score(&d, ids, length, lens, logits);
    if (status == HY_OK)
        status = hy_write_file(out, logits, n * sizeof *logits);
    hy_decoder_fini(&d);
    free(logits);
    free(lens);
    return status;
}

hy_status hy_cmd_logits(int argc, char **argv)
{
    struct hy_globals globals;
    const char *weights = NULL, *ids_path = NULL, *out = NULL;
    int batch = 1, length = 0;
    bool incremental = false;
    const struct hy_option table[] = {
        {.name = "weights", .kind = HY_OPT_STRING, .to = &weights, .value = "W.safetensors", .help = "trained weights"},
        {.name = "ids",
         .kind = HY_OPT_STRING,
         .to = &ids_path,
         .value = "F.i32",
         .help = "int32 ids, row-major [B, T]"},
        {.name = "batch",
         .kind = HY_OPT_INT,
         .to = &batch,
         .min = 1,
         .max = 65536,
         .value = "B",
         .help = "rows (default 1)"},
        {.name = "out", .kind = HY_OPT_STRING, .to = &out, .value = "F.f32", .help = "f32 logits [B, T, V]"},
        {.name = "incremental",
         .kind = HY_OPT_FLAG,
         .to = &incremental,
         .help = "through the caches, one token at a time"},
        {0}};
    const struct hy_command usage = {.name = "logits", .summary = "logits of given ids", .options = table};
    struct hy_trained trained = {0};
    struct hy_backend backend = hy_backend(HY_WHERE_CPU, HY_F32);
    int32_t *ids = NULL;
    bool help = false;
    hy_status status = hy_options_parse(&usage, argc, argv, &globals, &help, NULL);
    if (help || status != HY_OK)
        return status;
    if (!weights || !ids_path || !out)
        return hy_fail(HY_BAD_INPUT, "logits needs --weights W.safetensors, --ids F.i32 and --out F.f32");
    status = hy_settings_apply(&globals, &backend);
    if (status == HY_OK)
        status = hy_trained_open(&trained, weights, false);
    if (status == HY_OK)
        status = read_ids(ids_path, batch, trained.config.vocab, &ids, &length);
    if (status == HY_OK)
        status = (incremental ? compute_incrementally : compute)(&trained, backend, ids, batch, length, out);
    free(ids);
    hy_trained_fini(&trained);
    return status;
}
