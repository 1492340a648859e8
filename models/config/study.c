#include "models/config/study.h"

#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "kernels/base/nearest.h"
#include "models/config/block.h"
#include "models/config/layers.h"

#define LENGTH(a) ((int)(sizeof(a) / sizeof *(a)))

static const struct hy_field training_rows[] = {
    {"batch", HY_FIELD_INT, offsetof(struct hy_training, batch), 1, 65536, NULL},
    {"epochs", HY_FIELD_INT, offsetof(struct hy_training, epochs), 1, 1000000, NULL},
    {"steps", HY_FIELD_INT, offsetof(struct hy_training, steps), 0, 1000000000, NULL},
    {"warmup", HY_FIELD_INT, offsetof(struct hy_training, warmup), 0, 1000000000, NULL},
    {"lr", HY_FIELD_DOUBLE, offsetof(struct hy_training, lr), 0, 100, NULL},
    {"min_ratio", HY_FIELD_DOUBLE, offsetof(struct hy_training, min_ratio), 0, 1, NULL},
    {"beta1", HY_FIELD_DOUBLE, offsetof(struct hy_training, beta1), 0, 0.999999, NULL},
    {"beta2", HY_FIELD_DOUBLE, offsetof(struct hy_training, beta2), 0, 0.999999, NULL},
    {"eps", HY_FIELD_DOUBLE, offsetof(struct hy_training, eps), 1e-30, 1, NULL},
    {"weight_decay", HY_FIELD_DOUBLE, offsetof(struct hy_training, weight_decay), 0, 100, NULL},
    {"clip", HY_FIELD_DOUBLE, offsetof(struct hy_training, clip), 0, 1e30, NULL},
    {"label_smoothing", HY_FIELD_FLOAT, offsetof(struct hy_training, label_smoothing), 0, 0.99, NULL},
    {"dropout", HY_FIELD_FLOAT, offsetof(struct hy_training, dropout), 0, 0.99, NULL},
    {"eval_every", HY_FIELD_INT, offsetof(struct hy_training, eval_every), 0, 1000000000, NULL},
    {"eval_samples", HY_FIELD_INT, offsetof(struct hy_training, eval_samples), 0, 1000000000, NULL},
    {"eval_last", HY_FIELD_BOOL, offsetof(struct hy_training, eval_last), 0, 1, NULL},
    {"recompute", HY_FIELD_BOOL, offsetof(struct hy_training, recompute), 0, 1, NULL},
    {"seed", HY_FIELD_UINT64, offsetof(struct hy_training, seed), 0, 0, NULL},
};

static const struct hy_field corpus_rows[] = {
    {"kind", HY_FIELD_CHOICE, offsetof(struct hy_study, corpus), 0, 0, &hy_corpus_kind_names},
    {"samples", HY_FIELD_INT, offsetof(struct hy_study, recall_samples), 0, 100000000, NULL},
    {"least_pairs", HY_FIELD_INT, offsetof(struct hy_study, least_pairs), 0, 1 << 16, NULL},
    {"most_pairs", HY_FIELD_INT, offsetof(struct hy_study, most_pairs), 0, 1 << 16, NULL},
    {"chars", HY_FIELD_INT64, offsetof(struct hy_study, chars), 0, 1e12, NULL},
    {"vocab", HY_FIELD_INT, offsetof(struct hy_study, vocab), 5, HY_MAX_VOCAB, NULL},
    {"min_frequency", HY_FIELD_INT, offsetof(struct hy_study, min_frequency), 1, 1000000000, NULL},
    {"train_fraction", HY_FIELD_DOUBLE, offsetof(struct hy_study, train_fraction), 0.001, 0.999, NULL},
    {"split_seed", HY_FIELD_UINT64, offsetof(struct hy_study, split_seed), 0, 0, NULL},
    {"test_fraction", HY_FIELD_DOUBLE, offsetof(struct hy_study, test_fraction), 0, 0.998, NULL}, /* last: see below */
};

static const struct hy_field sample_rows[] = {
    {"tokens", HY_FIELD_INT, offsetof(struct hy_study, sample_tokens), 0, 1000000, NULL},
    {"temperature", HY_FIELD_DOUBLE, offsetof(struct hy_study, temperature), 0, 1000, NULL},
    {"top_k", HY_FIELD_INT, offsetof(struct hy_study, top_k), 0, HY_MAX_VOCAB, NULL},
};

