#include "bench/cli/study_file.h"

#include <stdlib.h>

#include "kernels/base/file.h"
#include "kernels/base/program.h"
#include "models/match.h"

static hy_status default_study(char **path)
{
    static const char *const places[] = {"../bench/ablations", "../../bench/ablations",
                                         "../share/hymbench/bench/ablations"};
    *path = hy_format("bench/ablations/hymba.yaml");
    if (hy_file_exists(*path))
        return HY_OK;
    char *folder = hy_program_folder();
    bool there = false;
    for (size_t i = 0; i < sizeof places / sizeof *places && !there; i++) {
        free(*path);
        *path = hy_format("%s/%s/hymba.yaml", folder, places[i]);
        there = hy_file_exists(*path);
    }
    free(folder);
    if (there)
        return HY_OK;
    free(*path);
    *path = NULL;
    return hy_fail(HY_NO_DATA,
                   "the study hymba.yaml is neither in bench/ablations nor beside the program; name one with "
                   "--config");
}

hy_status hy_open_study(const char *config, const char *profile, struct hy_study *out)
{
    char *found = NULL;
    *out = (struct hy_study){0};
    hy_status status = config ? HY_OK : default_study(&found);
    if (!status)
        status = hy_study_load(config ? config : found, profile, out);
    if (!status)
        status = hy_study_match(out, config ? config : found);
    if (status)
        hy_study_fini(out);
    free(found);
    return status;
}

hy_status hy_open_runnable_study(const char *config, const char *profile, struct hy_study *out)
{
    hy_status status = hy_open_study(config, profile, out);
    if (status == HY_OK && out->cache_only)
        return hy_fail(HY_BAD_INPUT,
                       "study '%s' describes caches of published models, which cannot be run; see `hymbench kv`",
                       out->name);
    return status;
}

hy_status hy_open_variant(const char *config, const char *profile, const char *name, struct hy_study *out,
                          const struct hy_config **variant)
{
    hy_status status = hy_open_runnable_study(config, profile, out);
    *variant = status == HY_OK && name ? hy_study_find(out, name) : NULL;
    return status == HY_OK && name && !*variant ? HY_BAD_INPUT : status;
}

hy_status hy_need_variant(const char *command, const char *variant)
{
    return variant ? HY_OK : hy_fail(HY_BAD_INPUT, "%s needs --variant NAME; `hymbench variants` lists them", command);
}

struct hy_option hy_config_option(const char **to)
{
    return (struct hy_option){.name = "config",
                              .kind = HY_OPT_STRING,
                              .to = to,
                              .value = "F.yaml",
                              .help = "the study (default bench/ablations/hymba.yaml)"};
}

struct hy_option hy_variant_option(const char **to)
{
    return (struct hy_option){
        .name = "variant", .kind = HY_OPT_STRING, .to = to, .value = "NAME", .help = "which one of the study"};
}
