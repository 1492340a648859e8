#include "report/table/csv.h"

#include <csv.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"

/* ---- numbers ----------------------------------------------------------------- */

/* Made once and kept for the life of the process. */
static locale_t c_locale(void)
{
    static locale_t kept;
    if (!kept) {
        kept = newlocale(LC_ALL_MASK, "C", (locale_t)0);
        HY_ASSERT(kept, "every system has the C locale");
    }
    return kept;
}

double hy_csv_to_number(const char *text)
{
    char *end = NULL;
    if (text[0] == '\0' || strchr(" \t\r\n\v\f", text[0]))
        return (double)NAN;
    double value = strtod_l(text, &end, c_locale());
    return *end == '\0' ? value : (double)NAN;
}

void hy_csv_format(char text[32], double value, int digits)
{
    locale_t before = uselocale(c_locale());
    snprintf(text, 32, "%.*g", digits, value);
    uselocale(before);
}

/* ---- reading ----------------------------------------------------------------- */

/* libcsv drops blanks round bare fields unless it is told that there are none. */
static int no_character_is_space(unsigned char c)
{
    (void)c;
    return 0;
}

struct reading {
    struct hy_csv *table;
    hy_status status;
    size_t line;       /* of the text being parsed, from 1 */
    size_t row_line;   /* where the row in hand began */
    size_t row_cells;  /* its cells so far */
    size_t cell_count; /* in table->cells, all rows */
    size_t cell_room, row_room;
    char *end; /* of the table's text so far */
};

static void *grown(void *items, size_t *room, size_t size)
{
    *room = *room ? *room * 2 : 64;
    void *larger = realloc(items, *room * size);
    HY_ASSERT(larger, "out of memory while reading a CSV table");
    return larger;
}

static void take_field(void *text, size_t length, void *user)
{
    struct reading *r = user;
    struct hy_csv *t = r->table;
    if (r->status != HY_OK)
        return;
    if (r->row_cells++ == 0)
        r->row_line = r->line;
    if (length && memchr(text, '\0', length)) {
        r->status = hy_fail(HY_BAD_INPUT, "%s:%zu: a NUL byte in a cell; this is no text file", t->name, r->line);
        return;
    }
    if (r->cell_count == r->cell_room)
        t->cells = grown(t->cells, &r->cell_room, sizeof *t->cells);
    if (length)
        memcpy(r->end, text, length);
    r->end[length] = '\0';
    t->cells[r->cell_count++] = r->end;
    r->end += length + 1;
}

/* The first row becomes the header; its cells move there. */
static void take_header(struct reading *r)
{
    struct hy_csv *t = r->table;
    t->columns = r->row_cells;
    t->header = calloc(t->columns, sizeof *t->header);
    HY_ASSERT(t->header, "out of memory while reading a CSV table");
    memcpy(t->header, t->cells, t->columns * sizeof *t->header);
    r->cell_count = 0;
    for (size_t i = 0; i < t->columns; i++)
        for (size_t j = 0; j < i; j++)
            if (r->status == HY_OK && strcmp(t->header[i], t->header[j]) == 0)
                r->status = hy_fail(HY_BAD_INPUT, "%s:%zu: two columns are called '%s'; column names must differ",
                                    t->name, r->row_line, t->header[i]);
}

static void take_row(int ended_by, void *user)
{
    struct reading *r = user;
    struct hy_csv *t = r->table;
    (void)ended_by;
    if (r->status != HY_OK)
        return;
    if (!t->header) {
        take_header(r);
    } else if (r->row_cells != t->columns) {
        r->status = hy_fail(HY_BAD_INPUT, "%s:%zu: the row has %zu cells, the header has %zu columns", t->name,
                            r->row_line, r->row_cells, t->columns);
    } else {
        if (t->rows == r->row_room)
            t->lines = grown(t->lines, &r->row_room, sizeof *t->lines);
        t->lines[t->rows++] = r->row_line;
    }
    r->row_cells = 0;
}

static hy_status broken(const struct reading *r, struct csv_parser *parser)
{
    return hy_fail(HY_BAD_INPUT, "%s:%zu: broken CSV (%s); quotes must be doubled inside a quoted cell and closed once",
                   r->table->name, r->line, csv_strerror(csv_error(parser)));
}

/* One line at a time, or less, so that the callbacks know the line they are on. */
static void feed(struct reading *r, struct csv_parser *parser, const char *data, size_t bytes, size_t chunk)
{
    size_t at = 0;
    while (at < bytes && r->status == HY_OK) {
        const char *end = memchr(data + at, '\n', bytes - at);
        size_t length = end ? (size_t)(end - data) + 1 - at : bytes - at;
        if (chunk && length > chunk)
            length = chunk;
        if (csv_parse(parser, data + at, length, take_field, take_row, r) != length && r->status == HY_OK)
            r->status = broken(r, parser);
        at += length;
        if (data[at - 1] == '\n')
            r->line++;
    }
}

