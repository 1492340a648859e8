/* Text is as wide on every canvas, is shortened and broken where it should be, and says where it was drawn. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernels/base/file.h"
#include "tests/report/canvas/kinds.h"

#define HANGUL "\xED\x95\x9C\xEA\xB8\x80" /* two syllables */

static struct hy_text_style sans(float size)
{
    return hy_style(HY_SANS, size, hy_ink(), HY_LEFT);
}

/* ---- widths ------------------------------------------------------------------------------ */

Test(canvas_text, widths_are_those_of_every_canvas)
{
    static const char *const texts[] = {"",
                                        "plain words",
                                        "\xE2\x88\x92"
                                        "3.2 % \xC3\x97 1.08 \xE2\x86\x92 5 \xC2\xB5s\xE2\x80\xA0",
                                        "Hybrid\xEC\x9D\x98 " HANGUL " 12" HANGUL,
                                        "broken \xFF\xC3 \x01\x7F bytes",
                                        "\xF0\x9F\x98\x80 beyond",
                                        "a\tb"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (int font = 0; font < HY_FONTS; font++) {
            const struct hy_text_style style = hy_style((enum hy_font)font, 9, hy_ink(), HY_LEFT);
            float width[KINDS];
            for (enum kind kind = 0; kind < KINDS; kind++) {
                struct hy_canvas *c = kind_open(kind);
                width[kind] = hy_canvas_text_width(c, &style, texts[i]);
                kind_close(c, kind);
            }
            cr_assert(width[0] == width[1] && width[1] == width[2], "'%s'", texts[i]);
            cr_assert(*texts[i] ? width[0] > 0 : width[0] == 0);
        }
}

/* DejaVu's own tables: i is 569 of 2048 units wide, m 1995, and every one of DejaVu Sans Mono 1233. */
Test(canvas_text, widths_are_the_fonts_own)
{
    struct hy_canvas *c = kind_open(KIND_PLAN);
    struct hy_text_style style = sans(10), mono = hy_style(HY_MONO, 10, hy_ink(), HY_LEFT);
    cr_assert_float_eq(hy_canvas_text_width(c, &style, "i"), 10 * 569.0 / 2048, 1e-4);
    cr_assert_float_eq(hy_canvas_text_width(c, &style, "mi"), 10 * (1995 + 569.0) / 2048, 1e-4);
    cr_assert_float_eq(hy_canvas_text_width(c, &mono, "mi\xC3\x97"), 30 * 1233.0 / 2048, 1e-4);
    /* a broken byte, a control character and a missing one are as wide as what is shown for them */
    const float replacement = hy_canvas_text_width(c, &style, "\xEF\xBF\xBD");
    cr_assert_gt(replacement, 0);
    cr_assert_eq(hy_canvas_text_width(c, &style, "\x80"), replacement);
    cr_assert_eq(hy_canvas_text_width(c, &style, "\n"), replacement);
    cr_assert_eq(hy_canvas_text_width(c, &style, "\xED\xA0\x80"), 3 * replacement, "a surrogate is three bytes");
    cr_assert_eq(hy_canvas_text_width(c, &style, "\xC0\x80"), 2 * replacement, "the long form of NUL");
    hy_plan_close(c);
}

/* Korean comes from a font of its own, in either weight. */
Test(canvas_text, korean)
{
    struct hy_canvas *c = kind_open(KIND_PLAN);
    for (int font = 0; font < HY_FONTS; font++) {
        const struct hy_text_style style = hy_style((enum hy_font)font, 10, hy_ink(), HY_LEFT);
        const float width = hy_canvas_text_width(c, &style, HANGUL);
        cr_assert(width > 16 && width < 21, "two syllables are %g wide: is fonts-nanum installed?", (double)width);
        cr_assert_neq(width, 2 * hy_canvas_text_width(c, &style, "\xEF\xBF\xBD"));
    }
    hy_plan_close(c);
}

static char *folder_with(const char *const *fonts, size_t count)
{
    char *dir = hy_format("/tmp/hymbench-fonts-XXXXXX");
    cr_assert_not_null(mkdtemp(dir));
    for (size_t i = 0; i < count; i++) {
        char *line = hy_format("cp /usr/share/fonts/truetype/dejavu/%s '%s'", fonts[i], dir);
        cr_assert_eq(system(line), 0);
        free(line);
    }
    setenv("HYMBENCH_FONTS", dir, 1);
    return dir;
}

static void remove_all(char *dir)
{
    char *line = hy_format("rm -r '%s'", dir);
    cr_assert_eq(system(line), 0);
    free(line);
    free(dir);
}

/* A font that is none is named, and so is the package that brings one. */
Test(canvas_text, broken_fonts)
{
    static const char *const two[] = {"DejaVuSans.ttf", "DejaVuSansMono.ttf"};
    char *dir = folder_with(two, 2), *bold = hy_format("%s/DejaVuSans-Bold.ttf", dir);
    struct hy_canvas *c = (void *)1;
    cr_assert_eq(hy_write_file(bold, "no font", 7), HY_OK);
    cr_assert_eq(hy_plan_open(&c), HY_BAD_INPUT);
    cr_assert_null(c);
    cr_assert(strstr(hy_error(), "DejaVuSans-Bold.ttf") && strstr(hy_error(), "fonts-dejavu-core"), "%s", hy_error());
    const struct hy_pdf_info info = {"", "", "en"};
    cr_assert_eq(hy_pdf_open(&c, &info), HY_BAD_INPUT);
    cr_assert_null(c);
    cr_assert_eq(hy_svg_open(&c, 10, 10, ""), HY_BAD_INPUT);
    cr_assert_null(c);
    free(bold);
    remove_all(dir);
}

/* ---- shortening ------------------------------------------------------------------------- */

Test(canvas_text, fit)
{
    struct hy_canvas *c = kind_open(KIND_PLAN);
    const struct hy_text_style style = sans(10);
    const char *text = "Hybrid-Mine of " HANGUL " layers";
    const float whole = hy_canvas_text_width(c, &style, text);
    cr_assert_str_eq(hy_canvas_fit(c, &style, text, whole + 0.01f), text);
    size_t last = strlen(text);
    for (float width = whole - 0.5f; width > 12; width -= 1) {
        const char *cut = hy_canvas_fit(c, &style, text, width);
        const size_t kept = strlen(cut) - 3;
        cr_assert_str_eq(cut + kept, "\xE2\x80\xA6");
        cr_assert_eq(strncmp(cut, text, kept), 0);
        cr_assert(kept <= last && (kept == 0 || cut[kept - 1] != ' '));
        cr_assert_leq(hy_canvas_text_width(c, &style, cut), width);
        last = kept;
    }
    cr_assert_str_eq(hy_canvas_fit(c, &style, text, 0), "\xE2\x80\xA6");
    cr_assert_str_eq(hy_canvas_fit(c, &style, "a\xFF", 100), "a\xEF\xBF\xBD");
    hy_plan_close(c);
}

/* ---- lines -------------------------------------------------------------------------------- */

/* The lines of a text with | between them. */
static const char *lines_of(struct hy_canvas *c, const char *text, float width)
{
    const struct hy_text_style style = sans(10);
    const char *all = "", *next;
    for (int lines = 0; *text; text = next) {
        const size_t bytes = hy_canvas_line_bytes(c, &style, text, width, &next);
        cr_assert_gt(next, text, "each line takes something");
        cr_assert_lt(lines++, 1000);
        all = hy_arena_format(hy_canvas_arena(c), "%s%s%.*s", all, *all ? "|" : "", (int)bytes, text);
    }
    return all;
}

Test(canvas_text, lines)
{
    static const struct {
        const char *text;
        int letters; /* what fits, in widths of an m */
        const char *lines;
    } cases[] = {
        {"mm mm mm", 5, "mm mm|mm"},
        {"mm mm  mm", 5, "mm mm|mm"},
        {"mm mm ", 5, "mm mm "},
        {"  mm mm", 3, "  mm|mm"},
        {"mmmmmm", 4, "mmmm|mm"},
        {"mm mmmmmm", 4, "mm|mmmm|mm"},
        {"mmm-mmm_m", 5, "mmm-|mmm_m"},
        {"mm\nmm mm\n\nm", 9, "mm|mm mm||m"},
        {"m\xC2\xA0mm mm", 4, "m\xC2\xA0mm|mm"},
    };
    struct hy_canvas *c = kind_open(KIND_PLAN);
    const struct hy_text_style style = sans(10);
    const float m = hy_canvas_text_width(c, &style, "m");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *lines = lines_of(c, cases[i].text, m * ((float)cases[i].letters + 0.1f));
        cr_expect_str_eq(lines, cases[i].lines, "'%s' of '%s'", lines, cases[i].text);
    }
    cr_assert_str_eq(lines_of(c, "mm", 1), "m|m", "at least one character a line");
    hy_plan_close(c);
}

