/* A model's parameters in memory: one flat vector of values, and beside it (when
 * training) gradients and the optimizer's two moments, all with the same layout.
 * Programs over the same weights share them. */
#ifndef HY_MODELS_WEIGHTS_H
#define HY_MODELS_WEIGHTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/params.h"

enum hy_vector { HY_VALUES, HY_GRADS, HY_MOMENT1, HY_MOMENT2, HY_VECTORS };

struct hy_weights {
    struct hy_params params;
    size_t *offset;          /* of each parameter in a vector, in elements */
    size_t length;           /* of a vector in elements; gaps for alignment are and stay 0 */
    float *data[HY_VECTORS]; /* owned; the last three NULL unless trainable */
};

/* Lays out the parameters of `c`: each starts on 64 bytes, but those served by
 * one GEMM (q, k, v; gate, up) follow each other without a gap. Vectors are zeroed. */
hy_status hy_weights_init(struct hy_weights *w, const struct hy_config *c, bool trainable);
void hy_weights_fini(struct hy_weights *w); /* NULL is fine */

/* Draws the initial values of MODEL.md; each parameter from its own stream. */
void hy_weights_draw(struct hy_weights *w, const struct hy_config *c, uint64_t seed);

float *hy_weights_at(const struct hy_weights *w, enum hy_vector vector, int param);

/* Bytes held by the vectors. */
size_t hy_weights_bytes(const struct hy_weights *w);

#endif
