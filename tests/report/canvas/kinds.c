#include "tests/report/canvas/kinds.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernels/base/file.h"

struct hy_canvas *kind_open(enum kind kind)
{
    struct hy_canvas *c = NULL;
    if (kind == KIND_PDF)
        return pdf_open();
    hy_status status = kind == KIND_SVG ? hy_svg_open(&c, 400, 300, "a drawing") : hy_plan_open(&c);
    cr_assert_eq(status, HY_OK, "%s", hy_error());
    if (kind == KIND_PLAN)
        hy_plan_page(c);
    return c;
}

void kind_close(struct hy_canvas *c, enum kind kind)
{
    if (kind == KIND_PDF)
        pdf_remove(pdf_close(c));
    else if (kind == KIND_SVG)
        free(hy_svg_finish(c));
    else
        hy_plan_close(c);
}

struct hy_canvas *pdf_open(void)
{
    const struct hy_pdf_info info = {"A page (of \xEA\xB8\x80)", "a test", "en"};
    struct hy_canvas *c;
    cr_assert_eq(hy_pdf_open(&c, &info), HY_OK, "%s", hy_error());
    hy_pdf_page(c);
    return c;
}

char *pdf_close(struct hy_canvas *c)
{
    char *path = hy_format("/tmp/hymbench-canvas-XXXXXX");
    const int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    close(fd);
    cr_assert_eq(hy_pdf_finish(c, path), HY_OK, "%s", hy_error());
    return path;
}

void pdf_remove(char *path)
{
    unlink(path);
    free(path);
}

char *said(const char *command, const char *path)
{
    char *name = hy_format("%.*s", (int)strcspn(command, " "), command);
    char *ask = hy_format("command -v %s >/dev/null 2>&1", name), *line = NULL, *text = NULL;
    size_t bytes = 0;
    if (system(ask) == 0) {
        const char *hole = strstr(command, "%s");
        line = hole ? hy_format("%.*s'%s'%s 2>&1", (int)(hole - command), command, path, hole + 2)
                    : hy_format("%s '%s' 2>&1", command, path);
        FILE *in = popen(line, "r"), *out = open_memstream(&text, &bytes);
        cr_assert(in && out);
        for (int byte; (byte = fgetc(in)) != EOF;)
            fputc(byte, out);
        fclose(out);
        cr_assert_eq(pclose(in), 0, "%s: %s", line, text);
    }
    free(line);
    free(ask);
    free(name);
    return text;
}
