#include "bench/cli/trained.h"

#include <stdlib.h>
#include <string.h>

#include "models/program/weights_file.h"

hy_status hy_trained_open(struct hy_trained *t, const char *path, bool need_tokenizer)
{
    char *json = NULL;
    *t = (struct hy_trained){0};
    hy_status status = hy_weights_load(path, &t->config, &t->weights, &json);
    if (status != HY_OK)
        return status;
    if (json)
        status = hy_tokenizer_parse(&t->tokenizer, json, strlen(json), path);
    t->has_tokenizer = json && status == HY_OK;
    free(json);
    if (status == HY_OK && need_tokenizer && !t->has_tokenizer)
        status = hy_fail(HY_BAD_INPUT,
                         "'%s' has no tokenizer in it, which text needs; use weights of `train` or `ablation`", path);
    if (status == HY_OK && t->has_tokenizer && t->tokenizer.size > t->config.vocab)
        status = hy_fail(HY_BAD_INPUT, "'%s': its tokenizer has %d tokens, its model only %d", path, t->tokenizer.size,
                         t->config.vocab);
    if (status != HY_OK)
        hy_trained_fini(t);
    return status;
}

void hy_trained_fini(struct hy_trained *t)
{
    if (!t)
        return;
    hy_weights_fini(&t->weights);
    if (t->has_tokenizer)
        hy_tokenizer_fini(&t->tokenizer);
    *t = (struct hy_trained){0};
}