const struct hy_fields hy_training_fields = {training_rows, LENGTH(training_rows)};
const struct hy_fields hy_corpus_fields = {corpus_rows, LENGTH(corpus_rows)};
const struct hy_fields hy_sample_fields = {sample_rows, LENGTH(sample_rows)};

/* What a study writes that has no test samples: the file of a run from before there were any is the same run's. */
static const struct hy_fields untested_fields = {corpus_rows, LENGTH(corpus_rows) - 1};

/* Of a sweep whose study does not say. */
static const double TEST_FRACTION = 0.05;

_Static_assert(sizeof(enum hy_corpus_kind) == sizeof(int), "enum fields are stored as int");

void hy_study_fini(struct hy_study *s)
{
    if (!s)
        return;
    free(s->variants);
    free(s->claims);
    free(s->matches);
    free(s->published_mb);
    memset(s, 0, sizeof *s);
}

const struct hy_config *hy_study_find(const struct hy_study *s, const char *name)
{
    const char *names[HY_MAX_VARIANTS];
    for (int i = 0; i < s->n_variants; i++) {
        names[i] = s->variants[i].name;
        if (strcmp(name, names[i]) == 0)
            return &s->variants[i];
    }
    const char *near = hy_nearest(name, names, (size_t)s->n_variants);
    if (near)
        hy_fail(HY_BAD_INPUT, "study '%s' has no variant '%.64s'; did you mean '%s'?", s->name, name, near);
    else
        hy_fail(HY_BAD_INPUT, "study '%s' has no variant '%.64s'; `hymbench variants` lists them", s->name, name);
    return NULL;
}

static bool has_variant(const struct hy_study *s, const char *name)
{
    for (int i = 0; i < s->n_variants; i++)
        if (strcmp(s->variants[i].name, name) == 0)
            return true;
    return false;
}

/* Forgets what variant i says of variants that the study has no more; widths that were matched stay as they are. */
static void drop_claims(struct hy_study *s, int i)
{
    struct hy_claims *claims = &s->claims[i];
    int kept = 0;
    for (int k = 0; k < claims->n; k++)
        if (has_variant(s, claims->list[k].compare_to)) {
            struct hy_claim claim = claims->list[k];
            claims->list[kept++] = claim;
        }
    claims->n = kept;
    if (!has_variant(s, s->matches[i].to))
        s->matches[i] = (struct hy_match){.kind = HY_MATCH_NONE};
}

void hy_study_keep(struct hy_study *s, const bool *keep)
{
    int kept = 0;
    for (int i = 0; i < s->n_variants; i++) {
        if (!keep[i])
            continue;
        s->variants[kept] = s->variants[i];
        s->claims[kept] = s->claims[i];
        s->matches[kept] = s->matches[i];
        if (s->published_mb)
            memmove(s->published_mb[kept], s->published_mb[i], sizeof *s->published_mb);
        kept++;
    }
    s->n_variants = kept;
}

hy_status hy_study_select(struct hy_study *s, char *const *names, int n)
{
    bool keep[HY_MAX_VARIANTS] = {false};
    if (n < 1)
        return hy_fail(HY_BAD_INPUT, "no variant is named; `hymbench variants` lists them");
    for (int i = 0; i < n; i++) {
        const struct hy_config *c = hy_study_find(s, names[i]);
        if (!c)
            return HY_BAD_INPUT;
        if (keep[c - s->variants])
            return hy_fail(HY_BAD_INPUT, "variant '%s' is named twice", names[i]);
        keep[c - s->variants] = true;
    }
    hy_study_keep(s, keep);
    for (int i = 0; i < s->n_variants; i++)
        drop_claims(s, i);
    return HY_OK;
}

void hy_study_keep_test(struct hy_study *s)
{
    if (s->sweep.n > 0 && s->test_fraction <= 0)
        s->test_fraction = TEST_FRACTION;
}

hy_status hy_study_set_sweep(struct hy_study *s, const char *text)
{
    hy_status status = hy_sweep_parse(&s->sweep, text);
    if (status == HY_OK)
        hy_study_keep_test(s);
    return status;
}

int hy_study_rates(const struct hy_study *s)
{
    return s->sweep.n > 0 ? s->sweep.n : 1;
}

