#include "models/config/config_json.h"

#include <float.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/config/block.h"
#include "models/config/layers.h"
#include "models/config/resolve.h"

enum { MAX_TEXT = 1 << 20 };

/* ---- writing -------------------------------------------------------------------- */

static json_t *field_json(const struct hy_field *f, const void *object)
{
    const void *at = hy_field_in(f, object);
    char text[32];
    switch (f->type) {
    case HY_FIELD_INT:
        return json_integer(*(const int *)at);
    case HY_FIELD_INT64:
        return json_integer(*(const int64_t *)at);
    case HY_FIELD_UINT64: /* as a number where JSON's integers reach, else as text */
        hy_field_print(f, object, text);
        return *(const uint64_t *)at <= INT64_MAX ? json_integer((json_int_t) * (const uint64_t *)at)
                                                  : json_string(text);
    case HY_FIELD_FLOAT: /* the nearest short decimal: 0.1, not 0.10000000149011612 */
        hy_field_print(f, object, text);
        return json_real(strtod(text, NULL));
    case HY_FIELD_DOUBLE:
        return json_real(*(const double *)at);
    case HY_FIELD_BOOL:
        return json_boolean(*(const bool *)at);
    case HY_FIELD_CHOICE:
        hy_field_print(f, object, text);
        return json_string(text);
    }
    return NULL;
}

static void put(json_t *object, const char *key, json_t *value)
{
    int failed = json_object_set_new(object, key, value);
    HY_ASSERT(!failed, "a field becomes JSON (memory, or a name that is no UTF-8)");
}

/* The model's own, without the choices that are the implementation's anyway. */
static void put_model(json_t *object, const struct hy_config *c)
{
    for (int i = 0; i < hy_model_fields.n; i++)
        if (!hy_is_own_choice(c, &hy_model_fields.rows[i]))
            put(object, hy_model_fields.rows[i].key, field_json(&hy_model_fields.rows[i], c));
}

static void put_fields(json_t *object, struct hy_fields table, const void *from)
{
    for (int i = 0; i < table.n; i++)
        put(object, table.rows[i].key, field_json(&table.rows[i], from));
}

json_t *hy_config_json(const struct hy_config *c)
{
    json_t *object = json_object(), *globals = json_array(), *lists = json_array();
    struct hy_groups groups;
    int indices[HY_MAX_LAYERS], n = hy_get_globals(c, indices);
    put(object, "name", json_string(c->name));
    put_model(object, c);
    put_fields(object, hy_shared_fields, c);
    for (int i = 0; i < n; i++)
        json_array_append_new(globals, json_integer(indices[i]));
    hy_get_groups(c, &groups);
    for (int g = 0; g < groups.n; g++) {
        json_t *list = json_array();
        for (int i = groups.start[g]; i < groups.start[g + 1]; i++)
            json_array_append_new(list, json_integer(groups.members[i]));
        json_array_append_new(lists, list);
    }
    put(object, "global_layers", globals);
    put(object, "kv_groups", lists);
    return object;
}

char *hy_config_to_json(const struct hy_config *c)
{
    json_t *object = hy_config_json(c);
    /* 15 digits print every short decimal as it was written; the reals here are floats, which need 9 */
    char *text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(15));
    HY_ASSERT(text, "memory for a configuration's text");
    json_decref(object);
    return text;
}

json_t *hy_training_json(const struct hy_training *t)
{
    json_t *object = json_object();
    put_fields(object, hy_training_fields, t);
    return object;
}

/* ---- reading -------------------------------------------------------------------- */

/* A choice that was left to the implementation, as put_model() leaves it. */
static bool may_be_absent(const struct hy_field *f)
{
    return f->type == HY_FIELD_CHOICE && strcmp(f->names->words[0], "auto") == 0;
}

static hy_status read_field(const json_t *value, const struct hy_field *f, struct hy_config *c)
{
    void *at = hy_field_at(f, c);
    if (!value && may_be_absent(f))
        return HY_OK; /* the struct is zeroed: auto */
    if (!value)
        return hy_fail(HY_BAD_INPUT, "the configuration lacks %s", f->key);
    switch (f->type) {
    case HY_FIELD_INT:
        if (!json_is_integer(value))
            return hy_fail(HY_BAD_INPUT, "%s must be a whole number", f->key);
        if (json_integer_value(value) < INT_MIN || json_integer_value(value) > INT_MAX)
            return hy_fail(HY_BAD_INPUT, "%s is %lld, which is far out of range", f->key,
                           (long long)json_integer_value(value));
        *(int *)at = (int)json_integer_value(value);
        break;
    case HY_FIELD_FLOAT: {
        if (!json_is_number(value))
            return hy_fail(HY_BAD_INPUT, "%s must be a number", f->key);
        double v = json_number_value(value);
        if (v < -(double)FLT_MAX || v > (double)FLT_MAX)
            return hy_fail(HY_BAD_INPUT, "%s is %g, which is far out of range", f->key, v);
        *(float *)at = (float)v;
        break;
    }
    default: /* a choice; a config has no other types */
        if (!json_is_string(value))
            return hy_fail(HY_BAD_INPUT, "%s must be text", f->key);
        return hy_field_set(f, c, json_string_value(value));
    }
    return hy_field_check(f, c);
}

