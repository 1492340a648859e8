#include "models/program/safetensors.h"

#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"

static const struct {
    const char *name;
    size_t bytes;
} dtypes[HY_ST_DTYPES] = {[HY_ST_F32] = {"F32", 4}, [HY_ST_F64] = {"F64", 8},   [HY_ST_I32] = {"I32", 4},
                          [HY_ST_I64] = {"I64", 8}, [HY_ST_BF16] = {"BF16", 2}, [HY_ST_F16] = {"F16", 2}};

enum { HEADER_MAX = 100 << 20 }; /* what the format's own reader allows */

/* ---- reading ---------------------------------------------------------------------- */

static hy_status bad(const char *path, const char *name, const char *why)
{
    return hy_fail(HY_BAD_INPUT, "'%s': tensor '%s' %s; the file is damaged or not safetensors", path, name, why);
}

static hy_status read_size(json_t *value, size_t *out)
{
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return HY_BAD_INPUT;
    *out = (size_t)json_integer_value(value);
    return HY_OK;
}

/* Offsets are kept in data/count until the whole header is known: data = start of it. */
static hy_status read_entry(const char *path, const char *name, json_t *entry, const char *data, size_t data_bytes,
                            struct hy_st_tensor *t)
{
    json_t *shape = json_object_get(entry, "shape"), *offsets = json_object_get(entry, "data_offsets");
    const char *dtype = json_string_value(json_object_get(entry, "dtype"));
    *t = (struct hy_st_tensor){.name = name, .dtype = HY_ST_DTYPES, .count = 1};
    for (int i = 0; i < HY_ST_DTYPES && dtype; i++)
        if (strcmp(dtype, dtypes[i].name) == 0)
            t->dtype = (enum hy_st_dtype)i;
    if (t->dtype == HY_ST_DTYPES)
        return hy_fail(HY_BAD_INPUT, "'%s': tensor '%s' holds %.16s; F32, F64, BF16, F16, I32 and I64 are read here",
                       path, name, dtype ? dtype : "no dtype");
    if (!json_is_array(shape) || json_array_size(shape) > HY_ST_DIMS)
        return bad(path, name, "has no shape of at most 4 dimensions");
    t->ndim = (int)json_array_size(shape);
    for (int i = 0; i < t->ndim; i++) {
        if (read_size(json_array_get(shape, (size_t)i), &t->shape[i]) != HY_OK)
            return bad(path, name, "has a dimension that is no natural number");
        if (t->shape[i] && t->count > SIZE_MAX / 8 / t->shape[i])
            return bad(path, name, "declares a size beyond any memory");
        t->count *= t->shape[i];
    }
    size_t begin = 0, end = 0;
    if (!json_is_array(offsets) || json_array_size(offsets) != 2 ||
        read_size(json_array_get(offsets, 0), &begin) != HY_OK || read_size(json_array_get(offsets, 1), &end) != HY_OK)
        return bad(path, name, "has no pair of data_offsets");
    if (begin > end || end > data_bytes)
        return bad(path, name, "lies outside the file (is it cut off?)");
    if (end - begin != t->count * dtypes[t->dtype].bytes)
        return bad(path, name, "has data_offsets that do not fit its shape");
    t->data = data + begin;
    return HY_OK;
}

static int by_data(const void *x, const void *y)
{
    const struct hy_st_tensor *a = x, *b = y;
    if (a->data != b->data)
        return (const char *)a->data < (const char *)b->data ? -1 : 1;
    return (a->count > b->count) - (a->count < b->count); /* empty ones first */
}

/* Sorted by place, each tensor starts where the one before ends. */
static hy_status check_layout(const char *path, struct hy_safetensors *s, const char *data, size_t data_bytes)
{
    qsort(s->tensors, (size_t)s->n, sizeof *s->tensors, by_data);
    const char *next = data;
    for (int i = 0; i < s->n; i++) {
        const struct hy_st_tensor *t = &s->tensors[i];
        if ((const char *)t->data < next)
            return bad(path, t->name, "overlaps the one before it");
        if ((const char *)t->data > next)
            return bad(path, t->name, "leaves a gap before it");
        next = (const char *)t->data + t->count * dtypes[t->dtype].bytes;
    }
    if (next != data + data_bytes)
        return hy_fail(HY_BAD_INPUT, "'%s': bytes behind the last tensor; the file is damaged or not safetensors",
                       path);
    return HY_OK;
}

