#include "bench/cli/micro_alias.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"

static const char prefix[] = "--benchmark_";

static void push_new(struct hy_alias *a, char *text)
{
    a->owned[a->owned_count++] = text;
    a->argv[a->argc++] = text;
}

/* ---- values, whose refusals name the option as it was typed ------------------------------ */

static bool is_count(const char *value, size_t digits, long most)
{
    if (digits == 0 || digits > 9 || strspn(value, "0123456789") < digits)
        return false;
    const long n = strtol(value, NULL, 10);
    return n >= 1 && n <= most;
}

static bool is_choice(const char *value, const char *choices)
{
    const size_t n = strlen(value);
    for (const char *at = choices; at; at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL)
        if (n > 0 && strcspn(at, "|") == n && strncmp(at, value, n) == 0)
            return true;
    return false;
}

/* Without a value it is true. */
static hy_status read_flag(const char *name, const char *value, bool *flag)
{
    *flag = value == NULL || is_choice(value, "true|t|yes|y|on|1");
    if (*flag || is_choice(value, "false|f|no|n|off|0"))
        return HY_OK;
    return hy_fail(HY_BAD_INPUT, "%s%s is '%.40s'; it must be true or false", prefix, name, value);
}

/* ---- options that are not one of ours by another name ------------------------------------ */

static bool given(int argc, char **argv, const char *name)
{
    const size_t n = strlen(name);
    for (int i = 1; i < argc; i++)
        if (strncmp(argv[i], name, n) == 0 && (argv[i][n] == '\0' || argv[i][n] == '='))
            return true;
    return false;
}

/* "0.5" and "0.5s" are seconds; "100x" are so many samples, whatever their time. */
static hy_status min_time(struct hy_alias *a, const char *value, bool timeout)
{
    size_t n = strlen(value);
    if (n > 1 && value[n - 1] == 'x' && is_count(value, n - 1, 10000000)) {
        push_new(a, hy_format("--min-samples=%.*s", (int)n - 1, value));
        push_new(a, hy_format("--max-samples=%.*s", (int)n - 1, value));
        push_new(a, hy_format("--min-time=0"));
        if (!timeout)
            push_new(a, hy_format("--timeout=86400"));
        return HY_OK;
    }
    if (n > 1 && value[n - 1] == 's')
        n--;
    char *end = NULL;
    const double seconds = strtod(value, &end);
    if (n == 0 || end != value + n || strspn(value, "0123456789.eE+-") < n || !(seconds >= 0 && seconds <= 3600))
        return hy_fail(
            HY_BAD_INPUT,
            "--benchmark_min_time is '%.40s'; it must be seconds up to 3600, as 0.5 or 0.5s, or samples up to "
            "10000000, as 100x",
            value);
    push_new(a, hy_format("--min-time=%.*s", (int)n, value));
    return HY_OK;
}

/* The format decides which of our two options --benchmark_out means, wherever it stands. */
static const char *out_option(int argc, char **argv)
{
    const char *option = "--json";
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--benchmark_out_format=csv") == 0)
            option = "--google-csv";
        if (strcmp(argv[i], "--benchmark_out_format=json") == 0)
            option = "--json";
    }
    return option;
}

/* ---- the table --------------------------------------------------------------------------- */

enum kind { FLAG, COUNT, CHOICE, FILTER, MIN_TIME, OUT, OUT_FORMAT };

static const struct row {
    const char *name, *ours;
    enum kind kind;
    const char *choices;
} rows[] = {
    {"list_tests", "--names", FLAG, NULL},
    {"filter", "--filter", FILTER, NULL},
    {"min_time", NULL, MIN_TIME, NULL},
    {"repetitions", "--repetitions", COUNT, NULL},
    {"report_aggregates_only", "--aggregates-only", FLAG, NULL},
    {"format", "--format", CHOICE, "console|json|csv"},
    {"time_unit", "--time-unit", CHOICE, "ns|us|ms|s"},
    {"out", NULL, OUT, NULL},
    {"out_format", NULL, OUT_FORMAT, "json|csv"},
};

static hy_status unknown(const char *name)
{
    return hy_fail(HY_BAD_INPUT,
                   "%s%.40s has no counterpart here; known are --benchmark_list_tests, _filter, _min_time, "
                   "_repetitions, _report_aggregates_only, _format, _time_unit, _out and _out_format",
                   prefix, name);
}

static const struct row *row_of(const char *name, size_t n)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strlen(rows[i].name) == n && strncmp(rows[i].name, name, n) == 0)
            return &rows[i];
    return NULL;
}

static hy_status translate(struct hy_alias *a, const char *arg, int argc, char **argv)
{
    const char *name = arg + strlen(prefix), *equals = strchr(name, '=');
    const char *value = equals ? equals + 1 : NULL;
    const struct row *r = row_of(name, equals ? (size_t)(equals - name) : strlen(name));
    if (r == NULL)
        return unknown(name);
    if (value == NULL && r->kind != FLAG)
        return hy_fail(HY_BAD_INPUT, "%s needs a value: %s=...", arg, arg);
    if ((r->kind == CHOICE || r->kind == OUT_FORMAT) && !is_choice(value, r->choices))
        return hy_fail(HY_BAD_INPUT, "%s%s is '%.40s'; it must be one of %s", prefix, r->name, value, r->choices);
    bool flag = false;
    hy_status status = HY_OK;
    switch (r->kind) {
    case FLAG:
        status = read_flag(r->name, value, &flag);
        if (flag)
            push_new(a, hy_format("%s", r->ours));
        break;
    case COUNT:
        if (!is_count(value, strlen(value), 1000))
            return hy_fail(HY_BAD_INPUT, "%s%s is '%.40s'; it must be a whole number from 1 to 1000", prefix, r->name,
                           value);
        push_new(a, hy_format("%s=%s", r->ours, value));
        break;
    case FILTER:
        push_new(a, hy_format("%s=%s", r->ours, strcmp(value, "all") == 0 ? "." : value));
        break;
    case MIN_TIME:
        return min_time(a, value, given(argc, argv, "--timeout"));
    case OUT:
        push_new(a, hy_format("%s=%s", out_option(argc, argv), value));
        break;
    case OUT_FORMAT: /* out_option() looked at it */
        break;
    case CHOICE:
        push_new(a, hy_format("%s=%s", r->ours, value));
        break;
    }
    return status;
}

hy_status hy_alias_init(struct hy_alias *a, int argc, char **argv)
{
    memset(a, 0, sizeof *a);
    const size_t most = 4 * (size_t)argc + 1; /* one of theirs may be four of ours */
    a->argv = calloc(most, sizeof *a->argv);
    a->owned = calloc(most, sizeof *a->owned);
    HY_ASSERT(a->argv && a->owned, "out of memory for the command line");
    for (int i = 0; i < argc; i++) {
        hy_status status = HY_OK;
        if (i > 0 && strncmp(argv[i], prefix, strlen(prefix)) == 0)
            status = translate(a, argv[i], argc, argv);
        else
            a->argv[a->argc++] = argv[i];
        if (status)
            return status;
    }
    return HY_OK;
}

void hy_alias_fini(struct hy_alias *a)
{
    if (a == NULL)
        return;
    for (int i = 0; i < a->owned_count; i++)
        free(a->owned[i]);
    free(a->owned);
    free(a->argv);
    memset(a, 0, sizeof *a);
}
