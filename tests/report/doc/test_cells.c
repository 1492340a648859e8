/* What a cell shows, the value it keeps, and where it says that it came from. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "report/doc/doc.h"
#include "report/table/csv.h"
#include "report/table/number.h"

static struct hy_csv table(void)
{
    static const char text[] = "Model,Best PPL,KV\nA,123.456,\nB,nonsense,7\n";
    struct hy_csv t;
    cr_assert_eq(hy_csv_parse(&t, "results/run/runs.csv", text, sizeof text - 1, 0, HY_CSV_COMPLETE), HY_OK);
    return t;
}

Test(cells, text)
{
    const struct hy_cell cell = hy_cell_text("Hybrid-Mine");
    cr_assert_str_eq(cell.text, "Hybrid-Mine");
    cr_assert(isnan(cell.value));
    cr_assert(!cell.table && !cell.link && !cell.grey);
    cr_assert_str_eq(hy_cell_text("").text, HY_DASH);
    cr_assert_str_eq(hy_cell_text(NULL).text, HY_DASH);
}

Test(cells, numbers_show_as_everywhere)
{
    struct hy_doc d = {0};
    const double nan = (double)NAN;
    const struct {
        struct hy_cell cell;
        const char *text;
        double value;
    } rows[] = {{hy_cell_fixed(&d, 1234.567, 1), "1,234.6", 1234.567},
                {hy_cell_ppl(&d, 87.123), "87.12", 87.123},
                {hy_cell_short(&d, 0.012345), "0.0123", 0.012345},
                {hy_cell_percent(&d, -3.21),
                 "\xE2\x88\x92"
                 "3.2\xC2\xA0%",
                 -3.21},
                {hy_cell_bytes(&d, 1536), "1.50 KiB", 1536},
                {hy_cell_shown("2 of 7", 2), "2 of 7", 2}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cr_assert_str_eq(rows[i].cell.text, rows[i].text);
        cr_assert_eq(rows[i].cell.value, rows[i].value);
    }
    const struct hy_cell none[] = {hy_cell_fixed(&d, nan, 2), hy_cell_ppl(&d, (double)INFINITY),
                                   hy_cell_short(&d, nan),    hy_cell_percent(&d, nan),
                                   hy_cell_bytes(&d, nan),    hy_cell_shown("", nan)};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        cr_assert_str_eq(none[i].text, HY_DASH);
    hy_doc_fini(&d);
}

Test(cells, know_their_place)
{
    struct hy_doc d = {0};
    struct hy_csv t = table();
    struct hy_cell cell = hy_cell_of(&d, &t, 0, "Best PPL", 2);
    cr_assert_str_eq(cell.text, "123.46");
    cr_assert_eq(cell.value, 123.456);
    cr_assert(strcmp(cell.table, "runs.csv") == 0 && strcmp(cell.column, "Best PPL") == 0 && cell.row == 0);
    cr_assert_str_eq(hy_cell_of(&d, &t, 0, "KV", 0).text, HY_DASH);
    cr_assert_str_eq(hy_cell_of(&d, &t, 1, "Best PPL", 0).text, HY_DASH);
    cr_assert_str_eq(hy_cell_of(&d, &t, 1, "no such column", 0).text, HY_DASH);
    cell = hy_cell_linked(hy_cell_greyed(hy_cell_from(hy_cell_percent(&d, 1), &t, 1, "KV")), "there");
    cr_assert(cell.grey && cell.row == 1 && strcmp(cell.link, "there") == 0 && strcmp(cell.column, "KV") == 0);
    hy_csv_fini(&t);
    hy_doc_fini(&d);
}
