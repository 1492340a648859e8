#include "models/decode/generate.h"

#include <stdlib.h>

#include "models/decode/decode.h"

enum { CHUNK = 128 }; /* tokens of a prompt taken at a time */

hy_status hy_generate(const struct hy_config *c, struct hy_weights *w, struct hy_backend backend,
                      const struct hy_sampler *s, const int32_t *prompt, int n, int tokens, int stop, int32_t *out,
                      int *made)
{
    HY_ASSERT(n >= 1 && tokens >= 0, "a prompt has at least one token");
    const struct hy_decoder_options o = {.batch = 1, .context = n + tokens, .chunk = n < CHUNK ? n : CHUNK};
    struct hy_decoder d = {0};
    int *work = malloc((size_t)c->vocab * sizeof *work);
    HY_ASSERT(work, "out of memory for the ids of a vocabulary");
    *made = 0;
    hy_status status = hy_decoder_init(&d, c, w, &o, backend);
    if (status == HY_OK)
        status = hy_decoder_prefill(&d, prompt, n, &n);
    while (status == HY_OK && *made < tokens) {
        int32_t next = hy_sample_token(s, d.logits, c->vocab, (uint64_t)*made, work);
        if (next == stop)
            break;
        out[(*made)++] = next;
        if (*made < tokens)
            status = hy_decoder_step(&d, &next);
    }
    hy_decoder_fini(&d);
    free(work);
    return status;
}
