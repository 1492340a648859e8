/* A PDF as other programs read it: text, fonts, links, structure, and the same bytes each time. */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernels/base/file.h"
#include "tests/report/canvas/kinds.h"
#include "tests/report/folder.h"

#define HANGUL "\xED\x95\x9C\xEA\xB8\x80"

static int times(const char *text, const char *part)
{
    int n = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at++)
        n++;
    return n;
}

/* ---- text ------------------------------------------------------------------------------------ */

/* Signs of every kind that a report has, and faces mixed within a word. */
static const char *const texts[] = {"plain words",
                                    "caf\xC3\xA9 na\xC3\xAFve",
                                    "\xCE\xB2-fusion, 5 \xC2\xB5s",
                                    "\xE2\x88\x92"
                                    "3.2 % \xC2\xB1 0.4",
                                    "\xC3\x97 1.08 \xE2\x86\x92 \xE2\x89\xA4 2",
                                    "11 ms\xE2\x80\xA0 or 12 ms\xE2\x80\xA1",
                                    "\xE2\x80\x9Cquoted\xE2\x80\x9D \xE2\x80\x93 \xE2\x80\xA6",
                                    HANGUL " " HANGUL,
                                    "Hybrid\xEC\x9D\x98 12" HANGUL "x" HANGUL};
enum { TEXTS = sizeof texts / sizeof *texts };

static void write_texts(struct hy_canvas *c, bool up)
{
    for (int i = 0; i < TEXTS; i++)
        for (int font = 0; font < HY_FONTS; font++) {
            const struct hy_text_style style = hy_style((enum hy_font)font, 10, hy_ink(), HY_LEFT);
            const float along = 60 + 50 * (float)i + 15 * (float)font;
            if (up)
                hy_canvas_text_up(c, along, 600, &style, texts[i]);
            else
                hy_canvas_text(c, 60, along, &style, texts[i]);
        }
}

static void all_there(const char *path, const char *command)
{
    char *text = said(command, path);
    if (!text)
        cr_skip("no pdftotext here");
    for (int i = 0; i < TEXTS; i++)
        cr_expect_eq(times(text, texts[i]), HY_FONTS, "'%s' is there %d times, of %d fonts, in: %s", texts[i],
                     times(text, texts[i]), HY_FONTS, text);
    free(text);
}

Test(canvas_pdf, characters_come_out_as_they_went_in)
{
    struct hy_canvas *c = pdf_open();
    write_texts(c, false);
    char *path = pdf_close(c);
    all_there(path, "pdftotext -layout %s -");
    pdf_remove(path);
}

Test(canvas_pdf, turned_text_too)
{
    struct hy_canvas *c = pdf_open();
    write_texts(c, true);
    char *path = pdf_close(c);
    all_there(path, "pdftotext %s -");
    pdf_remove(path);
}

/* Without a font of Korean a box is seen, and what was written is found and copied; one line says which package. */
Test(canvas_pdf, without_korean, .init = cr_redirect_stderr)
{
    char *dir = new_folder();
    write_text(dir, "NanumGothic.ttf", "no font");
    write_text(dir, "NanumGothicBold.ttf", "no font");
    setenv("HYMBENCH_FONTS", dir, 1);
    struct hy_canvas *c = pdf_open();
    const struct hy_text_style style = hy_style(HY_SANS, 10, hy_ink(), HY_LEFT);
    cr_assert_eq(hy_canvas_text_width(c, &style, HANGUL), 2 * hy_canvas_text_width(c, &style, "\xEF\xBF\xBD"));
    write_texts(c, false);
    char *path = pdf_close(c);
    all_there(path, "pdftotext -layout %s -");
    pdf_remove(path);
    remove_folder(dir);
    fflush(stderr);
    char warned[2000] = "";
    FILE *err = cr_get_redirected_stderr();
    warned[fread(warned, 1, sizeof warned - 1, err)] = '\0';
    cr_assert_eq(times(warned, "fonts-nanum"), 1, "%s", warned);
    cr_assert_eq(times(warned, "\n"), 1, "%s", warned);
}

/* Broken bytes are replacement characters for whoever copies, too. */
Test(canvas_pdf, broken_bytes)
{
    struct hy_canvas *c = pdf_open();
    const struct hy_text_style style = hy_style(HY_SANS, 10, hy_ink(), HY_LEFT);
    hy_canvas_text(c, 60, 60, &style,
                   "\xFF\x01"
                   "broken\xED\xA0\x80");
    hy_canvas_text(c, 60, 90, &style, "a\tb\xF0\x9F\x98\x80");
    char *path = pdf_close(c), *text = said("pdftotext -layout %s -", path);
    if (text) {
        cr_assert(strstr(text, "\xEF\xBF\xBD\xEF\xBF\xBD"
                               "broken\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"),
                  "%s", text);
        cr_assert(strstr(text, "a b\xEF\xBF\xBD"), "%s", text);
    }
    free(text);
    pdf_remove(path);
}

/* ---- a whole document --------------------------------------------------------------------------- */

