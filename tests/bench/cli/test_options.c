/* The command line: values, errors in one sentence, the environment, help. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/redirect.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cli/options.h"

struct values {
    struct hy_globals g;
    int count;
    int64_t large;
    double rate;
    bool csv, csv_given;
    const char *name, *kind;
    struct hy_list list;
    bool help;
    int first;
    int argc;
    char **argv;
};

/* Parses the words (NULL-terminated) after the subcommand's name. */
static hy_status parse(struct values *v, char **words)
{
    static char *argv[32];
    static char name[] = "demo";
    const struct hy_option table[] = {
        {.name = "count", .letter = 'n', .kind = HY_OPT_INT, .to = &v->count, .min = 1, .max = 10, .help = "how many"},
        {.name = "large", .kind = HY_OPT_INT64, .to = &v->large},
        {.name = "rate", .kind = HY_OPT_DOUBLE, .to = &v->rate, .min = 0, .max = 1},
        {.name = "csv", .kind = HY_OPT_FLAG, .to = &v->csv, .given = &v->csv_given, .help = "print CSV"},
        {.name = "name", .kind = HY_OPT_STRING, .to = &v->name},
        {.name = "kind", .kind = HY_OPT_CHOICE, .to = &v->kind, .choices = "one|two"},
        {.name = "variants", .kind = HY_OPT_LIST, .to = &v->list},
        {0}};
    const struct hy_command usage = {.name = "demo",
                                     .summary = "Shows how it works.",
                                     .options = table,
                                     .positional = "DIR [DIR]",
                                     .min_args = 0,
                                     .max_args = 2};
    memset(v, 0, sizeof *v);
    argv[0] = name;
    for (v->argc = 1; words[v->argc - 1]; v->argc++)
        argv[v->argc] = words[v->argc - 1];
    argv[v->argc] = NULL;
    v->argv = argv;
    return hy_options_parse(&usage, v->argc, argv, &v->g, &v->help, &v->first);
}

