/* hymbench nsys-import: device times per op of a capture by Nsight Systems, into a run folder's ops.csv. */
#include <stdio.h>
#include <stdlib.h>

#include "bench/cli/options.h"
#include "bench/commands/commands.h"
#include "bench/nsight/ops_out.h"
#include "bench/nsight/summary.h"

struct query {
    const char *out, *variant, *step;
};

/* The capture is read before the folder is touched. */
static hy_status import(const struct query *q, const char *file)
{
    struct hy_capture c = {0};
    struct hy_gaps g = {0}, whole = {0};
    char *variant = NULL;
    size_t rows = 0;
    hy_status status = hy_capture_read(&c, file, q->step);
    if (status == HY_OK)
        status = hy_ops_variant(q->out, q->variant, &variant);
    if (status == HY_OK) {
        hy_gaps_of(&g, &c, HY_STEP_COUNTED);
        hy_gaps_of(&whole, &c, HY_STEP_WHOLE);
        status = hy_ops_write(&c, hy_gaps_trained(&c, &g, &whole), q->out, variant, &rows);
    }
    if (status == HY_OK) {
        hy_capture_print(&c, &g, hy_gaps_trained(&c, &g, &whole), stdout);
        printf("\n%s/ops.csv: %zu rows of %s, source nsys\n", q->out, rows, variant);
    }
    hy_gaps_fini(&g);
    hy_gaps_fini(&whole);
    hy_capture_fini(&c);
    free(variant);
    return status;
}

hy_status hy_cmd_nsys_import(int argc, char **argv)
{
    struct query q = {0};
    bool help = false;
    int first = 0;
    const struct hy_option options[] = {{.name = "out",
                                         .kind = HY_OPT_STRING,
                                         .to = &q.out,
                                         .value = "RUN_DIR",
                                         .help = "the run folder, or a new one; its ops.csv gets the rows"},
                                        {.name = "variant",
                                         .kind = HY_OPT_STRING,
                                         .to = &q.variant,
                                         .value = "NAME",
                                         .help = "which one was captured (the folder's only one)"},
                                        {.name = "step",
                                         .kind = HY_OPT_CHOICE,
                                         .to = &q.step,
                                         .choices = "train|eval|prefill|decode|whole",
                                         .help = "which steps count (the first of these that the capture has)"},
                                        {0}};
    const struct hy_command command = {
        .name = "nsys-import",
        .summary =
            "Device times per op, launches and gaps of what `nsys export --type sqlite` wrote, as rows of ops.csv.\n"
            "Work belongs to the NVTX range of domain hymbench in which it was launched; figures are per step.",
        .options = options,
        .positional = "FILE.sqlite",
        .min_args = 1,
        .max_args = 1};
    hy_status status = hy_options_parse(&command, argc, argv, NULL, &help, &first);
    if (status != HY_OK || help)
        return status;
    if (q.out == NULL)
        return hy_fail(HY_BAD_INPUT, "nsys-import needs --out RUN_DIR, the folder that gets the rows");
    return import(&q, argv[first]);
}
