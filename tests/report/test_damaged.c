/* Run folders that something damaged: each is refused with file, line and fault. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernels/base/file.h"
#include "report/report.h"
#include "tests/report/folder.h"

/* Line `number` of a file, from 1, malloc'd, without its line end. */
static char *line_of(const char *dir, const char *name, int number)
{
    char *path = hy_format("%s/%s", dir, name), *data;
    size_t bytes;
    cr_assert_eq(hy_read_file(path, &data, &bytes), HY_OK, "%s", hy_error());
    const char *at = data;
    for (int i = 1; i < number; i++) {
        at = strchr(at, '\n');
        cr_assert(at, "%s has no line %d", name, number);
        at++;
    }
    char *line = hy_format("%.*s", (int)strcspn(at, "\n"), at);
    free(data);
    free(path);
    return line;
}

static void replace_line(const char *dir, const char *name, int number, const char *by)
{
    char *line = line_of(dir, name, number), *old = hy_format("\n%s\n", line), *new = hy_format("\n%s\n", by);
    cr_assert_eq(replace_in(dir, name, old, new), 1, "line %d of %s is there once", number, name);
    free(line);
    free(old);
    free(new);
}

static void append_to(const char *dir, const char *name, const char *text)
{
    char *path = hy_format("%s/%s", dir, name);
    FILE *file = fopen(path, "ab");
    cr_assert(file);
    fputs(text, file);
    fclose(file);
    free(path);
}

/* The sentence of the refusal begins behind the folder with "<start>" and holds `fault`. Frees dir. */
static void refused(char *dir, const char *start, const char *fault)
{
    char *pdf = hy_format("%s/out.pdf", dir), *where = hy_format("%s/%s", dir, start);
    cr_assert_eq(build_report(dir, pdf), HY_BAD_INPUT, "%s was taken for sound", start);
    cr_assert(strncmp(hy_error(), where, strlen(where)) == 0, "\"%s\" does not begin with \"%s\"", hy_error(), where);
    cr_assert(strstr(hy_error(), fault), "\"%s\" lacks \"%s\"", hy_error(), fault);
    cr_assert(!strchr(hy_error(), '\n'));
    cr_assert(!hy_file_exists(pdf), "nothing is made of a damaged run");
    cr_assert_eq(hy_report_print_table(dir, stdout), HY_BAD_INPUT);
    free(where);
    free(pdf);
    remove_folder(dir);
}

Test(damaged, wrong_separator)
{
    static const char *const separators[] = {";", "\t"};
    static const char *const files[] = {"runs.csv", "ablation_results.csv", "steps.csv", "kernels.csv"};
    for (size_t i = 0; i < sizeof separators / sizeof *separators; i++)
        for (size_t k = 0; k < sizeof files / sizeof *files; k++) {
            char *dir = copy_of_fixture(), *start = hy_format("%s:1: ", files[k]);
            cr_assert_gt(replace_in(dir, files[k], ",", separators[i]), 0);
            refused(dir, start, "the columns are separated by");
            free(start);
        }
}

Test(damaged, another_file_under_this_name)
{
    char *dir = copy_of_fixture();
    write_text(dir, "runs.csv", "date,weather\n2025-01-01,rain\n");
    refused(dir, "runs.csv:1: ", "no column of runs.csv");
    dir = copy_of_fixture();
    write_text(dir, "kv.csv", "");
    refused(dir, "kv.csv: ", "the file is empty");
}

/* A row cut in its middle, in any of the files, the last row of a table written in one piece too. */
Test(damaged, torn_row)
{
    static const char *const files[] = {"runs.csv", "ablation_results.csv", "history.csv", "kernels.csv", "ops.csv"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char *dir = copy_of_fixture(), *row = line_of(dir, files[i], 3), *start = hy_format("%s:3: ", files[i]);
        row[16] = '\0';
        replace_line(dir, files[i], 3, row);
        refused(dir, start, "cells, the header has");
        free(row);
        free(start);
    }
    char *dir = copy_of_fixture();
    append_to(dir, "runs.csv", "Hybrid-Mine,Mi");
    refused(dir, "runs.csv:9: ", "the row has 2 cells");
}

Test(damaged, doubled_row)
{
    static const struct {
        const char *file, *fault;
    } tables[] = {{"runs.csv", "Model 'Mamba-only', Seed '42' is there twice, first in line 2"},
                  {"ablation_results.csv", "Model 'Mamba-only' is there twice, first in line 2"},
                  {"history.csv", "variant 'Mamba-only', seed '42', step"},
                  {"steps.csv", "is there twice, first in line 2"},
                  {"variants.csv", "name 'Mamba-only' is there twice"},
                  {"kv.csv", "is there twice, first in line 2"}};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        char *dir = copy_of_fixture(), *row = line_of(dir, tables[i].file, 2), *again = hy_format("%s\n", row);
        append_to(dir, tables[i].file, again);
        char *start = hy_format("%s:", tables[i].file);
        refused(dir, start, tables[i].fault);
        free(start);
        free(row);
        free(again);
    }
}

Test(damaged, numbers_that_are_none)
{
    static const char *const numbers[] = {"\"168,21\"", "168.21 PPL", "1.168.21", "abc", "0x"};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char *dir = copy_of_fixture(), *changed = hy_format(",%s,169.4", numbers[i]);
        cr_assert_eq(replace_in(dir, "ablation_results.csv", ",168.21,169.4", changed), 1);
        refused(dir, "ablation_results.csv:2: 'Best PPL' holds ", "which is no number");
        free(changed);
    }
    char *dir = copy_of_fixture();
    append_to(dir, "history.csv", "Mamba-only,42,999,1,0.1,6,1,5,\"148,4\",120,r,c\n");
    refused(dir, "history.csv:", "'val_ppl' holds \"148,4\", which is no number; decimals have a point");
}

/* An append-only log may end where a crash cut it: the report says so and leaves the line out. */
Test(damaged, torn_last_line_of_a_log)
{
    char *dir = copy_of_fixture(), *pdf = hy_format("%s/out.pdf", dir);
    append_to(dir, "steps.csv", "Mamba-only,42,9");
    cr_assert_eq(build_report(dir, pdf), HY_OK, "%s", hy_error());
    char *text = pdf_text(pdf);
    cr_assert(!text || strstr(text, "steps.csv: line "), "the first page says that the log is torn");
    cr_assert(!text || strstr(text, "was cut off while being written and is left out"));
    free(text);
    free(pdf);
    remove_folder(dir);
}
