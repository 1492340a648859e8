#include "models/config/config.h"

#include <string.h>

#define LENGTH(a) ((int)(sizeof(a) / sizeof *(a)))

/* Bounds keep every product of two sizes within 63 bits; what a product may be
 * in the end (a tensor's elements) is checked in resolve.c. */
static const struct hy_field model_rows[] = {
    {"implementation", HY_FIELD_CHOICE, offsetof(struct hy_config, implementation), 0, 0, &hy_implementation_names},
    {"arch", HY_FIELD_CHOICE, offsetof(struct hy_config, arch), 0, 0, &hy_arch_names},
    {"fusion", HY_FIELD_CHOICE, offsetof(struct hy_config, fusion), 0, 0, &hy_fusion_names},
    {"in_proj", HY_FIELD_CHOICE, offsetof(struct hy_config, in_proj), 0, 0, &hy_in_proj_names},
    {"d_model", HY_FIELD_INT, offsetof(struct hy_config, d_model), 1, 32768, NULL},
    {"n_layers", HY_FIELD_INT, offsetof(struct hy_config, n_layers), 1, HY_MAX_LAYERS, NULL},
    {"n_heads", HY_FIELD_INT, offsetof(struct hy_config, n_heads), 1, 1024, NULL},
    {"n_kv_heads", HY_FIELD_INT, offsetof(struct hy_config, n_kv_heads), 1, 1024, NULL},
    {"window", HY_FIELD_INT, offsetof(struct hy_config, window), 0, 1 << 24, NULL},
    {"meta_tokens", HY_FIELD_INT, offsetof(struct hy_config, meta_tokens), 0, 65536, NULL},
    {"d_state", HY_FIELD_INT, offsetof(struct hy_config, d_state), 1, 1024, NULL},
    {"d_conv", HY_FIELD_INT, offsetof(struct hy_config, d_conv), 1, 64, NULL},
    {"expand", HY_FIELD_INT, offsetof(struct hy_config, expand), 1, 16, NULL},
    {"d_ff", HY_FIELD_INT, offsetof(struct hy_config, d_ff), 0, 1 << 18, NULL},
    {"dt_rank", HY_FIELD_INT, offsetof(struct hy_config, dt_rank), 0, 32768, NULL},
    {"seq_len", HY_FIELD_INT, offsetof(struct hy_config, seq_len), 1, 1 << 20, NULL},
};

static const struct hy_field shared_rows[] = {
    {"vocab", HY_FIELD_INT, offsetof(struct hy_config, vocab), 5, HY_MAX_VOCAB, NULL},
    {"dropout", HY_FIELD_FLOAT, offsetof(struct hy_config, dropout), 0, 0.99, NULL},
    {"label_smoothing", HY_FIELD_FLOAT, offsetof(struct hy_config, label_smoothing), 0, 0.99, NULL},
};

static const struct hy_field cache_rows[] = {
    {"k_width", HY_FIELD_INT, offsetof(struct hy_config, k_width), 0, 1 << 20, NULL},
    {"v_width", HY_FIELD_INT, offsetof(struct hy_config, v_width), 0, 1 << 20, NULL},
};

const struct hy_fields hy_model_fields = {model_rows, LENGTH(model_rows)};
const struct hy_fields hy_shared_fields = {shared_rows, LENGTH(shared_rows)};
const struct hy_fields hy_cache_fields = {cache_rows, LENGTH(cache_rows)};

/* Choices are read and written at int's width. */
_Static_assert(sizeof(enum hy_arch) == sizeof(int) && sizeof(enum hy_implementation) == sizeof(int) &&
                   sizeof(enum hy_fuse) == sizeof(int) && sizeof(enum hy_in_proj) == sizeof(int),
               "enum fields are stored as int");

bool hy_config_equal(const struct hy_config *a, const struct hy_config *b)
{
    if (strcmp(a->name, b->name) != 0 || !hy_fields_equal(hy_model_fields, a, b) ||
        !hy_fields_equal(hy_shared_fields, a, b))
        return false;
    for (int i = 0; i < a->n_layers; i++)
        if (a->layers[i].global != b->layers[i].global || a->layers[i].producer != b->layers[i].producer)
            return false;
    return a->n_groups == b->n_groups && a->head_dim == b->head_dim && a->d_inner == b->d_inner &&
           a->q_heads == b->q_heads && a->k_width == b->k_width && a->v_width == b->v_width;
}
