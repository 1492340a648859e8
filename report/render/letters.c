#include "report/render/letters.h"

#include "report/canvas/utf8.h"

const char *hy_put_letter(FILE *out, const char *text)
{
    const char *next = text;
    if (*text == '\n') {
        fputc('\n', out);
        return text + 1;
    }
    if (hy_shown_next(&next) == HY_REPLACEMENT)
        fputs("\xEF\xBF\xBD", out);
    else
        fwrite(text, 1, (size_t)(next - text), out);
    return next;
}
