#include "bench/run/record.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "bench/run/conditions_json.h"
#include "kernels/base/file.h"
#include "report/table/figures.h"

/* The figures by their JSON keys, which are their fields' names. */
static const struct {
    const char *key;
    size_t offset;
    enum hy_figure_start start;
} figures[] = {
#define HY_COLUMN(column, unit, tables, decimals, meaning)
#define HY_FIGURE(field, column, unit, start, shown, average, tables, decimals, meaning) \
    {#field, offsetof(struct hy_record, field), HY_START_##start},
#include "report/table/figures.inc"
#undef HY_FIGURE
#undef HY_COLUMN
};
enum { FIGURES = sizeof figures / sizeof *figures };

static double *figure_of(struct hy_record *r, size_t i)
{
    return (double *)(void *)((char *)r + figures[i].offset);
}

void hy_record_init(struct hy_record *r, const char *variant, uint64_t seed)
{
    *r = (struct hy_record){.seed = seed, .gpu = {NAN, NAN, NAN, NAN, ""}};
    for (size_t i = 0; i < FIGURES; i++)
        *figure_of(r, i) = figures[i].start == HY_START_ADDED ? 0 : (double)NAN;
    r->conditions = r->ops_conditions = hy_conditions_unknown;
    snprintf(r->variant, sizeof r->variant, "%s", variant);
    snprintf(r->status, sizeof r->status, "running");
}

void hy_record_fini(struct hy_record *r)
{
    if (!r)
        return;
    for (int i = 0; i < HY_MAX_PROMPTS; i++) {
        free(r->samples[i].before);
        free(r->samples[i].after);
    }
    free(r->ops);
    for (int part = 0; part < HY_PARTS; part++)
        free(r->scored[part]);
    *r = (struct hy_record){0};
}

void hy_record_add_stretch(struct hy_record *r, const struct hy_gpu_stretch *s)
{
    r->joules += s->joules;
    r->gpu = s->state;
}

void hy_record_take_samples(struct hy_record *r, enum hy_part part, struct hy_evaluation *e)
{
    free(r->scored[part]);
    r->scored[part] = e->samples;
    r->n_scored[part] = e->n_samples;
    e->samples = NULL;
    e->n_samples = 0;
}

void hy_record_take_profile(struct hy_record *r, struct hy_profile *p)
{
    free(r->ops);
    r->ops = p->rows;
    r->n_ops = p->n;
    r->ops_conditions = p->conditions;
    r->trace_ratio = p->trace_ratio;
    r->busy_pct = p->busy_pct;
    *p = (struct hy_profile){0};
}

/* JSON has no NaN: what is not known is null. */
static json_t *number(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

static double number_of(json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static void text_of(json_t *object, const char *key, char *out, size_t size)
{
    const char *text = json_string_value(json_object_get(object, key));
    snprintf(out, size, "%s", text ? text : "");
}

/* The numbers of a cell, in one order for writing and reading. */
enum { SCALING_NUMBERS = 14 };
static void scaling_numbers(struct hy_scaling_row *s, double *out[SCALING_NUMBERS])
{
    double *const all[SCALING_NUMBERS] = {&s->prefill_tok_s, &s->decode_tok_s, &s->decode_gbps, &s->cache_bytes,
                                          &s->cache_formula, &s->cache_plain,  &s->ssm_bytes,   &s->state_formula,
                                          &s->planned_bytes, &s->peak_bytes,   &s->global_us,   &s->local_us,
                                          &s->shared_us,     &s->ssm_us};
    memcpy(out, all, sizeof all);
}

static json_t *positions_json(const struct hy_record *r)
{
    json_t *list = json_array();
    for (int i = 0; i < r->n_positions; i++) {
        const struct hy_position_row *p = &r->positions[i];
        json_array_append_new(list,
                              json_pack("[i,i,I,o]", p->first, p->last, (json_int_t)p->targets, number(p->nll_sum)));
    }
    return list;
}

/* A list per part, by its name. */
static json_t *scored_json(const struct hy_record *r)
{
    json_t *parts = json_object();
    for (int part = 0; part < HY_PARTS; part++) {
        json_t *list = json_array();
        for (int i = 0; i < r->n_scored[part]; i++) {
            const struct hy_sample_loss *s = &r->scored[part][i];
            json_array_append_new(list, json_pack("[i,I,o]", s->sample, (json_int_t)s->targets, number(s->nll_sum)));
        }
        json_object_set_new(parts, hy_part_name((enum hy_part)part), list);
    }
    return parts;
}

static json_t *recall_json(const struct hy_record *r)
{
    json_t *list = json_array();
    for (int i = 0; i < r->n_recall; i++)
        json_array_append_new(list, json_pack("[i,I,I]", r->recall[i].pairs, (json_int_t)r->recall[i].queries,
                                              (json_int_t)r->recall[i].correct));
    return list;
}

static json_t *scaling_json(const struct hy_record *r)
{
    json_t *list = json_array();
    for (int i = 0; i < r->n_scaling; i++) {
        struct hy_scaling_row s = r->scaling[i];
        double *numbers[SCALING_NUMBERS];
        json_t *row = json_pack("[i,i,s]", s.context, s.batch, s.stop_reason);
        scaling_numbers(&s, numbers);
        for (int k = 0; k < SCALING_NUMBERS; k++)
            json_array_append_new(row, number(*numbers[k]));
        json_array_append_new(row, hy_conditions_json(&s.conditions));
        json_array_append_new(row, number(s.decode_joules)); /* came later: behind what is older */
        json_array_append_new(list, row);
    }
    return list;
}

static int int_at(json_t *row, size_t i)
{
    return (int)json_integer_value(json_array_get(row, i));
}

static void parse_positions(struct hy_record *r, json_t *list)
{
    for (size_t i = 0; i < json_array_size(list) && i < HY_POSITION_ROWS; i++) {
        json_t *row = json_array_get(list, i);
        r->positions[r->n_positions++] =
            (struct hy_position_row){int_at(row, 0), int_at(row, 1), (long)json_integer_value(json_array_get(row, 2)),
                                     json_number_value(json_array_get(row, 3))};
    }
}

static void parse_recall(struct hy_record *r, json_t *list)
{
    for (size_t i = 0; i < json_array_size(list) && i < HY_RECALL_ROWS; i++) {
        json_t *row = json_array_get(list, i);
        r->recall[r->n_recall++] =
            (struct hy_recall_row){int_at(row, 0), (long)json_integer_value(json_array_get(row, 1)),
                                   (long)json_integer_value(json_array_get(row, 2))};
    }
}

static void parse_scored(struct hy_record *r, json_t *parts)
{
    for (int part = 0; part < HY_PARTS; part++) {
        json_t *list = json_object_get(parts, hy_part_name((enum hy_part)part));
        r->scored[part] = calloc(json_array_size(list) + 1, sizeof *r->scored[part]);
        HY_ASSERT(r->scored[part], "out of memory for a record that is already read");
        for (size_t i = 0; i < json_array_size(list); i++) {
            json_t *row = json_array_get(list, i), *nll = json_array_get(row, 2);
            r->scored[part][r->n_scored[part]++] =
                (struct hy_sample_loss){int_at(row, 0), (long)json_integer_value(json_array_get(row, 1)),
                                        json_is_number(nll) ? json_number_value(nll) : (double)NAN};
        }
    }
}

static double number_at(json_t *row, size_t i)
{
    json_t *value = json_array_get(row, i);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

static void parse_scaling(struct hy_record *r, json_t *list)
{
    for (size_t i = 0; i < json_array_size(list) && i < HY_SCALING_ROWS; i++) {
        json_t *row = json_array_get(list, i);
        struct hy_scaling_row *s = &r->scaling[r->n_scaling++];
        const char *reason = json_string_value(json_array_get(row, 2));
        double *numbers[SCALING_NUMBERS];
        s->context = int_at(row, 0);
        s->batch = int_at(row, 1);
        snprintf(s->stop_reason, sizeof s->stop_reason, "%s", reason ? reason : "");
        scaling_numbers(s, numbers);
        for (size_t k = 0; k < SCALING_NUMBERS; k++)
            *numbers[k] = number_at(row, 3 + k);
        s->decode_joules = number_at(row, 4 + SCALING_NUMBERS);
        s->conditions = hy_conditions_of_json(json_array_get(row, 3 + SCALING_NUMBERS));
    }
}

json_t *hy_record_json(const struct hy_record *r)
{
    json_t *j = json_object(), *samples = json_array(), *ops = json_array();
    json_object_set_new(j, "variant", json_string(r->variant));
    json_object_set_new(j, "seed", json_integer((json_int_t)r->seed));
    json_object_set_new(j, "status", json_string(r->status));
    json_object_set_new(j, "started", json_string(r->started));
    json_object_set_new(j, "steps", json_integer(r->steps));
    json_object_set_new(j, "best_samples", json_integer(r->best_samples));
    json_object_set_new(j, "final_samples", json_integer(r->final_samples));
    json_object_set_new(j, "init_sha256", json_string(r->init_sha256));
    for (size_t i = 0; i < FIGURES; i++)
        json_object_set_new(j, figures[i].key,
                            number(*(const double *)(const void *)((const char *)r + figures[i].offset)));
    for (int i = 0; i < HY_MAX_PROMPTS; i++)
        json_array_append_new(samples, json_pack("[s?,s?]", r->samples[i].before, r->samples[i].after));
    json_object_set_new(j, "gpu",
                        json_pack("{so,so,so,so,ss}", "sm_mhz", number(r->gpu.sm_mhz), "memory_mhz",
                                  number(r->gpu.memory_mhz), "power_w", number(r->gpu.power_w), "temperature_c",
                                  number(r->gpu.temperature_c), "throttle", r->gpu.throttle));
    for (int i = 0; i < r->n_ops; i++) {
        const struct hy_op_row *o = &r->ops[i];
        json_array_append_new(ops, json_pack("{ss,ss,si,si,so,so,so,so,so,so,si,si,si}", "op", o->op, "pass", o->pass,
                                             "layer", o->layer, "calls", (int)o->calls, "time_ms", number(o->time_ms),
                                             "share_pct", number(o->share_pct), "flops", number(o->flops), "bytes",
                                             number(o->bytes), "roof_pct", number(o->roof_pct), "device_ms",
                                             number(o->device_ms), "kernels", (int)o->kernels, "copies", (int)o->copies,
                                             "sets", (int)o->sets));
    }
    json_object_set_new(j, "conditions", hy_conditions_json(&r->conditions));
    json_object_set_new(j, "ops_conditions", hy_conditions_json(&r->ops_conditions));
    json_object_set_new(j, "samples", samples);
    json_object_set_new(j, "ops", ops);
    json_object_set_new(j, "positions", positions_json(r));
    json_object_set_new(j, "scaling", scaling_json(r));
    json_object_set_new(j, "recall", recall_json(r));
    json_object_set_new(j, "scored", scored_json(r));
    return j;
}

static char *copy_of(json_t *value)
{
    return json_is_string(value) ? hy_format("%s", json_string_value(value)) : NULL;
}

hy_status hy_record_parse(struct hy_record *r, json_t *j, const char *where)
{
    json_t *samples = json_object_get(j, "samples"), *ops = json_object_get(j, "ops");
    hy_record_init(r, "", 0);
    text_of(j, "variant", r->variant, sizeof r->variant);
    text_of(j, "status", r->status, sizeof r->status);
    if (!json_is_object(j) || !r->variant[0] || !r->status[0])
        return hy_fail(HY_BAD_INPUT, "'%s' holds no record of a run; delete it to train that variant anew", where);
    text_of(j, "started", r->started, sizeof r->started);
    text_of(j, "init_sha256", r->init_sha256, sizeof r->init_sha256);
    r->seed = (uint64_t)json_integer_value(json_object_get(j, "seed"));
    r->steps = (long)json_integer_value(json_object_get(j, "steps"));
    r->best_samples = (long)json_integer_value(json_object_get(j, "best_samples"));
    r->final_samples = (long)json_integer_value(json_object_get(j, "final_samples"));
    for (size_t i = 0; i < FIGURES; i++) /* a key that an older program did not write: not measured */
        *figure_of(r, i) = number_of(j, figures[i].key);
    json_t *gpu = json_object_get(j, "gpu");
    r->gpu = (struct hy_nvml_sample){number_of(gpu, "sm_mhz"), number_of(gpu, "memory_mhz"), number_of(gpu, "power_w"),
                                     number_of(gpu, "temperature_c"), ""};
    text_of(gpu, "throttle", r->gpu.throttle, sizeof r->gpu.throttle);
    for (size_t i = 0; i < json_array_size(samples) && i < HY_MAX_PROMPTS; i++) {
        r->samples[i].before = copy_of(json_array_get(json_array_get(samples, i), 0));
        r->samples[i].after = copy_of(json_array_get(json_array_get(samples, i), 1));
    }
    parse_positions(r, json_object_get(j, "positions"));
    parse_recall(r, json_object_get(j, "recall"));
    parse_scaling(r, json_object_get(j, "scaling"));
    parse_scored(r, json_object_get(j, "scored"));
    r->conditions = hy_conditions_of_json(json_object_get(j, "conditions"));
    r->ops_conditions = hy_conditions_of_json(json_object_get(j, "ops_conditions"));
    r->ops = calloc(json_array_size(ops) + 1, sizeof *r->ops);
    HY_ASSERT(r->ops, "out of memory for a record that is already read");
    for (size_t i = 0; i < json_array_size(ops); i++) {
        json_t *row = json_array_get(ops, i);
        struct hy_op_row *o = &r->ops[r->n_ops++];
        text_of(row, "op", o->op, sizeof o->op);
        text_of(row, "pass", o->pass, sizeof o->pass);
        o->layer = (int)json_integer_value(json_object_get(row, "layer"));
        o->calls = (long)json_integer_value(json_object_get(row, "calls"));
        o->time_ms = number_of(row, "time_ms");
        o->share_pct = number_of(row, "share_pct");
        o->flops = number_of(row, "flops");
        o->bytes = number_of(row, "bytes");
        o->roof_pct = number_of(row, "roof_pct");
        o->device_ms = number_of(row, "device_ms");
        o->kernels = (long)json_integer_value(json_object_get(row, "kernels"));
        o->copies = (long)json_integer_value(json_object_get(row, "copies"));
        o->sets = (long)json_integer_value(json_object_get(row, "sets"));
    }
    return HY_OK;
}

hy_status hy_record_save(const struct hy_record *r, const char *path)
{
    json_t *j = hy_record_json(r);
    char *text = json_dumps(j, JSON_INDENT(1) | JSON_REAL_PRECISION(17));
    json_decref(j);
    HY_ASSERT(text, "a record is valid UTF-8");
    hy_status status = hy_write_file(path, text, strlen(text));
    free(text);
    return status;
}

hy_status hy_record_load(struct hy_record *r, const char *path)
{
    *r = (struct hy_record){0};
    json_error_t error;
    json_t *j = json_load_file(path, 0, &error);
    if (!j)
        return hy_fail(HY_BAD_INPUT, "'%s': %s; delete it to train that variant anew", path, error.text);
    hy_status status = hy_record_parse(r, j, path);
    json_decref(j);
    if (status != HY_OK)
        hy_record_fini(r);
    return status;
}

int hy_record_done(const struct hy_record *r)
{
    return strcmp(r->status, "ok") == 0 || strcmp(r->status, "nan") == 0;
}
