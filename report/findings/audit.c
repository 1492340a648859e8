#include "report/findings/audit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"

#define ARROW   " \xE2\x86\x92 "
#define TOO_FAR 5.0 /* percent */

static bool is_one_of(const char *word, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(word, *words) == 0)
            return true;
    return false;
}

/* Names, results of the configuration and bookkeeping are no fields of it. */
static bool is_configuration(const char *column)
{
    static const char *const others[] = {"name",     "compare_to", "isolates", "match", "match_to", "flops_per_token",
                                         "kv_bytes", "Run",        "Corpus",   NULL};
    return !is_one_of(column, others) && strncmp(column, "params", 6) != 0;
}

/* Whether a change of the key leaves a size as it is, by nature. */
static bool leaves_flops(const char *key)
{
    static const char *const keys[] = {"fusion", "in_proj", NULL};
    return is_one_of(key, keys);
}

static bool leaves_caches(const char *key)
{
    static const char *const keys[] = {"fusion", "in_proj", "implementation", "d_state", "d_conv",
                                       "expand", "dt_rank", "d_ff",           NULL};
    return is_one_of(key, keys);
}

static long row_of(const struct hy_csv *t, const char *name)
{
    for (size_t i = 0; i < t->rows; i++)
        if (strcmp(hy_csv_text_of(t, i, "name"), name) == 0)
            return (long)i;
    return -1;
}

/* Whether the field exists in that row's architecture; where it does not, the field arch says so already. */
static bool exists(const struct hy_csv *t, long row, size_t column)
{
    static const char *const of_attention[] = {"global_layers", "kv_groups", NULL};
    const bool mamba = strcmp(hy_csv_text_of(t, (size_t)row, "arch"), "mamba") == 0;
    return *hy_csv_text(t, (size_t)row, (int)column) && !(mamba && is_one_of(t->header[column], of_attention));
}

/* The variant whose size this one was given; its own name where it was given none. */
static const char *yardstick(const struct hy_csv *t, long row)
{
    const char *to = hy_csv_text_of(t, (size_t)row, "match_to");
    return *to ? to : hy_csv_text_of(t, (size_t)row, "name");
}

/* Whether the widths of the two follow one yardstick in `what`, params or flops: at least one of them by the program's
 * choice. */
static bool are_matched(const struct hy_csv *t, long a, long b, const char *what)
{
    const char *m = hy_csv_text_of(t, (size_t)a, "match"), *n = hy_csv_text_of(t, (size_t)b, "match");
    return (*m || *n) && (!*m || strcmp(m, what) == 0) && (!*n || strcmp(n, what) == 0) &&
           strcmp(yardstick(t, a), yardstick(t, b)) == 0;
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

/* ---- sizes ------------------------------------------------------------------------ */

/* Bytes of a variant's K/V caches; NaN when not known. */
static double cache_bytes(const struct hy_run_data *d, long row)
{
    const struct hy_csv *t = &d->table[HY_TABLE_VARIANTS], *kv = &d->table[HY_TABLE_KV];
    const double bytes = hy_csv_number_of(t, (size_t)row, "kv_bytes");
    double sum = 0;
    bool any = false;
    if (!isnan(bytes) || !d->have[HY_TABLE_KV])
        return bytes;
    for (size_t i = 0; i < kv->rows; i++) {
        if (strcmp(hy_csv_text_of(kv, i, "variant"), hy_csv_text_of(t, (size_t)row, "name")) != 0)
            continue;
        const double layer = hy_csv_number_of(kv, i, "bytes");
        any = true;
        sum += isnan(layer) ? 0 : layer;
    }
    return any ? sum : (double)NAN;
}

static double percent(double base, double other)
{
    return base > 0 ? 100 * (other / base - 1) : (double)NAN;
}

static void compare_sizes(struct hy_audit_pair *p, const struct hy_run_data *d, long base, long other, bool matched)
{
    const struct hy_csv *t = &d->table[HY_TABLE_VARIANTS];
    const size_t from = (size_t)base, to = (size_t)other;
    p->params_percent = percent(hy_csv_number_of(t, from, "params"), hy_csv_number_of(t, to, "params"));
    p->flops_percent =
        percent(hy_csv_number_of(t, from, "flops_per_token"), hy_csv_number_of(t, to, "flops_per_token"));
    p->bytes_percent = percent(cache_bytes(d, base), cache_bytes(d, other));
    /* what widths were chosen to make equal stands in for equal parameters */
    const bool equal_flops = are_matched(t, base, other, "flops");
    p->confounded = p->beyond > 0 || (!equal_flops && fabs(p->params_percent) > TOO_FAR) ||
                    ((equal_flops || leaves_flops(p->claims)) && fabs(p->flops_percent) > TOO_FAR) ||
                    (!matched && leaves_caches(p->claims) && fabs(p->bytes_percent) > TOO_FAR);
}

/* ---- pairs ------------------------------------------------------------------------ */

static void compare(struct hy_audit *a, const struct hy_run_data *d, long base, long other, const char *claims)
{
    static const char *const widths[] = {"d_model", "head_dim", "d_ff", "dt_rank", NULL};
    const struct hy_csv *t = &d->table[HY_TABLE_VARIANTS];
    const bool matched = are_matched(t, base, other, "params") || are_matched(t, base, other, "flops");
    a->pair = realloc(a->pair, (a->count + 1) * sizeof *a->pair);
    HY_ASSERT(a->pair, "out of memory for the audit");
    struct hy_audit_pair *p = &a->pair[a->count++];
    *p = (struct hy_audit_pair){.base = hy_format("%s", hy_csv_text_of(t, (size_t)base, "name")),
                                .other = hy_format("%s", hy_csv_text_of(t, (size_t)other, "name")),
                                .claims = hy_format("%s", claims),
                                .differs = hy_format("%s", ""),
                                .beyond_names = hy_format("%s", ""),
                                .matched_names = hy_format("%s", "")};
    for (size_t c = 0; c < t->columns; c++) {
        const char *name = t->header[c];
        const char *from = hy_csv_text(t, (size_t)base, (int)c), *to = hy_csv_text(t, (size_t)other, (int)c);
        if (!is_configuration(name) || strcmp(from, to) == 0 || !exists(t, base, c) || !exists(t, other, c))
            continue;
        p->fields++;
        append(&p->differs, "; ", hy_format("%s %s" ARROW "%s", name, from, to));
        if (strcmp(name, claims) == 0) {
            p->claimed_differs = true;
        } else if (matched && is_one_of(name, widths)) {
            append(&p->matched_names, ", ", hy_format("%s", name));
        } else {
            p->beyond++;
            append(&p->beyond_names, ", ", hy_format("%s", name));
        }
    }
    compare_sizes(p, d, base, other, matched);
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
                compare(a, d, base, (long)i, claim);
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
        free(a->pair[i].matched_names);
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
