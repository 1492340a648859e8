/* The report's sentences: English stands where it is used, other languages in report/text/<language>.po.
 *
 *     hy_doc_paragraph(d, HY_BODY, _("Lower is better."));
 *     hy_arena_format(a, _("%s reaches %s."), name, number)
 *
 * What is handed to _() is a literal, a whole sentence or a whole label, never glued from parts: other languages order
 * their words otherwise (a translation may say %2$s before %1$s). Names, units and numbers are not translated. */
#ifndef HY_REPORT_DOC_SAY_H
#define HY_REPORT_DOC_SAY_H

#include "kernels/base/status.h"

const char *hy_say(const char *english) __attribute__((format_arg(1)));
#define _(english) hy_say(english)

/* A literal that is translated where it is shown: _(constant). */
#define N_(english) english

/* The language of everything said from now on: "en", "ko". HY_BAD_INPUT names those there are. */
hy_status hy_say_in(const char *language);
const char *hy_say_language(void);

#endif
