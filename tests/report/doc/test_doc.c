/* The builder of documents: what it keeps, and what it refuses. */
#include "report/doc/doc.h"

#include <criterion/criterion.h>
#include <math.h>
#include <signal.h>
#include <string.h>

static const struct hy_column two[] = {{"Model", 0, HY_LEFT}, {"PPL", 60, HY_RIGHT}};

static void draw_nothing(struct hy_canvas *c, struct hy_box box, const void *chart)
{
    (void)c, (void)box, (void)chart;
}

static struct hy_figure figure(const char *name)
{
    return (struct hy_figure){name, "title", "caption", 100, draw_nothing, NULL};
}

Test(doc, keeps_blocks_in_order)
{
    struct hy_doc d = {0};
    const struct hy_card card = {"Best model", "A", "[1, 2]", "", NULL};
    const struct hy_fact fact = {"CPU", "two cores"};
    struct hy_figure f = figure("curves");
    hy_doc_section(&d, "first", "First", true);
    hy_doc_heading(&d, "inside", "Inside");
    hy_doc_paragraph(&d, HY_WARNING, "Beware.");
    hy_doc_cards(&d, &card, 1);
    hy_doc_figures(&d, &f, 1);
    hy_doc_facts(&d, &fact, 1);
    hy_doc_table(&d, "results", two, 2);
    f.name = "overwritten";
    static const enum hy_block_kind kinds[] = {HY_BLOCK_SECTION, HY_BLOCK_HEADING, HY_BLOCK_PARAGRAPH, HY_BLOCK_CARDS,
                                               HY_BLOCK_FIGURES, HY_BLOCK_FACTS,   HY_BLOCK_TABLE};
    cr_assert_eq(d.count, sizeof kinds / sizeof *kinds);
    for (size_t i = 0; i < d.count; i++)
        cr_assert_eq(d.block[i].kind, kinds[i]);
    cr_assert(d.block[0].new_page && strcmp(d.block[0].name, "first") == 0 && strcmp(d.block[0].text, "First") == 0);
    cr_assert_eq(d.block[2].paragraph, HY_WARNING);
    cr_assert_str_eq(d.block[3].card[0].value, "A");
    cr_assert_str_eq(d.block[4].figure[0].name, "curves", "the structs are copied");
    cr_assert_str_eq(d.block[5].fact[0].value, "two cores");
    cr_assert_str_eq(d.block[6].column[1].title, "PPL");
    hy_doc_fini(&d);
    cr_assert(d.count == 0 && d.block == NULL);
    hy_doc_fini(&d);
}

/* Rows outgrow their first room many times; cells, looks and colours are copies. */
Test(doc, rows_are_copied)
{
    struct hy_doc d = {0};
    hy_doc_section(&d, "s", "S", false);
    hy_doc_table(&d, NULL, two, 2);
    for (int i = 0; i < 500; i++) {
        struct hy_color color = {(float)i, 0, 0};
        struct hy_cell cells[] = {hy_cell_text(hy_doc_format(&d, "row %d", i)), hy_cell_fixed(&d, i, 1)};
        const struct hy_row_look look = {.swatch = &color, .anchor = hy_doc_format(&d, "row-%d", i), .bold = i % 2};
        hy_doc_row(&d, cells, &look);
        cells[0].text = "overwritten";
        color.r = -1;
    }
    hy_doc_row(&d, (struct hy_cell[]){hy_cell_text("plain"), hy_cell_text("")}, NULL);
    const struct hy_block *b = &d.block[1];
    cr_assert_eq(b->rows, 501);
    for (int i = 0; i < 500; i++) {
        cr_assert_str_eq(b->row[i].cells[0].text, hy_doc_format(&d, "row %d", i));
        cr_assert_eq(b->row[i].cells[1].value, (double)i);
        cr_assert_eq(b->row[i].look.swatch->r, (float)i);
        cr_assert_eq(b->row[i].look.bold, i % 2);
    }
    cr_assert_str_eq(b->row[500].cells[1].text, "\xE2\x80\x93");
    cr_assert_null(b->row[500].look.anchor);
    hy_doc_fini(&d);
}

