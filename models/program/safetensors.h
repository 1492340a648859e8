/* safetensors files: an 8-byte header length, a JSON header, raw little-endian data.
 * https://github.com/huggingface/safetensors describes the format. */
#ifndef HY_MODELS_PROGRAM_SAFETENSORS_H
#define HY_MODELS_PROGRAM_SAFETENSORS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/base/status.h"

enum hy_st_dtype { HY_ST_F32, HY_ST_F64, HY_ST_I32, HY_ST_I64, HY_ST_BF16, HY_ST_F16, HY_ST_DTYPES };
enum { HY_ST_DIMS = 4 };

struct hy_st_tensor {
    const char *name; /* reading: owned by the file's header; writing: borrowed for the call */
    enum hy_st_dtype dtype;
    int ndim;
    size_t shape[HY_ST_DIMS];
    const void *data; /* reading: inside the file's bytes, maybe unaligned; writing: borrowed */
    size_t count;     /* elements: product of shape (1 without dimensions) */
};

struct hy_safetensors {
    char *bytes;
    json_t *header;
    json_t *metadata; /* "__metadata__", borrowed from header; NULL without one */
    struct hy_st_tensor *tensors;
    int n;
};

/* Reads and checks a whole file: sizes, offsets in range, not overlapping, no
 * gaps, shapes that multiply to their bytes. HY_BAD_INPUT names file and fault. */
hy_status hy_safetensors_read(const char *path, struct hy_safetensors *out);
void hy_safetensors_fini(struct hy_safetensors *s); /* NULL is fine */

/* A tensor by name, with the dtype and shape asked for (ndim 0: any shape);
 * HY_BAD_INPUT names file, tensor and what differs. */
hy_status hy_safetensors_get(const struct hy_safetensors *s, const char *path, const char *name, enum hy_st_dtype dtype,
                             int ndim, const size_t *shape, const struct hy_st_tensor **out);
const struct hy_st_tensor *hy_safetensors_find(const struct hy_safetensors *s, const char *name); /* NULL: absent */

/* The same for a tensor of floats of any width up to 32 bits, F32, BF16 or F16: its elements, widened where they are
 * narrower (exactly), are copied to `to` (product of shape). */
hy_status hy_safetensors_floats(const struct hy_safetensors *s, const char *path, const char *name, int ndim,
                                const size_t *shape, float *to);

/* A metadata string; NULL when absent. */
const char *hy_safetensors_meta(const struct hy_safetensors *s, const char *key);

/* Writes a file atomically. Data lies in the order given; `metadata`, if any, is
 * an object of strings. The bytes depend on the arguments alone. */
hy_status hy_safetensors_write(const char *path, const struct hy_st_tensor *tensors, int n, json_t *metadata);

#endif
