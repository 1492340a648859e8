#include "models/config/field.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/config/config.h"
#include "models/config/study.h"

#define LENGTH(a) ((int)(sizeof(a) / sizeof *(a)))

/* Bounds keep every product of two sizes within 63 bits; what a product may be
 * in the end (a tensor's elements) is checked in config.c. */
static const struct hy_field model_rows[] = {
    {"implementation", HY_FIELD_IMPLEMENTATION, offsetof(struct hy_config, implementation), 0, 0},
    {"arch", HY_FIELD_ARCH, offsetof(struct hy_config, arch), 0, 0},
    {"d_model", HY_FIELD_INT, offsetof(struct hy_config, d_model), 1, 32768},
    {"n_layers", HY_FIELD_INT, offsetof(struct hy_config, n_layers), 1, HY_MAX_LAYERS},
    {"n_heads", HY_FIELD_INT, offsetof(struct hy_config, n_heads), 1, 1024},
    {"n_kv_heads", HY_FIELD_INT, offsetof(struct hy_config, n_kv_heads), 1, 1024},
    {"window", HY_FIELD_INT, offsetof(struct hy_config, window), 0, 1 << 24},
    {"meta_tokens", HY_FIELD_INT, offsetof(struct hy_config, meta_tokens), 0, 65536},
    {"d_state", HY_FIELD_INT, offsetof(struct hy_config, d_state), 1, 1024},
    {"d_conv", HY_FIELD_INT, offsetof(struct hy_config, d_conv), 1, 64},
    {"expand", HY_FIELD_INT, offsetof(struct hy_config, expand), 1, 16},
    {"d_ff", HY_FIELD_INT, offsetof(struct hy_config, d_ff), 0, 1 << 18},
    {"dt_rank", HY_FIELD_INT, offsetof(struct hy_config, dt_rank), 0, 32768},
    {"seq_len", HY_FIELD_INT, offsetof(struct hy_config, seq_len), 1, 1 << 20},
};

static const struct hy_field shared_rows[] = {
    {"vocab", HY_FIELD_INT, offsetof(struct hy_config, vocab), 5, HY_MAX_VOCAB},
    {"dropout", HY_FIELD_FLOAT, offsetof(struct hy_config, dropout), 0, 0.99},
    {"label_smoothing", HY_FIELD_FLOAT, offsetof(struct hy_config, label_smoothing), 0, 0.99},
};

static const struct hy_field cache_rows[] = {
    {"k_width", HY_FIELD_INT, offsetof(struct hy_config, k_width), 0, 1 << 20},
    {"v_width", HY_FIELD_INT, offsetof(struct hy_config, v_width), 0, 1 << 20},
};

static const struct hy_field training_rows[] = {
    {"batch", HY_FIELD_INT, offsetof(struct hy_training, batch), 1, 65536},
    {"epochs", HY_FIELD_INT, offsetof(struct hy_training, epochs), 1, 1000000},
    {"steps", HY_FIELD_INT, offsetof(struct hy_training, steps), 0, 1000000000},
    {"warmup", HY_FIELD_INT, offsetof(struct hy_training, warmup), 0, 1000000000},
    {"lr", HY_FIELD_DOUBLE, offsetof(struct hy_training, lr), 0, 100},
    {"min_ratio", HY_FIELD_DOUBLE, offsetof(struct hy_training, min_ratio), 0, 1},
    {"beta1", HY_FIELD_DOUBLE, offsetof(struct hy_training, beta1), 0, 0.999999},
    {"beta2", HY_FIELD_DOUBLE, offsetof(struct hy_training, beta2), 0, 0.999999},
    {"eps", HY_FIELD_DOUBLE, offsetof(struct hy_training, eps), 1e-30, 1},
    {"weight_decay", HY_FIELD_DOUBLE, offsetof(struct hy_training, weight_decay), 0, 100},
    {"clip", HY_FIELD_DOUBLE, offsetof(struct hy_training, clip), 0, 1e30},
    {"label_smoothing", HY_FIELD_FLOAT, offsetof(struct hy_training, label_smoothing), 0, 0.99},
    {"dropout", HY_FIELD_FLOAT, offsetof(struct hy_training, dropout), 0, 0.99},
    {"eval_every", HY_FIELD_INT, offsetof(struct hy_training, eval_every), 0, 1000000000},
    {"eval_samples", HY_FIELD_INT, offsetof(struct hy_training, eval_samples), 0, 1000000000},
    {"eval_last", HY_FIELD_BOOL, offsetof(struct hy_training, eval_last), 0, 1},
    {"recompute", HY_FIELD_BOOL, offsetof(struct hy_training, recompute), 0, 1},
    {"seed", HY_FIELD_UINT64, offsetof(struct hy_training, seed), 0, 0},
};