/* Syllables of Hangul part anywhere, but neither from a number nor from a Latin name or a full stop. */
Test(canvas_text, lines_of_korean)
{
    static const char *const cases[][2] = {
        {"\xEA\xB0\x80\xEB\x82\x98\xEB\x8B\xA4\xEB\x9D\xBC\xEB\xA7\x88",
         "\xEA\xB0\x80\xEB\x82\x98\xEB\x8B\xA4|\xEB\x9D\xBC\xEB\xA7\x88"},
        {"\xEA\xB0\x80\xEB\x82\x98 \xEB\x8B\xA4\xEB\x9D\xBC\xEB\xA7\x88",
         "\xEA\xB0\x80\xEB\x82\x98|\xEB\x8B\xA4\xEB\x9D\xBC\xEB\xA7\x88"},
        {"\xEA\xB0\x80\xEB\x82\x98\xEB\x8B\xA4.", "\xEA\xB0\x80\xEB\x82\x98|\xEB\x8B\xA4."},
    };
    struct hy_canvas *c = kind_open(KIND_PLAN);
    const struct hy_text_style style = sans(10);
    const float syllable = hy_canvas_text_width(c, &style, "\xEA\xB0\x80");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *lines = lines_of(c, cases[i][0], 3.2f * syllable);
        cr_expect_str_eq(lines, cases[i][1], "'%s' of '%s'", lines, cases[i][0]);
    }
    const char *counted = lines_of(c, "\xEA\xB0\x80\xEB\x82\x98 12\xEA\xB0\x9C", 3.9f * syllable);
    cr_expect_str_eq(counted, "\xEA\xB0\x80\xEB\x82\x98|12\xEA\xB0\x9C", "'%s'", counted);
    hy_plan_close(c);
}