static void shapes(struct hy_canvas *c)
{
    const struct hy_color blue = hy_rgb(0x1f77b4);
    const struct hy_pen dashed = {blue, 1, 3, 2}, solid = {hy_ink(), 0.5f, 0, 0};
    const struct hy_point p[] = {{100, 400}, {200, 350}, {300, 420}, {400, 380}};
    hy_canvas_begin(c, "Figure", "Two bands and a " HANGUL);
    hy_canvas_polygon(c, p, 4, blue, 0.25f);
    hy_canvas_clip(c, (struct hy_box){90, 340, 250, 100});
    hy_canvas_polyline(c, p, 4, &dashed);
    hy_canvas_unclip(c);
    hy_canvas_curve(c, p, &solid);
    hy_canvas_rectangle(c, (struct hy_box){100, 500, 50, 20}, &blue, &solid);
    hy_canvas_circle(c, 200, 510, 5, NULL, &solid);
    hy_canvas_line(c, 100, 530, 400, 530, &solid);
    hy_canvas_end(c, "Figure");
}

static void tagged(struct hy_canvas *c, const char *tag, float x, float y, const char *text, const char *link)
{
    const struct hy_text_style style = hy_style(HY_SANS, 10, hy_ink(), HY_LEFT);
    hy_canvas_begin(c, tag, NULL);
    hy_canvas_text(c, x, y, &style, text);
    if (link)
        hy_canvas_link(c, (struct hy_box){x, y - 8, hy_canvas_text_width(c, &style, text), 11}, link);
    hy_canvas_end(c, tag);
}

/* Two pages: a link forward, one back, one to nowhere, one inside of no tag but the document. */
static char *document(void)
{
    struct hy_canvas *c = pdf_open();
    hy_pdf_bookmark(c, 0, "First (" HANGUL ")", "one");
    hy_pdf_bookmark(c, 1, "Inside", "inside");
    hy_pdf_bookmark(c, 1, "Nowhere", "nowhere");
    hy_pdf_bookmark(c, 0, "Second", "two");
    hy_canvas_anchor(c, "one", 54, 50);
    tagged(c, "H1", 54, 60, "First", NULL);
    hy_canvas_begin(c, "Table", NULL);
    hy_canvas_begin(c, "TR", NULL);
    tagged(c, "TH", 54, 80, "name", NULL);
    tagged(c, "TH", 154, 80, "value", NULL);
    hy_canvas_end(c, "TR");
    hy_canvas_begin(c, "TR", NULL);
    tagged(c, "TD", 54, 95, "Hybrid-Mine", "two");
    tagged(c, "TD", 154, 95,
           "\xE2\x88\x92"
           "3.2",
           "nowhere");
    hy_canvas_end(c, "TR");
    hy_canvas_end(c, "Table");
    hy_canvas_anchor(c, "inside", 54, 340);
    shapes(c);
    hy_pdf_page(c);
    hy_canvas_anchor(c, "two", 54, 50);
    tagged(c, "P", 54, 60, "back", "one");
    hy_canvas_link(c, (struct hy_box){300, 60, 50, 10}, "inside");
    return pdf_close(c);
}

/* Both say nothing beyond what they always say. */
Test(canvas_pdf, checkers_are_silent)
{
    char *path = document(), *text = said("qpdf --check %s", path);
    if (text) {
        cr_assert(!strstr(text, "WARNING") && !strstr(text, "rror:"), "%s", text);
        cr_assert(strstr(text, "PDF Version: 1.7"), "%s", text);
        free(text);
    }
    text = said("mutool info %s", path);
    if (text) {
        cr_assert(!strstr(text, "warning") && !strstr(text, "error"), "%s", text);
        cr_assert(strstr(text, "Pages: 2"), "%s", text);
        free(text);
    }
    pdf_remove(path);
}

Test(canvas_pdf, fonts_are_embedded_and_tell_their_characters)
{
    char *path = document(), *text = said("pdffonts", path);
    if (text) {
        int fonts = 0;
        strtok(text, "\n");
        strtok(NULL, "\n");
        for (const char *line; (line = strtok(NULL, "\n")) != NULL; fonts++)
            cr_assert(strstr(line, " yes yes yes "), "embedded, subset, with a table of characters: '%s'", line);
        cr_assert_geq(fonts, 1);
    }
    free(text);
    pdf_remove(path);
}

Test(canvas_pdf, what_it_is_about)
{
    char *path = document(), *text = said("pdfinfo", path);
    if (text) {
        cr_assert(strstr(text, "A page (of \xEA\xB8\x80)"), "%s", text);
        cr_assert(strstr(text, "a test") && strstr(text, "hymbench"), "%s", text);
        cr_assert_eq(times(text, "Tagged:          yes"), 1, "%s", text);
        cr_assert(!strstr(text, "CreationDate") && !strstr(text, "ModDate"), "%s", text);
    }
    free(text);
    pdf_remove(path);
    setenv("SOURCE_DATE_EPOCH", "1735689600", 1);
    setenv("TZ", "Asia/Seoul", 1);
    path = document();
    text = said("qpdf --qdf --object-streams=disable %s -", path);
    if (text)
        cr_assert_eq(times(text, "(D:20250101000000Z)"), 2, "the day begins at Greenwich");
    free(text);
    pdf_remove(path);
}

