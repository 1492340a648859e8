#include "report/findings/published.h"

#include <math.h>

/* taps of the convolution but the current position */
enum { CONV_KEPT = 3 };

const struct hy_published_cache hy_published_caches[] = {
    /*                                    full  runs     K+V  window meta inner state shared printed */
    {"Hymba 300M: all full attention (B)", 12, {0, 0}, 768, 0, 0, 2048, 16, false, "148.24"},
    {"Hymba 300M: 3 full, 9 local (C)", 3, {5, 4}, 768, 256, 0, 2048, 16, false, "41.19"},
    {"Hymba 300M: C with KV sharing (D)", 3, {5, 4}, 768, 256, 0, 2048, 16, true, "39.42"},
    {"Hymba 300M: D with 128 meta tokens (E)", 3, {5, 4}, 768, 256, 128, 2048, 16, true, "40.01"},
    {"Hymba 300M: all sliding window", 0, {12, 0}, 768, 256, 0, 2048, 16, false, "5.51"},
    {"Hymba-1.5B", 3, {14, 15}, 960, 1024, 128, 3200, 16, true, "78.6"},
    {"Llama-3.2-1B", 16, {0, 0}, 1024, 0, 0, 0, 0, false, "262"},
    {"Llama-3.2-3B", 28, {0, 0}, 2048, 0, 0, 0, 0, false, "918"},
    {"Qwen2.5-1.5B", 28, {0, 0}, 512, 0, 0, 0, 0, false, "229"},
    {"SmolLM2-1.7B", 24, {0, 0}, 4096, 0, 0, 0, 0, false, "1573"},
    {"h2o-danube2", 24, {0, 0}, 1280, 0, 0, 0, 0, false, "492"},
    {"Llama 300M", 12, {0, 0}, 2160, 0, 0, 0, 0, false, "414.7"}};

const size_t hy_published_cache_count = sizeof hy_published_caches / sizeof *hy_published_caches;

/* positions that a layer with a window holds of the content */
static double windowed(const struct hy_published_cache *c)
{
    return c->window < HY_PUBLISHED_CONTEXT ? c->window : HY_PUBLISHED_CONTEXT;
}

static double bytes_of(const struct hy_published_cache *c, double positions, int state)
{
    const double layers = c->full + c->run[0] + c->run[1];
    return (positions * c->kv_width + layers * c->inner * state) * HY_PUBLISHED_BYTES;
}

double hy_published_bytes(const struct hy_published_cache *c)
{
    const double local = (c->run[0] + c->run[1]) * (c->shared ? 0.5 : 1.0);
    return bytes_of(c, c->full * (double)(HY_PUBLISHED_CONTEXT + c->meta) + local * windowed(c), c->state);
}

double hy_published_buffers(const struct hy_published_cache *c)
{
    double local = 0;
    for (int i = 0; i < 2; i++)
        local += c->shared && c->run[i] > 1 ? c->run[i] / 2 : c->run[i];
    return bytes_of(c, c->full * (double)(HY_PUBLISHED_CONTEXT + c->meta) + local * (windowed(c) + c->meta),
                    c->state > 0 ? c->state + CONV_KEPT : 0);
}

double hy_nanogpt_bits(void)
{
    return HY_NANOGPT_NATS / log(2);
}
