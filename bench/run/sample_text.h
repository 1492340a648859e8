/* Text in, text out: a prompt continued by a model. */
#ifndef HY_BENCH_RUN_SAMPLE_TEXT_H
#define HY_BENCH_RUN_SAMPLE_TEXT_H

#include "datasets/tokenizer/tokenizer.h"
#include "models/decode/generate.h"

/* *text: malloc'd UTF-8, the prompt with up to `tokens` new tokens behind it, fewer
 * where `stop` (the text of one token, or NULL) comes, which is left out; bytes that
 * are no UTF-8 become U+FFFD. HY_BAD_INPUT for a prompt without tokens, for a stop
 * that is not one token. */
hy_status hy_sample_text(const struct hy_config *c, struct hy_weights *w, struct hy_backend backend,
                         const struct hy_tokenizer *tokenizer, const char *prompt, int tokens,
                         const struct hy_sampler *s, const char *stop, char **text);

#endif
