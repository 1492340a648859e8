#include "models/config/sweep.h"

#include <stdio.h>
#include <string.h>

#include "models/config/field.h"

void hy_rate_print(double lr, char text[HY_RATE_TEXT])
{
    snprintf(text, HY_RATE_TEXT, "%.9g", lr);
}

hy_status hy_sweep_check_key(const char *key)
{
    if (strcmp(key, "lr") == 0)
        return HY_OK;
    return hy_fail(HY_BAD_INPUT, "'%.40s' cannot be swept; lr can, as in lr=1e-4,3e-4,1e-3", key);
}

hy_status hy_sweep_add(struct hy_sweep *s, const char *text)
{
    const struct hy_field row = {.key = "lr", .type = HY_FIELD_DOUBLE, .min = 1e-9, .max = 100};
    char printed[HY_RATE_TEXT], before[HY_RATE_TEXT];
    double lr;
    if (hy_field_set(&row, &lr, text))
        return HY_BAD_INPUT;
    hy_rate_print(lr, printed);
    for (int i = 0; i < s->n; i++) {
        hy_rate_print(s->lr[i], before);
        if (strcmp(printed, before) == 0)
            return hy_fail(HY_BAD_INPUT, "the sweep names lr %s twice", printed);
    }
    if (s->n == HY_MAX_SWEEP)
        return hy_fail(HY_BAD_INPUT, "the sweep names more than %d values of lr", HY_MAX_SWEEP);
    s->lr[s->n++] = lr;
    return HY_OK;
}

hy_status hy_sweep_parse(struct hy_sweep *s, const char *text)
{
    const char *equals = strchr(text, '=');
    char key[64], value[64];
    *s = (struct hy_sweep){0};
    if (!equals)
        return hy_fail(HY_BAD_INPUT, "'%.60s' is no key with its values, such as lr=1e-4,3e-4,1e-3", text);
    snprintf(key, sizeof key, "%.*s", (int)(equals - text), text);
    hy_status status = hy_sweep_check_key(key);
    if (status == HY_OK && equals[1] == '\0')
        status = hy_fail(HY_BAD_INPUT, "the sweep names no value of lr, as lr=1e-4,3e-4,1e-3 does");
    for (const char *at = equals; status == HY_OK && *at; at += 1 + strcspn(at + 1, ",")) {
        snprintf(value, sizeof value, "%.*s", (int)strcspn(at + 1, ","), at + 1);
        status = hy_sweep_add(s, value);
    }
    return status;
}

bool hy_sweep_equal(const struct hy_sweep *a, const struct hy_sweep *b)
{
    return a->n == b->n && memcmp(a->lr, b->lr, (size_t)a->n * sizeof *a->lr) == 0;
}
