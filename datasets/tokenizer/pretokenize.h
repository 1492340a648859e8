/* Pre-tokens: the GPT-2 regex cuts text into words that BPE never merges across.
 *
 *     's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
 *
 * PCRE2 with UTF and Unicode properties decides; words of plain ASCII, which are
 * nearly all, are cut by hand to the same result. Properties are those of PCRE2's
 * Unicode version (14 in 10.42); \s is spelled out as Unicode's White_Space,
 * because PCRE2 10.42 still counts U+180E among it. */
#ifndef HY_DATASETS_TOKENIZER_PRETOKENIZE_H
#define HY_DATASETS_TOKENIZER_PRETOKENIZE_H

#include <stddef.h>

#include "kernels/base/status.h"

/* Zero it, set text (valid UTF-8, borrowed) and bytes, call next() until *bytes is 0, then fini().
 * Another text may be set after the last word: the compiled expression is kept. */
struct hy_pretokenizer {
    const char *text;
    size_t bytes, at;       /* at: where the next word begins */
    struct hy_regex *regex; /* made when the first word needs it */
};

/* The next word, [*word, *word + *bytes); *bytes = 0 at the end of the text.
 * HY_RUN_FAILED if PCRE2 runs out of its resources. */
hy_status hy_pretokenizer_next(struct hy_pretokenizer *p, const char **word, size_t *bytes);

void hy_pretokenizer_fini(struct hy_pretokenizer *p);

/* Length of the word at the start of text if ASCII alone decides it, else 0. The
 * fast path by itself, for the test that compares it with the expression. */
size_t hy_pretoken_ascii(const char *text, size_t bytes);

/* Length of the word at text[at] as the regular expression finds it. */
hy_status hy_pretoken_regex(struct hy_pretokenizer *p, size_t *bytes);

#endif
