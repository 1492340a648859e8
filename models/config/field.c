#include "models/config/field.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

const struct hy_field *hy_field_find(struct hy_fields t, const char *key)
{
    for (const struct hy_field *row = t.rows, *end = t.rows + t.n; row < end; row++)
        if (strcmp(row->key, key) == 0)
            return row;
    return NULL;
}

void *hy_field_at(const struct hy_field *f, void *object)
{
    return (char *)object + f->offset;
}

const void *hy_field_in(const struct hy_field *f, const void *object)
{
    return (const char *)object + f->offset;
}

static hy_status out_of_range(const struct hy_field *f, const char *text)
{
    char min[32], max[32];
    hy_print_double(f->min, min);
    hy_print_double(f->max, max);
    return hy_fail(HY_BAD_INPUT, "%s is %s; it must be from %s to %s", f->key, text, min, max);
}

hy_status hy_field_check(const struct hy_field *f, const void *object)
{
    const void *at = hy_field_in(f, object);
    double v = 0;
    switch (f->type) {
    case HY_FIELD_INT:
        v = *(const int *)at;
        break;
    case HY_FIELD_INT64:
        v = (double)*(const int64_t *)at;
        break;
    case HY_FIELD_FLOAT:
        v = (double)*(const float *)at;
        break;
    case HY_FIELD_DOUBLE:
        v = *(const double *)at;
        break;
    case HY_FIELD_CHOICE:
        return hy_names_check(f->names, *(const int *)at);
    case HY_FIELD_UINT64:
    case HY_FIELD_BOOL:
        return HY_OK;
    }
    /* written so that NaN fails; 0.99f is a little more than 0.99, hence the rounding of the bound */
    double max = f->type == HY_FIELD_FLOAT ? (double)(float)f->max : f->max;
    if (v >= f->min && v <= max)
        return HY_OK;
    char text[32];
    hy_field_print(f, object, text);
    return out_of_range(f, text);
}

static hy_status set_integer(const struct hy_field *f, void *at, const char *text)
{
    /* plain decimal only: strtoll would read "010" as it stands, but "0x10", " 5" and "+5" are not what anybody means
     */
    const char *digits = text + (text[0] == '-');
    size_t n = strspn(digits, "0123456789");
    if (n == 0 || digits[n] || (n > 1 && digits[0] == '0'))
        return hy_fail(HY_BAD_INPUT, "%s is '%.40s'; it must be a whole number", f->key, text);
    errno = 0;
    if (f->type == HY_FIELD_UINT64) {
        unsigned long long v = strtoull(digits, NULL, 10);
        if (errno || text[0] == '-')
            return hy_fail(HY_BAD_INPUT, "%s is %.40s; it must be from 0 to 18446744073709551615", f->key, text);
        *(uint64_t *)at = v;
        return HY_OK;
    }
    long long v = strtoll(text, NULL, 10);
    if (errno || (double)v < f->min || (double)v > f->max) {
        char shown[41];
        snprintf(shown, sizeof shown, "%s", text);
        return out_of_range(f, shown);
    }
    if (f->type == HY_FIELD_INT)
        *(int *)at = (int)v;
    else
        *(int64_t *)at = v;
    return HY_OK;
}

static hy_status set_real(const struct hy_field *f, void *at, const char *text)
{
    char *end = NULL;
    double v = strtod(text, &end);
    bool spelled = text[strspn(text, "+-.0123456789eE")] == 0 && text[0] && text[0] != '+';
    if (!spelled || end == text || *end)
        return hy_fail(HY_BAD_INPUT, "%s is '%.40s'; it must be a finite number", f->key, text);
    if (!(v >= f->min && v <= f->max)) {
        char shown[41];
        snprintf(shown, sizeof shown, "%s", text);
        return out_of_range(f, shown);
    }
    if (f->type == HY_FIELD_FLOAT)
        *(float *)at = strtof(text, NULL);
    else
        *(double *)at = v;
    return HY_OK;
}

hy_status hy_field_set(const struct hy_field *f, void *object, const char *text)
{
    void *at = hy_field_at(f, object);
    switch (f->type) {
    case HY_FIELD_INT:
    case HY_FIELD_INT64:
    case HY_FIELD_UINT64:
        return set_integer(f, at, text);
    case HY_FIELD_FLOAT:
    case HY_FIELD_DOUBLE:
        return set_real(f, at, text);
    case HY_FIELD_BOOL:
        if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
            return hy_fail(HY_BAD_INPUT, "%s is '%.40s'; it must be true or false", f->key, text);
        *(bool *)at = text[0] == 't';
        return HY_OK;
    case HY_FIELD_CHOICE:
        return hy_names_parse(f->names, text, at);
    }
    HY_ASSERT(false, "a field has a type");
    return HY_BAD_INPUT;
}

void hy_print_double(double value, char text[32])
{
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, 32, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            return;
    }
}

void hy_print_float(float value, char text[32])
{
    for (int digits = 1; digits <= 9; digits++) {
        snprintf(text, 32, "%.*g", digits, (double)value);
        if (strtof(text, NULL) == value)
            return;
    }
}

void hy_field_print(const struct hy_field *f, const void *object, char text[32])
{
    const void *at = hy_field_in(f, object);
    switch (f->type) {
    case HY_FIELD_INT:
        snprintf(text, 32, "%d", *(const int *)at);
        break;
    case HY_FIELD_INT64:
        snprintf(text, 32, "%lld", (long long)*(const int64_t *)at);
        break;
    case HY_FIELD_UINT64:
        snprintf(text, 32, "%llu", (unsigned long long)*(const uint64_t *)at);
        break;
    case HY_FIELD_FLOAT:
        hy_print_float(*(const float *)at, text);
        break;
    case HY_FIELD_DOUBLE:
        hy_print_double(*(const double *)at, text);
        break;
    case HY_FIELD_BOOL:
        snprintf(text, 32, "%s", *(const bool *)at ? "true" : "false");
        break;
    case HY_FIELD_CHOICE:
        snprintf(text, 32, "%s", hy_names_word(f->names, *(const int *)at));
        break;
    }
}

bool hy_field_equal(const struct hy_field *f, const void *a, const void *b)
{
    const void *x = hy_field_in(f, a), *y = hy_field_in(f, b);
    switch (f->type) {
    case HY_FIELD_INT:
    case HY_FIELD_CHOICE:
        return *(const int *)x == *(const int *)y;
    case HY_FIELD_INT64:
    case HY_FIELD_UINT64:
        return *(const uint64_t *)x == *(const uint64_t *)y;
    case HY_FIELD_FLOAT:
        return *(const float *)x == *(const float *)y;
    case HY_FIELD_DOUBLE:
        return *(const double *)x == *(const double *)y;
    case HY_FIELD_BOOL:
        return *(const bool *)x == *(const bool *)y;
    }
    return false;
}

bool hy_fields_equal(struct hy_fields t, const void *a, const void *b)
{
    for (int i = 0; i < t.n; i++)
        if (!hy_field_equal(&t.rows[i], a, b))
            return false;
    return true;
}
