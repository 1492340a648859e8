#include "report/render/markdown_text.h"

#include <stdbool.h>
#include <string.h>

#include "report/render/letters.h"

/* What has a meaning wherever it stands: `$` is mathematics on GitHub, `|` ends a cell even in code. */
#define MARKUP "\\`*_[]<>|~&$"

void hy_markdown_text(FILE *out, const char *text)
{
    for (const char *s = text ? text : ""; *s;) {
        if (*s == '\n') {
            fputs("<br>", out);
            s++;
            continue;
        }
        if (strchr(MARKUP, *s))
            fputc('\\', out);
        s = hy_put_letter(out, s);
    }
}

void hy_markdown_line(FILE *out, const char *text)
{
    const char *s = text ? text : "";
    s += strspn(s, " \t\n");
    const size_t digits = strspn(s, "0123456789");
    if (digits > 0 && s[digits] && strchr(".)", s[digits])) {
        fprintf(out, "%.*s\\", (int)digits, s);
        s += digits;
    } else if (*s && strchr("-+=#", *s)) {
        fputc('\\', out);
    }
    if (*s && !strchr(MARKUP "\n", *s))
        s = hy_put_letter(out, s);
    hy_markdown_text(out, s);
}

/* The backticks of the longest row of them. */
static size_t most_backticks(const char *text)
{
    size_t most = 0;
    for (const char *s = text; *s;) {
        const size_t row = strspn(s, "`");
        most = row > most ? row : most;
        s += row ? row : 1;
    }
    return most;
}

static void put_fence(FILE *out, size_t backticks)
{
    for (size_t i = 0; i < backticks; i++)
        fputc('`', out);
    fputc('\n', out);
}

void hy_markdown_code(FILE *out, const char *text)
{
    const size_t most = most_backticks(text), fence = most < 3 ? 3 : most + 1;
    bool line_ended = true;
    put_fence(out, fence);
    for (const char *s = text; *s;) {
        line_ended = *s == '\n';
        s = hy_put_letter(out, s);
    }
    if (!line_ended)
        fputc('\n', out);
    put_fence(out, fence);
}