/* The global options by their table, each with the flag that tells of it. */
#define HY_GLOBAL(kind, name, twin, help, ...) \
    {#name, twin, HY_OPT_##kind, offsetof(struct hy_globals, given.name), {__VA_ARGS__}},
static const struct {
    const char *name, *twin;
    enum hy_option_kind kind;
    size_t given;
    struct hy_option more;
} globals[] = {
#include "bench/cli/globals.inc"
};
#undef HY_GLOBAL
enum { GLOBALS = sizeof globals / sizeof *globals };

static bool is_given(const struct hy_globals *g, size_t i)
{
    return *(const bool *)((const char *)g + globals[i].given);
}

static void clean_environment(void)
{
    for (size_t i = 0; i < GLOBALS; i++)
        unsetenv(globals[i].twin);
}

TestSuite(options, .init = clean_environment);

Test(options, every_kind)
{
    struct values v;
    cr_assert(eq(int,
                 parse(&v, (char *[]){"--count=3", "a", "--large", "-5000000000", "--rate", "1e-3", "--csv", "b",
                                      "--name", "x y", "--kind", "two", "--variants", "A,B", "--variants=C", NULL}),
                 HY_OK),
              "%s", hy_error());
    cr_assert(eq(int, v.count, 3));
    cr_assert(eq(llong, v.large, -5000000000LL));
    cr_assert(eq(dbl, v.rate, 1e-3));
    cr_assert(v.csv && v.csv_given);
    cr_assert(eq(str, (char *)v.name, "x y"));
    cr_assert(eq(str, (char *)v.kind, "two"));
    cr_assert(eq(int, v.list.n, 3));
    cr_assert(eq(str, v.list.items[1], "B"));
    cr_assert(eq(str, v.list.items[2], "C"));
    cr_assert(eq(int, v.argc - v.first, 2)); /* options and arguments may mix */
    cr_assert(eq(str, v.argv[v.first], "a"));
    cr_assert(eq(str, v.argv[v.first + 1], "b"));
    hy_list_fini(&v.list);
    hy_list_fini(NULL);
}

Test(options, nothing_given)
{
    struct values v;
    cr_assert(eq(int, parse(&v, (char *[]){NULL}), HY_OK), "%s", hy_error());
    cr_assert(v.g.device == NULL && !v.g.given.seed && v.g.threads == 0 && !v.csv_given && v.first == v.argc);
}

Test(options, letters_and_two_dashes)
{
    struct values v;
    cr_assert(eq(int, parse(&v, (char *[]){"-n", "4", "--", "--csv", NULL}), HY_OK), "%s", hy_error());
    cr_assert(eq(int, v.count, 4));
    cr_assert(not(v.csv));
    cr_assert(eq(str, v.argv[v.first], "--csv"));
    cr_assert(eq(int, parse(&v, (char *[]){"-n7", NULL}), HY_OK), "a second parse begins anew: %s", hy_error());
    cr_assert(eq(int, v.count, 7));
}

Test(options, errors)
{
    struct {
        char *words[5];
        const char *says;
    } cases[] = {
        {{"--cuont", "3"}, "unknown option '--cuont'; did you mean '--count'?"},
        {{"--varaints=3"}, "did you mean '--variants'?"},
        {{"--thread", "x"}, "--threads is 'x'; it must be a whole number"},
        {{"--zzzzzzzz"}, "unknown option '--zzzzzzzz'; hymbench demo --help lists all"},
        {{"-z"}, "unknown option '-z'"},
        {{"--count"}, "option --count needs a value (N)"},
        {{"-n"}, "option --count needs a value (N)"},
        {{"--csv=1"}, "option --csv takes no value"},
        {{"--c", "1"}, "fits several options"},
        {{"--count", "0"}, "--count is 0; it must be from 1 to 10"},
        {{"--count", "11"}, "it must be from 1 to 10"},
        {{"--count", "3x"}, "must be a whole number"},
        {{"--count", "1.0"}, "must be a whole number"},
        {{"--count", ""}, "must be a whole number"},
        {{"--count", " 3"}, "must be a whole number"},
        {{"--count", "99999999999999999999"}, "it must be from 1 to 10"},
        {{"--large", "99999999999999999999"}, "too large"},
        {{"--rate", "nan"}, "must be a number"},
        {{"--rate", "inf"}, "must be a number"},
        {{"--rate", "0x1"}, "must be a number"},
        {{"--rate", "1e"}, "must be a number"},
        {{"--rate", "2"}, "from 0 to 1"},
        {{"--rate", "1e999"}, "from 0 to 1"},
        {{"--seed", "-1"}, "from 0 to 18446744073709551615"},
        {{"--seed", "18446744073709551616"}, "from 0 to 18446744073709551615"},
        {{"--threads", "0"}, "from 1 to"},
        {{"--precision", "f64"}, "must be one of f32|bf16|tf32"},
        {{"--precision", "f3"}, "must be one of"},
        {{"--kind", "on"}, "must be one of one|two"},
        {{"--kind", ""}, "must be one of one|two"},
        {{"--name", ""}, "--name is empty"},
        {{"--variants", "A,,B"}, "empty entry"},
        {{"--variants", "A,"}, "empty entry"},
        {{"a", "b", "c"}, "unexpected argument 'c'; usage: hymbench demo [options] DIR [DIR]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct values v;
        cr_expect(eq(int, parse(&v, cases[i].words), HY_BAD_INPUT), "case %zu is refused", i);
        cr_expect(strstr(hy_error(), cases[i].says) != NULL, "case %zu says: %s", i, hy_error());
        cr_expect(strchr(hy_error(), '\n') == NULL, "case %zu is one line", i);
        hy_list_fini(&v.list);
    }
}

Test(options, missing_argument)
{
    bool help;
    const struct hy_command usage = {.name = "report", .positional = "RUN_DIR", .min_args = 1, .max_args = 1};
    char name[] = "report";
    char *argv[] = {name, NULL};
    cr_assert(eq(int, hy_options_parse(&usage, 1, argv, NULL, &help, NULL), HY_BAD_INPUT));
    cr_assert(eq(str, (char *)hy_error(), "RUN_DIR is missing; usage: hymbench report [options] RUN_DIR"));
}

Test(options, the_environment_speaks_where_the_command_line_is_silent)
{
    struct values v;
    setenv("HYMBENCH_SEED", "7", 1);
    setenv("HYMBENCH_DEVICE", "cuda:1", 1);
    setenv("HYMBENCH_THREADS", "", 1); /* set to nothing: not set */
    cr_assert(eq(int, parse(&v, (char *[]){"--seed", "0", NULL}), HY_OK), "%s", hy_error());
    cr_assert(v.g.given.seed && v.g.seed == 0 && v.g.threads == 0);
    cr_assert(eq(str, (char *)v.g.device, "cuda:1"));
    cr_assert(eq(int, parse(&v, (char *[]){"--device", "cpu", NULL}), HY_OK), "%s", hy_error());
    cr_assert(eq(u64, v.g.seed, 7));
    cr_assert(eq(str, (char *)v.g.device, "cpu"));
    setenv("HYMBENCH_THREADS", "many", 1);
    cr_assert(eq(int, parse(&v, (char *[]){NULL}), HY_BAD_INPUT));
    cr_assert(strstr(hy_error(), "HYMBENCH_THREADS is 'many'") != NULL, "%s", hy_error());
}

Test(options, every_global_option_is_read_from_both_places)
{
    for (size_t i = 0; i < GLOBALS; i++) {
        char value[64], word[128];
        struct values v;
        snprintf(value, sizeof value, "%s", globals[i].kind == HY_OPT_CHOICE ? globals[i].more.choices : "1");
        value[strcspn(value, "|")] = '\0';
        snprintf(word, sizeof word, globals[i].kind == HY_OPT_FLAG ? "--%s" : "--%s=%s", globals[i].name, value);
        cr_assert(eq(int, parse(&v, (char *[]){word, NULL}), HY_OK), "%s: %s", word, hy_error());
        for (size_t k = 0; k < GLOBALS; k++)
            cr_expect(is_given(&v.g, k) == (k == i), "%s, and then --%s", word, globals[k].name);
        setenv(globals[i].twin, value, 1);
        cr_assert(eq(int, parse(&v, (char *[]){NULL}), HY_OK), "%s: %s", globals[i].twin, hy_error());
        for (size_t k = 0; k < GLOBALS; k++)
            cr_expect(is_given(&v.g, k) == (k == i), "%s, and then --%s", globals[i].twin, globals[k].name);
        unsetenv(globals[i].twin);
    }
}

Test(options, help, .init = cr_redirect_stdout)
{
    struct values v;
    setenv("HYMBENCH_SEED", "broken", 1); /* help works all the same */
    cr_assert(eq(int, parse(&v, (char *[]){"--help", "--nonsense", NULL}), HY_OK));
    cr_assert(v.help);
    fflush(stdout);
    char text[4096] = "";
    FILE *out = cr_get_redirected_stdout();
    size_t n = fread(text, 1, sizeof text - 1, out);
    text[n] = '\0';
    const char *const expected[] = {"usage: hymbench demo [options] DIR [DIR]",
                                    "Shows how it works.",
                                    "-n, --count N",
                                    "how many",
                                    "--kind one|two",
                                    "--variants A,B",
                                    "--device DEVICE",
                                    "--help"};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        cr_assert(strstr(text, expected[i]) != NULL, "'%s' stands in the help", expected[i]);
    for (size_t i = 0; i < GLOBALS; i++) {
        char option[64];
        snprintf(option, sizeof option, "--%s ", globals[i].name);
        cr_assert(strstr(text, option) != NULL, "'%s' stands in the help", option);
    }
}