/* However narrow: no line is wider than the room unless it is one character, and nothing is lost but blanks. */
Test(canvas_text, lines_fit)
{
    const char *text =
        "The hybrid of " HANGUL HANGUL ", 12" HANGUL "; Hybrid-NoKVShare-with-a-long-name reaches \xFF\xFE "
        "\xE2\x88\x92"
        "3.2 %. " HANGUL HANGUL HANGUL HANGUL;
    struct hy_canvas *c = kind_open(KIND_PLAN);
    const struct hy_text_style style = sans(9);
    for (float width = 1; width < 400; width += 3.7f) {
        const char *at = text, *next;
        for (; *at; at = next) {
            const size_t bytes = hy_canvas_line_bytes(c, &style, at, width, &next);
            const char *line = hy_arena_format(hy_canvas_arena(c), "%.*s", (int)bytes, at);
            cr_assert(bytes > 0 && strspn(at + bytes, " ") == (size_t)(next - at) - bytes);
            cr_assert(hy_canvas_text_width(c, &style, line) <= width + 0.001f || bytes <= 3, "'%s'", line);
        }
    }
    hy_plan_close(c);
}

Test(canvas_text, wrapped)
{
    struct hy_canvas *c = kind_open(KIND_PLAN);
    size_t count;
    struct hy_text_style style = sans(10);
    const float m = hy_canvas_text_width(c, &style, "m");
    cr_assert_float_eq(hy_canvas_wrapped(c, 50, 100, 5.1f * m, &style, 14, "mm mm mm\nm", false), 3 * 14, 1e-4);
    hy_canvas_texts(c, &count);
    cr_assert_eq(count, 0);
    style.align = HY_RIGHT;
    const float high = hy_canvas_wrapped(c, 50, 100, 5.1f * m, &style, 14, "mm mm mm\nm", true);
    cr_assert_float_eq(high, 3 * 14, 1e-4);
    const struct hy_drawn_text *t = hy_canvas_texts(c, &count);
    cr_assert_eq(count, 3, "%zu texts", count);
    cr_assert_str_eq(t[1].text, "mm");
    cr_assert_float_eq(t[1].box.x + t[1].box.width, 50 + 5.1f * m, 1e-3);
    cr_assert_float_eq(t[2].box.y - t[1].box.y, 14, 1e-3);
    cr_assert_eq(hy_canvas_wrapped(c, 0, 0, 100, &style, 14, "", true), 0);
    hy_plan_close(c);
}

