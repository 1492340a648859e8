/* The language model: programs that train, evaluate and score one variant. */
#ifndef HY_MODELS_LM_H
#define HY_MODELS_LM_H

#include "models/config/config.h"
#include "models/program/program.h"

/* Optimizer settings a training program is built with (docs/model.md, Protocol). */
struct hy_optimizer {
    float beta1, beta2, eps, decay, clip;
    enum hy_recompute recompute; /* of the activations: memory against time, results stay bit for bit */
    enum hy_precision stored;    /* what activations are stored in, see below */
    bool device;                 /* for a GPU: planned for few launches (hy_program.sums_later, .pairs) */
};

/* `stored`: HY_BF16 keeps activations and their gradients in bf16, on a backend that does so
 * (hy_backend_stored()); the residual stream, the scan's step sizes and what it multiplies states
 * with, the logits and all parameters stay f32. HY_F32 keeps everything in f32, on any backend. */

/* A program with the tensors the host talks to. seq_len tokens of content per
 * sequence; rows are b * seq_len + t. */
struct hy_lm {
    struct hy_program *p;
    int B, seq_len;
    hy_t ids;     /* int32 (B, seq_len), host writes */
    hy_t targets; /* int32 (B * seq_len), host writes; < 0 is ignored */
    hy_t logits;  /* (B * seq_len, V) */
    hy_t loss;    /* (1), smoothed mean (train); HY_NONE in a scoring program */
    hy_t nll;     /* (B * seq_len), plain, 0 where ignored */
    hy_t norm;    /* (1), gradient norm before clipping; HY_NONE unless training */
};

/* Forward, backward and AdamW. */
struct hy_lm hy_lm_train(const struct hy_config *c, struct hy_weights *w, int B, const struct hy_optimizer *o);

/* Arena bytes of such a program: what another setting, --recompute say, would save or cost. */
size_t hy_lm_train_bytes(const struct hy_config *c, struct hy_weights *w, int B, const struct hy_optimizer *o);

/* Forward and gradients only, dropout off: what parity and gradient checks run. */
struct hy_lm hy_lm_gradients(const struct hy_config *c, struct hy_weights *w, int B, int seq_len,
                             enum hy_recompute recompute, enum hy_precision stored);

/* Forward and plain cross-entropy, dropout off. */
struct hy_lm hy_lm_eval(const struct hy_config *c, struct hy_weights *w, int B, int seq_len, enum hy_precision stored);

/* Forward to the logits, which the host reads. */
struct hy_lm hy_lm_logits(const struct hy_config *c, struct hy_weights *w, int B, int seq_len,
                          enum hy_precision stored);

void hy_lm_fini(struct hy_lm *m); /* frees the program; NULL is fine */

/* Flops of the definition the figures use: linear layers and attention's
 * products over allowed pairs, of the passes in `m`'s program; what is computed
 * again is not counted twice. */
double hy_lm_matrix_flops(const struct hy_lm *m);

/* Flops of all ops of a training step, forward and backward, for one content token at the training length: nothing
 * computed again, no dropout, no optimizer, whose share depends on the batch. No memory for weights is taken. */
double hy_lm_flops_per_token(const struct hy_config *c);

#endif
