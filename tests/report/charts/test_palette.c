/* Colours that are told apart on paper, in grey, and by those who see no red or no green. */
#include "report/canvas/palette.h"

#include <criterion/criterion.h>
#include <math.h>

enum { FIRST = 8 };

struct linear {
    double r, g, b;
};

static double to_linear(float part)
{
    return part <= 0.04045f ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4);
}

static struct linear linear_of(struct hy_color c)
{
    return (struct linear){to_linear(c.r), to_linear(c.g), to_linear(c.b)};
}

static double luminance(struct linear c)
{
    return 0.2126 * c.r + 0.7152 * c.g + 0.0722 * c.b;
}

static double cube_root(double t)
{
    return t > 0.008856 ? cbrt(t) : 7.787 * t + 16.0 / 116;
}

/* CIE L*a*b*, D65 */
static void lab_of(struct linear c, double lab[3])
{
    const double x = cube_root((0.4124 * c.r + 0.3576 * c.g + 0.1805 * c.b) / 0.9505), y = cube_root(luminance(c)),
                 z = cube_root((0.0193 * c.r + 0.1192 * c.g + 0.9505 * c.b) / 1.089);
    lab[0] = 116 * y - 16;
    lab[1] = 500 * (x - y);
    lab[2] = 200 * (y - z);
}

/* What those who see no red (protanopia) or no green (deuteranopia) see (Machado, Oliveira, Fernandes 2009). */
static struct linear seen_by(struct linear c, const double m[9])
{
    return (struct linear){fmax(0, m[0] * c.r + m[1] * c.g + m[2] * c.b), fmax(0, m[3] * c.r + m[4] * c.g + m[5] * c.b),
                           fmax(0, m[6] * c.r + m[7] * c.g + m[8] * c.b)};
}

static const double eyes[][9] = {
    {1, 0, 0, 0, 1, 0, 0, 0, 1},
    {0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998},
    {0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881}};

static double difference(size_t i, size_t k, const double m[9])
{
    double a[3], b[3];
    lab_of(seen_by(linear_of(hy_palette(i, FIRST)), m), a);
    lab_of(seen_by(linear_of(hy_palette(k, FIRST)), m), b);
    return sqrt((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]) + (a[2] - b[2]) * (a[2] - b[2]));
}

static double lightness(size_t i, size_t of)
{
    double lab[3];
    lab_of(linear_of(hy_palette(i, of)), lab);
    return lab[0];
}

Test(palette, stands_out_from_paper_and_from_dark_pages)
{
    const double dark = luminance(linear_of(hy_rgb(0x16181d)));
    for (size_t i = 0; i < HY_PALETTE; i++) {
        const double own = luminance(linear_of(hy_palette(i, HY_PALETTE)));
        cr_expect_geq(1.05 / (own + 0.05), 3, "colour %zu: %.2f to 1 on white", i, 1.05 / (own + 0.05));
        cr_expect_geq((own + 0.05) / (dark + 0.05), 2, "colour %zu: %.2f to 1 on a dark page", i,
                      (own + 0.05) / (dark + 0.05));
    }
}

Test(palette, first_ones_differ_for_all_eyes)
{
    for (size_t e = 0; e < sizeof eyes / sizeof *eyes; e++)
        for (size_t i = 0; i < FIRST; i++)
            for (size_t k = 0; k < i; k++)
                cr_expect_geq(difference(i, k, eyes[e]), 20, "colours %zu and %zu, eyes %zu: %.1f", i, k, e,
                              difference(i, k, eyes[e]));
}

Test(palette, neighbours_differ_in_grey)
{
    for (size_t i = 1; i < FIRST; i++)
        cr_expect_geq(fabs(lightness(i, FIRST) - lightness(i - 1, FIRST)), 18, "colours %zu and %zu: %.1f", i - 1, i,
                      fabs(lightness(i, FIRST) - lightness(i - 1, FIRST)));
    for (size_t i = FIRST; i < HY_PALETTE; i++)
        cr_expect_geq(fabs(lightness(i, HY_PALETTE) - lightness(i - 1, HY_PALETTE)), 8, "colours %zu and %zu", i - 1,
                      i);
}

/* The same for the same variant, however many there are; beyond the table none comes twice. */
Test(palette, no_colour_comes_twice)
{
    for (size_t i = 0; i < HY_PALETTE; i++) {
        const struct hy_color a = hy_palette(i, 1), b = hy_palette(i, 100);
        cr_assert(a.r == b.r && a.g == b.g && a.b == b.b, "colour %zu", i);
    }
    for (size_t i = 0; i < 60; i++)
        for (size_t k = 0; k < i; k++) {
            const struct hy_color a = hy_palette(i, 60), b = hy_palette(k, 60);
            cr_assert(a.r != b.r || a.g != b.g || a.b != b.b, "colours %zu and %zu", k, i);
        }
}
