/* Text that leaves a PDF as it went in. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernels/base/file.h"
#include "report/pdf/sheet.h"
#include "tests/report/folder.h"

/* The last ones have no glyph in the fonts: a box is seen, and yet they can be searched and copied. */
static const char *const texts[] = {"plain words", "caf\xC3\xA9 na\xC3\xAFve", "\xCE\xB2-fusion, 5 \xC2\xB5s",
                                    "11 ms\xE2\x80\xA0 or 12 ms\xE2\x80\xA1", "\xED\x95\x9C\xEA\xB8\x80"};
enum { TEXTS = sizeof texts / sizeof *texts };

static void draw(struct hy_pdf *pdf, void *unused)
{
    (void)unused;
    hy_pdf_add_page(pdf);
    for (int i = 0; i < TEXTS; i++)
        for (int font = 0; font < HY_FONTS; font++) {
            struct hy_text_style style = hy_style((enum hy_font)font, 10, hy_ink(), HY_LEFT);
            hy_pdf_text(pdf, 60, 100 + 60 * (float)i + 15 * (float)font, &style, texts[i]);
        }
}

Test(pdf_text, characters_come_out_as_they_went_in)
{
    char path[] = "/tmp/hymbench-pdf-XXXXXX";
    const int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    close(fd);
    const struct hy_pdf_info info = {"a page", "a test"};
    cr_assert_eq(hy_pdf_build(path, &info, draw, NULL), HY_OK, "%s", hy_error());
    char *text = pdf_text(path);
    unlink(path);
    if (!text)
        cr_skip("no pdftotext here");
    for (int i = 0; i < TEXTS; i++) {
        int n = 0;
        for (const char *at = text; (at = strstr(at, texts[i])); at++)
            n++;
        cr_assert_eq(n, HY_FONTS, "'%s' is there %d times, of %d fonts, in: %s", texts[i], n, HY_FONTS, text);
    }
    free(text);
}
