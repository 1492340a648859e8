/* A picture of each chart as it should be, shape by shape: tests/data/charts/<name>.svg. Curves of many points have
 * none: test_thin.c looks at them, and lines at the rest.
 *
 * HYMBENCH_GOLDEN=1 writes them anew; look at the changes before they are kept. */
#include <criterion/criterion.h>
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "report/canvas/svg.h"
#include "tests/report/charts/cases.h"

#define FOLDER    "tests/data/charts"
#define TOLERANCE 0.5 /* points */

enum { SHOWN = 60 }; /* characters around a difference */

static bool begins_number(const char *s)
{
    return isdigit((unsigned char)s[0]) || ((s[0] == '-' || s[0] == '.') && isdigit((unsigned char)s[1]));
}

/* Decimals alone: the digits of a colour are no exponent. */
static double take_number(const char **s)
{
    char text[64];
    size_t n = 0;
    while (n + 1 < sizeof text && ((*s)[n] == '-' || (*s)[n] == '.' || isdigit((unsigned char)(*s)[n]))) {
        text[n] = (*s)[n];
        n++;
    }
    text[n] = '\0';
    *s += n;
    return strtod(text, NULL);
}

/* Names of clip paths hold hashes of their boxes, which are compared themselves. */
static const char *skip_hash(const char *s, const char *begin)
{
    static const char mark[] = "clip-";
    const size_t n = sizeof mark - 1;
    if (s - begin < (long)n || memcmp(s - n, mark, n) != 0)
        return s;
    while (isxdigit((unsigned char)*s))
        s++;
    return s;
}

/* NULL when they agree, else where they do not. */
static const char *first_difference(const char *a, const char *b)
{
    const char *begin_a = a, *begin_b = b;
    while (*a && *b) {
        a = skip_hash(a, begin_a);
        b = skip_hash(b, begin_b);
        const char *from = a;
        if (begins_number(a) && begins_number(b)) {
            if (!(fabs(take_number(&a) - take_number(&b)) <= TOLERANCE))
                return from;
        } else if (*a++ != *b++) {
            return from;
        }
    }
    return *a || *b ? a : NULL;
}

static char *picture(const struct chart_kind *kind)
{
    const struct hy_box box = {0, 0, 300, 170};
    const struct chart_case k = {5, NAMES_SHORT, VALUES_FINITE};
    struct hy_canvas *c;
    cr_assert_eq(hy_svg_open(&c, box.width, box.height, kind->name), HY_OK, "%s", hy_error());
    kind->draw(c, box, &k);
    cr_assert_eq(hy_canvas_left_out(c), 0);
    return hy_svg_finish(c);
}

Test(golden, charts_look_as_they_should)
{
    for (size_t i = 0; i < chart_kind_count; i++) {
        if (strcmp(chart_kinds[i].name, "curves") == 0)
            continue;
        char *own = picture(&chart_kinds[i]), *wanted = NULL;
        char *path = hy_format("%s/%s.svg", FOLDER, chart_kinds[i].name);
        size_t bytes;
        if (getenv("HYMBENCH_GOLDEN"))
            cr_assert_eq(hy_write_file(path, own, strlen(own)), HY_OK, "%s", hy_error());
        cr_assert_eq(hy_read_file(path, &wanted, &bytes), HY_OK, "%s", hy_error());
        const char *where = first_difference(own, wanted);
        cr_expect(where == NULL, "%s differs at: %.*s", path, SHOWN, where ? where : "");
        free(own);
        free(wanted);
        free(path);
    }
}

Test(golden, a_moved_shape_is_found)
{
    cr_assert_null(first_difference("<rect x=\"1.2\" y=\"3\"/>", "<rect x=\"1.5\" y=\"3.4\"/>"));
    cr_assert_not_null(first_difference("<rect x=\"1.2\"/>", "<rect x=\"1.8\"/>"));
    cr_assert_not_null(first_difference("<rect fill=\"#0072b2\"/>", "<rect fill=\"#0072b3\"/>"));
    cr_assert_not_null(first_difference("<rect/>", "<rect/><rect/>"));
    cr_assert_null(first_difference("clip-0a1b x", "clip-ff00 x"));
}
