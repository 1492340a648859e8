/* RFC 4180 both ways, and everything a hostile file can be. */
#include "report/table/csv.h"

#include <criterion/criterion.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"

static hy_status parse(struct hy_csv *t, const char *text, enum hy_csv_origin origin)
{
    return hy_csv_parse(t, "x.csv", text, strlen(text), 0, origin);
}

Test(csv, reads_cells_as_they_are)
{
    struct hy_csv t;
    cr_assert_eq(parse(&t, "a,b\n 1 ,\"x, \"\"y\"\"\nz\"\n,\n", HY_CSV_COMPLETE), HY_OK, "%s", hy_error());
    cr_assert_eq(t.columns, 2);
    cr_assert_eq(t.rows, 2);
    cr_assert_str_eq(hy_csv_text(&t, 0, 0), " 1 ", "blanks belong to the cell");
    cr_assert_str_eq(hy_csv_text(&t, 0, 1), "x, \"y\"\nz");
    cr_assert_str_eq(hy_csv_text(&t, 1, 1), "");
    cr_assert_eq(t.lines[0], 2);
    cr_assert_eq(t.lines[1], 4, "a quoted line end moves the next row down");
    cr_assert_eq(hy_csv_column(&t, "b"), 1);
    cr_assert_eq(hy_csv_column(&t, "c"), -1);
    cr_assert_str_eq(hy_csv_text_of(&t, 0, "c"), "", "a missing column reads like empty cells");
    hy_csv_fini(&t);
    hy_csv_fini(&t);
    hy_csv_fini(NULL);
}

/* The result never depends on where libcsv's chunks end. */
Test(csv, chunk_size_changes_nothing)
{
    static const char text[] = "\xEF\xBB\xBFname,\"v\"\r\n\"a \"\"b\"\"\",1\r\n\r\n\"two\r\nlines\",2\r\n\xC3\xBC,3";
    int checked = 0;
    for (size_t chunk = 0; chunk <= sizeof text; chunk++) {
        struct hy_csv t;
        cr_assert_eq(hy_csv_parse(&t, "x.csv", text, sizeof text - 1, chunk, HY_CSV_COMPLETE), HY_OK, "%s", hy_error());
        cr_assert_eq(t.rows, 3, "chunk %zu", chunk);
        cr_assert_str_eq(t.header[0], "name", "the byte-order mark is no part of the name");
        cr_assert_str_eq(hy_csv_text(&t, 0, 0), "a \"b\"");
        cr_assert_str_eq(hy_csv_text(&t, 1, 0), "two\r\nlines");
        cr_assert_str_eq(hy_csv_text(&t, 2, 0), "\xC3\xBC");
        cr_assert_eq(hy_csv_number(&t, 2, 1), 3);
        cr_assert_eq(t.lines[2], 6, "chunk %zu: line %zu", chunk, t.lines[2]);
        hy_csv_fini(&t);
        checked++;
    }
    cr_assert_gt(checked, 40);
}

Test(csv, refuses_what_is_no_table)
{
    static const struct {
        const char *text, *says, *why;
        size_t bytes; /* 0 = strlen */
    } bad[] = {
        {"", "no header", "an empty file", 0},
        {"a,b\n1\n", "x.csv:2: the row has 1 cells", "a short row", 0},
        {"a,b\n1,2\n\n1,2,3\n", "x.csv:4: the row has 3 cells", "a long row behind a blank line", 0},
        {"a,b\n1,\"2\n3,4\n", "never closed", "a quote left open", 0},
        {"a,b\n1,\"2\"x\n", "x.csv:2: broken CSV", "text behind a closing quote", 0},
        {"a,b\n1,2\"3\n", "x.csv:2: broken CSV", "a quote inside a bare cell", 0},
        {"a,b\n\"1\" ,2\n", "x.csv:2: broken CSV", "a blank behind a closing quote", 0},
        {"a,a\n1,2\n", "two columns are called 'a'", "a name given twice", 0},
        {"a,b\n1\0x,2\n", "NUL byte", "a NUL byte", 10},
    };
    size_t checked = 0;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        for (size_t chunk = 0; chunk < 3; chunk++) {
            struct hy_csv t;
            size_t bytes = bad[i].bytes ? bad[i].bytes : strlen(bad[i].text);
            cr_assert_eq(hy_csv_parse(&t, "x.csv", bad[i].text, bytes, chunk, HY_CSV_COMPLETE), HY_BAD_INPUT, "%s",
                         bad[i].why);
            cr_assert(strstr(hy_error(), bad[i].says), "%s: \"%s\" lacks \"%s\"", bad[i].why, hy_error(), bad[i].says);
            cr_assert_null(t.cells);
            cr_assert_eq(t.rows, 0);
            checked++;
        }
    }
    cr_assert_eq(checked, 27);
}

