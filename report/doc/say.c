#include "report/doc/say.h"

#include <string.h>

#include "report/doc/mo.h"

/* The tables that the Makefile compiles from report/text/<language>.po stand in the program. */
__asm__(".pushsection .rodata\n"
        "hy_text_ko: .incbin \"ko.mo\"\n"
        "hy_text_ko_end:\n"
        ".popsection\n");
extern const char hy_text_ko[], hy_text_ko_end[];

static const struct language {
    const char *name, *from, *to; /* NULL: what the program says without a table */
} languages[] = {
    {"en", NULL, NULL},
    {"ko", hy_text_ko, hy_text_ko_end},
};

static const struct language *spoken = languages;

hy_status hy_say_in(const char *language)
{
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++) {
        if (strcmp(languages[i].name, language) == 0) {
            spoken = &languages[i];
            return HY_OK;
        }
    }
    return hy_fail(HY_BAD_INPUT, "the report does not speak '%s'; it speaks en and ko", language);
}

const char *hy_say_language(void)
{
    return spoken->name;
}

const char *hy_say(const char *english)
{
    if (!spoken->from || !*english) /* the empty text is the table's own header */
        return english;
    const char *said = hy_mo_find(spoken->from, (size_t)(spoken->to - spoken->from), english);
    return said && *said ? said : english;
}
