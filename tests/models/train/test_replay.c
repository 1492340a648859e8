/* Twenty steps without dropout against PyTorch in float64 (tests/oracle/make_replay_fixture.py). */
#include <criterion/criterion.h>
#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "models/config/config_json.h"
#include "models/program/safetensors.h"
#include "models/train/trainer.h"

static struct hy_safetensors open_file(const char *dir, const char *name)
{
    struct hy_safetensors s;
    char *path = hy_format("%s/%s", dir, name);
    cr_assert_eq(hy_safetensors_read(path, &s), HY_OK, "%s", hy_error());
    free(path);
    return s;
}

static double number(json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    cr_assert(json_is_number(value), "config.json has %s", key);
    return json_number_value(value);
}

static void check(const char *dir)
{
    char *path = hy_format("%s/config.json", dir);
    json_t *config = json_load_file(path, 0, NULL), *g = json_object_get(config, "train");
    struct hy_config c;
    cr_assert_eq(hy_config_from_json(json_object_get(config, "variant"), &c), HY_OK, "%s", hy_error());
    struct hy_training training = {.batch = (int)number(g, "batch"),
                                   .warmup = (int)number(g, "warmup"),
                                   .lr = number(g, "lr"),
                                   .min_ratio = number(g, "min_ratio"),
                                   .beta1 = number(g, "beta1"),
                                   .beta2 = number(g, "beta2"),
                                   .eps = number(g, "eps"),
                                   .weight_decay = number(g, "weight_decay"),
                                   .clip = number(g, "clip")};
    struct hy_trainer t;
    cr_assert_eq(hy_trainer_init(&t, &c, &training, (long)number(g, "total_steps"), hy_backend(HY_WHERE_CPU, HY_F32)),
                 HY_OK);
    struct hy_safetensors init = open_file(dir, "init.safetensors"), batches = open_file(dir, "batches.safetensors");
    for (int i = 0; i < t.weights.params.n; i++) {
        const struct hy_st_tensor *x = hy_safetensors_find(&init, t.weights.params.items[i].name);
        cr_assert(x && x->count == (size_t)t.weights.params.items[i].count);
        memcpy(hy_weights_at(&t.weights, HY_VALUES, i), x->data, x->count * sizeof(float));
    }
    const struct hy_st_tensor *in = hy_safetensors_find(&batches, "inputs"),
                              *out = hy_safetensors_find(&batches, "targets");
    size_t row = in->count / in->shape[0] * sizeof(int32_t);
    free(path);
    path = hy_format("%s/steps.csv", dir);
    FILE *f = fopen(path, "r");
    char line[256];
    double worst = 0;
    int n = 0;
    cr_assert(f && fgets(line, sizeof line, f));
    for (; fgets(line, sizeof line, f); n++) {
        double lr, loss, norm;
        int step;
        cr_assert_eq(sscanf(line, "%d,%lf,%lf,%lf", &step, &lr, &loss, &norm), 4, "%s", line);
        memcpy(hy_trainer_ids(&t), (const char *)in->data + (size_t)n * row, row);
        memcpy(hy_trainer_targets(&t), (const char *)out->data + (size_t)n * row, row);
        cr_assert_eq(hy_trainer_step(&t, NULL), HY_OK, "%s", hy_error());
        cr_expect_float_eq(t.lr, lr, 1e-6 * lr + 1e-30, "%s step %d: rate %g, PyTorch %g", dir, n, t.lr, lr);
        cr_expect_leq(fabs(t.loss - loss), 2e-4 * loss, "%s step %d: loss %g, PyTorch %g", dir, n, (double)t.loss,
                      loss);
        cr_expect_leq(fabs(t.norm - norm), 2e-3 * norm, "%s step %d: norm %g, PyTorch %g", dir, n, (double)t.norm,
                      norm);
        worst = fmax(worst, fabs(t.loss - loss) / loss);
    }
    fclose(f);
    cr_assert_eq(n, 20);
    fprintf(stderr, "%s: losses agree to %.1e\n", dir, worst);
    free(path);
    json_decref(config);
    hy_safetensors_fini(&init);
    hy_safetensors_fini(&batches);
    hy_trainer_fini(&t);
}

Test(replay, agrees_with_pytorch)
{
    glob_t found;
    cr_assert_eq(glob("tests/data/replay/*", GLOB_ONLYDIR, NULL, &found), 0);
    cr_assert_geq(found.gl_pathc, 2);
    for (size_t i = 0; i < found.gl_pathc; i++)
        check(found.gl_pathv[i]);
    globfree(&found);
}
