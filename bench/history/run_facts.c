#include "bench/history/run_facts.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernels/base/file.h"

/* The text at section.key; "" where there is none. Numbers become texts; malloc'd. */
static char *text_at(const json_t *env, const char *section, const char *key)
{
    const json_t *value = json_object_get(json_object_get(env, section), key);
    if (json_is_integer(value))
        return hy_format("%lld", (long long)json_integer_value(value));
    return hy_format("%s", json_is_string(value) ? json_string_value(value) : "");
}

static double number_at(const json_t *env, const char *section, const char *key)
{
    const json_t *value = json_object_get(json_object_get(env, section), key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

/* ---- the machine's class --------------------------------------------------------------------------- */
static const char *gpu_of(const json_t *env)
{
    const char *device = json_string_value(json_object_get(json_object_get(env, "run"), "device"));
    const json_t *devices = json_object_get(env, "devices");
    if (device == NULL || strncmp(device, "cuda", 4) != 0)
        return NULL;
    for (size_t i = 0; i < json_array_size(devices); i++) {
        const char *name = json_string_value(json_object_get(json_array_get(devices, i), "cuda"));
        if (name)
            return name;
    }
    return device;
}

/* Memory by the power of two that holds it: what a hypervisor keeps for itself varies from guest to guest. */
char *hy_machine_class(const json_t *env)
{
    char *cpu = text_at(env, "machine", "cpu"), *cores = text_at(env, "machine", "cores_allowed");
    const double bytes = number_at(env, "machine", "memory_bytes");
    const char *gpu = gpu_of(env);
    long gib = 1;
    while (bytes > (double)gib * 1073741824.0)
        gib *= 2;
    char *whole = hy_format("%s, %s cores, %ld GiB%s%s", cpu[0] ? cpu : "unknown CPU", cores[0] ? cores : "?", gib,
                            gpu ? ", " : "", gpu ? gpu : "");
    free(cpu);
    free(cores);
    return whole;
}

/* ---- what figures depend on --------------------------------------------------------------------------- */
static char *build_of(const json_t *env)
{
    static const struct {
        const char *section, *key;
    } parts[] = {{"build", "version"}, {"build", "compiler"},     {"build", "flags"},      {"build", "isa_flags"},
                 {"settings", "isa"},  {"libraries", "openblas"}, {"libraries", "onednn"}, {"libraries", "openmp"}};
    char *all = hy_format("%s", "");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char *part = text_at(env, parts[i].section, parts[i].key);
        if (part[0]) {
            char *longer = hy_format("%s%s%s", all, all[0] ? "; " : "", part);
            free(all);
            all = longer;
        }
        free(part);
    }
    return all;
}

static hy_status time_of(const json_t *env, const char *path, int64_t *at)
{
    const char *started = json_string_value(json_object_get(json_object_get(env, "run"), "started"));
    const char *text = started ? started : json_string_value(json_object_get(env, "time_utc"));
    struct tm utc = {0};
    const char *end = text ? strptime(text, "%Y-%m-%dT%H:%M:%SZ", &utc) : NULL;
    if (end == NULL || *end != '\0')
        return hy_fail(HY_BAD_INPUT,
                       "%s does not say when the run was made: run.started, or time_utc, as 2026-11-24T20:19:21Z",
                       path);
    *at = (int64_t)timegm(&utc);
    return HY_OK;
}

static hy_status fill(struct hy_run_facts *f, const json_t *env, const char *path)
{
    hy_status status = time_of(env, path, &f->at);
    if (status)
        return status;
    char *sha = text_at(env, "build", "git_sha");
    f->sha = hy_format("%s", strcmp(sha, "unknown") == 0 ? "" : sha);
    free(sha);
    f->dirty = json_is_true(json_object_get(json_object_get(env, "build"), "dirty"));
    f->machine = hy_machine_class(env);
    f->threads = text_at(env, "settings", "threads");
    f->precision = text_at(env, "run", "precision");
    f->profile = text_at(env, "run", "profile");
    f->build = build_of(env);
    f->corpus = text_at(env, "corpus", "ids_sha256");
    f->clock_ns = number_at(env, "yardsticks", "clock_ns_per_round");
    f->copy_ns = number_at(env, "yardsticks", "copy_ns_per_byte");
    return HY_OK;
}

hy_status hy_run_facts_read(struct hy_run_facts *f, const char *dir)
{
    *f = (struct hy_run_facts){0};
    char *path = hy_format("%s/env.json", dir), *data = NULL;
    size_t bytes = 0;
    json_error_t error;
    hy_status status = HY_OK;
    if (!hy_folder_exists(dir))
        status = hy_fail(HY_BAD_INPUT, "there is no folder '%s'", dir);
    else if (!hy_file_exists(path))
        status = hy_fail(HY_BAD_INPUT,
                         "%s has no env.json: it is no run folder (`hymbench env --json >%s/env.json` writes one "
                         "beside a kernels.csv of micro)",
                         dir, dir);
    if (status == HY_OK)
        status = hy_read_file(path, &data, &bytes);
    if (status == HY_OK) {
        json_t *env = json_loadb(data, bytes, 0, &error);
        hy_sha256_hex(data, bytes, f->identity);
        status =
            env ? fill(f, env, path) : hy_fail(HY_BAD_INPUT, "%s, line %d: not JSON: %s", path, error.line, error.text);
        json_decref(env);
    }
    if (status)
        hy_run_facts_fini(f);
    free(data);
    free(path);
    return status;
}

void hy_run_facts_fini(struct hy_run_facts *f)
{
    char *const texts[] = {f->sha, f->machine, f->threads, f->precision, f->profile, f->build, f->corpus};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free(texts[i]);
    *f = (struct hy_run_facts){0};
}
