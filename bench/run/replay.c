#include "bench/run/replay.h"

#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "models/config/config_json.h"
#include "models/program/weights_file.h"
#include "report/table/csv.h"

static hy_status write_config(const struct hy_replay *r, const struct hy_trainer *t)
{
    json_t *train = hy_training_json(&t->training);
    json_object_set_new(train, "steps", json_integer(r->done));
    json_object_set_new(train, "total_steps", json_integer(t->total_steps));
    /* the variant's own are what the programs were built with */
    json_object_set_new(train, "dropout", json_real(t->config.dropout));
    json_object_set_new(train, "label_smoothing", json_real(t->config.label_smoothing));
    json_t *config = json_pack("{so,so}", "variant", hy_config_json(&t->config), "train", train);
    char *text = json_dumps(config, JSON_INDENT(1) | JSON_REAL_PRECISION(17));
    char *path = hy_format("%s/config.json", r->dir);
    hy_status status = hy_write_file(path, text, strlen(text));
    free(path);
    free(text);
    json_decref(config);
    return status;
}

static hy_status write_weights(const struct hy_replay *r, const struct hy_trainer *t, const char *file)
{
    char *path = hy_format("%s/%s", r->dir, file);
    hy_status status = hy_weights_save(&t->weights, &t->config, NULL, path);
    free(path);
    return status;
}

hy_status hy_replay_open(struct hy_replay *r, const char *dir, const struct hy_trainer *t, long steps)
{
    *r = (struct hy_replay){.dir = dir, .steps = steps, .row = (size_t)t->training.batch * (size_t)t->config.seq_len};
    r->inputs = malloc((size_t)steps * r->row * sizeof *r->inputs);
    r->targets = malloc((size_t)steps * r->row * sizeof *r->targets);
    r->rows = malloc((size_t)steps * 3 * sizeof *r->rows);
    if (!r->inputs || !r->targets || !r->rows)
        return hy_fail(HY_RUN_FAILED, "no memory to keep the batches of %ld steps; replay fewer with --steps", steps);
    hy_status status = hy_make_folders(dir);
    return status == HY_OK ? write_weights(r, t, "init.safetensors") : status;
}

void hy_replay_batch(struct hy_replay *r, const struct hy_trainer *t)
{
    memcpy(r->inputs + (size_t)r->done * r->row, hy_trainer_ids(t), r->row * sizeof *r->inputs);
    memcpy(r->targets + (size_t)r->done * r->row, hy_trainer_targets(t), r->row * sizeof *r->targets);
}

void hy_replay_step(struct hy_replay *r, const struct hy_trainer *t)
{
    double *row = r->rows + 3 * r->done++;
    row[0] = t->lr;
    row[1] = t->loss;
    row[2] = t->norm;
}

static hy_status write_steps(const struct hy_replay *r)
{
    struct hy_new_file f = {0};
    struct hy_csv_writer w;
    char *path = hy_format("%s/steps.csv", r->dir);
    hy_status status = hy_new_file_open(&f, path);
    free(path);
    if (status != HY_OK)
        return status;
    fputs("step,lr,loss,grad_norm\n", f.stream);
    hy_csv_writer_init(&w, f.stream);
    for (long i = 0; i < r->done; i++) {
        hy_csv_put_integer(&w, i);
        for (int k = 0; k < 3; k++)
            hy_csv_put_float(&w, r->rows[3 * i + k]);
        hy_csv_end_row(&w);
    }
    return hy_new_file_commit(&f);
}

hy_status hy_replay_finish(struct hy_replay *r, const struct hy_trainer *t)
{
    struct hy_st_tensor batches[2] = {
        {.name = "inputs", .dtype = HY_ST_I32, .ndim = 3, .data = r->inputs},
        {.name = "targets", .dtype = HY_ST_I32, .ndim = 3, .data = r->targets},
    };
    for (int i = 0; i < 2; i++) {
        batches[i].shape[0] = (size_t)r->done;
        batches[i].shape[1] = (size_t)t->training.batch;
        batches[i].shape[2] = (size_t)t->config.seq_len;
    }
    char *path = hy_format("%s/batches.safetensors", r->dir);
    hy_status status = hy_safetensors_write(path, batches, 2, NULL);
    free(path);
    if (status == HY_OK)
        status = write_steps(r);
    if (status == HY_OK)
        status = write_weights(r, t, "final.safetensors");
    return status == HY_OK ? write_config(r, t) : status;
}

void hy_replay_fini(struct hy_replay *r)
{
    if (!r)
        return;
    free(r->inputs);
    free(r->targets);
    free(r->rows);
    *r = (struct hy_replay){0};
}