double hy_study_rate(const struct hy_study *s, int i)
{
    HY_ASSERT(i >= 0 && i < hy_study_rates(s), "a rate that there is");
    return s->sweep.n > 0 ? s->sweep.lr[i] : s->training.lr;
}

void hy_study_sync(struct hy_study *s)
{
    for (int i = 0; i < s->n_variants; i++) {
        s->variants[i].dropout = s->training.dropout;
        s->variants[i].label_smoothing = s->training.label_smoothing;
    }
}

hy_status hy_variant_key_check(const char *what, const char *key)
{
    const char *known[HY_MAX_FIELDS + 2] = {"global_layers", "kv_groups"};
    size_t n = 2;
    for (int i = 0; i < hy_model_fields.n; i++)
        known[n++] = hy_model_fields.rows[i].key;
    for (size_t i = 0; i < n; i++)
        if (strcmp(key, known[i]) == 0)
            return HY_OK;
    const char *near = hy_nearest(key, known, n);
    if (near)
        return hy_fail(HY_BAD_INPUT, "%s is '%.40s', which is no key of a variant; did you mean '%s'?", what, key,
                       near);
    return hy_fail(HY_BAD_INPUT, "%s is '%.40s', which is no key of a variant (such as meta_tokens or kv_groups)", what,
                   key);
}

void hy_claims_text(const struct hy_claims *claims, char *compare_to, char *isolates, size_t size)
{
    size_t bases = 0, keys = 0;
    compare_to[0] = isolates[0] = '\0';
    for (int i = 0; i < claims->n && bases < size && keys < size; i++) {
        const char *separator = i ? ";" : "";
        bases += (size_t)snprintf(compare_to + bases, size - bases, "%s%s", separator, claims->list[i].compare_to);
        keys += (size_t)snprintf(isolates + keys, size - keys, "%s%s", separator, claims->list[i].isolates);
    }
}

static bool claims_equal(const struct hy_claims *a, const struct hy_claims *b)
{
    for (int i = 0; i < a->n && a->n == b->n; i++)
        if (strcmp(a->list[i].compare_to, b->list[i].compare_to) != 0 ||
            strcmp(a->list[i].isolates, b->list[i].isolates) != 0)
            return false;
    return a->n == b->n;
}

bool hy_study_equal(const struct hy_study *a, const struct hy_study *b)
{
    if (strcmp(a->name, b->name) != 0 || strcmp(a->profile, b->profile) != 0 || a->cache_only != b->cache_only ||
        a->n_variants != b->n_variants || a->n_prompts != b->n_prompts || !hy_fields_equal(hy_corpus_fields, a, b) ||
        !hy_fields_equal(hy_sample_fields, a, b) || !hy_fields_equal(hy_training_fields, &a->training, &b->training) ||
        !hy_sweep_equal(&a->sweep, &b->sweep))
        return false;
    for (int i = 0; i < a->n_prompts; i++)
        if (strcmp(a->prompts[i], b->prompts[i]) != 0)
            return false;
    for (int i = 0; i < a->n_variants; i++)
        if (!hy_config_equal(&a->variants[i], &b->variants[i]) || !claims_equal(&a->claims[i], &b->claims[i]) ||
            a->matches[i].kind != b->matches[i].kind || strcmp(a->matches[i].to, b->matches[i].to) != 0 ||
            (a->published_mb && strcmp(a->published_mb[i], b->published_mb[i]) != 0))
            return false;
    return true;
}

/* ---- writing ------------------------------------------------------------------- */

/* A double-quoted YAML scalar. */
static void write_quoted(FILE *f, const char *text)
{
    fputc('"', f);
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if (*p == '"' || *p == '\\')
            fprintf(f, "\\%c", *p);
        else if (*p < 0x20 || *p == 0x7f)
            fprintf(f, "\\x%02x", *p);
        else
            fputc(*p, f);
    }
    fputc('"', f);
}

static void write_field(FILE *f, const struct hy_field *row, const void *object)
{
    char value[32];
    hy_field_print(row, object, value);
    fprintf(f, "  %s: %s\n", row->key, value);
}

static void write_fields(FILE *f, struct hy_fields table, const void *object)
{
    for (int i = 0; i < table.n; i++)
        write_field(f, &table.rows[i], object);
}

