/* Which study a command reads, and under which profile. */
#ifndef HY_BENCH_CLI_STUDY_FILE_H
#define HY_BENCH_CLI_STUDY_FILE_H

#include "bench/cli/options.h"
#include "models/config/study.h"

/* The path of the study `hymba.yaml`, malloc'd: in ./bench/ablations, or beside
 * the program (its checkout, or share/hymbench where it was installed).
 * HY_NO_DATA where it is in none of them. */
hy_status hy_default_study(char **path);

/* Loads `config` (NULL: the study above) under `profile`, as hy_study_load() does. */
hy_status hy_open_study(const char *config, const char *profile, struct hy_study *out);

/* The options --config F.yaml, and --variant NAME where a command takes exactly one. */
struct hy_option hy_config_option(const char **to);
struct hy_option hy_variant_option(const char **to);

#endif
