#include "tests/models/parity.h"

#include <criterion/criterion.h>
#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "models/config/config_json.h"
#include "tests/models/tiny.h"

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

void parity_open(struct parity_case *p, const char *path, struct hy_backend backend, enum hy_recompute recompute,
                 bool other_products)
{
    snprintf(p->path, sizeof p->path, "%s", path);
    cr_assert_eq(hy_safetensors_read(path, &p->file), HY_OK, "%s", hy_error());
    const char *json = hy_safetensors_meta(&p->file, "variant");
    cr_assert_not_null(json);
    cr_assert_eq(hy_config_from_json_text(json, strlen(json), &p->config), HY_OK, "%s: %s", path, hy_error());
    if (other_products && p->config.in_proj != HY_IN_PROJ_AUTO)
        p->config.in_proj = tiny_other_products(p->config.in_proj);
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

/* Squares of the distance between a and the file's b, and of b's length. Infinite when anything is not finite. */
struct apart {
    double distance, length;
};

static struct apart compare(const float *a, const struct hy_st_tensor *b)
{
    struct apart s = {0, 0};
    for (size_t i = 0; i < b->count; i++) {
        double e = element(b, i);
        if (!isfinite(a[i]) || !isfinite(e))
            return (struct apart){INFINITY, 1};
        s.distance += (a[i] - e) * (a[i] - e);
        s.length += e * e;
    }
    return s;
}

static double relative(struct apart s)
{
    return s.length > 0 ? sqrt(s.distance / s.length) : sqrt(s.distance);
}

static double error_of(const struct parity_case *p, hy_t t, const char *name)
{
    const struct hy_st_tensor *expected = hy_safetensors_find(&p->file, name);
    cr_assert_not_null(expected, "%s: no %s", p->path, name);
    float *values = calloc(expected->count, sizeof *values);
    cr_assert_eq(hy_program_get(p->lm.p, t, values), HY_OK, "%s", hy_error());
    double error = relative(compare(values, expected));
    free(values);
    return error;
}

/* Of distances, relative to the length of what is compared. In bf16 every op rounds by up to 2^-8 of an element, and
 * some twenty roundings lie between a loss and the gradients of the first layer; errors of both signs meet in a
 * loss. A single small tensor, whose gradient is a difference of large terms, may be farther off. */
struct limits {
    double loss, logits, gradient, gradients;
};

static const struct limits in_f32 = {1e-5, 1e-5, 1e-5, 1e-5};
static const struct limits in_bf16 = {0x1p-8, 8 * 0x1p-8, 0.4, 23 * 0x1p-8};

void parity_check(const char *path, struct hy_backend backend, bool other_products)
{
    const struct limits limit = backend.precision == HY_BF16 ? in_bf16 : in_f32;
    struct parity_case p = {0};
    struct apart all = {0, 0};
    double worst = 0, logits = 0;
    char worst_name[96] = "";
    parity_open(&p, path, backend, HY_RECOMPUTE_NOTHING, other_products);
    hy_program_run(p.lm.p, NULL);
    if (!p.lm.p->tensors[p.lm.logits].gradient_in_place)
        logits = error_of(&p, p.lm.logits, "expect.logits");
    double loss = error_of(&p, p.lm.loss, "expect.loss");
    cr_expect_leq(logits, limit.logits, "%s: logits differ by %g", path, logits);
    cr_expect_leq(loss, limit.loss, "%s: the loss differs by %g", path, loss);

    cr_assert_eq(hy_weights_pull(&p.weights), HY_OK, "%s", hy_error());
    for (int i = 0; i < p.weights.params.n; i++) {
        char name[96];
        snprintf(name, sizeof name, "expect.grad.%s", p.weights.params.items[i].name);
        const struct hy_st_tensor *expected = hy_safetensors_find(&p.file, name);
        cr_assert_not_null(expected, "%s: no %s", path, name);
        struct apart one = compare(hy_weights_at(&p.weights, HY_GRADS, i), expected);
        double error = relative(one);
        cr_expect_leq(error, limit.gradient, "%s: %s differs by %g", path, name, error);
        all.distance += one.distance;
        all.length += one.length;
        if (error > worst) {
            worst = error;
            snprintf(worst_name, sizeof worst_name, "%s", name);
        }
    }
    cr_expect_leq(relative(all), limit.gradients, "%s: all gradients together differ by %g", path, relative(all));
    fprintf(stderr, "%-60s %s%s: loss %.1e, logits %.1e, gradients %.1e, worst %.1e (%s)\n", path,
            hy_backend_name(backend), other_products ? ", other products" : "", loss, logits, relative(all), worst,
            worst_name);
    parity_close(&p);
}

void parity_check_all(struct hy_backend backend)
{
    int n;
    char **files = parity_files(&n);
    cr_assert_geq(n, 14, "the parity cases are there");
    for (int i = 0; i < n; i++) {
        parity_check(files[i], backend, false);
        if (strstr(files[i], "fused") || strstr(files[i], "split-hybrid") || strstr(files[i], "split-mean"))
            parity_check(files[i], backend, true);
        free(files[i]);
    }
    free(files);
}
