/* Every parameter of a variant: name, shape, kind, initial values. */
#ifndef HY_MODELS_CONFIG_PARAMS_H
#define HY_MODELS_CONFIG_PARAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "models/config/config.h"

enum hy_param_kind {
    HY_PARAM_EMBEDDING, /* token embedding and meta tokens */
    HY_PARAM_ATTENTION,
    HY_PARAM_MAMBA,
    HY_PARAM_FFN,
    HY_PARAM_OTHER, /* norms between blocks and branch fusion */
    HY_PARAM_KINDS,
};

/* docs/model.md, "Initial values". */
enum hy_param_init {
    HY_INIT_NORMAL, /* normal(0, 0.02) */
    HY_INIT_ONES,
    HY_INIT_A_LOG,   /* log(1 .. N) in each row */
    HY_INIT_CONV,    /* uniform +-1/sqrt(d_conv) */
    HY_INIT_DT_BIAS, /* inverse softplus of dt, log-uniform in [1e-3, 1e-1] */
};

struct hy_param {
    char name[64]; /* as in the weights file: "layers.3.attn.q_proj.weight" */
    int layer;     /* -1: of the model */
    int ndim;      /* 1 or 2 */
    int dims[2];   /* row-major, as PyTorch stores it; dims[1] = 1 where ndim is 1 */
    enum hy_param_kind kind;
    enum hy_param_init init;
    bool joined;   /* lies right behind the one before it, whose rows are as long: one product can serve both */
    int behind;    /* 1 + the place of a parameter that it may lie right behind instead, for the same; 0: none */
    int64_t count; /* product of dims */
};

struct hy_params {
    struct hy_param *items; /* owned */
    int n;
    int64_t count; /* all elements */
    int64_t by_kind[HY_PARAM_KINDS];
};

/* Lists the parameters of a resolved, checked config in memory order:
 * parameters that read the same input are neighbours (q, k, v; gate, up), so
 * that one GEMM can serve them. */
void hy_params_list(const struct hy_config *c, struct hy_params *out);
void hy_params_fini(struct hy_params *p); /* NULL is fine */

/* For the lists of models/blocks: one more parameter, "layers.<layer>.<name>" (layer -1: of the model, just
 * "<name>"); `columns` 0 makes it a vector. */
void hy_params_add(struct hy_params *p, int layer, const char *name, int rows, int columns, enum hy_param_kind kind,
                   enum hy_param_init init);
/* The one added last reads what the one before it reads: they are joined. */
void hy_params_join(struct hy_params *p);
/* The one added last reads what the one in place `other` reads: weights may be laid out to join them (weights.h). */
void hy_params_may_join(struct hy_params *p, int other);
/* The selective SSM's, "<prefix>.conv1d.weight" .. "<prefix>.D", without projections in and out. */
void hy_params_add_ssm(struct hy_params *p, int layer, const struct hy_config *c, const char *prefix);
/* What brings a hybrid layer's branches together, `width` wide each: the norms of both and, where fusion is beta, their
 * weights: "<prefix>.attn_out_norm.weight", "<prefix>.mamba_out_norm.weight", "<prefix>.beta_attn",
 * "<prefix>.beta_mamba"; prefix "": no dot either. */
void hy_params_add_fusion(struct hy_params *p, int layer, const struct hy_config *c, const char *prefix, int width);
/* by_kind only: `count` elements of parameters added as `instead_of` are of `kind`. */
void hy_params_count_as(struct hy_params *p, enum hy_param_kind kind, enum hy_param_kind instead_of, int64_t count);

const struct hy_param *hy_params_find(const struct hy_params *p, const char *name); /* NULL when absent */
int64_t hy_params_count(const struct hy_config *c);

#endif