Test(doc, knows_its_anchors)
{
    struct hy_doc d = {0};
    cr_assert(!hy_doc_has_anchor(&d, "s") && !hy_doc_has_anchor(&d, NULL));
    for (int i = 0; i < 300; i++)
        hy_doc_section(&d, hy_doc_format(&d, "s-%d", (i * 7) % 300), "S", false);
    for (int i = 0; i < 300; i++)
        cr_assert(hy_doc_has_anchor(&d, hy_doc_format(&d, "s-%d", i)));
    cr_assert(!hy_doc_has_anchor(&d, "s") && !hy_doc_has_anchor(&d, "s-300") && !hy_doc_has_anchor(&d, NULL));
    hy_doc_fini(&d);
}

Test(doc, text_is_formatted_into_its_arena)
{
    struct hy_doc d = {0};
    const char *one = hy_doc_format(&d, "%s %d", "seed", 42), *two_thousand = hy_doc_format(&d, "%2000d", 1);
    cr_assert_str_eq(one, "seed 42");
    cr_assert_eq(strlen(two_thousand), 2000);
    const char *bytes = hy_doc_alloc(&d, 1000);
    for (int i = 0; i < 1000; i++)
        cr_assert_eq(bytes[i], 0);
    hy_doc_fini(&d);
}

/* ---- misuse: each ends the program ------------------------------------------------- */
Test(doc_misuse, row_without_table, .signal = SIGABRT)
{
    struct hy_doc d = {0};
    hy_doc_section(&d, "s", "S", false);
    hy_doc_row(&d, (struct hy_cell[]){hy_cell_text("x")}, NULL);
}

Test(doc_misuse, row_behind_another_block, .signal = SIGABRT)
{
    struct hy_doc d = {0};
    hy_doc_section(&d, "s", "S", false);
    hy_doc_table(&d, "t", two, 2);
    hy_doc_paragraph(&d, HY_CAPTION, "How to read it.");
    hy_doc_row(&d, (struct hy_cell[]){hy_cell_text("x"), hy_cell_text("y")}, NULL);
}

Test(doc_misuse, row_of_too_few_cells, .signal = SIGABRT)
{
    struct hy_doc d = {0};
    struct hy_cell cells[2] = {hy_cell_text("x")};
    hy_doc_section(&d, "s", "S", false);
    hy_doc_table(&d, "t", two, 2);
    hy_doc_row(&d, cells, NULL);
}

Test(doc_misuse, block_before_a_section, .signal = SIGABRT)
{
    struct hy_doc d = {0};
    hy_doc_paragraph(&d, HY_BODY, "Too early.");
}

Test(doc_misuse, anchor_given_twice, .signal = SIGABRT)
{
    struct hy_doc d = {0};
    hy_doc_section(&d, "s", "S", false);
    hy_doc_heading(&d, "h", "H");
    hy_doc_table(&d, "h", two, 2);
}

Test(doc_misuse, anchor_of_a_figure_and_a_row, .signal = SIGABRT)
{
    struct hy_doc d = {0};
    const struct hy_figure f = figure("x");
    const struct hy_row_look look = {.anchor = "x"};
    hy_doc_section(&d, "s", "S", false);
    hy_doc_figures(&d, &f, 1);
    hy_doc_table(&d, "t", two, 2);
    hy_doc_row(&d, (struct hy_cell[]){hy_cell_text("x"), hy_cell_text("y")}, &look);
}

Test(doc_misuse, anchor_with_a_capital, .signal = SIGABRT)
{
    struct hy_doc d = {0};
    hy_doc_section(&d, "Results", "Results", false);
}

Test(doc_misuse, anchor_that_is_empty, .signal = SIGABRT)
{
    struct hy_doc d = {0};
    hy_doc_section(&d, "", "Results", false);
}

Test(doc_misuse, five_figures_in_a_row, .signal = SIGABRT)
{
    struct hy_doc d = {0};
    struct hy_figure f[5] = {figure("a"), figure("b"), figure("c"), figure("d"), figure("e")};
    hy_doc_section(&d, "s", "S", false);
    hy_doc_figures(&d, f, 5);
}

Test(doc_misuse, table_without_columns, .signal = SIGABRT)
{
    struct hy_doc d = {0};
    hy_doc_section(&d, "s", "S", false);
    hy_doc_table(&d, "t", two, 0);
}
