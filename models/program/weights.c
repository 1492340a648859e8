#include "models/program/weights.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "kernels/base/memory.h"
#include "kernels/base/rng.h"
#include "kernels/bf16.h"

enum { ALIGN_FLOATS = 16, HUGE_PAGE = 2 << 20 };

static void align(struct hy_weights *w)
{
    w->length = (w->length + ALIGN_FLOATS - 1) / ALIGN_FLOATS * ALIGN_FLOATS;
}

static void put_next(struct hy_weights *w, int i)
{
    w->offset[i] = w->length;
    w->length += (size_t)w->params.items[i].count;
}

static void lay_out(struct hy_weights *w, const struct hy_config *c, bool joins)
{
    *w = (struct hy_weights){0};
    hy_params_list(c, &w->params);
    w->offset = calloc((size_t)w->params.n, sizeof *w->offset);
    HY_ASSERT(w->offset, "memory for a list of offsets");
    for (int i = 0; i < w->params.n; i++) {
        if (joins && w->params.items[i].behind)
            continue; /* lies there already */
        if (!w->params.items[i].joined)
            align(w);
        put_next(w, i);
        for (int k = i + 1; joins && k < w->params.n && w->params.items[k].layer == w->params.items[i].layer; k++)
            if (w->params.items[k].behind == i + 1)
                put_next(w, k);
    }
    align(w);
}

void hy_weights_layout(struct hy_weights *w, const struct hy_config *c)
{
    lay_out(w, c, false);
}

/* The vectors of weights that are laid out. */
static hy_status open_vectors(struct hy_weights *w, const struct hy_config *c, bool trainable)
{
    const int vectors = trainable ? HY_VECTORS : 1;
    char what[HY_MAX_NAME + 64];
    snprintf(what, sizeof what, "the %s of variant '%s'", trainable ? "weights, gradients and moments" : "weights",
             c->name);
    hy_status status = hy_memory_check((double)w->length * sizeof(float) * vectors, what);
    if (status != HY_OK) {
        hy_weights_fini(w);
        return status;
    }
    for (int v = 0; v < vectors; v++) {
        size_t bytes = (w->length * sizeof(float) + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
        w->data[v] = aligned_alloc(HUGE_PAGE, bytes);
        if (!w->data[v])
            goto no_memory;
        (void)madvise(w->data[v], bytes, MADV_HUGEPAGE); /* a wish: fewer TLB misses where granted */
        memset(w->data[v], 0, w->length * sizeof(float));
    }
    return HY_OK;
no_memory:
    hy_weights_fini(w);
    return hy_fail(HY_RUN_FAILED, "variant '%s': its parameters do not fit into memory", c->name);
}

hy_status hy_weights_init(struct hy_weights *w, const struct hy_config *c, bool trainable)
{
    lay_out(w, c, false);
    return open_vectors(w, c, trainable);
}

hy_status hy_weights_init_joined(struct hy_weights *w, const struct hy_config *c, bool trainable)
{
    lay_out(w, c, true);
    return open_vectors(w, c, trainable);
}

void hy_weights_fini(struct hy_weights *w)
{
    if (!w)
        return;
    for (int v = 0; v < HY_VECTORS; v++) {
        free(w->data[v]);
        hy_memory_close(w->home, w->on_device[v]);
    }
    hy_memory_close(w->home, w->rounded);
    free(w->offset);
    hy_params_fini(&w->params);
    *w = (struct hy_weights){0};
}

static double softplus_inverse(double y)
{
    return y + log(-expm1(-y));
}

static double draw(struct hy_stream *s, const struct hy_param *p, const struct hy_config *c, int64_t i)
{
    switch (p->init) {
    case HY_INIT_NORMAL:
        return 0.02 * hy_stream_normal(s);
    case HY_INIT_ONES:
        return 1;
    case HY_INIT_A_LOG:
        return log((double)(i % p->dims[1] + 1));
    case HY_INIT_CONV:
        return (2 * hy_stream_uniform(s) - 1) / sqrt(c->d_conv);
    case HY_INIT_DT_BIAS:
        return softplus_inverse(1e-3 * exp(hy_stream_uniform(s) * log(100.0)));
    }
    return 0;
}

void hy_weights_draw(struct hy_weights *w, const struct hy_config *c, uint64_t seed)
{
    for (int i = 0; i < w->params.n; i++) {
        const struct hy_param *p = &w->params.items[i];
        struct hy_stream stream = hy_stream_open(seed, p->name);
        float *values = hy_weights_at(w, HY_VALUES, i);
        for (int64_t k = 0; k < p->count; k++)
            values[k] = (float)draw(&stream, p, c, k);
    }
}

/* ---- on a device --------------------------------------------------------------------- */

static void round_values(const struct hy_weights *w)
{
    if (w->rounded)
        hy_cuda_round(w->rounded, w->on_device[HY_VALUES], w->length);
}

static hy_status place_rounded(struct hy_weights *w, struct hy_backend backend)
{
    if (w->rounded || hy_backend_stored(backend) != HY_BF16)
        return HY_OK;
    hy_status status = hy_memory_open(backend, w->length * sizeof(hy_bf16), &w->rounded);
    if (status == HY_OK)
        round_values(w);
    return status;
}

hy_status hy_weights_place(struct hy_weights *w, struct hy_backend backend)
{
    if (!hy_on_device(backend))
        return HY_OK;
    if (w->on_device[HY_VALUES])
        return place_rounded(w, backend);
    w->home = backend;
    for (int v = 0; v < HY_VECTORS; v++) {
        if (!w->data[v])
            continue;
        hy_status status = hy_memory_open(backend, w->length * sizeof(float), &w->on_device[v]);
        if (status != HY_OK)
            return status;
        hy_memory_put(backend, w->on_device[v], w->data[v], w->length * sizeof(float));
    }
    return place_rounded(w, backend);
}

void hy_weights_push(struct hy_weights *w)
{
    for (int v = 0; v < HY_VECTORS; v++)
        if (w->on_device[v])
            hy_memory_put(w->home, w->on_device[v], w->data[v], w->length * sizeof(float));
    round_values(w);
}

hy_status hy_weights_pull(const struct hy_weights *w)
{
    hy_status status = HY_OK;
    for (int v = 0; v < HY_VECTORS && status == HY_OK; v++)
        if (w->on_device[v])
            status = hy_memory_get(w->home, w->data[v], w->on_device[v], w->length * sizeof(float));
    return status;
}

float *hy_weights_at(const struct hy_weights *w, enum hy_vector vector, int param)
{
    return w->data[vector] + w->offset[param];
}

size_t hy_weights_bytes(const struct hy_weights *w)
{
    size_t bytes = 0;
    for (int v = 0; v < HY_VECTORS; v++)
        bytes += w->data[v] ? w->length * sizeof(float) : 0;
    return bytes + (w->rounded ? w->length * sizeof(hy_bf16) : 0);
}
