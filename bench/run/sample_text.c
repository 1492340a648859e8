#include "bench/run/sample_text.h"

#include <stdlib.h>
#include <string.h>

#include "datasets/tokenizer/utf8.h"

/* Valid UTF-8 without NUL: what does not decode becomes U+FFFD. malloc'd. */
static char *scrub(const char *text, size_t bytes)
{
    char *out = malloc(3 * bytes + 1); /* U+FFFD takes three bytes */
    HY_ASSERT(out, "out of memory for a few lines of text");
    size_t n = 0;
    for (size_t i = 0; i < bytes;) {
        size_t good = 0;
        bool all = hy_utf8_valid(text + i, bytes - i, &good);
        good = all ? bytes - i : good;
        memcpy(out + n, text + i, good);
        n += good;
        i += good;
        if (!all) {
            memcpy(out + n, "\xEF\xBF\xBD", 3);
            n += 3;
            i++;
        }
    }
    for (size_t i = 0; i < n; i++)
        if (out[i] == '\0')
            out[i] = ' ';
    out[n] = '\0';
    return out;
}

/* The id of the one token that `text` is; -1 for NULL. */
static hy_status token_of(const struct hy_tokenizer *tokenizer, const char *text, int *id)
{
    int32_t *ids = NULL;
    size_t n = 0;
    *id = -1;
    if (!text)
        return HY_OK;
    hy_status status = hy_tokenizer_encode(tokenizer, text, strlen(text), &ids, &n);
    if (status == HY_OK && n != 1)
        status = hy_fail(HY_BAD_INPUT, "'%s' is %zu tokens of this tokenizer; a stop must be one", text, n);
    if (status == HY_OK)
        *id = ids[0];
    free(ids);
    return status;
}

hy_status hy_sample_text(const struct hy_config *c, struct hy_weights *w, struct hy_backend backend,
                         const struct hy_tokenizer *tokenizer, const char *prompt, int tokens,
                         const struct hy_sampler *s, const char *stop, char **text)
{
    int32_t *ids = NULL;
    size_t n = 0, bytes = 0;
    char *raw = NULL;
    int made = 0, last = -1;
    *text = NULL;
    hy_status status = token_of(tokenizer, stop, &last);
    if (status != HY_OK)
        return status;
    status = hy_tokenizer_encode(tokenizer, prompt, strlen(prompt), &ids, &n);
    if (status != HY_OK)
        return hy_fail_in(status, "the prompt");
    if (n == 0) {
        status = hy_fail(HY_BAD_INPUT, "the prompt '%s' has no tokens; give at least one character the tokenizer knows",
                         prompt);
        goto out;
    }
    int32_t *longer = realloc(ids, (n + (size_t)tokens) * sizeof *ids);
    HY_ASSERT(longer, "out of memory for a few tokens");
    ids = longer;
    struct hy_sampler sampler = *s;
    sampler.vocab = tokenizer->size;
    status = hy_generate(c, w, backend, &sampler, ids, (int)n, tokens, last, ids + n, &made);
    if (status == HY_OK)
        status = hy_tokenizer_decode(tokenizer, ids, n + (size_t)made, false, &raw, &bytes);
    if (status == HY_OK)
        *text = scrub(raw, bytes);
out:
    free(raw);
    free(ids);
    return status;
}
