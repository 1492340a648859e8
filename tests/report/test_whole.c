/* Whole reports of made-up runs, laid out: nothing overlaps, nothing is off its page, whatever the run. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernels/base/file.h"
#include "report/doc/say.h"
#include "report/render/render.h"
#include "report/report.h"
#include "tests/report/folder.h"
#include "tests/report/pages/costs.h"
#include "tests/report/pages/made.h"
#include "tests/report/render/pdf_sample.h"

enum { COSTS_NONE, COSTS_ALL, COSTS_DOUBTFUL };

/* Anchors of sections, headings, tables, figures and rows are on a page. */
static void all_there(const struct hy_doc *d, const struct hy_canvas *plan)
{
    for (size_t i = 0; i < d->anchors; i++)
        cr_assert_geq(hy_plan_page_of(plan, d->anchor[i]), 0, "'%s' is nowhere", d->anchor[i]);
}

static void check(const char *dir, const char *language, const char *what)
{
    cr_assert_eq(hy_say_in(language), HY_OK);
    struct hy_report r;
    struct hy_doc d = {0};
    cr_assert_eq(hy_report_load(&r, dir), HY_OK, "%s", hy_error());
    hy_report_write(&d, &r); /* its charts point into r, which stays where it is */
    struct hy_canvas *plan = sample_plan(&d);
    sample_sound(plan, what);
    all_there(&d, plan);
    hy_plan_close(plan);
    hy_doc_fini(&d);
    hy_report_fini(&r);
    hy_say_in("en");
}

/* Variants by long names by missing cells and NaN by seeds by doubtful times by language. */
Test(whole, any_run_is_laid_out_well)
{
    static const int variants[] = {1, 2, 3, 5, 7, 8, 11, 15, 20};
    int tried = 0;
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++)
        for (int flags = 0; flags < 8; flags++)
            for (int costs = COSTS_NONE; costs <= COSTS_DOUBTFUL; costs++) {
                const struct hy_made_run run = {.variants = variants[i],
                                                .seeds = flags & 1 ? 3 : 1,
                                                .steps = 6,
                                                .name = flags & 2 ? 40 : 8,
                                                .broken = flags & 4};
                char *dir = folder_of(run);
                if (costs)
                    add_costs(dir, costs == COSTS_DOUBTFUL);
                for (int korean = 0; korean < 2; korean++, tried++) {
                    char *what =
                        hy_format("%d variants, %d seeds, names of %d%s, costs %d, %s", run.variants, run.seeds,
                                  run.name, run.broken ? ", broken" : "", costs, korean ? "ko" : "en");
                    check(dir, korean ? "ko" : "en", what);
                    free(what);
                }
                remove_folder(dir);
            }
    cr_assert_eq(tried, 9 * 8 * 3 * 2);
}

Test(whole, the_fixture_is_laid_out_well)
{
    check(FIXTURE, "en", "the fixture");
    check(FIXTURE, "ko", "the fixture in Korean");
}

/* What a cell shows is in the file, whole, but for blanks where it is broken into lines. */
Test(whole, every_number_is_in_the_file)
{
    char *dir = folder_of((struct hy_made_run){.variants = 7, .seeds = 3, .steps = 6, .name = 12});
    add_costs(dir, false);
    char *pdf = hy_format("%s/out.pdf", dir);
    cr_assert_eq(build_report(dir, pdf), HY_OK, "%s", hy_error());
    char *text = pdf_words(pdf);
    struct made_doc m = doc_of(dir, NULL);
    size_t numbers = 0;
    for (size_t i = 0; text && i < m.d.count; i++)
        for (size_t row = 0; row < m.d.block[i].rows; row++)
            for (size_t k = 0; k < m.d.block[i].count; k++) {
                const struct hy_cell *cell = &m.d.block[i].row[row].cells[k];
                if (!cell->table || strstr(cell->text, "\xC2\xA0")) /* pdf_words() has blanks for these */
                    continue;
                cr_assert(strstr(text, cell->text), "'%s' (%s) is not in the file", cell->text, cell->column);
                numbers++;
            }
    cr_assert(!text || numbers > 100, "%zu", numbers);
    free(text);
    free(pdf);
    drop_doc(&m);
    remove_folder(dir);
}

/* 20 variants, 10 seeds, 5000 evaluations of each variant. */
Test(whole, a_large_run_takes_no_time)
{
    char *dir = folder_of((struct hy_made_run){.variants = 20, .seeds = 10, .steps = 500, .name = 40});
    add_costs(dir, false);
    const clock_t begun = clock();
    cr_assert_eq(hy_report_build(&(struct hy_report_options){.run_dir = dir}), HY_OK, "%s", hy_error());
    const double seconds = (double)(clock() - begun) / CLOCKS_PER_SEC;
    printf("report of 20 variants, 10 seeds, 5000 evaluations of each: %.2f s\n", seconds);
#ifndef __SANITIZE_ADDRESS__
    cr_assert_lt(seconds, 2, "%.2f s", seconds);
#endif
    remove_folder(dir);
}
