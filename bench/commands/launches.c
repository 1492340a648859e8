/* hymbench launches: what a training step queues on a GPU, counted without one. */
#include <stdio.h>

#include "bench/cli/options.h"
#include "bench/cli/settings.h"
#include "bench/cli/study_file.h"
#include "bench/cli/training_options.h"
#include "bench/commands/commands.h"
#include "bench/measure/launches.h"

static hy_status count(const struct hy_study *s, const struct hy_config *only, enum hy_precision precision, bool csv)
{
    const struct hy_config *variants = only ? only : s->variants;
    const int n = only ? 1 : s->n_variants;
    hy_status status = HY_OK;
    for (int i = 0; status == HY_OK && i < n; i++) {
        struct hy_launches l;
        status = hy_launches_count(&l, &variants[i], &s->training, precision);
        if (status == HY_OK && csv)
            hy_launches_put(&l, variants[i].name, precision, i == 0, stdout);
        else if (status == HY_OK) {
            printf("%s", i ? "\n" : "");
            hy_launches_print(&l, variants[i].name, precision, stdout);
        }
    }
    return status;
}

hy_status hy_cmd_launches(int argc, char **argv)
{
    struct hy_globals g;
    struct hy_training_options training = {0};
    struct hy_study study = {0};
    const struct hy_config *c = NULL;
    const char *config = NULL, *variant = NULL;
    enum hy_precision precision = HY_F32;
    bool csv = false, help = false;
    const struct hy_option table[] = {
        hy_config_option(&config),
        {.name = "variant", .kind = HY_OPT_STRING, .to = &variant, .value = "NAME", .help = "only this one (all)"},
        hy_batch_option(&training),
        hy_recompute_option(&training),
        {.name = "csv", .kind = HY_OPT_FLAG, .to = &csv, .help = "print CSV"},
        {0}};
    const struct hy_command usage = {
        .name = "launches",
        .summary =
            "Kernels, products and copies that a training step queues on a GPU, by pass, op and kernel. Counted\n"
            "from the program itself; no GPU is needed, nothing runs. Without --profile: the study's protocol\n"
            "in full size.",
        .options = table};
    hy_status status = hy_options_parse(&usage, argc, argv, &g, &help, NULL);
    if (status != HY_OK || help)
        return status;
    status = hy_precision_parse(g.precision, &precision);
    if (status == HY_OK)
        status = hy_open_variant(config, g.profile ? g.profile : "full", variant, &study, &c);
    if (status == HY_OK)
        hy_training_options_apply(&training, &g, &study);
    if (status == HY_OK)
        status = count(&study, c, precision, csv);
    hy_study_fini(&study);
    return status;
}