static const struct hy_field corpus_rows[] = {
    {"kind", HY_FIELD_CORPUS, offsetof(struct hy_study, corpus), 0, 0},
    {"samples", HY_FIELD_INT, offsetof(struct hy_study, recall_samples), 0, 100000000},
    {"least_pairs", HY_FIELD_INT, offsetof(struct hy_study, least_pairs), 0, 1 << 16},
    {"most_pairs", HY_FIELD_INT, offsetof(struct hy_study, most_pairs), 0, 1 << 16},
    {"chars", HY_FIELD_INT64, offsetof(struct hy_study, chars), 0, 1e12},
    {"vocab", HY_FIELD_INT, offsetof(struct hy_study, vocab), 5, HY_MAX_VOCAB},
    {"min_frequency", HY_FIELD_INT, offsetof(struct hy_study, min_frequency), 1, 1000000000},
    {"train_fraction", HY_FIELD_DOUBLE, offsetof(struct hy_study, train_fraction), 0.001, 0.999},
    {"split_seed", HY_FIELD_UINT64, offsetof(struct hy_study, split_seed), 0, 0},
};

static const struct hy_field sample_rows[] = {
    {"tokens", HY_FIELD_INT, offsetof(struct hy_study, sample_tokens), 0, 1000000},
    {"temperature", HY_FIELD_DOUBLE, offsetof(struct hy_study, temperature), 0, 1000},
    {"top_k", HY_FIELD_INT, offsetof(struct hy_study, top_k), 0, HY_MAX_VOCAB},
};

const struct hy_fields hy_model_fields = {model_rows, LENGTH(model_rows)};
const struct hy_fields hy_shared_fields = {shared_rows, LENGTH(shared_rows)};
const struct hy_fields hy_cache_fields = {cache_rows, LENGTH(cache_rows)};
const struct hy_fields hy_training_fields = {training_rows, LENGTH(training_rows)};
const struct hy_fields hy_corpus_fields = {corpus_rows, LENGTH(corpus_rows)};
const struct hy_fields hy_sample_fields = {sample_rows, LENGTH(sample_rows)};

/* Any integer field is read at its own width; the enums have int's size. */
_Static_assert(sizeof(enum hy_arch) == sizeof(int) && sizeof(enum hy_implementation) == sizeof(int) &&
                   sizeof(enum hy_corpus_kind) == sizeof(int),
               "enum fields are stored as int");

const struct hy_field *hy_field_find(struct hy_fields t, const char *key)
{
    for (const struct hy_field *row = t.rows, *end = t.rows + t.n; row < end; row++)
        if (strcmp(row->key, key) == 0)
            return row;
    return NULL;
}

void *hy_field_at(const struct hy_field *f, void *object)
{
    return (char *)object + f->offset;
}

const void *hy_field_in(const struct hy_field *f, const void *object)
{
    return (const char *)object + f->offset;
}

static hy_status out_of_range(const struct hy_field *f, const char *text)
{
    char min[32], max[32];
    hy_print_double(f->min, min);
    hy_print_double(f->max, max);
    return hy_fail(HY_BAD_INPUT, "%s is %s; it must be from %s to %s", f->key, text, min, max);
}

hy_status hy_field_check(const struct hy_field *f, const void *object)
{
    const void *at = hy_field_in(f, object);
    double v = 0;
    switch (f->type) {
    case HY_FIELD_INT:
        v = *(const int *)at;
        break;
    case HY_FIELD_INT64:
        v = (double)*(const int64_t *)at;
        break;
    case HY_FIELD_FLOAT:
        v = (double)*(const float *)at;
        break;
    case HY_FIELD_DOUBLE:
        v = *(const double *)at;
        break;
    case HY_FIELD_IMPLEMENTATION:
        if (!hy_implementation_name(*(const enum hy_implementation *)at))
            return hy_fail(HY_BAD_INPUT, "implementation must be split or fused");
        return HY_OK;
    case HY_FIELD_ARCH:
        if (!hy_arch_name(*(const enum hy_arch *)at))
            return hy_fail(HY_BAD_INPUT, "arch must be hybrid, mamba or transformer");
        return HY_OK;
    case HY_FIELD_CORPUS:
        if (!hy_corpus_kind_name(*(const enum hy_corpus_kind *)at))
            return hy_fail(HY_BAD_INPUT, "kind must be text or mqar");
        return HY_OK;
    case HY_FIELD_UINT64:
    case HY_FIELD_BOOL:
        return HY_OK;
    }
    /* written so that NaN fails; 0.99f is a little more than 0.99, hence the rounding of the bound */
    double max = f->type == HY_FIELD_FLOAT ? (double)(float)f->max : f->max;
    if (v >= f->min && v <= max)
        return HY_OK;
    char text[32];
    hy_field_print(f, object, text);
    return out_of_range(f, text);
}