hy_status hy_safetensors_read(const char *path, struct hy_safetensors *out)
{
    struct hy_safetensors s = {0};
    size_t bytes = 0;
    hy_status status = hy_read_file(path, &s.bytes, &bytes);
    if (status != HY_OK)
        return status;
    uint64_t header_bytes = 0;
    if (bytes >= 8)
        for (int i = 7; i >= 0; i--)
            header_bytes = header_bytes << 8 | (unsigned char)s.bytes[i];
    if (bytes < 8 || header_bytes > HEADER_MAX || header_bytes > bytes - 8) {
        status = hy_fail(HY_BAD_INPUT, "'%s': the header is cut off; the file is damaged or not safetensors", path);
        goto out;
    }
    json_error_t error;
    s.header = json_loadb(s.bytes + 8, header_bytes, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(s.header)) {
        status =
            hy_fail(HY_BAD_INPUT, "'%s': the header is no JSON object (%s); the file is damaged or not safetensors",
                    path, s.header ? "another type" : error.text);
        goto out;
    }
    const char *data = s.bytes + 8 + header_bytes, *name;
    size_t data_bytes = bytes - 8 - header_bytes;
    json_t *entry;
    s.tensors = calloc(json_object_size(s.header) + 1, sizeof *s.tensors);
    HY_ASSERT(s.tensors, "out of memory for a header that is already read");
    json_object_foreach(s.header, name, entry)
    {
        if (strcmp(name, "__metadata__") == 0) {
            s.metadata = entry;
            continue;
        }
        status = read_entry(path, name, entry, data, data_bytes, &s.tensors[s.n++]);
        if (status != HY_OK)
            goto out;
    }
    status = check_layout(path, &s, data, data_bytes);
out:
    if (status != HY_OK)
        hy_safetensors_fini(&s);
    *out = s;
    return status;
}

void hy_safetensors_fini(struct hy_safetensors *s)
{
    if (!s)
        return;
    free(s->bytes);
    free(s->tensors);
    json_decref(s->header);
    *s = (struct hy_safetensors){0};
}

const struct hy_st_tensor *hy_safetensors_find(const struct hy_safetensors *s, const char *name)
{
    for (int i = 0; i < s->n; i++)
        if (strcmp(s->tensors[i].name, name) == 0)
            return &s->tensors[i];
    return NULL;
}

static hy_status check_there(const struct hy_st_tensor *t, const char *path, const char *name)
{
    if (t)
        return HY_OK;
    return hy_fail(HY_BAD_INPUT, "'%s': tensor '%s' is missing; was the file written for another model?", path, name);
}

static hy_status check_shape(const struct hy_st_tensor *t, const char *path, const char *name, int ndim,
                             const size_t *shape)
{
    for (int i = 0; i < ndim; i++)
        if (t->ndim != ndim || t->shape[i] != shape[i])
            return hy_fail(HY_BAD_INPUT,
                           "'%s': tensor '%s' has another shape than the model (dimension %d: %zu, not %zu)", path,
                           name, i, i < t->ndim ? t->shape[i] : 0, shape[i]);
    return HY_OK;
}

hy_status hy_safetensors_get(const struct hy_safetensors *s, const char *path, const char *name, enum hy_st_dtype dtype,
                             int ndim, const size_t *shape, const struct hy_st_tensor **out)
{
    const struct hy_st_tensor *t = *out = hy_safetensors_find(s, name);
    hy_status status = check_there(t, path, name);
    if (status == HY_OK && t->dtype != dtype)
        status = hy_fail(HY_BAD_INPUT, "'%s': tensor '%s' is %s, %s is needed", path, name, dtypes[t->dtype].name,
                         dtypes[dtype].name);
    return status == HY_OK ? check_shape(t, path, name, ndim, shape) : status;
}

