/* The printed report as a file: the same bytes each time, all its text in it, and other programs can read it. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernels/base/file.h"
#include "report/render/render.h"
#include "tests/report/folder.h"
#include "tests/report/render/pdf_sample.h"

static bool have(const char *program)
{
    char *line = hy_format("command -v %s >/dev/null 2>&1", program);
    const bool there = system(line) == 0;
    free(line);
    return there;
}

/* Of the processor. */
static double seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static void same_bytes(const char *one, const char *two)
{
    char *a, *b;
    size_t n, m;
    cr_assert_eq(hy_read_file(one, &a, &n), HY_OK);
    cr_assert_eq(hy_read_file(two, &b, &m), HY_OK);
    cr_assert(n == m && memcmp(a, b, n) == 0);
    free(a);
    free(b);
}

Test(pdf, same_document_same_bytes)
{
    const struct sample k = {.rows = 20, .columns = 5, .korean = true, .sections = 4};
    char *dir = new_folder(), *one = hy_format("%s/one.pdf", dir), *two = hy_format("%s/two.pdf", dir);
    for (int i = 0; i < 2; i++) {
        struct hy_doc d = {0};
        sample_make(&d, &k);
        cr_assert_eq(hy_render_pdf(&d, i ? two : one), HY_OK, "%s", hy_error());
        hy_doc_fini(&d);
    }
    same_bytes(one, two);
    free(one);
    free(two);
    remove_folder(dir);
}

/* The pages of the file are those of the plan. */
Test(pdf, every_cell_is_found)
{
    const struct sample k = {.rows = 60, .columns = 6, .long_names = true, .sections = 2};
    struct hy_doc d = {0};
    char *dir = new_folder(), *pdf = hy_format("%s/out.pdf", dir);
    sample_make(&d, &k);
    cr_assert_eq(hy_render_pdf(&d, pdf), HY_OK, "%s", hy_error());
    char *text = pdf_words(pdf);
    size_t cells = 0;
    for (size_t i = 0; text && i < d.count; i++) {
        const struct hy_block *b = &d.block[i];
        for (size_t row = 0; b->kind == HY_BLOCK_TABLE && row < b->rows; row++)
            for (size_t column = 0; column < b->count; column++, cells++)
                cr_assert(strstr(text, b->row[row].cells[column].text), "'%s' is not in the file",
                          b->row[row].cells[column].text);
        if (b->kind == HY_BLOCK_SECTION || b->kind == HY_BLOCK_HEADING)
            cr_assert(strstr(text, b->text), "'%s' is not in the file", b->text);
    }
    cr_assert(!text || cells == 3 * 60 * 6);
    free(text);
    free(pdf);
    hy_doc_fini(&d);
    remove_folder(dir);
}

Test(pdf, other_programs_have_no_complaint)
{
    const struct sample k = {.rows = 60, .columns = 6, .korean = true, .sections = 3};
    struct hy_doc d = {0};
    char *dir = new_folder(), *pdf = hy_format("%s/out.pdf", dir);
    sample_make(&d, &k);
    cr_assert_eq(hy_render_pdf(&d, pdf), HY_OK, "%s", hy_error());
    if (have("qpdf")) {
        char *line = hy_format("qpdf --check '%s' >'%s.log' 2>&1 || { cat '%s.log'; exit 1; }", pdf, pdf, pdf);
        cr_assert_eq(system(line), 0);
        free(line);
    }
    if (have("mutool")) {
        char *line = hy_format("test -z \"$(mutool info '%s' 2>&1 >/dev/null)\"", pdf);
        cr_assert_eq(system(line), 0);
        free(line);
    }
    free(pdf);
    hy_doc_fini(&d);
    remove_folder(dir);
}

Test(pdf, place_that_cannot_be_written)
{
    struct hy_doc d = {0};
    sample_begin(&d, 1);
    cr_assert_eq(hy_render_pdf(&d, "no/such/folder/out.pdf"), HY_BAD_INPUT);
    cr_assert(strstr(hy_error(), "no/such/folder/out.pdf"));
    hy_doc_fini(&d);
}

/* 20 tables of 200 rows and 40 figures: 32,000 cells. To lay them out is nothing; to write the file takes what cairo
 * and qpdf take for as many tags. */
Test(pdf, large_documents_take_no_time)
{
    const struct sample k = {.rows = 200, .columns = 8};
    struct hy_doc d = {0};
    char *dir = new_folder(), *pdf = hy_format("%s/out.pdf", dir);
    sample_begin(&d, 1);
    for (size_t i = 0; i < 20; i++) {
        const struct hy_figure f[] = {sample_figure(&d, 2 * i, 150), sample_figure(&d, 2 * i + 1, 150)};
        hy_doc_section(&d, hy_doc_format(&d, "s-%zu", i), "A section", false);
        hy_doc_figures(&d, f, 2);
        sample_table(&d, hy_doc_format(&d, "t-%zu", i), &k);
    }
    const double begun = seconds();
    hy_plan_close(sample_plan(&d));
    const double laid_out = seconds();
    cr_assert_eq(hy_render_pdf(&d, pdf), HY_OK, "%s", hy_error());
    const double written = seconds();
    printf("20 tables of 200 rows and 40 figures: %.2f s to lay out, %.2f s to write\n", laid_out - begun,
           written - laid_out);
#ifndef __SANITIZE_ADDRESS__
    cr_assert_lt(laid_out - begun, 0.3);
    cr_assert_lt(written - laid_out, 3);
#endif
    free(pdf);
    hy_doc_fini(&d);
    remove_folder(dir);
}
