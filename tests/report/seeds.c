#include "tests/report/seeds.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "report/table/csv.h"

void add_seed(const char *dir, const char *variant, int seed, double ppl, const char *status)
{
    char *path = hy_format("%s/runs.csv", dir), *text;
    size_t bytes;
    struct hy_csv t;
    cr_assert_eq(hy_csv_read(&t, path, HY_CSV_COMPLETE), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_read_file(path, &text, &bytes), HY_OK);
    for (size_t i = 0; i < t.rows; i++) {
        if (strcmp(hy_csv_text_of(&t, i, "Model"), variant) != 0)
            continue;
        for (size_t c = 0; c < t.columns; c++) {
            const char *name = t.header[c], *cell = hy_csv_text(&t, i, (int)c);
            char *fresh = strcmp(name, "Seed") == 0       ? hy_format("%d", seed)
                          : strcmp(name, "Best PPL") == 0 ? hy_format("%g", ppl)
                          : strcmp(name, "Status") == 0   ? hy_format("%s", status)
                                                          : hy_format("%s", strchr(cell, ',') ? "" : cell);
            char *longer = hy_format("%s%s%s", text, c ? "," : "", fresh);
            free(fresh);
            free(text);
            text = longer;
        }
        break;
    }
    char *whole = hy_format("%s\n", text);
    cr_assert_eq(hy_write_file(path, whole, strlen(whole)), HY_OK);
    free(whole);
    free(text);
    free(path);
    hy_csv_fini(&t);
}