/* ---- where it was drawn ----------------------------------------------------------------------- */

Test(canvas_text, boxes)
{
    for (enum kind kind = 0; kind < KINDS; kind++) {
        struct hy_canvas *c = kind_open(kind);
        struct hy_text_style style = sans(10);
        const float width = hy_canvas_text_width(c, &style, "word");
        size_t count;
        hy_canvas_text(c, 100, 200, &style, "word");
        style.align = HY_CENTER;
        hy_canvas_text(c, 100, 200, &style, "word");
        hy_canvas_text_up(c, 100, 200, &style, "word");
        style.align = HY_LEFT;
        hy_canvas_text_up(c, 100, 200, &style, "word");
        hy_canvas_text(c, 100, 200, &style, "");
        const struct hy_drawn_text *t = hy_canvas_texts(c, &count);
        cr_assert_eq(count, 4, "nothing is not drawn");
        const float left[] = {100, 100 - width / 2, 100 - 7.6f, 100 - 7.6f};
        const float top[] = {200 - 7.6f, 200 - 7.6f, 200 - width / 2, 200 - width};
        for (int i = 0; i < 4; i++) {
            cr_assert_eq(t[i].page, 0);
            cr_assert_str_eq(t[i].text, "word");
            cr_assert_float_eq(t[i].box.x, left[i], 1e-3, "%d", i);
            cr_assert_float_eq(t[i].box.y, top[i], 1e-3, "%d", i);
            cr_assert_float_eq(t[i].box.width, i < 2 ? width : 10, 1e-3);
            cr_assert_float_eq(t[i].box.height, i < 2 ? 10 : width, 1e-3);
        }
        kind_close(c, kind);
    }
}

Test(canvas_text, plans_know_pages)
{
    struct hy_canvas *c = kind_open(KIND_PLAN);
    const struct hy_text_style style = sans(10);
    size_t count;
    hy_canvas_anchor(c, "one", 1, 1);
    hy_plan_page(c);
    hy_canvas_text(c, 1, 1, &style, "on the second");
    hy_canvas_anchor(c, "two", 1, 1);
    hy_canvas_anchor(c, "one", 1, 1);
    cr_assert_eq(hy_plan_page_of(c, "one"), 0, "the first of a name counts");
    cr_assert_eq(hy_plan_page_of(c, "two"), 1);
    cr_assert_eq(hy_plan_page_of(c, "three"), -1);
    cr_assert_eq(hy_canvas_texts(c, &count)->page, 1);
    hy_plan_close(c);
    hy_plan_close(NULL);
}