static hy_status read_index(const json_t *value, const char *key, int *out)
{
    if (!json_is_integer(value))
        return hy_fail(HY_BAD_INPUT, "%s must list layer numbers", key);
    json_int_t v = json_integer_value(value);
    *out = v < 0 || v >= HY_MAX_LAYERS ? -1 : (int)v; /* -1 is refused with the range by whoever takes the list */
    return HY_OK;
}

static hy_status read_globals(const json_t *list, struct hy_config *c)
{
    int indices[HY_MAX_LAYERS];
    size_t n = json_array_size(list);
    if (!json_is_array(list) || n > HY_MAX_LAYERS)
        return hy_fail(HY_BAD_INPUT, "global_layers must be a list of at most %d layer numbers", HY_MAX_LAYERS);
    if (n > 0 && !hy_has_attention(c))
        return hy_fail(HY_BAD_INPUT, "global_layers is given, but arch mamba has no attention");
    for (size_t i = 0; i < n; i++)
        if (read_index(json_array_get(list, i), "global_layers", &indices[i]))
            return HY_BAD_INPUT;
    return hy_set_globals(c, indices, (int)n);
}

static hy_status read_groups(const json_t *lists, struct hy_config *c)
{
    struct hy_groups groups = {0};
    size_t n = json_array_size(lists);
    int used = 0;
    if (!json_is_array(lists) || n > HY_MAX_LAYERS)
        return hy_fail(HY_BAD_INPUT, "kv_groups must be a list of lists of layer numbers");
    for (size_t g = 0; g < n; g++) {
        const json_t *list = json_array_get(lists, g);
        size_t members = json_array_size(list);
        if (!json_is_array(list) || members == 0 || used + members > HY_MAX_LAYERS)
            return hy_fail(HY_BAD_INPUT, "kv_groups must be a list of lists of layer numbers, none of them twice");
        for (size_t i = 0; i < members; i++)
            if (read_index(json_array_get(list, i), "kv_groups", &groups.members[used++]))
                return HY_BAD_INPUT;
        groups.start[++groups.n] = used;
    }
    return hy_set_groups(c, &groups);
}

static bool known_key(const char *key)
{
    return hy_field_find(hy_model_fields, key) || hy_field_find(hy_shared_fields, key) || strcmp(key, "name") == 0 ||
           strcmp(key, "global_layers") == 0 || strcmp(key, "kv_groups") == 0;
}

static hy_status read_fields(const json_t *object, struct hy_fields table, struct hy_config *c)
{
    for (int i = 0; i < table.n; i++)
        if (read_field(json_object_get(object, table.rows[i].key), &table.rows[i], c))
            return HY_BAD_INPUT;
    return HY_OK;
}

static hy_status read_config(const json_t *object, struct hy_config *c)
{
    const char *key;
    json_t *value;
    if (!json_is_object(object))
        return hy_fail(HY_BAD_INPUT, "the configuration is no JSON object");
    json_object_foreach((json_t *)object, key, value)
    {
        if (!known_key(key))
            return hy_fail(HY_BAD_INPUT, "the configuration has the unknown key '%.64s'", key);
    }
    const json_t *name = json_object_get(object, "name");
    if (!json_is_string(name) || json_string_length(name) >= sizeof c->name ||
        strlen(json_string_value(name)) != json_string_length(name))
        return hy_fail(HY_BAD_INPUT, "the configuration needs a name of 1 to %d characters", HY_MAX_NAME - 1);
    snprintf(c->name, sizeof c->name, "%s", json_string_value(name));
    if (read_fields(object, hy_model_fields, c) || read_fields(object, hy_shared_fields, c) ||
        read_globals(json_object_get(object, "global_layers"), c) ||
        read_groups(json_object_get(object, "kv_groups"), c))
        return HY_BAD_INPUT;
    if (c->d_ff == 0 || c->dt_rank == 0)
        return hy_fail(HY_BAD_INPUT, "%s is 0; a stored configuration must be resolved", c->d_ff ? "dt_rank" : "d_ff");
    hy_config_resolve(c);
    return hy_config_check(c);
}

hy_status hy_config_from_json(const json_t *object, struct hy_config *out)
{
    memset(out, 0, sizeof *out);
    hy_status status = read_config(object, out);
    if (status)
        memset(out, 0, sizeof *out);
    return status;
}

hy_status hy_config_from_json_text(const char *text, size_t bytes, struct hy_config *out)
{
    json_error_t error;
    memset(out, 0, sizeof *out);
    if (bytes > MAX_TEXT)
        return hy_fail(HY_BAD_INPUT, "the configuration has %zu bytes; none needs more than %d", bytes, MAX_TEXT);
    json_t *object = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, &error);
    if (!object)
        return hy_fail(HY_BAD_INPUT, "the configuration is no valid JSON: %s at byte %d", error.text, error.position);
    hy_status status = hy_config_from_json(object, out);
    json_decref(object);
    return status;
}