/* In plain text, for what no program lists. */
static char *plain(const char *path)
{
    char *text = said("qpdf --qdf --object-streams=disable --no-original-object-ids %s - | tr '\\000' ' '", path);
    if (!text)
        cr_skip("no qpdf here");
    return text;
}

Test(canvas_pdf, links_lead_to_what_is_there)
{
    char *path = document(), *text = plain(path);
    cr_assert_eq(times(text, "/Subtype /Link"), 3, "a link to nowhere is none");
    cr_assert_eq(times(text, "/S /Link"), 3, "each is part of the structure");
    cr_assert_eq(times(text, "/Type /OBJR"), 3);
    cr_assert_eq(times(text, "/StructParent "), 3);
    cr_assert_eq(times(text, "/Tabs /S"), 2);
    free(text);
    pdf_remove(path);
}

Test(canvas_pdf, bookmarks)
{
    char *path = document(), *text = said("mutool show %s outline", path);
    if (!text)
        cr_skip("no mutool here");
    cr_assert_eq(times(text, "\n"), 3, "one to nowhere is left out: %s", text);
    const char *first = strstr(text, "First (" HANGUL ")"), *inside = strstr(text, "Inside"),
               *second = strstr(text, "Second");
    cr_assert(first && inside && second && first < inside && inside < second, "%s", text);
    free(text);
    pdf_remove(path);
}

Test(canvas_pdf, structure)
{
    char *path = document(), *text = said("pdfinfo -struct-text %s", path);
    static const char *const order[] = {"Document", "H1",  "First",  "Table", "TR",  "TH",
                                        "name",     "TH",  "value",  "TR",    "TD",  "Hybrid-Mine",
                                        "TD",       "3.2", "Figure", "P",     "back"};
    const char *at = text;
    for (size_t i = 0; text && i < sizeof order / sizeof *order; i++) {
        at = strstr(at, order[i]);
        cr_assert(at, "number %zu, %s, is not where it belongs in:\n%s", i, order[i], text);
        at += strlen(order[i]);
    }
    free(text);
    text = plain(path);
    cr_assert_eq(times(text, "/Alt "), 1);
    cr_assert_eq(times(text, "/Scope /Column"), 2);
    cr_assert_eq(times(text, "/Lang (en)"), 1);
    cr_assert_eq(times(text, "/Marked true"), 1);
    cr_assert_eq(times(text, "/DisplayDocTitle true"), 1);
    free(text);
    pdf_remove(path);
}

/* A document of tags that hold nothing, hold a page's end, or never came. */
Test(canvas_pdf, odd_structures)
{
    struct hy_canvas *c = pdf_open();
    hy_canvas_begin(c, "Table", NULL);
    for (int page = 0; page < 3; page++) {
        hy_canvas_begin(c, "TR", NULL);
        hy_canvas_begin(c, "TD", NULL);
        hy_canvas_end(c, "TD");
        tagged(c, "TD", 60, 60, "cell", "there");
        hy_canvas_end(c, "TR");
        if (page < 2)
            hy_pdf_page(c);
    }
    hy_canvas_anchor(c, "there", 0, 0);
    hy_canvas_end(c, "Table");
    hy_pdf_page(c);
    hy_pdf_page(c);
    shapes(c);
    char *path = pdf_close(c), *text = said("qpdf --check %s", path);
    if (text)
        cr_assert(!strstr(text, "WARNING"), "%s", text);
    free(text);
    text = said("pdfinfo -struct-text %s", path);
    if (text) {
        cr_assert_eq(times(text, "cell"), 3, "%s", text);
        cr_assert_eq(times(text, "TR"), 3, "%s", text);
        cr_assert(!strstr(text, "rror"), "%s", text);
    }
    free(text);
    text = plain(path);
    cr_assert_eq(times(text, "/S /Link"), 3);
    cr_assert_eq(times(text, "/Alt "), 1);
    free(text);
    pdf_remove(path);
}

Test(canvas_pdf, same_calls_same_bytes)
{
    char *one, *two, *a, *b;
    size_t n, m;
    setenv("TZ", "Asia/Seoul", 1);
    one = document();
    sleep(1); /* another second of the clock that cairo reads */
    setenv("TZ", "America/Lima", 1);
    two = document();
    cr_assert_eq(hy_read_file(one, &a, &n), HY_OK);
    cr_assert_eq(hy_read_file(two, &b, &m), HY_OK);
    cr_assert(n == m && memcmp(a, b, n) == 0, "the bytes depend on time, zone or memory");
    free(a);
    free(b);
    pdf_remove(one);
    pdf_remove(two);
}

Test(canvas_pdf, a_file_that_cannot_be_written)
{
    struct hy_canvas *c = pdf_open();
    cr_assert_eq(hy_pdf_finish(c, "no/such/folder/out.pdf"), HY_BAD_INPUT);
    cr_assert(strstr(hy_error(), "no/such/folder/out.pdf"));
}
