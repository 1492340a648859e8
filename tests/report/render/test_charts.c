/* Charts as files: each stands alone. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernels/base/file.h"
#include "report/render/render.h"
#include "tests/report/folder.h"
#include "tests/report/render/awkward.h"

static const char *const names[] = {"awkward-one", "awkward-two", "awkward-three"};
enum { NAMES = sizeof names / sizeof *names };

static char *path_of(const char *dir, size_t i)
{
    return hy_format("%s/%s.svg", dir, names[i]);
}

static char *charts_of_document(void)
{
    struct hy_doc d;
    char *dir = new_folder();
    awkward_document(&d);
    cr_assert_eq(hy_render_charts(&d, dir), HY_OK, "%s", hy_error());
    hy_doc_fini(&d);
    return dir;
}

static void remove_charts(char *dir)
{
    for (size_t i = 0; i < NAMES; i++) {
        char *path = path_of(dir, i);
        cr_assert_eq(unlink(path), 0, "%s is there", path);
        free(path);
    }
    cr_assert_eq(rmdir(dir), 0, "and nothing else");
    free(dir);
}

Test(chart_files, are_well_formed)
{
    char *dir = charts_of_document();
    for (size_t i = 0; i < NAMES; i++) {
        char *path = path_of(dir, i);
        cr_assert(xml_is_well_formed(path), "%s", path);
        free(path);
    }
    remove_charts(dir);
}

/* A colour that a page may turn round has a value of its own. */
static void check_colors(const char *svg)
{
    for (const char *at = svg; (at = strstr(at, "var(--")) != NULL; at++)
        cr_assert_lt(strcspn(at, ","), strcspn(at, ")"), "%.40s stands alone", at);
}

Test(chart_files, stand_alone)
{
    char *dir = charts_of_document();
    for (size_t i = 0; i < NAMES; i++) {
        char *path = path_of(dir, i), *svg = file_text(path);
        cr_assert_eq(strncmp(svg, "<svg ", 5), 0);
        cr_assert(strstr(svg, "xmlns=\"http://www.w3.org/2000/svg\""));
        cr_assert_eq(count_of(svg, "<svg"), 1);
        cr_assert_eq(count_of(svg, "<b>"), 0);
        cr_assert(strstr(svg, "</title>\n<rect x=\"0\" y=\"0\""), "it brings its paper");
        check_colors(svg);
        free(svg);
        free(path);
    }
    remove_charts(dir);
}

/* Two side by side are each as wide as half a page, one is as wide as all of it. */
Test(chart_files, have_the_width_of_their_place)
{
    static const float wanted[NAMES] = {252.5f, 252.5f, 503.0f}; /* with margins */
    char *dir = charts_of_document();
    for (size_t i = 0; i < NAMES; i++) {
        char *path = path_of(dir, i), *svg = file_text(path);
        const char *box = strstr(svg, "viewBox=\"0 0 ");
        cr_assert(box);
        cr_assert_float_eq(strtod(box + 13, NULL), wanted[i], 0.5, "%s", names[i]);
        free(svg);
        free(path);
    }
    remove_charts(dir);
}

Test(chart_files, same_bytes_again)
{
    char *one = charts_of_document(), *other = charts_of_document();
    for (size_t i = 0; i < NAMES; i++) {
        char *a = path_of(one, i), *b = path_of(other, i), *first = file_text(a), *second = file_text(b);
        cr_assert_str_eq(first, second);
        free(a);
        free(b);
        free(first);
        free(second);
    }
    remove_charts(one);
    remove_charts(other);
}

Test(chart_files, makes_the_folder)
{
    struct hy_doc d;
    char *dir = new_folder(), *charts = hy_format("%s/run/charts", dir), *run = hy_format("%s/run", dir);
    awkward_document(&d);
    cr_assert_eq(hy_render_charts(&d, charts), HY_OK, "%s", hy_error());
    hy_doc_fini(&d);
    remove_charts(charts);
    cr_assert_eq(rmdir(run), 0);
    free(run);
    remove_folder(dir);
}

Test(chart_files, says_what_went_wrong)
{
    struct hy_doc d;
    awkward_document(&d);
    cr_assert_neq(hy_render_charts(&d, "/proc/none/charts"), HY_OK);
    cr_assert(strstr(hy_error(), "/proc/none"), "%s", hy_error());
    hy_doc_fini(&d);
}