static void write_variant(FILE *f, const struct hy_config *c)
{
    fprintf(f, "- name: ");
    write_quoted(f, c->name);
    fputc('\n', f);
    for (int i = 0; i < hy_model_fields.n; i++)
        if (!hy_is_own_choice(c, &hy_model_fields.rows[i])) /* files of runs from before there was a choice lack it */
            write_field(f, &hy_model_fields.rows[i], c);
    if (!hy_has_attention(c))
        return;
    int globals[HY_MAX_LAYERS], n = hy_get_globals(c, globals);
    struct hy_groups groups;
    hy_get_groups(c, &groups);
    fprintf(f, "  global_layers: [");
    for (int i = 0; i < n; i++)
        fprintf(f, "%s%d", i ? ", " : "", globals[i]);
    fprintf(f, "]\n  kv_groups: [");
    for (int g = 0; g < groups.n; g++)
        for (int i = groups.start[g]; i < groups.start[g + 1]; i++)
            fprintf(f, "%s%d%s",
                    i > groups.start[g] ? ", "
                    : g                 ? ", ["
                                        : "[",
                    groups.members[i], i + 1 == groups.start[g + 1] ? "]" : "");
    fprintf(f, "]\n");
}

/* Two lists in step: what is compared with, what is isolated. */
static void write_claims(FILE *f, const struct hy_claims *claims)
{
    if (claims->n == 0)
        return;
    fprintf(f, "  compare_to: [");
    for (int i = 0; i < claims->n; i++) {
        fprintf(f, "%s", i ? ", " : "");
        write_quoted(f, claims->list[i].compare_to);
    }
    fprintf(f, "]\n  isolates: [");
    for (int i = 0; i < claims->n; i++)
        fprintf(f, "%s%s", i ? ", " : "", claims->list[i].isolates);
    fprintf(f, "]\n");
}

static void write_sweep(FILE *f, const struct hy_sweep *s)
{
    char value[32];
    for (int i = 0; i < s->n; i++) {
        hy_print_double(s->lr[i], value);
        fprintf(f, "%s%s%s", i ? ", " : "sweep:\n  lr: [", value, i + 1 == s->n ? "]\n" : "");
    }
}

static void write_match(FILE *f, const struct hy_match *m)
{
    if (m->kind == HY_MATCH_NONE)
        return;
    fprintf(f, "  match: %s # the widths above\n  to: ", hy_names_word(&hy_match_names, (int)m->kind));
    write_quoted(f, m->to);
    fputc('\n', f);
}

static void write_blocks(FILE *f, const struct hy_study *s)
{
    fprintf(f, "corpus:\n");
    write_fields(f, s->test_fraction > 0 ? hy_corpus_fields : untested_fields, s);
    fprintf(f, "training:\n");
    write_fields(f, hy_training_fields, &s->training);
    write_sweep(f, &s->sweep);
    fprintf(f, "samples:\n");
    write_fields(f, hy_sample_fields, s);
    for (int i = 0; i < s->n_prompts; i++) {
        fprintf(f, "%s  - ", i ? "" : "  prompts:\n");
        write_quoted(f, s->prompts[i]);
        fputc('\n', f);
    }
}

hy_status hy_study_write_yaml(const struct hy_study *s, const char *path)
{
    struct hy_new_file file;
    hy_status status = hy_new_file_open(&file, path);
    if (status)
        return status;
    FILE *f = file.stream;
    fprintf(f, "# A resolved study: nothing is left to defaults; hymbench ablation --config runs it again.\nname: ");
    write_quoted(f, s->name);
    fputc('\n', f);
    if (s->profile[0])
        fprintf(f, "default_profile: %s\nprofiles:\n- name: %s # applied already\n", s->profile, s->profile);
    if (s->cache_only)
        fprintf(f, "cache_only: true\n");
    if (!s->cache_only)
        write_blocks(f, s);
    fprintf(f, "variants:\n");
    for (int i = 0; i < s->n_variants; i++) {
        write_variant(f, &s->variants[i]);
        write_claims(f, &s->claims[i]);
        write_match(f, &s->matches[i]);
        if (!s->published_mb)
            continue;
        write_fields(f, hy_cache_fields, &s->variants[i]);
        if (s->published_mb[i][0])
            fprintf(f, "  published_mb: %s\n", s->published_mb[i]);
    }
    return hy_new_file_commit(&file);
}