hy_status hy_csv_parse(struct hy_csv *t, const char *name, const char *data, size_t bytes, size_t chunk,
                       enum hy_csv_origin origin)
{
    struct csv_parser parser;
    struct reading r = {.table = t, .line = 1, .row_line = 1};
    memset(t, 0, sizeof *t);
    t->name = hy_format("%s", name);
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) != 0)
        return hy_csv_fini(t), hy_fail(HY_RUN_FAILED, "%s: libcsv could not start its parser", name);
    csv_set_space_func(&parser, no_character_is_space);

    if (bytes >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0) {
        data += 3;
        bytes -= 3;
    }
    if (origin == HY_CSV_APPENDED) {
        const size_t complete = hy_csv_complete_bytes(data, bytes);
        t->torn_line = complete < bytes;
        for (size_t i = 0; t->torn_line && i < complete; i++)
            t->torn_line += data[i] == '\n';
        bytes = complete;
    }
    t->text = r.end = malloc(bytes + 2); /* each cell's separator, or the end, makes room for its NUL */
    HY_ASSERT(t->text, "out of memory while reading a CSV table");
    feed(&r, &parser, data, bytes, chunk);
    if (r.status == HY_OK && csv_fini(&parser, take_field, take_row, &r) != 0)
        r.status = hy_fail(HY_BAD_INPUT, "%s:%zu: a quote opened at or after line %zu is never closed", name, r.line,
                           r.row_cells ? r.row_line
                           : t->rows   ? t->lines[t->rows - 1] + 1
                                       : (size_t)1);
    if (r.status == HY_OK && !t->header)
        r.status = hy_fail(HY_BAD_INPUT, "%s: no header line; the file is empty", name);
    csv_free(&parser);
    if (r.status != HY_OK)
        hy_csv_fini(t);
    return r.status;
}

hy_status hy_csv_read(struct hy_csv *t, const char *path, enum hy_csv_origin origin)
{
    char *data = NULL;
    size_t bytes = 0;
    memset(t, 0, sizeof *t);
    hy_status status = hy_read_file(path, &data, &bytes);
    if (status == HY_OK)
        status = hy_csv_parse(t, path, data, bytes, 0, origin);
    free(data);
    return status;
}

void hy_csv_fini(struct hy_csv *t)
{
    if (!t)
        return;
    free(t->cells);
    free(t->header);
    free(t->lines);
    free(t->text);
    free(t->name);
    memset(t, 0, sizeof *t);
}

void hy_csv_keep(struct hy_csv *t, const bool *keep)
{
    size_t kept = 0;
    for (size_t row = 0; row < t->rows; row++) {
        if (!keep[row])
            continue;
        memmove(t->cells + kept * t->columns, t->cells + row * t->columns, t->columns * sizeof *t->cells);
        t->lines[kept++] = t->lines[row];
    }
    t->rows = kept;
}

/* A quote toggles "inside" even when doubled, so counting them is enough. */
size_t hy_csv_complete_bytes(const char *data, size_t bytes)
{
    bool quoted = false;
    size_t complete = 0;
    for (size_t i = 0; i < bytes; i++) {
        if (data[i] == '"')
            quoted = !quoted;
        else if (data[i] == '\n' && !quoted)
            complete = i + 1;
    }
    return complete;
}

int hy_csv_column(const struct hy_csv *t, const char *name)
{
    for (size_t i = 0; i < t->columns; i++)
        if (strcmp(t->header[i], name) == 0)
            return (int)i;
    return -1;
}

const char *hy_csv_lacks(const struct hy_csv *t, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (hy_csv_column(t, names[i]) < 0)
            return names[i];
    return NULL;
}

const char *hy_csv_text(const struct hy_csv *t, size_t row, int column)
{
    HY_ASSERT(row < t->rows && column < (int)t->columns, "a cell outside its table was asked for");
    return column < 0 ? "" : t->cells[row * t->columns + (size_t)column];
}

double hy_csv_number(const struct hy_csv *t, size_t row, int column)
{
    return hy_csv_to_number(hy_csv_text(t, row, column));
}

const char *hy_csv_text_of(const struct hy_csv *t, size_t row, const char *name)
{
    return hy_csv_text(t, row, hy_csv_column(t, name));
}

double hy_csv_number_of(const struct hy_csv *t, size_t row, const char *name)
{
    return hy_csv_number(t, row, hy_csv_column(t, name));
}

/* ---- writing ----------------------------------------------------------------- */

void hy_csv_writer_init(struct hy_csv_writer *w, FILE *stream)
{
    *w = (struct hy_csv_writer){.stream = stream};
}

static void separate(struct hy_csv_writer *w)
{
    if (w->cells++ > 0)
        fputc(',', w->stream);
}

/* Blanks at either end are kept by RFC 4180 but lost by many readers: quoted too. */
static bool must_be_quoted(const char *text)
{
    size_t length = strlen(text);
    return strpbrk(text, ",\"\r\n") || (length && (text[0] == ' ' || text[length - 1] == ' ' || text[0] == '\t'));
}

void hy_csv_put_text(struct hy_csv_writer *w, const char *text)
{
    separate(w);
    if (!text)
        return;
    if (must_be_quoted(text))
        csv_fwrite(w->stream, text, strlen(text));
    else
        fputs(text, w->stream);
}

void hy_csv_put_integer(struct hy_csv_writer *w, int64_t value)
{
    separate(w);
    fprintf(w->stream, "%lld", (long long)value);
}

static void put_digits(struct hy_csv_writer *w, double value, int digits)
{
    char text[32];
    separate(w);
    if (!isfinite(value))
        return;
    hy_csv_format(text, value, digits);
    fputs(text, w->stream);
}

void hy_csv_put_float(struct hy_csv_writer *w, double value)
{
    put_digits(w, value, 9);
}

void hy_csv_put_missing(struct hy_csv_writer *w)
{
    separate(w);
}

void hy_csv_end_row(struct hy_csv_writer *w)
{
    fputc('\n', w->stream);
    w->cells = 0;
    w->rows++;
}
