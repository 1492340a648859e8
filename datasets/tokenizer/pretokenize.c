#define PCRE2_CODE_UNIT_WIDTH 8
#include "datasets/tokenizer/pretokenize.h"

#include <pcre2.h>
#include <stdbool.h>
#include <string.h>

#include "datasets/base/memory.h"

/* ---- the expression -------------------------------------------------------- */

#define SPACES "\\t-\\r \\x{85}\\x{A0}\\x{1680}\\x{2000}-\\x{200A}\\x{2028}\\x{2029}\\x{202F}\\x{205F}\\x{3000}"
static const char pattern[] = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^" SPACES "\\p{L}\\p{N}]+"
                              "|[" SPACES "]+(?![^" SPACES "])|[" SPACES "]+";

struct hy_regex {
    pcre2_code *code;
    pcre2_match_data *match;
};

static hy_status regex_make(struct hy_regex **regex)
{
    int error;
    PCRE2_SIZE where;
    *regex = hy_new(1, sizeof **regex);
    (*regex)->code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, PCRE2_UTF | PCRE2_UCP | PCRE2_ANCHORED,
                                   &error, &where, NULL);
    if (!(*regex)->code) /* a PCRE2 built without Unicode, say */
        return hy_fail(HY_RUN_FAILED,
                       "PCRE2 refuses the pre-tokenisation expression (error %d at %zu); is it built "
                       "with Unicode support?",
                       error, (size_t)where);
    (void)pcre2_jit_compile((*regex)->code, PCRE2_JIT_COMPLETE); /* without JIT it is slower, not different */
    (*regex)->match = pcre2_match_data_create(1, NULL);
    HY_ASSERT((*regex)->match != NULL, "out of memory");
    return HY_OK;
}

hy_status hy_pretoken_regex(struct hy_pretokenizer *p, size_t *bytes)
{
    hy_status status = HY_OK;
    if (!p->regex && (status = regex_make(&p->regex)) != HY_OK)
        return status;
    uint32_t options = PCRE2_NO_UTF_CHECK; /* anchored when compiled: asked for here it would keep JIT out */
    PCRE2_SPTR text = (PCRE2_SPTR)p->text;
    int found = pcre2_match(p->regex->code, text, p->bytes, p->at, options, p->regex->match, NULL);
    if (found == PCRE2_ERROR_JIT_STACKLIMIT) /* the interpreter keeps its stack on the heap */
        found = pcre2_match(p->regex->code, text, p->bytes, p->at, options | PCRE2_NO_JIT, p->regex->match, NULL);
    if (found < 0)
        return hy_fail(HY_RUN_FAILED, "PCRE2 gave up on the text at byte %zu (error %d)", p->at, found);
    *bytes = pcre2_get_ovector_pointer(p->regex->match)[1] - p->at;
    HY_ASSERT(*bytes > 0, "the expression matches at least one character everywhere");
    return HY_OK;
}

void hy_pretokenizer_fini(struct hy_pretokenizer *p)
{
    if (!p || !p->regex)
        return;
    pcre2_match_data_free(p->regex->match);
    pcre2_code_free(p->regex->code);
    free(p->regex);
    p->regex = NULL;
}

/* ---- ASCII by hand --------------------------------------------------------- */

enum kind { OTHER, SPACE, LETTER, DIGIT, BEYOND_ASCII };

static enum kind kind_of(unsigned char c)
{
    if (c >= 0x80)
        return BEYOND_ASCII;
    if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
        return LETTER;
    if (c >= '0' && c <= '9')
        return DIGIT;
    return c == ' ' || (c >= '\t' && c <= '\r') ? SPACE : OTHER;
}

/* 's 't 'm 'd have 2 bytes, 're 've 'll have 3; 0: none of them. */
static size_t contraction(const char *s, size_t bytes)
{
    if (bytes >= 2 && (s[1] == 's' || s[1] == 't' || s[1] == 'm' || s[1] == 'd'))
        return 2;
    if (bytes >= 3 && (memcmp(s + 1, "re", 2) == 0 || memcmp(s + 1, "ve", 2) == 0 || memcmp(s + 1, "ll", 2) == 0))
        return 3;
    return 0;
}

size_t hy_pretoken_ascii(const char *text, size_t bytes)
{
    const unsigned char *s = (const unsigned char *)text;
    if (bytes == 0)
        return 0;
    if (s[0] == '\'') {
        size_t length = contraction(text, bytes);
        if (length > 0)
            return length;
    }
    size_t first = s[0] == ' ' && bytes > 1 && kind_of(s[1]) != SPACE ? 1 : 0;
    enum kind kind = kind_of(s[first]);
    if (kind == BEYOND_ASCII)
        return 0;
    size_t end = first + 1;
    while (end < bytes && kind_of(s[end]) == kind)
        end++;
    if (end < bytes && s[end] >= 0x80) /* what follows may belong to the run */
        return 0;
    /* a run of spaces leaves its last one to the word behind it */
    if (kind == SPACE && end < bytes && end > 1)
        end--;
    return end;
}

hy_status hy_pretokenizer_next(struct hy_pretokenizer *p, const char **word, size_t *bytes)
{
    *word = p->text + p->at;
    *bytes = 0;
    if (p->at == p->bytes)
        return HY_OK;
    *bytes = hy_pretoken_ascii(*word, p->bytes - p->at);
    if (*bytes == 0) {
        hy_status status = hy_pretoken_regex(p, bytes);
        if (status != HY_OK)
            return status;
    }
    p->at += *bytes;
    return HY_OK;
}
