#include "report/findings/audit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"

#define ARROW " \xE2\x86\x92 "

/* Names, results of the configuration and bookkeeping are no fields of it. */
static bool is_configuration(const char *column)
{
    static const char *const others[] = {"name", "compare_to", "isolates", "flops_per_token", "Run", "Corpus"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(column, others[i]) == 0)
            return false;
    return strncmp(column, "params", 6) != 0;
}

static long row_of(const struct hy_csv *t, const char *name)
{
    for (size_t i = 0; i < t->rows; i++)
        if (strcmp(hy_csv_text_of(t, i, "name"), name) == 0)
            return (long)i;
    return -1;
}

/* The next entry of a list "A;B", malloc'd; the text moves behind it. "" where there is none. */
static char *entry(const char **text)
{
    const size_t length = strcspn(*text, ";");
    char *name = hy_format("%.*s", (int)length, *text);
    *text += length + ((*text)[length] == ';');
    return name;
}

/* Appends "<separator><addition>" to a malloc'd text. */
static void append(char **text, const char *separator, char *addition)
{
    char *longer = hy_format("%s%s%s", *text, **text ? separator : "", addition);
    free(*text);
    free(addition);
    *text = longer;
}

static void compare(struct hy_audit *a, const struct hy_csv *t, long base, long other, const char *claims)
{
    a->pair = realloc(a->pair, (a->count + 1) * sizeof *a->pair);
    HY_ASSERT(a->pair, "out of memory for the audit");
    struct hy_audit_pair *p = &a->pair[a->count++];
    *p = (struct hy_audit_pair){.base = hy_format("%s", hy_csv_text_of(t, (size_t)base, "name")),
                                .other = hy_format("%s", hy_csv_text_of(t, (size_t)other, "name")),
                                .claims = hy_format("%s", claims),
                                .differs = hy_format("%s", ""),
                                .beyond_names = hy_format("%s", "")};
    for (size_t c = 0; c < t->columns; c++) {
        const char *name = t->header[c];
        const char *from = hy_csv_text(t, (size_t)base, (int)c), *to = hy_csv_text(t, (size_t)other, (int)c);
        /* an empty cell: the field does not exist in that architecture, which the field arch already says */
        if (!is_configuration(name) || strcmp(from, to) == 0 || !*from || !*to)
            continue;
        p->fields++;
        append(&p->differs, "; ", hy_format("%s %s" ARROW "%s", name, from, to));
        if (strcmp(name, claims) == 0) {
            p->claimed_differs = true;
        } else {
            p->beyond++;
            append(&p->beyond_names, ", ", hy_format("%s", name));
        }
    }
    double before = hy_csv_number_of(t, (size_t)base, "params"), after = hy_csv_number_of(t, (size_t)other, "params");
    p->params_percent = before > 0 ? 100 * (after / before - 1) : (double)NAN;
    p->confounded = p->beyond > 0 || fabs(p->params_percent) > 5;
}

void hy_audit_make(struct hy_audit *a, const struct hy_run_data *d)
{
    const struct hy_csv *t = &d->table[HY_TABLE_VARIANTS];
    *a = (struct hy_audit){0};
    if (!d->have[HY_TABLE_VARIANTS])
        return;
    for (size_t i = 0; i < t->rows; i++) {
        const char *bases = hy_csv_text_of(t, i, "compare_to"), *claims = hy_csv_text_of(t, i, "isolates");
        while (*bases) {
            char *name = entry(&bases), *claim = entry(&claims);
            long base = row_of(t, name);
            if (base >= 0)
                compare(a, t, base, (long)i, claim);
            free(name);
            free(claim);
        }
    }
}

void hy_audit_fini(struct hy_audit *a)
{
    if (!a)
        return;
    for (size_t i = 0; i < a->count; i++) {
        free(a->pair[i].base);
        free(a->pair[i].other);
        free(a->pair[i].claims);
        free(a->pair[i].differs);
        free(a->pair[i].beyond_names);
    }
    free(a->pair);
    *a = (struct hy_audit){0};
}

const struct hy_audit_pair *hy_audit_find(const struct hy_audit *a, const char *base, const char *other)
{
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->pair[i].base, base) == 0 && strcmp(a->pair[i].other, other) == 0)
            return &a->pair[i];
    return NULL;
}
