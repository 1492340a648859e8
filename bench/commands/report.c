/* hymbench report: the PDF of a run folder, from its files alone. */
#include <stdio.h>
#include <stdlib.h>

#include "bench/cli/options.h"
#include "bench/commands/commands.h"
#include "kernels/base/file.h"
#include "report/report.h"

hy_status hy_cmd_report(int argc, char **argv)
{
    const char *out = NULL;
    const struct hy_option options[] = {{.name = "out",
                                         .kind = HY_OPT_STRING,
                                         .to = &out,
                                         .value = "F.pdf",
                                         .help = "write the PDF here (default: RUN_DIR/report.pdf)"},
                                        {0}};
    const struct hy_command command = {.name = "report",
                                       .summary = "Makes the PDF report of a run folder, from its files alone.",
                                       .options = options,
                                       .positional = "RUN_DIR",
                                       .min_args = 1,
                                       .max_args = 1};
    bool help = false;
    int first = 0;
    hy_status status = hy_options_parse(&command, argc, argv, NULL, &help, &first);
    if (status != HY_OK || help)
        return status;

    char *path = out ? hy_format("%s", out) : hy_format("%s/report.pdf", argv[first]);
    status = hy_report_build(argv[first], path);
    if (status == HY_OK)
        printf("%s\n", path);
    free(path);
    return status;
}
