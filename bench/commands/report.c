/* hymbench report: a run folder as PDF, page and Markdown, from its files alone. */
#include <stdio.h>

#include "bench/cli/options.h"
#include "bench/commands/commands.h"
#include "report/report.h"

static void print_paths(const struct hy_report_options *o)
{
    static const char *const files[] = {"report.pdf", "report.html", "report.md", "charts"};
    if (o->out)
        printf("%s\n", o->out);
    for (size_t i = 0; !o->out && i < sizeof files / sizeof *files; i++)
        printf("%s/%s\n", o->run_dir, files[i]);
}

hy_status hy_cmd_report(int argc, char **argv)
{
    struct hy_report_options o = {0};
    const struct hy_option options[] = {
        {.name = "out",
         .kind = HY_OPT_STRING,
         .to = &o.out,
         .value = "F",
         .help = "one file, by its suffix .pdf, .html or .md (default: all of them, and charts/, into RUN_DIR)"},
        {.name = "lang",
         .kind = HY_OPT_STRING,
         .to = &o.language,
         .value = "LANG",
         .help = "language of the text: en, ko (default: en)"},
        {.name = "compare",
         .kind = HY_OPT_STRING,
         .to = &o.compare_to,
         .value = "RUN",
         .help = "folder of another run, set beside this one"},
        {0}};
    const struct hy_command command = {
        .name = "report",
        .summary = "Makes the report of a run folder, from its files alone: a PDF, a page, Markdown and its charts.",
        .options = options,
        .positional = "RUN_DIR",
        .min_args = 1,
        .max_args = 1};
    bool help = false;
    int first = 0;
    hy_status status = hy_options_parse(&command, argc, argv, NULL, &help, &first);
    if (status != HY_OK || help)
        return status;

    o.run_dir = argv[first];
    status = hy_report_build(&o);
    if (status == HY_OK)
        print_paths(&o);
    return status;
}
