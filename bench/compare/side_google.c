/* google-benchmark's JSON, schema 1. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare/side_read.h"
#include "kernels/base/file.h"

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* Nanoseconds in the unit of a row; NaN for a unit that google-benchmark does not have. */
static double unit_ns(const char *unit)
{
    static const struct {
        const char *name;
        double ns;
    } units[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"", 1}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(unit, units[i].name) == 0)
            return units[i].ns;
    return NAN;
}

static void put_number(struct hy_side *s, const char *what, const json_t *value)
{
    if (json_is_integer(value))
        hy_side_fact_number(s, what, json_integer_value(value));
}

/* The same name may stand there once for each repetition; before version 1.5 rows had no run_type and no run_name. */
static void read_row(struct hy_side *s, const json_t *b, bool ours)
{
    const char *type = text_of(b, "run_type"), *name = text_of(b, "run_name"), *quality = text_of(b, "quality");
    if ((type[0] && strcmp(type, "iteration") != 0) || json_is_true(json_object_get(b, "error_occurred")))
        return;
    const struct hy_row_spec spec = {.subject = name[0] ? name : text_of(b, "name"),
                                     .metric = "time",
                                     .unit = "ns",
                                     .shape = ours ? text_of(b, "label") : ""};
    if (spec.subject[0] == '\0')
        return;
    const struct hy_observation seen = {.value = json_number_value(json_object_get(b, "real_time")) *
                                                 unit_ns(text_of(b, "time_unit")),
                                        .pair = HY_NO_PAIR};
    hy_side_see(hy_side_row(s, &spec), seen, quality[0] == '\0' || strcmp(quality, "ok") == 0);
    put_number(s, "threads", json_object_get(b, "threads"));
}

hy_status hy_side_read_google(struct hy_side *s, const char *path)
{
    json_error_t error;
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL)
        return hy_fail(HY_BAD_INPUT, "%s, line %d: not JSON: %s", path, error.line, error.text);
    const json_t *context = json_object_get(root, "context"), *rows = json_object_get(root, "benchmarks");
    hy_status status = HY_OK;
    if (!json_is_object(context) || !json_is_array(rows))
        status = hy_fail(HY_BAD_INPUT, "%s: no google-benchmark JSON: it has no 'context' with 'benchmarks' beside it",
                         path);
    if (status == HY_OK) {
        const char *sha = text_of(context, "hymbench_git_sha"), *cpu = text_of(context, "cpu_model");
        hy_side_fact(s, "machine", cpu[0] ? cpu : text_of(context, "host_name"));
        put_number(s, "processors", json_object_get(context, "num_cpus"));
        hy_side_version(s, sha, false);
        for (size_t i = 0; i < json_array_size(rows); i++)
            read_row(s, json_array_get(rows, i), sha[0] != '\0');
    }
    json_decref(root);
    return status;
}