static float of_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. Every one of them is a float. */
static float of_half(uint16_t h)
{
    const uint32_t sign = (uint32_t)(h & 0x8000) << 16, exponent = h >> 10 & 31, fraction = h & 0x3ff;
    if (exponent == 31) /* infinity, or NaN with its bits */
        return of_bits(sign | 0x7f800000 | fraction << 13);
    if (exponent > 0)
        return of_bits(sign | (exponent + 112) << 23 | fraction << 13);
    const float small = (float)fraction * 0x1p-24f; /* subnormal: a multiple of the smallest one */
    return sign ? -small : small;
}

hy_status hy_safetensors_floats(const struct hy_safetensors *s, const char *path, const char *name, int ndim,
                                const size_t *shape, float *to)
{
    const struct hy_st_tensor *t = hy_safetensors_find(s, name);
    hy_status status = check_there(t, path, name);
    if (status == HY_OK && t->dtype != HY_ST_F32 && t->dtype != HY_ST_BF16 && t->dtype != HY_ST_F16)
        status = hy_fail(HY_BAD_INPUT, "'%s': tensor '%s' is %s; F32, BF16 or F16 is needed", path, name,
                         dtypes[t->dtype].name);
    if (status == HY_OK)
        status = check_shape(t, path, name, ndim, shape);
    if (status != HY_OK)
        return status;
    if (t->dtype == HY_ST_F32) {
        memcpy(to, t->data, t->count * sizeof *to);
        return HY_OK;
    }
    for (size_t i = 0; i < t->count; i++) {
        uint16_t bits; /* maybe unaligned in the file */
        memcpy(&bits, (const char *)t->data + i * sizeof bits, sizeof bits);
        to[i] = t->dtype == HY_ST_BF16 ? of_bits((uint32_t)bits << 16) : of_half(bits);
    }
    return HY_OK;
}

const char *hy_safetensors_meta(const struct hy_safetensors *s, const char *key)
{
    return json_string_value(json_object_get(s->metadata, key));
}

/* ---- writing ---------------------------------------------------------------------- */

static json_t *header_of(const struct hy_st_tensor *tensors, int n, json_t *metadata)
{
    json_t *header = json_object();
    if (metadata)
        json_object_set(header, "__metadata__", metadata);
    size_t at = 0;
    for (int i = 0; i < n; i++) {
        const struct hy_st_tensor *t = &tensors[i];
        size_t count = 1;
        json_t *shape = json_array(), *entry = json_object();
        for (int k = 0; k < t->ndim; k++) {
            json_array_append_new(shape, json_integer((json_int_t)t->shape[k]));
            count *= t->shape[k];
        }
        size_t end = at + count * dtypes[t->dtype].bytes;
        json_object_set_new(entry, "dtype", json_string(dtypes[t->dtype].name));
        json_object_set_new(entry, "shape", shape);
        json_object_set_new(entry, "data_offsets", json_pack("[I,I]", (json_int_t)at, (json_int_t)end));
        json_object_set_new(header, t->name, entry);
        at = end;
    }
    return header;
}

hy_status hy_safetensors_write(const char *path, const struct hy_st_tensor *tensors, int n, json_t *metadata)
{
    struct hy_new_file f = {0};
    json_t *header = header_of(tensors, n, metadata);
    char *text = json_dumps(header, JSON_COMPACT | JSON_ENSURE_ASCII);
    json_decref(header);
    HY_ASSERT(text, "a header of names and numbers can be written as JSON");
    hy_status status = hy_new_file_open(&f, path);
    if (status == HY_OK) {
        size_t length = strlen(text), padded = (length + 7) / 8 * 8;
        for (int i = 0; i < 8; i++)
            fputc((int)((uint64_t)padded >> (8 * i) & 0xff), f.stream);
        fprintf(f.stream, "%-*s", (int)padded, text);
        for (int i = 0; i < n; i++) {
            size_t count = 1;
            for (int k = 0; k < tensors[i].ndim; k++)
                count *= tensors[i].shape[k];
            fwrite(tensors[i].data, dtypes[tensors[i].dtype].bytes, count, f.stream); /* failure shows at commit */
        }
        status = hy_new_file_commit(&f);
    }
    free(text);
    return status;
}
