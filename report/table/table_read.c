#include "report/table/table_read.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The columns of all tables that hold text; the others hold numbers. */
static const char *const texts[] = {
    "Model",
    "Implementation",
    "Device",
    "Precision",
    "Status",
    "Init SHA-256",
    "Data SHA-256",
    "Profile",
    "ISA",
    "Git SHA",
    "Compiler",
    "Flags",
    "Started (UTC)",
    "GPU throttle",
    "Run",
    "Corpus",
    "variant",
    "kernel",
    "op",
    "pass",
    "backend",
    "isa",
    "dtype",
    "case",
    "shape",
    "stop_reason",
    "bound",
    "skipped",
    "skip_reason",
    "git_sha",
    "dirty",
    "compiler",
    "flags",
    "device",
    "throttle",
    "witness",
    "quality",
    "metric",
    "unit",
    "chip",
    "name",
    "implementation",
    "arch",
    "compare_to",
    "isolates",
    "fusion",
    "in_proj",
    "match",
    "match_to",
    "base_variant",
    "other_variant",
    "left_out",
    "global_layers",
    "kv_groups",
    "model",
    "attention",
    "role",
    "prompt",
    "before",
    "after",
    "Dirty",
    "machine",
    "subject",
    "pair",
    "question",
    "base_side",
    "fresh_side",
    "base_calls",
    "fresh_calls",
    "verdict",
    "note",
    "base_name",
    "fresh_name",
    "source",
    "split",
    "chosen",
    "Sweep",
    "Chosen on",
    "Reported on",
};

static bool holds_numbers(const struct hy_table_spec *spec, const char *column)
{
    bool known = false;
    for (size_t i = 0; i < spec->count; i++)
        known |= strcmp(spec->columns[i], column) == 0;
    for (size_t i = 0; known && i < sizeof texts / sizeof *texts; i++)
        if (strcmp(texts[i], column) == 0)
            return false;
    return known;
}

static bool is_number(const char *text)
{
    static const char *const words[] = {"nan", "-nan", "inf", "-inf"};
    if (!isnan(hy_csv_to_number(text)))
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasecmp(text, words[i]) == 0)
            return true;
    return false;
}

/* Before the cells are taken apart: a file with other separators has one column, and quotes in the wrong places. */
static hy_status check_header(const struct hy_table_spec *spec, const char *path, const char *data, size_t bytes)
{
    const char *end = memchr(data, '\n', bytes);
    const size_t length = end ? (size_t)(end - data) : bytes;
    bool any = false;
    for (const char *other = ";\t|"; *other && spec->count > 1; other++)
        if (!memchr(data, ',', length) && memchr(data, *other, length))
            return hy_fail(HY_BAD_INPUT, "%s:1: the columns are separated by '%s', only ',' is read", path,
                           *other == '\t' ? "\\t" : (char[2]){*other, '\0'});
    for (size_t i = 0; i < spec->count; i++)
        any |= memmem(data, length, spec->columns[i], strlen(spec->columns[i])) != NULL;
    return any || length == 0 ? HY_OK : hy_fail(HY_BAD_INPUT, "%s:1: the header has no column of %s", path, spec->file);
}

static hy_status check_numbers(const struct hy_csv *t, const struct hy_table_spec *spec)
{
    for (size_t c = 0; c < t->columns; c++) {
        if (!holds_numbers(spec, t->header[c]))
            continue;
        for (size_t row = 0; row < t->rows; row++) {
            const char *text = hy_csv_text(t, row, (int)c);
            if (*text && !is_number(text))
                return hy_fail(HY_BAD_INPUT, "%s:%zu: '%s' holds \"%.40s\", which is no number%s", t->name,
                               t->lines[row], t->header[c], text, strchr(text, ',') ? "; decimals have a point" : "");
        }
    }
    return HY_OK;
}

static bool same_key(const struct hy_csv *t, const int *columns, size_t count, size_t a, size_t b)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(hy_csv_text(t, a, columns[i]), hy_csv_text(t, b, columns[i])) != 0)
            return false;
    return true;
}

/* FNV-1a, the cells told apart by their NULs. */
static uint64_t hash_of(const struct hy_csv *t, const int *columns, size_t count, size_t row)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < count; i++) {
        const char *text = hy_csv_text(t, row, columns[i]);
        do
            hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
        while (*text++);
    }
    return hash ^ hash >> 32;
}

static hy_status twice(const struct hy_csv *t, const int *columns, size_t count, size_t row, size_t first)
{
    char *key = hy_format("%s", "");
    for (size_t i = 0; i < count; i++) {
        char *longer =
            hy_format("%s%s%s '%s'", key, i ? ", " : "", t->header[columns[i]], hy_csv_text(t, row, columns[i]));
        free(key);
        key = longer;
    }
    hy_status status = hy_fail(HY_BAD_INPUT, "%s:%zu: the row of %s is there twice, first in line %zu", t->name,
                               t->lines[row], key, t->lines[first]);
    free(key);
    return status;
}

/* Key columns that came when rows began to differ in them: without such a one the others tell rows apart. */
static bool came_later(const char *key)
{
    return strcmp(key, "lr") == 0 || strcmp(key, "peak_lr") == 0;
}

static hy_status check_keys(const struct hy_csv *t, const struct hy_table_spec *spec)
{
    int columns[HY_MOST_KEYS];
    size_t count = 0;
    hy_status status = HY_OK;
    for (size_t k = 0; k < HY_MOST_KEYS && spec->key[k]; k++) {
        columns[count] = hy_csv_column(t, spec->key[k]);
        if (columns[count] >= 0)
            count++;
        else if (!came_later(spec->key[k]))
            return HY_OK; /* written before the column came: rows cannot be told apart */
    }
    if (count == 0)
        return HY_OK;
    size_t places = 1024;
    while (places < 2 * t->rows)
        places *= 2;
    uint32_t *first = calloc(places, sizeof *first); /* row + 1 by hash, the next place where that is taken; 0: none */
    HY_ASSERT(first && t->rows < UINT32_MAX, "out of memory while checking a CSV table");
    for (size_t row = 0; row < t->rows && status == HY_OK; row++) {
        size_t at = hash_of(t, columns, count, row) % places;
        while (first[at] && !same_key(t, columns, count, first[at] - 1, row))
            at = (at + 1) % places;
        if (first[at])
            status = twice(t, columns, count, row, first[at] - 1);
        first[at] = (uint32_t)row + 1;
    }
    free(first);
    return status;
}

hy_status hy_table_read(struct hy_csv *t, enum hy_table_id id, const char *dir)
{
    const struct hy_table_spec *spec = hy_table_spec(id);
    char *path = hy_table_path(id, dir), *data = NULL;
    size_t bytes = 0;
    memset(t, 0, sizeof *t);
    hy_status status = hy_read_file(path, &data, &bytes);
    if (status == HY_OK)
        status = check_header(spec, path, data, bytes);
    if (status == HY_OK)
        status = hy_csv_parse(t, path, data, bytes, 0, spec->appended ? HY_CSV_APPENDED : HY_CSV_COMPLETE);
    if (status == HY_OK)
        status = check_numbers(t, spec);
    if (status == HY_OK)
        status = check_keys(t, spec);
    if (status != HY_OK)
        hy_csv_fini(t);
    free(data);
    free(path);
    return status;
}
