#include "bench/harness/axes.h"

#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "kernels/base/nearest.h"
#include "kernels/sizes.h"

/* The letters and words of sizes are looked up in harness/sizes.c; these are the others. */
static const char *const words[] = {"op", "pass", "isa", "dtype", "case", "cache", "rows", "taps", "chunk", "skip"};
enum { TEXT_AXES = 6, WORDS = sizeof words / sizeof *words };

static bool is_text_axis(const char *name)
{
    for (int i = 0; i < TEXT_AXES; i++)
        if (strcmp(words[i], name) == 0)
            return true;
    return false;
}

static hy_status unknown(const char *name)
{
    const char *near = hy_nearest(name, words, WORDS);
    if (near)
        return hy_fail(HY_BAD_INPUT, "unknown axis '%s'; did you mean '%s'?", name, near);
    return hy_fail(HY_BAD_INPUT,
                   "unknown axis '%s'; there are op, pass, isa, dtype, case, cache and the sizes of the ops "
                   "(B, T, D, rows, ...)",
                   name);
}

static hy_status size_ok(const char *axis, const char *value)
{
    char *end;
    long number = strtol(value, &end, 10);
    if (value[0] == '\0' || *end != '\0' || number < 0 || number > 1 << 30)
        return hy_fail(HY_BAD_INPUT, "axis %s: '%s' is no size; write %s=[64,128]", axis, value, axis);
    return HY_OK;
}

/* Cuts "a,b" or "[a,b]" into the axis's values. */
static hy_status split_values(struct hy_axis *x, const char *text)
{
    size_t n = strlen(text);
    bool open = text[0] == '[', close = n > 0 && text[n - 1] == ']';
    if (open != close)
        return hy_fail(HY_BAD_INPUT, "axis %s: a bracket is missing in '%s'", x->name, text);
    char *copy = hy_format("%.*s", (int)(open ? n - 2 : n), open ? text + 1 : text);
    hy_status status = HY_OK;
    char *rest = copy;
    for (char *value = strsep(&rest, ","); value && status == HY_OK; value = strsep(&rest, ",")) {
        while (*value == ' ')
            value++;
        value[strcspn(value, " ")] = '\0';
        if (value[0] == '\0')
            status = hy_fail(HY_BAD_INPUT, "axis %s has an empty value; write %s=[one,two]", x->name, x->name);
        else if (x->n == HY_MAX_AXIS_VALUES)
            status = hy_fail(HY_BAD_INPUT, "axis %s has more than %d values", x->name, HY_MAX_AXIS_VALUES);
        else if (x->size)
            status = size_ok(x->name, value);
        if (status == HY_OK)
            x->values[x->n++] = hy_format("%s", value);
    }
    free(copy);
    return status;
}

hy_status hy_axes_add(struct hy_axes *a, const char *text)
{
    const char *equals = strchr(text, '=');
    if (equals == NULL || equals == text)
        return hy_fail(HY_BAD_INPUT, "'%s' is no axis; write -a T=[128,256] or -a isa=avx2", text);
    if (a->n == HY_MAX_AXES)
        return hy_fail(HY_BAD_INPUT, "more than %d axes", HY_MAX_AXES);
    struct hy_axis *x = &a->axes[a->n++];
    x->name = hy_format("%.*s", (int)(equals - text), text);
    x->values = calloc(HY_MAX_AXIS_VALUES, sizeof *x->values);
    HY_ASSERT(x->values, "out of memory for the values of an axis");
    for (int i = 0; i < a->n - 1; i++)
        if (strcmp(a->axes[i].name, x->name) == 0)
            return hy_fail(HY_BAD_INPUT, "axis %s is given twice; write %s=[one,two]", x->name, x->name);
    x->size = !is_text_axis(x->name);
    if (x->size && !hy_sizes_known(x->name))
        return unknown(x->name);
    return split_values(x, equals + 1);
}

void hy_axes_fini(struct hy_axes *a)
{
    if (a == NULL)
        return;
    for (int i = 0; i < a->n; i++) {
        for (int j = 0; j < a->axes[i].n; j++)
            free(a->axes[i].values[j]);
        free(a->axes[i].values);
        free(a->axes[i].name);
    }
    memset(a, 0, sizeof *a);
}

bool hy_axes_allow(const struct hy_axes *a, const char *name, const char *value)
{
    for (int i = 0; i < a->n; i++) {
        if (strcmp(a->axes[i].name, name) != 0)
            continue;
        for (int j = 0; j < a->axes[i].n; j++)
            if (strcmp(a->axes[i].values[j], value) == 0)
                return true;
        return false;
    }
    return true;
}
