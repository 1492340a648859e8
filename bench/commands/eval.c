/* hymbench eval: loss, perplexity and bits per character of trained weights on a text. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/cli/settings.h"
#include "bench/cli/trained.h"
#include "bench/commands/commands.h"
#include "datasets/corpus.h"
#include "datasets/samples.h"
#include "kernels/base/file.h"
#include "models/lm.h"

enum { EVAL_BATCH = 8 };

/* Sum of the loss over all targets: the ids cut into stretches of seq_len, the last one padded. */
static hy_status score(struct hy_trained *t, struct hy_backend backend, const int32_t *ids, size_t n, double *nll)
{
    const int L = t->config.seq_len;
    const size_t cells = (size_t)EVAL_BATCH * (size_t)L;
    struct hy_lm m = hy_lm_eval(&t->config, &t->weights, EVAL_BATCH, L, hy_backend_stored(backend));
    int32_t *inputs = malloc(cells * sizeof *inputs), *targets = malloc(cells * sizeof *targets);
    float *losses = malloc(cells * sizeof *losses);
    HY_ASSERT(inputs && targets && losses, "out of memory for one batch");
    hy_status status = hy_program_open(m.p, backend);
    *nll = 0;
    for (size_t at = 0; status == HY_OK && at + 1 < n; at += cells) {
        for (size_t i = 0; i < cells; i++) {
            bool real = at + i + 1 < n;
            inputs[i] = real ? ids[at + i] : 0;
            targets[i] = real ? ids[at + i + 1] : -1;
        }
        hy_program_put(m.p, m.ids, inputs);
        hy_program_put(m.p, m.targets, targets);
        hy_program_run(m.p, NULL);
        status = hy_program_get(m.p, m.nll, losses);
        for (size_t i = 0; i < cells && at + i + 1 < n; i++)
            *nll += losses[i];
    }
    free(inputs);
    free(targets);
    free(losses);
    hy_lm_fini(&m);
    return status;
}

static hy_status evaluate(struct hy_trained *t, struct hy_backend backend, const char *name, const char *text,
                          size_t bytes)
{
    int32_t *ids = NULL;
    size_t n = 0;
    double nll = 0;
    hy_status status = hy_tokenizer_encode(&t->tokenizer, text, bytes, &ids, &n);
    if (status == HY_OK && n < 2)
        status = hy_fail(HY_BAD_INPUT, "the text has %zu tokens; at least 2 are needed to predict one", n);
    if (status == HY_OK)
        status = score(t, backend, ids, n, &nll);
    if (status == HY_OK) {
        double per_token = nll / (double)(n - 1);
        const int64_t characters = hy_tokenizer_predicted(&t->tokenizer, text, bytes, ids, n);
        printf("variant,text,tokens,loss,ppl,bits_per_char\n%s,%s,%zu,%.9g,%.9g,%.9g\n", t->config.name, name, n - 1,
               per_token, exp(per_token), nll / log(2) / (double)characters);
    } else {
        hy_fail_in(status, name);
    }
    free(ids);
    return status;
}

hy_status hy_cmd_eval(int argc, char **argv)
{
    struct hy_globals globals;
    const char *weights = NULL, *path = NULL;
    const struct hy_option table[] = {
        {.name = "weights", .kind = HY_OPT_STRING, .to = &weights, .value = "W.safetensors", .help = "trained weights"},
        {.name = "text",
         .kind = HY_OPT_STRING,
         .to = &path,
         .value = "F",
         .help = "the text (default: all of the corpus)"},
        {0}};
    const struct hy_command usage = {
        .name = "eval", .summary = "loss, perplexity and bits per character on a text", .options = table};
    struct hy_trained trained = {0};
    struct hy_corpus corpus = {0};
    struct hy_backend backend = hy_backend(HY_WHERE_CPU, HY_F32);
    char *text = NULL;
    size_t bytes = 0;
    bool help = false;
    hy_status status = hy_options_parse(&usage, argc, argv, &globals, &help, NULL);
    if (help || status != HY_OK)
        return status;
    if (!weights)
        return hy_fail(HY_BAD_INPUT, "eval needs --weights W.safetensors");
    status = hy_settings_apply(&globals, &backend);
    if (status == HY_OK)
        status = hy_trained_open(&trained, weights, true);
    if (status == HY_OK && path)
        status = hy_read_file(path, &text, &bytes);
    else if (status == HY_OK)
        status = hy_corpus_load(&corpus, globals.data);
    if (status == HY_OK)
        status = evaluate(&trained, backend, path ? path : corpus.name, path ? text : corpus.text,
                          path ? bytes : corpus.bytes);
    free(text);
    hy_corpus_fini(&corpus);
    hy_trained_fini(&trained);
    return status;
}
