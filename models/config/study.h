/* A study: the variants to compare, how to train them, on what text. Declared
 * in YAML (bench/ablations/hymba.yaml shows every key); a profile is a block of
 * overrides in the same file. Everything here is resolved: no key left open. */
#ifndef HY_MODELS_CONFIG_STUDY_H
#define HY_MODELS_CONFIG_STUDY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/config/config.h"
#include "models/config/sweep.h"

enum { HY_MAX_VARIANTS = 64, HY_MAX_PROMPTS = 16, HY_MAX_PROMPT = 512, HY_MAX_STUDY_NAME = 64 };
enum { HY_MAX_CLAIMS = 4, HY_MAX_KEY = 32 };

struct hy_training {
    int batch;        /* samples in a step */
    int epochs;       /* with the batches per epoch gives S, the schedule's length */
    int steps;        /* stop after so many; 0 = all S. Leaves S alone */
    int warmup;       /* steps of linear warm-up */
    double lr;        /* peak rate */
    double min_ratio; /* rate at the end, as a share of lr: 0.1 */
    double beta1, beta2, eps;
    double weight_decay;
    double clip;                    /* global L2 norm of the gradient; 0 = no clipping */
    float label_smoothing, dropout; /* hy_study_load copies them into every variant; models read the variant's */
    int eval_every;                 /* evaluate at its multiples; 0 = never during the run */
    int eval_samples;               /* validation samples of evaluations during the run; 0 = all */
    bool eval_last;                 /* evaluate after the last step too, always on all samples */
    bool recompute;                 /* keep only what leaves a layer, compute the rest again: memory against time */
    bool apart;                     /* a variant claims to isolate in_proj: on a GPU, too, `separate` is two products */
    uint64_t seed;                  /* of initial values, data order and dropout (not of the split) */
};

/* What an ablation claims: against which other variant it is to be read, and the one key of a variant that
 * is to differ between the two. The report holds it against what really differs. */
struct hy_claim {
    char compare_to[HY_MAX_NAME];
    char isolates[HY_MAX_KEY]; /* hy_variant_key_check() */
};
struct hy_claims {
    int n;
    struct hy_claim list[HY_MAX_CLAIMS];
};

/* Widths that the program chooses: so that the variant has as many parameters, or takes as many flops a token in
 * training, as the variant `to` (models/match.h). */
struct hy_match {
    enum hy_match_kind kind; /* NONE: the widths are as they were written */
    char to[HY_MAX_NAME];
    int line; /* of the file, where it says so */
};

struct hy_study {
    char name[HY_MAX_STUDY_NAME];
    char profile[HY_MAX_STUDY_NAME]; /* the one applied */

    enum hy_corpus_kind corpus;
    int recall_samples, least_pairs, most_pairs; /* HY_CORPUS_MQAR, see datasets/mqar.h */

    /* text and tokenizer */
    int64_t chars;         /* of the corpus, from its start; 0 = all */
    int vocab;             /* the tokenizer's; every variant's vocab equals it */
    int min_frequency;     /* a pair below it ends the tokenizer's training */
    double train_fraction; /* of the samples: n_train = (int)(train_fraction * samples) */
    uint64_t split_seed;
    double test_fraction; /* of the samples, kept apart from validation: n_test = (int)(test_fraction * samples) */

    /* the samples written before and after training */
    char prompts[HY_MAX_PROMPTS][HY_MAX_PROMPT];
    int n_prompts;
    int sample_tokens; /* new ones per prompt */
    double temperature;
    int top_k; /* 0 = off */

    struct hy_training training;
    struct hy_sweep sweep; /* of training.lr, which it stands in for; then test_fraction is not 0 */

    struct hy_config *variants; /* owned; in the file's order */
    struct hy_claims *claims;   /* owned; claims[i] are those of variants[i] */
    struct hy_match *matches;   /* owned; matches[i] is that of variants[i] */
    int n_variants;
    char (*published_mb)[16]; /* owned, NULL unless cache_only: the cache in 1e6 bytes as the variant's paper prints it;
                                 "" = not */
    bool cache_only;          /* describes caches of published models: variants cannot be trained (hymba_paper.yaml) */
};

extern const struct hy_fields hy_training_fields; /* of struct hy_training */
extern const struct hy_fields hy_corpus_fields;   /* of struct hy_study, block "corpus" */
extern const struct hy_fields hy_sample_fields;   /* of struct hy_study, block "samples" */

/* Reads `path`, fills in its grids, applies `profile` (NULL = the file's default_profile, if it names
 * one; "" = no overrides: the protocol as the file's own blocks have it; ignored
 * where cache_only) and resolves every variant. HY_BAD_INPUT with
 * "file:line: reason" for anything that is not exactly a study: unknown keys, wrong types, impossible combinations, an
 * unknown profile. On failure *out is empty. Widths of matched variants are found by hy_study_match() (models/match.h),
 * which whoever builds models of the study calls next. */
hy_status hy_study_load(const char *path, const char *profile, struct hy_study *out);
void hy_study_fini(struct hy_study *s); /* NULL is fine */

/* Writes the resolved study, atomically, so that loading it gives the same
 * study again, field by field (floats with all their digits). */
hy_status hy_study_write_yaml(const struct hy_study *s, const char *path);

/* Keeps only the variants i with keep[i], with all that they claim. */
void hy_study_keep(struct hy_study *s, const bool *keep);

/* Keeps only the named variants, in the study's order, and of their claims and matches those with variants kept;
 * HY_BAD_INPUT for a name that is unknown or given twice, or for none. */
hy_status hy_study_select(struct hy_study *s, char *const *names, int n);

/* Sweeps what the option's text says (hy_sweep_parse) in place of what the study does. A sweep needs samples that
 * nothing is chosen by: a test_fraction of 0 becomes 0.05. HY_BAD_INPUT as hy_sweep_parse(). */
hy_status hy_study_set_sweep(struct hy_study *s, const char *text);
void hy_study_keep_test(struct hy_study *s); /* the second of it alone, where something is swept */

/* The peak rates that each variant is trained with: those of the sweep in its order, else the one of `training`. */
int hy_study_rates(const struct hy_study *s);
double hy_study_rate(const struct hy_study *s, int i);

/* To be called after training.dropout or training.label_smoothing was changed:
 * copies them into every variant. */
void hy_study_sync(struct hy_study *s);

/* What is compared with and what is isolated, each entry of the one beside its entry of the other: "A;B" and
 * "meta_tokens;arch"; both "" where nothing is claimed. `size` is of each. */
void hy_claims_text(const struct hy_claims *claims, char *compare_to, char *isolates, size_t size);

/* Whether variants may differ in `key`: isolate it, or sweep it. HY_BAD_INPUT "<what> is '<key>', which ..." names the
 * nearest key in which they may. */
hy_status hy_variant_key_check(const char *what, const char *key);

/* Field by field, variants included. */
bool hy_study_equal(const struct hy_study *a, const struct hy_study *b);

/* The variant called `name`, or NULL with a sentence that names the nearest one kept by hy_fail(). */
const struct hy_config *hy_study_find(const struct hy_study *s, const char *name);

#endif
