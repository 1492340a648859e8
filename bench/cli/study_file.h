/* Which study a command reads, and under which profile. */
#ifndef HY_BENCH_CLI_STUDY_FILE_H
#define HY_BENCH_CLI_STUDY_FILE_H

#include "bench/cli/options.h"
#include "models/config/study.h"

/* Loads `config` under `profile`, as hy_study_load() does, and gives matched variants their widths (models/match.h).
 * NULL is the study hymba.yaml: in ./bench/ablations, or beside the program (its checkout, or share/hymbench where it
 * was installed); HY_NO_DATA where it is in none of them. On failure *out is empty. */
hy_status hy_open_study(const char *config, const char *profile, struct hy_study *out);

/* The same; HY_BAD_INPUT for a study of published models' caches, of which nothing can be run. */
hy_status hy_open_runnable_study(const char *config, const char *profile, struct hy_study *out);

/* And one variant of it, which lives in *out; NULL for the name NULL. HY_BAD_INPUT names the nearest. */
hy_status hy_open_variant(const char *config, const char *profile, const char *name, struct hy_study *out,
                          const struct hy_config **variant);

/* The options --config F.yaml, and --variant NAME where a command takes exactly one. */
struct hy_option hy_config_option(const char **to);
struct hy_option hy_variant_option(const char **to);

/* HY_BAD_INPUT with what is to be done where a command got no --variant. */
hy_status hy_need_variant(const char *command, const char *variant);

#endif
