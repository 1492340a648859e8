#include "report/render/html_text.h"

#include <stddef.h>

#include "report/render/letters.h"

/* How a character is written that would be taken for markup; NULL: as it is. */
static const char *entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

static void put(FILE *out, const char *text, const char *line_end)
{
    for (const char *s = text ? text : ""; *s;) {
        const char *escaped = *s == '\n' ? line_end : entity(*s);
        if (escaped)
            fputs(escaped, out);
        s = escaped ? s + 1 : hy_put_letter(out, s);
    }
}

void hy_html_text(FILE *out, const char *text)
{
    put(out, text, "\n");
}

void hy_html_lines(FILE *out, const char *text)
{
    put(out, text, "<br/>");
}
