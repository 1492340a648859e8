/* The fields of a struct that stand in a file, as a table: one row gives a key its
 * type, its place in the struct and its bounds, and drives the YAML schema, strict
 * reading, writing and JSON alike. The tables stand where their structs do
 * (models/config/config.h, models/config/study.h). */
#ifndef HY_MODELS_CONFIG_FIELD_H
#define HY_MODELS_CONFIG_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "kernels/base/status.h"
#include "models/config/names.h"

enum hy_field_type {
    HY_FIELD_INT,    /* int */
    HY_FIELD_INT64,  /* int64_t */
    HY_FIELD_UINT64, /* uint64_t; only the type bounds it */
    HY_FIELD_FLOAT,  /* float, finite */
    HY_FIELD_DOUBLE, /* double, finite */
    HY_FIELD_BOOL,   /* bool: true or false */
    HY_FIELD_CHOICE, /* an enum, stored as int: one of the row's names */
};

struct hy_field {
    const char *key;
    enum hy_field_type type;
    size_t offset;                /* in the struct the table describes */
    double min, max;              /* inclusive */
    const struct hy_names *names; /* of HY_FIELD_CHOICE */
};

struct hy_fields {
    const struct hy_field *rows;
    int n;
};

enum { HY_MAX_FIELDS = 24 };

const struct hy_field *hy_field_find(struct hy_fields t, const char *key); /* NULL when absent */

/* Where the field lies in `object`: an int, double, ... as its type says. */
void *hy_field_at(const struct hy_field *f, void *object);
const void *hy_field_in(const struct hy_field *f, const void *object);

/* Sets the field of `object` from `text`, all of which must be a value of the
 * type within the bounds; else HY_BAD_INPUT, saying which key and why. */
hy_status hy_field_set(const struct hy_field *f, void *object, const char *text);

/* Whether the value in `object` (set by code, or from JSON) is within the bounds; HY_BAD_INPUT as above. */
hy_status hy_field_check(const struct hy_field *f, const void *object);

/* The value as text that hy_field_set reads back exactly; numbers in the fewest digits that do. */
void hy_field_print(const struct hy_field *f, const void *object, char text[32]);

bool hy_field_equal(const struct hy_field *f, const void *a, const void *b);
bool hy_fields_equal(struct hy_fields t, const void *a, const void *b); /* all of the table */

/* The shortest text that reads back as the same double (or, narrower, float). */
void hy_print_double(double value, char text[32]);
void hy_print_float(float value, char text[32]);

#endif
