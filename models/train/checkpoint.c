#include "models/train/checkpoint.h"

#include <stdlib.h>

#include "kernels/base/file.h"
#include "models/config/config_json.h"
#include "models/program/weights_file.h"

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
        tensors[i] = hy_weights_entry(p, state_name(p, i % KEPT), hy_weights_at(w, kept[i % KEPT].vector, i / KEPT));
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
    hy_status status = hy_weights_variant(s, path, &c);
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
        status = hy_weights_take(&s, path, name, &t->weights, kept[i % KEPT].vector, i / KEPT);
        free(name);
    }
    hy_weights_push(&t->weights);
    if (status == HY_OK)
        t->step = step;
    hy_safetensors_fini(&s);
    return status;
}