static hy_status set_integer(const struct hy_field *f, void *at, const char *text)
{
    /* plain decimal only: strtoll would read "010" as it stands, but "0x10", " 5" and "+5" are not what anybody means
     */
    const char *digits = text + (text[0] == '-');
    size_t n = strspn(digits, "0123456789");
    if (n == 0 || digits[n] || (n > 1 && digits[0] == '0'))
        return hy_fail(HY_BAD_INPUT, "%s is '%.40s'; it must be a whole number", f->key, text);
    errno = 0;
    if (f->type == HY_FIELD_UINT64) {
        unsigned long long v = strtoull(digits, NULL, 10);
        if (errno || text[0] == '-')
            return hy_fail(HY_BAD_INPUT, "%s is %.40s; it must be from 0 to 18446744073709551615", f->key, text);
        *(uint64_t *)at = v;
        return HY_OK;
    }
    long long v = strtoll(text, NULL, 10);
    if (errno || (double)v < f->min || (double)v > f->max) {
        char shown[41];
        snprintf(shown, sizeof shown, "%s", text);
        return out_of_range(f, shown);
    }
    if (f->type == HY_FIELD_INT)
        *(int *)at = (int)v;
    else
        *(int64_t *)at = v;
    return HY_OK;
}

static hy_status set_real(const struct hy_field *f, void *at, const char *text)
{
    char *end = NULL;
    double v = strtod(text, &end);
    bool spelled = text[strspn(text, "+-.0123456789eE")] == 0 && text[0] && text[0] != '+';
    if (!spelled || end == text || *end)
        return hy_fail(HY_BAD_INPUT, "%s is '%.40s'; it must be a finite number", f->key, text);
    if (!(v >= f->min && v <= f->max)) {
        char shown[41];
        snprintf(shown, sizeof shown, "%s", text);
        return out_of_range(f, shown);
    }
    if (f->type == HY_FIELD_FLOAT)
        *(float *)at = strtof(text, NULL);
    else
        *(double *)at = v;
    return HY_OK;
}

hy_status hy_field_set(const struct hy_field *f, void *object, const char *text)
{
    void *at = hy_field_at(f, object);
    hy_status status = HY_OK;
    switch (f->type) {
    case HY_FIELD_INT:
    case HY_FIELD_INT64:
    case HY_FIELD_UINT64:
        return set_integer(f, at, text);
    case HY_FIELD_FLOAT:
    case HY_FIELD_DOUBLE:
        return set_real(f, at, text);
    case HY_FIELD_BOOL:
        if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
            return hy_fail(HY_BAD_INPUT, "%s is '%.40s'; it must be true or false", f->key, text);
        *(bool *)at = text[0] == 't';
        return HY_OK;
    case HY_FIELD_IMPLEMENTATION:
        status = hy_implementation_parse(text, (enum hy_implementation *)at);
        break;
    case HY_FIELD_ARCH:
        status = hy_arch_parse(text, (enum hy_arch *)at);
        break;
    case HY_FIELD_CORPUS:
        status = hy_corpus_kind_parse(text, (enum hy_corpus_kind *)at);
        break;
    }
    return status;
}

void hy_print_double(double value, char text[32])
{
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, 32, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            return;
    }
}

void hy_print_float(float value, char text[32])
{
    for (int digits = 1; digits <= 9; digits++) {
        snprintf(text, 32, "%.*g", digits, (double)value);
        if (strtof(text, NULL) == value)
            return;
    }
}

void hy_field_print(const struct hy_field *f, const void *object, char text[32])
{
    const void *at = hy_field_in(f, object);
    switch (f->type) {
    case HY_FIELD_INT:
        snprintf(text, 32, "%d", *(const int *)at);
        break;
    case HY_FIELD_INT64:
        snprintf(text, 32, "%lld", (long long)*(const int64_t *)at);
        break;
    case HY_FIELD_UINT64:
        snprintf(text, 32, "%llu", (unsigned long long)*(const uint64_t *)at);
        break;
    case HY_FIELD_FLOAT:
        hy_print_float(*(const float *)at, text);
        break;
    case HY_FIELD_DOUBLE:
        hy_print_double(*(const double *)at, text);
        break;
    case HY_FIELD_BOOL:
        snprintf(text, 32, "%s", *(const bool *)at ? "true" : "false");
        break;
    case HY_FIELD_IMPLEMENTATION:
        snprintf(text, 32, "%s", hy_implementation_name(*(const enum hy_implementation *)at));
        break;
    case HY_FIELD_ARCH:
        snprintf(text, 32, "%s", hy_arch_name(*(const enum hy_arch *)at));
        break;
    case HY_FIELD_CORPUS:
        snprintf(text, 32, "%s", hy_corpus_kind_name(*(const enum hy_corpus_kind *)at));
        break;
    }
}

bool hy_field_equal(const struct hy_field *f, const void *a, const void *b)
{
    const void *x = hy_field_in(f, a), *y = hy_field_in(f, b);
    switch (f->type) {
    case HY_FIELD_INT:
    case HY_FIELD_IMPLEMENTATION:
    case HY_FIELD_ARCH:
    case HY_FIELD_CORPUS:
        return *(const int *)x == *(const int *)y;
    case HY_FIELD_INT64:
    case HY_FIELD_UINT64:
        return *(const uint64_t *)x == *(const uint64_t *)y;
    case HY_FIELD_FLOAT:
        return *(const float *)x == *(const float *)y;
    case HY_FIELD_DOUBLE:
        return *(const double *)x == *(const double *)y;
    case HY_FIELD_BOOL:
        return *(const bool *)x == *(const bool *)y;
    }
    return false;
}
