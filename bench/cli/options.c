#include "bench/cli/options.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/nearest.h"

enum {
    MAX_OPTIONS = 64,
    HELP_COLUMN = 30,
    FIRST_CODE = 256, /* above every character: what getopt_long returns for row 0 */
};

/* Everything one parse knows: the command's rows, then the global ones, then --help. */
struct parser {
    const struct hy_command *command;
    struct hy_option rows[MAX_OPTIONS];
    int n;
    bool wants_help;
};

/* ---- the table ----------------------------------------------------------------- */

static int table_length(const struct hy_option *rows)
{
    int n = 0;
    while (rows && rows[n].name)
        n++;
    return n;
}

enum {
#define HY_GLOBAL(kind, name, twin, help, ...) GLOBAL_##name,
#include "bench/cli/globals.inc"
#undef HY_GLOBAL
    GLOBALS
};

static const char *const twins[GLOBALS] = {
#define HY_GLOBAL(kind, name, twin, help, ...) [GLOBAL_##name] = twin,
#include "bench/cli/globals.inc"
#undef HY_GLOBAL
};

static void global_rows(struct hy_globals *g, struct hy_option rows[GLOBALS])
{
#define HY_GLOBAL(type, word, twin, text, ...) \
    {.name = #word, .kind = HY_OPT_##type, .to = &g->word, .given = &g->given.word, .help = text, __VA_ARGS__},
    const struct hy_option all[GLOBALS] = {
#include "bench/cli/globals.inc"
    };
#undef HY_GLOBAL
    memcpy(rows, all, sizeof all);
}

static void build_table(struct parser *p, const struct hy_command *c, struct hy_globals *g)
{
    int own = table_length(c->options);
    memset(p, 0, sizeof *p);
    p->command = c;
    HY_ASSERT(own + GLOBALS + 1 <= MAX_OPTIONS, "a command has fewer options than the parser has room for");
    for (; p->n < own; p->n++)
        p->rows[p->n] = c->options[p->n];
    /* a command may read a global option in a way of its own: its row comes first and hides ours */
    struct hy_option globals[GLOBALS];
    global_rows(g, globals);
    for (int i = 0; i < GLOBALS; i++) {
        bool hidden = false;
        for (int j = 0; j < own; j++)
            hidden = hidden || strcmp(c->options[j].name, globals[i].name) == 0;
        if (!hidden)
            p->rows[p->n++] = globals[i];
    }
    p->rows[p->n++] = (struct hy_option){
        .name = "help", .letter = 'h', .kind = HY_OPT_FLAG, .to = &p->wants_help, .help = "print this"};
}

/* ---- values ---------------------------------------------------------------------- */

static const char *value_name(const struct hy_option *o)
{
    if (o->value)
        return o->value;
    switch (o->kind) {
    case HY_OPT_CHOICE:
        return o->choices;
    case HY_OPT_LIST:
        return "A,B";
    case HY_OPT_STRING:
        return "TEXT";
    case HY_OPT_DOUBLE:
        return "X";
    default:
        return "N";
    }
}

static bool is_whole(const char *text)
{
    const char *digits = text + (text[0] == '-');
    size_t n = strspn(digits, "0123456789");
    return n > 0 && digits[n] == '\0';
}

static hy_status out_of_range(const struct hy_option *o, const char *from, const char *text)
{
    if (o->min == 0 && o->max == 0)
        return hy_fail(HY_BAD_INPUT, "%s is %.40s, which is too large", from, text);
    return hy_fail(HY_BAD_INPUT, "%s is %.40s; it must be from %.15g to %.15g", from, text, o->min, o->max);
}

static bool within(const struct hy_option *o, double v)
{
    return (o->min == 0 && o->max == 0) || (v >= o->min && v <= o->max);
}

static hy_status set_whole(const struct hy_option *o, const char *from, const char *text)
{
    if (!is_whole(text))
        return hy_fail(HY_BAD_INPUT, "%s is '%.40s'; it must be a whole number", from, text);
    errno = 0;
    if (o->kind == HY_OPT_UINT64) {
        unsigned long long v = strtoull(text, NULL, 10);
        if (errno || text[0] == '-')
            return hy_fail(HY_BAD_INPUT, "%s is %.40s; it must be from 0 to 18446744073709551615", from, text);
        *(uint64_t *)o->to = v;
        return HY_OK;
    }
    long long v = strtoll(text, NULL, 10);
    if (errno || !within(o, (double)v) || (o->kind == HY_OPT_INT && (v > INT_MAX || v < INT_MIN)))
        return out_of_range(o, from, text);
    if (o->kind == HY_OPT_INT)
        *(int *)o->to = (int)v;
    else
        *(int64_t *)o->to = v;
    return HY_OK;
}

static hy_status set_double(const struct hy_option *o, const char *from, const char *text)
{
    char *end = NULL;
    double v = strtod(text, &end);
    /* the spelling test keeps out inf, nan, hexadecimal and leading blanks */
    if (text[0] == '\0' || text[strspn(text, "+-.0123456789eE")] || *end)
        return hy_fail(HY_BAD_INPUT, "%s is '%.40s'; it must be a number", from, text);
    if (!within(o, v) || v > 1e300 || v < -1e300)
        return out_of_range(o, from, text);
    *(double *)o->to = v;
    return HY_OK;
}

static hy_status set_choice(const struct hy_option *o, const char *from, const char *text)
{
    size_t length = strlen(text);
    for (const char *at = o->choices; at; at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL)
        if (length > 0 && strcspn(at, "|") == length && strncmp(at, text, length) == 0) {
            *(const char **)o->to = text;
            return HY_OK;
        }
    return hy_fail(HY_BAD_INPUT, "%s is '%.40s'; it must be one of %s", from, text, o->choices);
}

static hy_status add_to_list(struct hy_list *l, const char *from, const char *text)
{
    for (const char *at = text;; at++) {
        size_t length = strcspn(at, ",");
        if (length == 0)
            return hy_fail(HY_BAD_INPUT, "%s is '%.60s', a list with an empty entry; write it as A,B without blanks",
                           from, text);
        char **items = realloc(l->items, (size_t)(l->n + 1) * sizeof *items);
        char *copy = strndup(at, length);
        HY_ASSERT(items && copy, "memory for the command line's words");
        l->items = items;
        l->items[l->n++] = copy;
        at += length;
        if (*at == '\0')
            return HY_OK;
    }
}

void hy_list_fini(struct hy_list *l)
{
    if (!l)
        return;
    for (int i = 0; i < l->n; i++)
        free(l->items[i]);
    free(l->items);
    *l = (struct hy_list){0};
}

/* `from` is how messages call the source: "--steps" or "HYMBENCH_SEED". */
static hy_status set_value(const struct hy_option *o, const char *from, const char *text)
{
    hy_status status = HY_OK;
    switch (o->kind) {
    case HY_OPT_FLAG:
        if (text && strcmp(text, "0") != 0 && strcmp(text, "1") != 0)
            return hy_fail(HY_BAD_INPUT, "%s is '%.40s'; it must be 0 or 1", from, text);
        *(bool *)o->to = !text || text[0] == '1';
        break;
    case HY_OPT_INT:
    case HY_OPT_INT64:
    case HY_OPT_UINT64:
        status = set_whole(o, from, text);
        break;
    case HY_OPT_DOUBLE:
        status = set_double(o, from, text);
        break;
    case HY_OPT_STRING:
        if (text[0] == '\0')
            return hy_fail(HY_BAD_INPUT, "%s is empty; it needs a value (%s)", from, value_name(o));
        *(const char **)o->to = text;
        break;
    case HY_OPT_CHOICE:
        status = set_choice(o, from, text);
        break;
    case HY_OPT_LIST:
        status = add_to_list(o->to, from, text);
        break;
    }
    if (!status && o->given)
        *o->given = true;
    return status;
}

/* What the environment says, into *g. */
static hy_status read_environment(struct hy_globals *g)
{
    struct hy_option rows[GLOBALS];
    global_rows(g, rows);
    for (int i = 0; i < GLOBALS; i++) {
        const char *text = getenv(twins[i]);
        if (!text || text[0] == '\0')
            continue; /* set to nothing means not set */
        hy_status status = set_value(&rows[i], twins[i], text);
        if (status)
            return status;
    }
    return HY_OK;
}

/* ---- errors and help -------------------------------------------------------------- */

static hy_status unknown_option(const struct parser *p, const char *word)
{
    const char *names[MAX_OPTIONS];
    char typed[64];
    for (int i = 0; i < p->n; i++)
        names[i] = p->rows[i].name;
    snprintf(typed, sizeof typed, "%.*s", (int)strcspn(word + 2, "="), word + 2);
    const char *near = hy_nearest(typed, names, (size_t)p->n);
    if (near)
        return hy_fail(HY_BAD_INPUT, "unknown option '--%s'; did you mean '--%s'? (hymbench %s --help lists all)",
                       typed, near, p->command->name);
    return hy_fail(HY_BAD_INPUT, "unknown option '--%s'; hymbench %s --help lists all", typed, p->command->name);
}

/* What getopt_long objected to: `code` is '?' or ':', `word` the argument it looked at. */
static hy_status usage_error(const struct parser *p, int code, const char *word)
{
    int at = optopt >= FIRST_CODE ? optopt - FIRST_CODE : -1;
    for (int i = 0; i < p->n && at < 0; i++)
        at = optopt && p->rows[i].letter == optopt ? i : -1;
    if (code == ':' && at >= 0)
        return hy_fail(HY_BAD_INPUT, "option --%s needs a value (%s)", p->rows[at].name, value_name(&p->rows[at]));
    if (optopt >= FIRST_CODE)
        return hy_fail(HY_BAD_INPUT, "option --%s takes no value", p->rows[at].name);
    if (optopt)
        return hy_fail(HY_BAD_INPUT, "unknown option '-%c'; hymbench %s --help lists all", optopt, p->command->name);
    /* an abbreviation that fits several options comes here too */
    int matches = 0;
    size_t length = strcspn(word + 2, "=");
    for (int i = 0; i < p->n; i++)
        matches += strncmp(p->rows[i].name, word + 2, length) == 0;
    if (matches > 1)
        return hy_fail(HY_BAD_INPUT, "option '%.60s' fits several options; write it out (hymbench %s --help lists all)",
                       word, p->command->name);
    return unknown_option(p, word);
}

static void print_help(const struct hy_command *c, FILE *out)
{
    struct hy_globals ignored;
    struct parser p;
    int own = table_length(c->options);
    build_table(&p, c, &ignored);
    fprintf(out, "usage: hymbench %s [options]%s%s\n\n%s\n", c->name, c->positional ? " " : "",
            c->positional ? c->positional : "", c->summary ? c->summary : "");
    for (int i = 0; i < p.n; i++) {
        const struct hy_option *o = &p.rows[i];
        char left[160];
        const char *value = o->kind == HY_OPT_FLAG ? "" : value_name(o);
        if (i == 0 || i == own)
            fprintf(out, "\n%s\n",
                    i < own ? "options:"
                            : "of every command (also from the environment: HYMBENCH_DEVICE, HYMBENCH_THREADS, ...):");
        snprintf(left, sizeof left, "  %c%c%s--%s%s%s", o->letter ? '-' : ' ', o->letter ? o->letter : ' ',
                 o->letter ? ", " : "  ", o->name, *value ? " " : "", value);
        if (strlen(left) >= HELP_COLUMN)
            fprintf(out, "%s\n%*s%s\n", left, HELP_COLUMN, "", o->help ? o->help : "");
        else
            fprintf(out, "%-*s%s\n", HELP_COLUMN, left, o->help ? o->help : "");
    }
}

/* ---- parsing ------------------------------------------------------------------------ */

static void getopt_tables(const struct parser *p, struct option longs[MAX_OPTIONS + 1],
                          char shorts[2 * MAX_OPTIONS + 2])
{
    char *s = shorts;
    *s++ = ':'; /* tell a missing argument from an unknown option */
    for (int i = 0; i < p->n; i++) {
        int argument = p->rows[i].kind == HY_OPT_FLAG ? no_argument : required_argument;
        longs[i] = (struct option){p->rows[i].name, argument, NULL, FIRST_CODE + i};
        if (p->rows[i].letter) {
            *s++ = p->rows[i].letter;
            if (argument == required_argument)
                *s++ = ':';
        }
    }
    longs[p->n] = (struct option){0};
    *s = '\0';
}

static hy_status read_arguments(struct parser *p, int argc, char **argv)
{
    struct option longs[MAX_OPTIONS + 1];
    char shorts[2 * MAX_OPTIONS + 2];
    getopt_tables(p, longs, shorts);
    optind = 0; /* glibc: begin anew, also after an earlier parse */
    opterr = 0;
    for (;;) {
        int code = getopt_long(argc, argv, shorts, longs, NULL);
        if (code == -1)
            return HY_OK;
        if (code == '?' || code == ':')
            return usage_error(p, code, argv[optind - 1]);
        int at = 0;
        while (code != FIRST_CODE + at && code != p->rows[at].letter)
            at++;
        char from[64];
        snprintf(from, sizeof from, "--%s", p->rows[at].name);
        hy_status status = set_value(&p->rows[at], from, optarg);
        if (status)
            return status;
        if (p->wants_help)
            return HY_OK; /* whatever follows */
    }
}

hy_status hy_options_parse(const struct hy_command *c, int argc, char **argv, struct hy_globals *globals, bool *help,
                           int *first)
{
    struct hy_globals scratch = {0};
    struct parser p;
    struct hy_globals *g = globals ? globals : &scratch;
    memset(g, 0, sizeof *g);
    *help = false;
    build_table(&p, c, g);

    (void)read_environment(g); /* what it says wrong is told below, after the command line's own mistakes and --help */
    hy_status status = read_arguments(&p, argc, argv);
    if (status)
        return status;
    if (p.wants_help) {
        *help = true;
        print_help(c, stdout);
        return HY_OK;
    }
    /* a mistake in the environment is not hidden by the command line */
    status = read_environment(&scratch);
    if (status)
        return status;

    int n = argc - optind;
    if (first)
        *first = optind;
    if (n < c->min_args)
        return hy_fail(HY_BAD_INPUT, "%s is missing; usage: hymbench %s [options] %s",
                       c->min_args > 1 ? "an argument" : c->positional, c->name, c->positional);
    if (c->max_args >= 0 && n > c->max_args)
        return hy_fail(HY_BAD_INPUT, "unexpected argument '%.60s'; usage: hymbench %s [options]%s%s",
                       argv[optind + c->max_args], c->name, c->positional ? " " : "",
                       c->positional ? c->positional : "");
    return HY_OK;
}
