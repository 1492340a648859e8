/* A model's parameters in memory: one flat vector of values, and beside it (when
 * training) gradients and the optimizer's two moments, all with the same layout.
 * Programs over the same weights share them. For programs on a device there is a second
 * set of vectors there: what a program changes is the host's again after hy_weights_pull(). */
#ifndef HY_MODELS_PROGRAM_WEIGHTS_H
#define HY_MODELS_PROGRAM_WEIGHTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/device.h"
#include "models/config/params.h"

enum hy_vector { HY_VALUES, HY_GRADS, HY_MOMENT1, HY_MOMENT2, HY_VECTORS };

struct hy_weights {
    struct hy_params params;
    size_t *offset;                   /* of each parameter in a vector, in elements */
    size_t length;                    /* of a vector in elements; gaps for alignment are and stay 0 */
    float *data[HY_VECTORS];          /* owned; the last three NULL unless trainable */
    struct hy_backend home;           /* a device's backend once placed there */
    hy_address on_device[HY_VECTORS]; /* owned; 0 unless placed on a device */
    hy_address rounded;               /* owned; the values in bf16, on a device whose products take them so; else 0 */
};

/* Lays out the parameters of `c`: each starts on 64 bytes, but joined ones (q, k, v; gate, up), which one GEMM can
 * serve, follow each other without a gap. There are no vectors: for programs that are only looked at. */
void hy_weights_layout(struct hy_weights *w, const struct hy_config *c);

/* The same with vectors, zeroed. HY_RUN_FAILED when there is no room. */
hy_status hy_weights_init(struct hy_weights *w, const struct hy_config *c, bool trainable);

/* The same with those next to each other, too, that may be joined across a list (params.h, `behind`): programs of these
 * weights read such pairs as one matrix. Their names, values and files are the same. */
hy_status hy_weights_init_joined(struct hy_weights *w, const struct hy_config *c, bool trainable);
void hy_weights_fini(struct hy_weights *w); /* NULL is fine */

/* Draws the initial values of docs/model.md; each parameter from its own stream. */
void hy_weights_draw(struct hy_weights *w, const struct hy_config *c, uint64_t seed);

/* Sees to it that programs of this backend find the weights: on the host they are there, to a device
 * they are copied the first time. Where its activations are in bf16 the values have a copy in bf16 beside them, which
 * adamw keeps: products read it. Programs are bound afterwards. HY_RUN_FAILED when the device has no room. */
hy_status hy_weights_place(struct hy_weights *w, struct hy_backend backend);

/* Copies all vectors from the host's vectors to the device's, or back; nothing where there is
 * no device. pull() fails as hy_backend_wait() does. */
void hy_weights_push(struct hy_weights *w);
hy_status hy_weights_pull(const struct hy_weights *w);

float *hy_weights_at(const struct hy_weights *w, enum hy_vector vector, int param);

/* Bytes held by the vectors of one place, the copy in bf16 included. */
size_t hy_weights_bytes(const struct hy_weights *w);

#endif
