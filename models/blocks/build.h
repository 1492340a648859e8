/* Builder calls shared by all implementations: what turns a configuration into the nodes of a program.
 * The mixers are those of models/config/blocks.inc; a new kind of block is one more row there and one
 * more function of that shape, which serves training, evaluation, prefill and decoding alike. */
#ifndef HY_MODELS_BLOCKS_BUILD_H
#define HY_MODELS_BLOCKS_BUILD_H

#include "kernels/base/rng.h"
#include "models/config/config.h"
#include "models/program/program.h"

/* What a program that continues sequences reads and leaves behind (models/decode/decode.h). */
struct hy_carry {
    hy_t start, len; /* (B): positions before the new tokens; how many new ones are real */
    int positions;   /* bound on start + T */
    int M, C;        /* meta positions that are there before the program; tokens a global layer's cache holds */
    struct {
        hy_t mk, mv, ck, cv; /* owners of K and V: the shared meta entries, the caches */
        hy_t tail, state;    /* of the convolution and of the scan */
    } layers[HY_MAX_LAYERS];
};

struct hy_build {
    struct hy_program *p;
    const struct hy_config *c;
    int B, T;                     /* batch; rows of a sequence, the meta tokens in front of them included */
    int front;                    /* meta tokens in front: all of them, or 0 where they came before */
    bool train;                   /* dropout on */
    const struct hy_carry *carry; /* NULL: whole sequences from their start */
    hy_t h;                       /* (B*T, D) the residual stream, which the mixer's output will be added to; a mixer of
                                     several sublayers adds the output of each but its last itself */
    struct {
        hy_t k, v;
    } kv[HY_MAX_LAYERS]; /* what owners made, for their consumers */
};

enum { HY_SCAN_CHUNK = 32 }; /* steps between saved scan states */
#define HY_NORM_EPS  1e-6f
#define HY_ROPE_BASE 10000.0f

/* The probability that attention weights are dropped with in this program: 0 outside training. */
float hy_build_dropout(const struct hy_build *b);

/* Parameter "layers.<layer>.<name>"; missing is a bug. */
hy_t hy_build_parameter(const struct hy_build *b, int layer, const char *name);
/* Neighbouring parameters "layers.<layer>.<first>" .. "<last>" as one matrix. */
hy_t hy_build_span(const struct hy_build *b, int layer, const char *first, const char *last);

/* Whether parameter "layers.<layer>.<name>" lies right behind "layers.<layer>.<before>", so that a span takes both. */
bool hy_build_follows(const struct hy_build *b, int layer, const char *before, const char *name);

/* Rows [first, first + rows) of the matrix "layers.<layer>.<name>". */
hy_t hy_build_rows(const struct hy_build *b, int layer, const char *name, int first, int rows);

/* y = x w^T */
hy_t hy_build_linear(struct hy_build *b, hy_t x, hy_t w, int layer, const char *place);
hy_t hy_build_rmsnorm(struct hy_build *b, hy_t x, hy_t w, int layer, const char *place);

/* sum = h + drop(x), returns rms(sum; w) for the positions from `skip` on; *h becomes sum. */
hy_t hy_build_addnorm(struct hy_build *b, hy_t *h, hy_t x, hy_t w, float p, uint32_t site, int skip, int layer,
                      const char *place);

/* Attention of layer `layer` on x (B*T, its q, k, v columns): norms, RoPE, K/V made or taken from the
 * layer's producer, softmax. Norm weights are "<prefix>.q_norm.weight" and "<prefix>.k_norm.weight".
 * Returns (B*T, q_heads * head_dim). */
hy_t hy_build_attention(struct hy_build *b, hy_t x, int layer, const char *prefix, bool interleaved);

/* The selective SSM on x and gate z (B*T, E): conv, projections, scan. Parameters are "<prefix>.conv1d.weight" and so
 * on; `norms`: rms of dt, B and C. Returns (B*T, E). */
hy_t hy_build_ssm(struct hy_build *b, hy_t x, hy_t z, int layer, const char *prefix, bool norms);

/* What attention made and what Mamba made, (B*T, width) each, as the variant's fusion says: beta_attn rms(a) +
 * beta_mamba rms(m), or the mean of the two norms. Parameters: hy_params_add_fusion(). */
hy_t hy_build_fusion(struct hy_build *b, hy_t a, hy_t m, int layer, const char *prefix);

/* SwiGLU feed-forward of a layer. */
hy_t hy_build_ffn(struct hy_build *b, hy_t x, int layer);

/* Embedding, layers and final norm: (B * (T - front), D); ids (B, T - front), HY_NONE where there are
 * none. Where nothing but meta tokens goes in, their rows come out. */
hy_t hy_build_trunk(struct hy_build *b, hy_t ids);

/* Enters the new keys and values into the caches, behind everything that reads the old ones. */
void hy_build_cache_puts(struct hy_build *b);

/* Tokens that layer's own cache has room for. */
int hy_cache_tokens(const struct hy_config *c, int layer, int context);

/* The mixers: of one layer, on its normed input (B*T, D); what comes out, (B*T, D), is added to the layer's input. */
#define HY_BLOCK(id, name, label, block, mixer) hy_t mixer(struct hy_build *b, hy_t x, int layer);
#include "models/config/blocks.inc"
#undef HY_BLOCK

#endif
