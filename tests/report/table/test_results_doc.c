/* docs/results.md says what every column means: it and the program's list of columns hold each other. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "report/table/columns.h"

#define DOCUMENT "docs/results.md"

/* The part under "## file" up to the next heading; malloc'd. */
static char *section_of(const char *document, const char *file)
{
    char *heading = hy_format("\n## %s\n", file);
    const char *from = strstr(document, heading);
    cr_assert_not_null(from, DOCUMENT " has no section '## %s'", file);
    from += strlen(heading);
    free(heading);
    const char *to = strstr(from, "\n## ");
    return hy_format("%.*s", to ? (int)(to - from) : (int)strlen(from), from);
}

static bool has_column(const struct hy_table_spec *s, const char *name, size_t length)
{
    for (size_t i = 0; i < s->count; i++)
        if (strlen(s->columns[i]) == length && strncmp(s->columns[i], name, length) == 0)
            return true;
    return false;
}

Test(results_doc, names_every_column_and_no_other)
{
    char *document;
    size_t bytes;
    int rows = 0;
    cr_assert_eq(hy_read_file(DOCUMENT, &document, &bytes), HY_OK, "%s", hy_error());
    for (int id = 0; id < HY_TABLE_COUNT; id++) {
        const struct hy_table_spec *s = hy_table_spec((enum hy_table_id)id);
        char *section = section_of(document, s->file);
        for (size_t i = 0; i < s->count; i++) {
            char *cell = hy_format("`%s`", s->columns[i]);
            cr_expect_not_null(strstr(section, cell), "%s: column %s is not explained", s->file, cell);
            free(cell);
        }
        for (const char *row = strstr(section, "\n| `"); row; row = strstr(row + 1, "\n| `")) {
            const char *name = row + strlen("\n| `"), *end = strchr(name, '`');
            cr_assert_not_null(end);
            cr_expect(has_column(s, name, (size_t)(end - name)), "%s has no column '%.*s'", s->file, (int)(end - name),
                      name);
            /* name, unit, meaning, empty: the last of the bars ends the row */
            int bars = 0;
            for (const char *c = row + 1; *c && *c != '\n'; c++)
                bars += *c == '|';
            cr_expect_eq(bars, 5, "%s: the row of '%.*s' has %d cells", s->file, (int)(end - name), name, bars - 1);
            rows++;
        }
        free(section);
    }
    cr_assert_gt(rows, 150);
    free(document);
}
