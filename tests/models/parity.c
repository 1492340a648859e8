#include "tests/models/parity.h"

#include <criterion/criterion.h>
#include <glob.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "models/config_json.h"

char **parity_files(int *n)
{
    glob_t found;
    cr_assert_eq(glob("tests/data/parity/*.safetensors", 0, NULL, &found), 0, "run the tests from the project's root");
    char **names = calloc(found.gl_pathc, sizeof *names);
    *n = (int)found.gl_pathc;
    for (int i = 0; i < *n; i++)
        names[i] = hy_format("%s", found.gl_pathv[i]);
    globfree(&found);
    return names;
}

static const struct hy_st_tensor *get(struct parity_case *p, const char *name, enum hy_st_dtype dtype, int ndim,
                                      const size_t *shape)
{
    const struct hy_st_tensor *t = NULL;
    cr_assert_eq(hy_safetensors_get(&p->file, p->path, name, dtype, ndim, shape, &t), HY_OK, "%s", hy_error());
    return t;
}

void parity_open(struct parity_case *p, const char *path, enum hy_backend backend, enum hy_recompute recompute)
{
    snprintf(p->path, sizeof p->path, "%s", path);
    cr_assert_eq(hy_safetensors_read(path, &p->file), HY_OK, "%s", hy_error());
    const char *json = hy_safetensors_meta(&p->file, "variant");
    cr_assert_not_null(json);
    cr_assert_eq(hy_config_from_json_text(json, strlen(json), &p->config), HY_OK, "%s: %s", path, hy_error());
    cr_assert_eq(hy_weights_init(&p->weights, &p->config, true), HY_OK, "%s", hy_error());
    for (int i = 0; i < p->weights.params.n; i++) {
        const struct hy_param *q = &p->weights.params.items[i];
        size_t shape[2] = {(size_t)q->dims[0], (size_t)q->dims[1]};
        memcpy(hy_weights_at(&p->weights, HY_VALUES, i), get(p, q->name, HY_ST_F32, q->ndim, shape)->data,
               (size_t)q->count * sizeof(float));
    }
    const struct hy_st_tensor *ids = get(p, "ids", HY_ST_I32, 0, NULL),
                              *targets = get(p, "targets", HY_ST_I32, 0, NULL);
    p->lm = hy_lm_gradients(&p->config, &p->weights, (int)ids->shape[0], (int)ids->shape[1], recompute,
                            hy_backend_stored(backend));
    p->lm.p->poison = true;
    cr_assert_eq(hy_program_open(p->lm.p, backend), HY_OK, "%s", hy_error());
    hy_program_put(p->lm.p, p->lm.ids, ids->data);
    hy_program_put(p->lm.p, p->lm.targets, targets->data);
}

void parity_close(struct parity_case *p)
{
    hy_lm_fini(&p->lm);
    hy_weights_fini(&p->weights);
    hy_safetensors_fini(&p->file);
}

static double element(const struct hy_st_tensor *t, size_t i)
{
    double d;
    float f;
    if (t->dtype == HY_ST_F64) {
        memcpy(&d, (const char *)t->data + 8 * i, 8);
        return d;
    }
    memcpy(&f, (const char *)t->data + 4 * i, 4);
    return f;
}

double parity_error(const float *a, const struct hy_st_tensor *b)
{
    double apart = 0, size = 0;
    for (size_t i = 0; i < b->count; i++) {
        double e = element(b, i);
        if (!isfinite(a[i]) || !isfinite(e))
            return INFINITY;
        apart += (a[i] - e) * (a[i] - e);
        size += e * e;
    }
    return size > 0 ? sqrt(apart / size) : sqrt(apart);
}

double parity_length(const struct hy_st_tensor *b)
{
    double size = 0;
    for (size_t i = 0; i < b->count; i++)
        size += element(b, i) * element(b, i);
    return sqrt(size);
}
