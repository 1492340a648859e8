#include "models/program/weights_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "models/config/config_json.h"

struct hy_st_tensor hy_weights_entry(const struct hy_param *p, const char *name, const float *data)
{
    struct hy_st_tensor t = {.name = name, .dtype = HY_ST_F32, .ndim = p->ndim, .data = data};
    for (int i = 0; i < p->ndim; i++)
        t.shape[i] = (size_t)p->dims[i];
    return t;
}

hy_status hy_weights_take(const struct hy_safetensors *s, const char *path, const char *name, struct hy_weights *w,
                          enum hy_vector vector, int i)
{
    const struct hy_param *p = &w->params.items[i];
    const struct hy_st_tensor wanted = hy_weights_entry(p, name, NULL);
    float *to = hy_weights_at(w, vector, i);
    hy_status status = hy_safetensors_floats(s, path, name, p->ndim, wanted.shape, to);
    for (int64_t k = 0; status == HY_OK && k < p->count; k++)
        if (!isfinite(to[k]))
            status = hy_fail(HY_RUN_FAILED, "'%s': tensor '%s' holds %g at element %lld: these weights are no model's",
                             path, name, (double)to[k], (long long)k);
    return status;
}

hy_status hy_weights_save(const struct hy_weights *w, const struct hy_config *c, const char *tokenizer,
                          const char *path)
{
    struct hy_st_tensor *tensors = calloc((size_t)w->params.n, sizeof *tensors);
    char *variant = hy_config_to_json(c);
    json_t *metadata = json_pack("{ss,ss*}", "hymbench", variant, "tokenizer", tokenizer);
    HY_ASSERT(tensors && metadata, "out of memory for a list of names");
    for (int i = 0; i < w->params.n; i++)
        tensors[i] = hy_weights_entry(&w->params.items[i], w->params.items[i].name, hy_weights_at(w, HY_VALUES, i));
    hy_status status = hy_weights_pull(w);
    if (status == HY_OK)
        status = hy_safetensors_write(path, tensors, w->params.n, metadata);
    json_decref(metadata);
    free(variant);
    free(tensors);
    return status;
}

hy_status hy_weights_variant(const struct hy_safetensors *s, const char *path, struct hy_config *c)
{
    const char *json = hy_safetensors_meta(s, "hymbench");
    if (!json)
        return hy_fail(HY_BAD_INPUT, "'%s' has no \"hymbench\" metadata: it is no weights file of this program", path);
    hy_status status = hy_config_from_json_text(json, strlen(json), c);
    return status == HY_OK ? HY_OK : hy_fail_in(status, path);
}

static hy_status check_count(const struct hy_safetensors *s, const char *path, const struct hy_config *c)
{
    size_t there = 0;
    for (int i = 0; i < s->n; i++)
        there += s->tensors[i].count;
    if (there == (size_t)hy_params_count(c))
        return HY_OK;
    return hy_fail(HY_BAD_INPUT, "'%s' holds %zu numbers, variant '%s' has %lld parameters", path, there, c->name,
                   (long long)hy_params_count(c));
}

hy_status hy_weights_load(const char *path, struct hy_config *c, struct hy_weights *w, char **tokenizer)
{
    struct hy_safetensors s;
    *w = (struct hy_weights){0};
    *tokenizer = NULL;
    hy_status status = hy_safetensors_read(path, &s);
    if (status != HY_OK)
        return status;
    status = hy_weights_variant(&s, path, c);
    if (status == HY_OK)
        status = check_count(&s, path, c); /* before memory is taken: the metadata may claim any size */
    if (status == HY_OK)
        status = hy_weights_init(w, c, false);
    if (status == HY_OK && s.n != w->params.n)
        status = hy_fail(HY_BAD_INPUT, "'%s' holds %d tensors, variant '%s' has %d parameters", path, s.n, c->name,
                         w->params.n);
    for (int i = 0; i < w->params.n && status == HY_OK; i++)
        status = hy_weights_take(&s, path, w->params.items[i].name, w, HY_VALUES, i);
    const char *text = hy_safetensors_meta(&s, "tokenizer");
    if (status == HY_OK && text)
        *tokenizer = hy_format("%s", text);
    hy_safetensors_fini(&s);
    if (status != HY_OK)
        hy_weights_fini(w);
    return status;
}
