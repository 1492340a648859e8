/* Stacked bars as they come out on paper; without pdftoppm there is nothing to look at. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "report/charts/chart.h"

static const struct hy_color red = {0.8f, 0.1f, 0.1f};

/* Two bars of one part each, of the same length; the second does not hold. */
static void draw(struct hy_pdf *pdf, void *hollow)
{
    static const char *const names[] = {"first", "second"};
    static const struct hy_stack_part part = {"", {0.8f, 0.1f, 0.1f}};
    static const double values[] = {10, 10};
    hy_pdf_add_page(pdf);
    hy_chart_stacks(pdf, (struct hy_box){50, 50, 400, hy_chart_stacks_height(2, 1)}, names, 2, hollow, &part, 1, values,
                    "ms");
}

/* How many pixels of the page, at 72 a inch, have that colour; -1 without pdftoppm. */
static long pixels_of(const bool hollow[2], struct hy_color color)
{
    char folder[] = "/tmp/hymbench-chart-XXXXXX";
    cr_assert_not_null(mkdtemp(folder));
    char *pdf = hy_format("%s/c.pdf", folder), *data = NULL;
    char *convert = hy_format("pdftoppm -r 72 -singlefile %s %s/c 2>/dev/null", pdf, folder);
    char *ppm = hy_format("%s/c.ppm", folder), *clear = hy_format("rm -r %s", folder);
    const struct hy_pdf_info info = {"a chart", "a test"};
    size_t bytes = 0;
    long found = -1;
    cr_assert_eq(hy_pdf_build(pdf, &info, draw, (void *)(uintptr_t)hollow), HY_OK, "%s", hy_error());
    if (system(convert) == 0) {
        int width, height;
        cr_assert_eq(hy_read_file(ppm, &data, &bytes), HY_OK, "%s", hy_error());
        cr_assert_eq(sscanf(data, "P6 %d %d 255", &width, &height), 2);
        const unsigned char *p = (unsigned char *)data + bytes - 3 * (size_t)width * (size_t)height;
        const int want[3] = {(int)(255 * color.r), (int)(255 * color.g), (int)(255 * color.b)};
        found = 0;
        for (long i = 0; i < (long)width * height; i++)
            found +=
                abs(p[3 * i] - want[0]) <= 2 && abs(p[3 * i + 1] - want[1]) <= 2 && abs(p[3 * i + 2] - want[2]) <= 2;
    }
    cr_assert_eq(system(clear), 0);
    free(data);
    free(clear);
    free(ppm);
    free(convert);
    free(pdf);
    return found;
}

Test(chart_stack, a_bar_that_does_not_hold_is_hollow)
{
    const bool one[2] = {false, true}, both[2] = {true, true};
    const long none_hollow = pixels_of(NULL, red), one_hollow = pixels_of(one, red), both_hollow = pixels_of(both, red);
    if (none_hollow < 0)
        cr_skip("no pdftoppm here");
    cr_assert_gt(none_hollow, 2 * 200 * 10, "two bars are filled: %ld pixels", none_hollow);
    cr_assert(one_hollow > none_hollow / 3 && one_hollow < 2 * none_hollow / 3, "%ld of %ld", one_hollow, none_hollow);
    cr_assert_lt(both_hollow, none_hollow / 4, "%ld of %ld", both_hollow, none_hollow);
}
