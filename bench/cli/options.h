/* Command-line options, declared as a table and read through getopt_long.
 *
 *     struct hy_globals g; int context = 8000; bool csv = false; const char *variant = NULL;
 *     const struct hy_option table[] = {
 *         {.name = "context", .kind = HY_OPT_INT, .to = &context, .min = 1, .max = 1e7, .value = "N", .help = "tokens
 * held"},
 *         {.name = "csv", .kind = HY_OPT_FLAG, .to = &csv, .help = "print CSV"},
 *         {.name = "variant", .kind = HY_OPT_STRING, .to = &variant, .value = "NAME", .help = "only this one"},
 *         {0}};
 *     const struct hy_command usage = {.name = "kv", .summary = "...", .options = table};
 *     bool help;
 *     hy_status st = hy_options_parse(&usage, argc, argv, &g, &help, NULL);
 *     if (st || help) return st;
 */
#ifndef HY_BENCH_CLI_OPTIONS_H
#define HY_BENCH_CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "kernels/base/status.h"

enum hy_option_kind {
    HY_OPT_FLAG,   /* to: bool, set true; a twin in the environment is 0 or 1 */
    HY_OPT_INT,    /* to: int */
    HY_OPT_INT64,  /* to: int64_t */
    HY_OPT_UINT64, /* to: uint64_t; min and max are not looked at */
    HY_OPT_DOUBLE, /* to: double; finite */
    HY_OPT_STRING, /* to: const char *, borrowed from argv */
    HY_OPT_CHOICE, /* the same, one of .choices */
    HY_OPT_LIST,   /* to: struct hy_list; "a,b,c", adding to what is there: the option may be repeated */
};

/* Strings of a comma list; items point into `text`. Zero it before parsing, hy_list_fini() after. */
struct hy_list {
    char **items;
    int n;
};
void hy_list_fini(struct hy_list *l); /* NULL is fine */

struct hy_option {
    const char *name; /* long name without dashes; NULL ends the table */
    char letter;      /* short name, or 0 */
    enum hy_option_kind kind;
    void *to;            /* where the value goes; untouched when the option is not given */
    double min, max;     /* inclusive bounds of numbers; both 0 = none but the type's */
    const char *choices; /* HY_OPT_CHOICE: "smoke|quick|full" */
    const char *value;   /* what help calls the argument: "N", "FILE"; NULL = made from kind */
    const char *help;    /* one line */
    bool *given;         /* set true when given; may be NULL */
};

/* What every subcommand understands: the rows of globals.inc. NULL and 0 mean: not given, neither on the command line
 * nor, where that is silent, in the environment; `given` tells it of those that may be 0. */
#define HY_GLOBAL_INT    int
#define HY_GLOBAL_UINT64 uint64_t
#define HY_GLOBAL_STRING const char *
#define HY_GLOBAL_CHOICE const char *
#define HY_GLOBAL_FLAG   bool
struct hy_globals {
#define HY_GLOBAL(kind, name, twin, help, ...) HY_GLOBAL_##kind name;
#include "bench/cli/globals.inc"
#undef HY_GLOBAL
    struct {
#define HY_GLOBAL(kind, name, twin, help, ...) bool name;
#include "bench/cli/globals.inc"
#undef HY_GLOBAL
    } given;
};

struct hy_command {
    const char *name;                /* the subcommand: "kv" */
    const char *summary;             /* one line for --help */
    const struct hy_option *options; /* ends with a zero row; may be NULL */
    const char *positional;          /* what help calls them: "RUN_DIR", "BASE NEW"; NULL = none taken */
    int min_args, max_args;          /* how many positional arguments; max_args -1 = any number */
};

/* Reads argv[1..] (argv[0] is the subcommand). Options and positional arguments
 * may mix; "--" ends options; afterwards the positional ones are argv[*first ..
 * argc), moved there (first may be NULL). --help prints the generated help to
 * stdout and sets *help (return at once, exit 0). `globals` is zeroed, then
 * filled from the command line and the environment; may be NULL.
 *
 * HY_BAD_INPUT with one sentence: unknown option (the nearest known is named),
 * missing or superfluous argument, not a number, out of range, not a choice. */
hy_status hy_options_parse(const struct hy_command *c, int argc, char **argv, struct hy_globals *globals, bool *help,
                           int *first);

#endif