/* Whatever byte a crash stopped an append at, the complete rows are read and nothing is refused. */
Test(csv, torn_log_keeps_its_complete_rows)
{
    static const char whole[] = "a,b\n1,x\n2,\"q\"\"\nr\"\n3,z\n";
    int checked = 0;
    for (size_t bytes = 4; bytes < sizeof whole; bytes++) {
        struct hy_csv t;
        size_t rows = bytes == sizeof whole - 1 ? 3 : bytes >= 18 ? 2 : bytes >= 8 ? 1 : 0;
        cr_assert_eq(hy_csv_parse(&t, "log.csv", whole, bytes, 0, HY_CSV_APPENDED), HY_OK, "%zu: %s", bytes,
                     hy_error());
        cr_assert_eq(t.rows, rows, "%zu bytes: %zu rows, not %zu", bytes, t.rows, rows);
        hy_csv_fini(&t);
        checked++;
    }
    cr_assert_gt(checked, 15);
    struct hy_csv t;
    cr_assert_eq(parse(&t, "a,b\n1,2", HY_CSV_COMPLETE), HY_OK, "a complete file may lack its last line end");
    cr_assert_eq(t.rows, 1);
    hy_csv_fini(&t);
}

Test(csv, numbers_are_strict)
{
    static const struct {
        const char *text;
        double value;
    } cases[] = {{"1.5", 1.5}, {"-2e3", -2000}, {"", NAN},      {" 1", NAN},   {"1 ", NAN},          {"1,5", NAN},
                 {"nan", NAN}, {"abc", NAN},    {"0x10", 16.0}, {"1.5x", NAN}, {"\xE2\x80\x93", NAN}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double got = hy_csv_to_number(cases[i].text);
        cr_assert(isnan(cases[i].value) ? isnan(got) : got == cases[i].value, "'%s' read as %g", cases[i].text, got);
    }
}

static char *written(void (*write)(struct hy_csv_writer *))
{
    char *text = NULL;
    size_t bytes = 0;
    struct hy_csv_writer w;
    FILE *out = open_memstream(&text, &bytes);
    cr_assert(out);
    hy_csv_writer_init(&w, out);
    write(&w);
    fclose(out);
    return text;
}

static void every_kind(struct hy_csv_writer *w)
{
    hy_csv_put_text(w, "plain");
    hy_csv_put_text(w, "a,b");
    hy_csv_put_text(w, "say \"hi\"");
    hy_csv_put_text(w, "two\nlines");
    hy_csv_put_text(w, NULL);
    hy_csv_put_integer(w, INT64_MIN);
    hy_csv_put_float(w, 1.0 / 3);
    hy_csv_put_float(w, 0.1);
    hy_csv_put_float(w, NAN);
    hy_csv_put_float(w, -INFINITY);
    hy_csv_put_missing(w);
    hy_csv_end_row(w);
}

Test(csv, writer_quotes_only_where_it_must)
{
    char *text = written(every_kind);
    cr_assert_str_eq(text, "plain,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",,-9223372036854775808,0.333333333,"
                           "0.1,,,\n");
    free(text);
}

static const char *const nasty[] = {"",       " ",     "\"",  ",", "\r\n", "a\"b\"", "\xE2\x82\xAC", " lead",
                                    "trail ", "\ttab", "1;2", "'", "a\rb", "\"\"",   "end\""};
enum { NASTY = sizeof nasty / sizeof *nasty };

static void all_nasty(struct hy_csv_writer *w)
{
    for (int i = 0; i < NASTY; i++) {
        hy_csv_put_text(w, "k");
        hy_csv_put_text(w, nasty[i]);
        hy_csv_end_row(w);
    }
}

Test(csv, round_trip)
{
    struct hy_csv t;
    char *text = written(all_nasty), *whole = hy_format("k,v\n%s", text);
    cr_assert_eq(parse(&t, whole, HY_CSV_COMPLETE), HY_OK, "%s", hy_error());
    cr_assert_eq(t.rows, NASTY);
    for (int i = 0; i < NASTY; i++)
        cr_assert_str_eq(hy_csv_text(&t, (size_t)i, 1), nasty[i]);
    hy_csv_fini(&t);
    free(whole);
    free(text);
}

Test(csv, doubles_survive_a_round_trip_exactly)
{
    static const double values[] = {0.1, 1.0 / 3, 1e300, 5e-324, 123456789.123456789, -2.5};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char text[32];
        hy_csv_format(text, values[i], 17);
        cr_assert(hy_csv_to_number(text) == values[i], "%s", text);
    }
}

Test(csv, rows_are_left_out)
{
    static const char text[] = "a,b\n1,x\n2,y\n3,z\n";
    struct hy_csv t;
    cr_assert_eq(hy_csv_parse(&t, "t", text, sizeof text - 1, 0, HY_CSV_COMPLETE), HY_OK, "%s", hy_error());
    hy_csv_keep(&t, (bool[]){true, false, true});
    cr_assert_eq(t.rows, 2);
    cr_assert_str_eq(hy_csv_text_of(&t, 1, "b"), "z");
    cr_assert_eq(t.lines[1], 4);
    hy_csv_keep(&t, (bool[]){false, false});
    cr_assert_eq(t.rows, 0);
    hy_csv_fini(&t);
}

/* A locale with a decimal comma must not change a file. Skipped visibly where none is installed. */
Test(csv, locale_does_not_matter)
{
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE.utf8", "ru_RU.UTF-8"};
    bool found = false;
    for (size_t i = 0; i < sizeof names / sizeof *names && !found; i++)
        found = setlocale(LC_ALL, names[i]) != NULL;
    if (!found)
        cr_skip("no locale with a decimal comma is installed");
    char text[32];
    hy_csv_format(text, 1.5, 9);
    cr_assert_str_eq(text, "1.5");
    cr_assert_eq(hy_csv_to_number("1.5"), 1.5);
}
