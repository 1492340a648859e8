/* hymbench ncu-import: hardware counters of kernels by Nsight Compute, into a run folder's counters.csv. */
#include <stdio.h>

#include "bench/cli/options.h"
#include "bench/commands/commands.h"
#include "bench/nsight/counters_out.h"

static hy_status import(const char *out, const char *file)
{
    struct hy_ncu n;
    hy_status status = hy_ncu_read(&n, file);
    if (status)
        return status;
    status = hy_counters_write(&n, out);
    if (status == HY_OK) {
        printf("%s: %zu launches; texts among the metrics left out: %zu; lines that are no rows: %zu\n", file,
               n.launches, n.no_numbers, n.passed_over);
        printf("%s/counters.csv: %zu rows, means over the launches of a kernel in a range, source ncu\n", out, n.n);
    }
    hy_ncu_fini(&n);
    return status;
}

hy_status hy_cmd_ncu_import(int argc, char **argv)
{
    const char *out = NULL;
    bool help = false;
    int first = 0;
    const struct hy_option options[] = {{.name = "out",
                                         .kind = HY_OPT_STRING,
                                         .to = &out,
                                         .value = "RUN_DIR",
                                         .help = "the run folder, or a new one; its counters.csv gets the rows"},
                                        {0}};
    const struct hy_command command = {
        .name = "ncu-import",
        .summary =
            "Counters of what `ncu --csv --page raw` or `--page details` printed, as rows of counters.csv, in base\n"
            "units. With `ncu --nvtx` rows have the op and pass that launched their kernel.",
        .options = options,
        .positional = "FILE.csv",
        .min_args = 1,
        .max_args = 1};
    hy_status status = hy_options_parse(&command, argc, argv, NULL, &help, &first);
    if (status != HY_OK || help)
        return status;
    if (out == NULL)
        return hy_fail(HY_BAD_INPUT, "ncu-import needs --out RUN_DIR, the folder that gets the rows");
    return import(out, argv[first]);
}
