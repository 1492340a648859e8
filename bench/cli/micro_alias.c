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

/* "0.5" and "0.5s" are seconds; "100x" are so many samples, whatever their time. */
static hy_status min_time(struct hy_alias *a, const char *value)
{
    size_t n = strlen(value);
    if (n > 1 && value[n - 1] == 'x') {
        push_new(a, hy_format("--min-samples=%.*s", (int)n - 1, value));
        push_new(a, hy_format("--max-samples=%.*s", (int)n - 1, value));
        push_new(a, hy_format("--min-time=0"));
        return HY_OK;
    }
    if (n > 0 && value[n - 1] == 's')
        n--;
    push_new(a, hy_format("--min-time=%.*s", (int)n, value));
    return HY_OK;
}

static bool is_true(const char *value)
{
    return value == NULL || strcmp(value, "true") == 0 || strcmp(value, "1") == 0 || strcmp(value, "yes") == 0;
}

/* The format decides which of our two options --benchmark_out means, wherever it stands. */
static const char *out_option(int argc, char **argv)
{
    const char *option = "--json";
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--benchmark_out_format=csv") == 0)
            option = "--csv";
        if (strcmp(argv[i], "--benchmark_out_format=json") == 0)
            option = "--json";
    }
    return option;
}

static hy_status translate(struct hy_alias *a, const char *arg, const char *out)
{
    const char *name = arg + strlen(prefix), *equals = strchr(name, '=');
    const char *value = equals ? equals + 1 : NULL;
    size_t n = equals ? (size_t)(equals - name) : strlen(name);
    bool list = n == 10 && strncmp(name, "list_tests", n) == 0;
    if (list) {
        if (is_true(value))
            push_new(a, hy_format("--names"));
        return HY_OK;
    }
    if (value == NULL)
        return hy_fail(HY_BAD_INPUT, "%s needs a value: %s=...", arg, arg);
    if (n == 6 && strncmp(name, "filter", n) == 0)
        push_new(a, hy_format("--filter=%s", strcmp(value, "all") == 0 ? "." : value));
    else if (n == 11 && strncmp(name, "repetitions", n) == 0)
        push_new(a, hy_format("--repetitions=%s", value));
    else if (n == 8 && strncmp(name, "min_time", n) == 0)
        return min_time(a, value);
    else if (n == 3 && strncmp(name, "out", n) == 0)
        push_new(a, hy_format("%s=%s", out, value));
    else if (n == 10 && strncmp(name, "out_format", n) == 0)
        return strcmp(value, "json") == 0 || strcmp(value, "csv") == 0
                   ? HY_OK
                   : hy_fail(HY_BAD_INPUT, "--benchmark_out_format=%s: choose json or csv", value);
    else
        return hy_fail(
            HY_BAD_INPUT,
            "%s has no counterpart here; known are --benchmark_filter, _list_tests, _repetitions, _min_time, "
            "_out and _out_format",
            arg);
    return HY_OK;
}

hy_status hy_alias_init(struct hy_alias *a, int argc, char **argv)
{
    memset(a, 0, sizeof *a);
    const size_t most = 3 * (size_t)argc + 1; /* one of theirs may be three of ours */
    a->argv = calloc(most, sizeof *a->argv);
    a->owned = calloc(most, sizeof *a->owned);
    HY_ASSERT(a->argv && a->owned, "out of memory for the command line");
    const char *out = out_option(argc, argv);
    for (int i = 0; i < argc; i++) {
        hy_status status = HY_OK;
        if (i > 0 && strncmp(argv[i], prefix, strlen(prefix)) == 0)
            status = translate(a, argv[i], out);
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
