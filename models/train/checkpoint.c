/* Weights files and the state of an interrupted run. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "models/config/config_json.h"
#include "models/program/safetensors.h"
#include "models/train/trainer.h"

static struct hy_st_tensor entry(const struct hy_param *p, const char *name, const float *data)
{
    struct hy_st_tensor t = {.name = name, .dtype = HY_ST_F32, .ndim = p->ndim, .data = data};
    for (int i = 0; i < p->ndim; i++)
        t.shape[i] = (size_t)p->dims[i];
    return t;
}

/* Takes one tensor of the file as parameter `i` of one vector. */
static hy_status take(const struct hy_safetensors *s, const char *path, const char *name, struct hy_weights *w,
                      enum hy_vector vector, int i)
{
    const struct hy_param *p = &w->params.items[i];
    const struct hy_st_tensor wanted = entry(p, name, NULL);
    float *to = hy_weights_at(w, vector, i);
    hy_status status = hy_safetensors_floats(s, path, name, p->ndim, wanted.shape, to);
    for (int64_t k = 0; status == HY_OK && k < p->count; k++)
        if (!isfinite(to[k]))
            status = hy_fail(HY_RUN_FAILED, "'%s': tensor '%s' holds %g at element %lld: these weights are no model's",
                             path, name, (double)to[k], (long long)k);
    return status;
}

/* ---- weights ----------------------------------------------------------------------- */

hy_status hy_weights_save(const struct hy_weights *w, const struct hy_config *c, const char *tokenizer,
                          const char *path)
{
    struct hy_st_tensor *tensors = calloc((size_t)w->params.n, sizeof *tensors);
    char *variant = hy_config_to_json(c);
    json_t *metadata = json_pack("{ss,ss*}", "hymbench", variant, "tokenizer", tokenizer);
    HY_ASSERT(tensors && metadata, "out of memory for a list of names");
    for (int i = 0; i < w->params.n; i++)
        tensors[i] = entry(&w->params.items[i], w->params.items[i].name, hy_weights_at(w, HY_VALUES, i));
    hy_status status = hy_weights_pull(w);
    if (status == HY_OK)
        status = hy_safetensors_write(path, tensors, w->params.n, metadata);
    json_decref(metadata);
    free(variant);
    free(tensors);
    return status;
}

static hy_status variant_of(const struct hy_safetensors *s, const char *path, struct hy_config *c)
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
    status = variant_of(&s, path, c);
    if (status == HY_OK)
        status = check_count(&s, path, c); /* before memory is taken: the metadata may claim any size */
    if (status == HY_OK)
        status = hy_weights_init(w, c, false);
    if (status == HY_OK && s.n != w->params.n)
        status = hy_fail(HY_BAD_INPUT, "'%s' holds %d tensors, variant '%s' has %d parameters", path, s.n, c->name,
                         w->params.n);
    for (int i = 0; i < w->params.n && status == HY_OK; i++)
        status = take(&s, path, w->params.items[i].name, w, HY_VALUES, i);
    const char *text = hy_safetensors_meta(&s, "tokenizer");
    if (status == HY_OK && text)
        *tokenizer = hy_format("%s", text);
    hy_safetensors_fini(&s);
    if (status != HY_OK)
        hy_weights_fini(w);
    return status;
}

/* ---- state ------------------------------------------------------------------------- */

static const struct {
    enum hy_vector vector;
    const char *prefix;
} kept[] = {{HY_VALUES, "value."}, {HY_MOMENT1, "moment1."}, {HY_MOMENT2, "moment2."}};
enum { KEPT = sizeof kept / sizeof *kept };

static char *state_name(const struct hy_param *p, int k)
{
    return hy_format("%s%s", kept[k].prefix, p->name);
}

hy_status hy_trainer_save(const struct hy_trainer *t, json_t *notes, const char *path)
{
    const struct hy_weights *w = &t->weights;
    int n = KEPT * w->params.n;
    struct hy_st_tensor *tensors = calloc((size_t)n, sizeof *tensors);
    char *variant = hy_config_to_json(&t->config), *step = hy_format("%ld", t->step);
    char *text = json_dumps(notes, JSON_COMPACT | JSON_REAL_PRECISION(17));
    json_t *metadata = json_pack("{ss,ss,ss}", "hymbench", variant, "step", step, "notes", text);
    HY_ASSERT(tensors && metadata, "out of memory for a list of names");
    for (int i = 0; i < n; i++) {
        const struct hy_param *p = &w->params.items[i / KEPT];
        tensors[i] = entry(p, state_name(p, i % KEPT), hy_weights_at(w, kept[i % KEPT].vector, i / KEPT));
    }
    hy_status status = hy_weights_pull(w);
    if (status == HY_OK)
        status = hy_safetensors_write(path, tensors, n, metadata);
    for (int i = 0; i < n; i++)
        free((char *)(uintptr_t)tensors[i].name);
    json_decref(metadata);
    free(text);
    free(step);
    free(variant);
    free(tensors);
    return status;
}

static hy_status check_state(const struct hy_safetensors *s, const char *path, const struct hy_trainer *t, long *step,
                             json_t **notes)
{
    struct hy_config c;
    hy_status status = variant_of(s, path, &c);
    if (status != HY_OK)
        return status;
    if (!hy_config_equal(&c, &t->config))
        return hy_fail(HY_BAD_INPUT, "'%s' is the state of another configuration; delete it to train '%s' anew", path,
                       t->config.name);
    const char *number = hy_safetensors_meta(s, "step"), *text = hy_safetensors_meta(s, "notes");
    char *end = NULL;
    *step = number ? strtol(number, &end, 10) : -1;
    *notes = text ? json_loads(text, 0, NULL) : NULL;
    if (!end || *end || *step < 0 || !*notes)
        return hy_fail(HY_BAD_INPUT, "'%s' does not say which step it is of; delete it to train '%s' anew", path,
                       t->config.name);
    return HY_OK;
}

hy_status hy_trainer_load(struct hy_trainer *t, const char *path, json_t **notes)
{
    struct hy_safetensors s;
    long step = 0;
    *notes = NULL;
    hy_status status = hy_safetensors_read(path, &s);
    if (status != HY_OK)
        return status;
    status = check_state(&s, path, t, &step, notes);
    for (int i = 0; i < KEPT * t->weights.params.n && status == HY_OK; i++) {
        char *name = state_name(&t->weights.params.items[i / KEPT], i % KEPT);
        status = take(&s, path, name, &t->weights, kept[i % KEPT].vector, i / KEPT);
        free(name);
    }
    hy_weights_push(&t->weights);
    if (status == HY_OK)
        t->step = step;
    hy_safetensors_fini(&s);
    return status;
}
