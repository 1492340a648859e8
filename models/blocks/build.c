#include "models/blocks/build.h"

#include <stdio.h>

#include "models/config/block.h"

float hy_build_dropout(const struct hy_build *b)
{
    return b->train ? b->c->dropout : 0;
}

/* The same for outputs of a mixer and of the feed-forward. */
static float output_dropout(const struct hy_build *b)
{
    return hy_block_of(b->c->implementation)->drops_outputs ? hy_build_dropout(b) : 0;
}

static void full_name(char out[64], int layer, const char *prefix, const char *name)
{
    snprintf(out, 64, "layers.%d.%s%s%s", layer, prefix, *prefix ? "." : "", name);
}

static hy_t parameter(const struct hy_build *b, int layer, const char *prefix, const char *name)
{
    char full[64];
    full_name(full, layer, prefix, name);
    hy_t t = hy_parameter(b->p, full);
    HY_ASSERT(t != HY_NONE, "the model has the parameter the builder asks for");
    return t;
}

hy_t hy_build_parameter(const struct hy_build *b, int layer, const char *name)
{
    return parameter(b, layer, "", name);
}

hy_t hy_build_span(const struct hy_build *b, int layer, const char *first, const char *last)
{
    char from[64], to[64];
    full_name(from, layer, "", first);
    full_name(to, layer, "", last);
    return hy_parameter_span(b->p, from, to);
}

bool hy_build_follows(const struct hy_build *b, int layer, const char *before, const char *name)
{
    char one[64], other[64];
    full_name(one, layer, "", before);
    full_name(other, layer, "", name);
    return hy_parameter_follows(b->p, one, other);
}

hy_t hy_build_rows(const struct hy_build *b, int layer, const char *name, int first, int rows)
{
    char full[64];
    full_name(full, layer, "", name);
    return hy_parameter_rows(b->p, full, first, rows);
}

hy_t hy_build_linear(struct hy_build *b, hy_t x, hy_t w, int layer, const char *place)
{
    const struct hy_tensor *tx = &b->p->tensors[x], *tw = &b->p->tensors[w];
    union hy_args a = {
        .linear = {.rows = (int)(tx->rows * tx->cols / tw->cols), .in = (int)tw->cols, .out = (int)tw->rows}};
    hy_t slot[HY_MAX_SLOTS] = {[HY_LINEAR_X] = x, [HY_LINEAR_W] = w};
    hy_emit(b->p, HY_OP_LINEAR, &a, slot, layer, place);
    return slot[HY_LINEAR_Y];
}

hy_t hy_build_rmsnorm(struct hy_build *b, hy_t x, hy_t w, int layer, const char *place)
{
    const struct hy_tensor *t = &b->p->tensors[x];
    union hy_args a = {.rmsnorm = {.rows = (int)t->rows, .D = (int)t->cols, .eps = HY_NORM_EPS}};
    hy_t slot[HY_MAX_SLOTS] = {[HY_RMSNORM_X] = x, [HY_RMSNORM_W] = w};
    hy_emit(b->p, HY_OP_RMSNORM, &a, slot, layer, place);
    return slot[HY_RMSNORM_Y];
}

hy_t hy_build_addnorm(struct hy_build *b, hy_t *h, hy_t x, hy_t w, float p, uint32_t site, int skip, int layer,
                      const char *place)
{
    union hy_args a = {.addnorm = {.run = &b->p->run,
                                   .B = b->B,
                                   .T = b->T,
                                   .D = b->c->d_model,
                                   .skip = skip,
                                   .site = site,
                                   .p = p,
                                   .eps = HY_NORM_EPS}};
    hy_t slot[HY_MAX_SLOTS] = {[HY_ADDNORM_H] = *h, [HY_ADDNORM_X] = x, [HY_ADDNORM_W] = w};
    hy_emit(b->p, HY_OP_ADDNORM, &a, slot, layer, place);
    *h = slot[HY_ADDNORM_SUM];
    return slot[HY_ADDNORM_Y];
}

int hy_cache_tokens(const struct hy_config *c, int layer, int context)
{
    int window = hy_layer_window(c, layer);
    return window > 0 && window < context ? window : context;
}

/* Attention of layer `layer` over what its producer cached and the new tokens. */
static hy_t attend(struct hy_build *b, hy_t q, int layer)
{
    const struct hy_config *c = b->c;
    const struct hy_carry *carry = b->carry;
    int producer = c->layers[layer].producer;
    bool nothing_before = carry->M == 0 && carry->C == 0; /* meta tokens see each other whatever the window */
    union hy_args a = {.attend = {.B = b->B,
                                  .T = b->T,
                                  .H = c->q_heads,
                                  .K = c->n_kv_heads,
                                  .P = c->head_dim,
                                  .W = nothing_before ? 0 : hy_layer_window(c, layer),
                                  .M = carry->M,
                                  .C = carry->C > 0 ? hy_cache_tokens(c, producer, carry->C) : 0}};
    hy_t slot[HY_MAX_SLOTS] = {
        [HY_ATTEND_Q] = q,        [HY_ATTEND_K] = b->kv[producer].k, [HY_ATTEND_V] = b->kv[producer].v,
        [HY_ATTEND_MK] = HY_NONE, [HY_ATTEND_MV] = HY_NONE,          [HY_ATTEND_CK] = HY_NONE,
        [HY_ATTEND_CV] = HY_NONE, [HY_ATTEND_START] = carry->start,  [HY_ATTEND_LEN] = carry->len};
    if (carry->M > 0) {
        slot[HY_ATTEND_MK] = carry->layers[producer].mk;
        slot[HY_ATTEND_MV] = carry->layers[producer].mv;
    }
    if (carry->C > 0) {
        slot[HY_ATTEND_CK] = carry->layers[producer].ck;
        slot[HY_ATTEND_CV] = carry->layers[producer].cv;
    }
    hy_emit(b->p, HY_OP_ATTEND, &a, slot, layer, "attn.core");
    return slot[HY_ATTEND_Y];
}

void hy_build_cache_puts(struct hy_build *b)
{
    const struct hy_config *c = b->c;
    const struct hy_carry *carry = b->carry;
    for (int i = 0; i < c->n_layers; i++) {
        if (!hy_owns_kv(c, i))
            continue;
        bool meta = carry->C == 0; /* the meta tokens themselves: their entries are the shared ones */
        union hy_args a = {.cache_put = {.B = b->B,
                                         .T = b->T,
                                         .K = c->n_kv_heads,
                                         .P = c->head_dim,
                                         .M = carry->M,
                                         .C = meta ? b->T : hy_cache_tokens(c, i, carry->C)}};
        hy_t slot[HY_MAX_SLOTS] = {[HY_CACHE_PUT_K] = b->kv[i].k,
                                   [HY_CACHE_PUT_V] = b->kv[i].v,
                                   [HY_CACHE_PUT_CK] = meta ? carry->layers[i].mk : carry->layers[i].ck,
                                   [HY_CACHE_PUT_CV] = meta ? carry->layers[i].mv : carry->layers[i].cv,
                                   [HY_CACHE_PUT_START] = carry->start,
                                   [HY_CACHE_PUT_LEN] = carry->len};
        hy_emit(b->p, HY_OP_CACHE_PUT, &a, slot, i, "attn.cache");
    }
}

hy_t hy_build_attention(struct hy_build *b, hy_t x, int layer, const char *prefix, bool interleaved)
{
    const struct hy_config *c = b->c;
    bool owner = hy_owns_kv(c, layer);
    union hy_args rope = {.qkrope = {.B = b->B,
                                     .T = b->T,
                                     .H = c->q_heads,
                                     .K = owner ? c->n_kv_heads : 0,
                                     .P = c->head_dim,
                                     .interleaved = interleaved,
                                     .positions = b->carry ? b->carry->positions : 0,
                                     .base = HY_ROPE_BASE,
                                     .eps = HY_NORM_EPS}};
    hy_t slot[HY_MAX_SLOTS] = {[HY_QKROPE_X] = x,
                               [HY_QKROPE_WQ] = parameter(b, layer, prefix, "q_norm.weight"),
                               [HY_QKROPE_WK] = owner ? parameter(b, layer, prefix, "k_norm.weight") : HY_NONE,
                               [HY_QKROPE_START] = b->carry ? b->carry->start : HY_NONE};
    hy_emit(b->p, HY_OP_QKROPE, &rope, slot, layer, "attn.rope");
    if (owner) {
        b->kv[layer].k = slot[HY_QKROPE_K];
        b->kv[layer].v = slot[HY_QKROPE_V];
    }
    int producer = c->layers[layer].producer;
    if (b->carry)
        return attend(b, slot[HY_QKROPE_Q], layer);
    union hy_args core = {.attention = {.run = &b->p->run,
                                        .B = b->B,
                                        .T = b->T,
                                        .H = c->q_heads,
                                        .K = c->n_kv_heads,
                                        .P = c->head_dim,
                                        .W = hy_layer_window(c, layer),
                                        .M = c->meta_tokens,
                                        .site = hy_drop_site(layer, HY_DROP_WEIGHTS),
                                        .p = hy_build_dropout(b)}};
    hy_t in[HY_MAX_SLOTS] = {[HY_ATTENTION_Q] = slot[HY_QKROPE_Q],
                             [HY_ATTENTION_K] = b->kv[producer].k,
                             [HY_ATTENTION_V] = b->kv[producer].v};
    hy_emit(b->p, HY_OP_ATTENTION, &core, in, layer, "attn.core");
    return in[HY_ATTENTION_Y];
}

/* Causal convolution and silu, from the start of the sequence or continued. */
static hy_t conv(struct hy_build *b, hy_t x, int layer, const char *prefix)
{
    const struct hy_config *c = b->c;
    union hy_args whole = {.conv = {.B = b->B, .T = b->T, .E = c->d_inner, .taps = c->d_conv}};
    union hy_args step = {.conv_step = {.B = b->B, .T = b->T, .E = c->d_inner, .taps = c->d_conv}};
    hy_t slot[HY_MAX_SLOTS] = {[HY_CONV_X] = x,
                               [HY_CONV_W] = parameter(b, layer, prefix, "conv1d.weight"),
                               [HY_CONV_BIAS] = parameter(b, layer, prefix, "conv1d.bias")};
    _Static_assert((int)HY_CONV_STEP_X == HY_CONV_X && (int)HY_CONV_STEP_W == HY_CONV_W &&
                       (int)HY_CONV_STEP_BIAS == HY_CONV_BIAS && (int)HY_CONV_STEP_U == HY_CONV_U,
                   "a convolution that is continued has the same operands in the same places");
    if (b->carry) {
        slot[HY_CONV_STEP_TAIL] = c->d_conv > 1 ? b->carry->layers[layer].tail : HY_NONE;
        slot[HY_CONV_STEP_LEN] = b->carry->len;
    }
    hy_emit(b->p, b->carry ? HY_OP_CONV_STEP : HY_OP_CONV, b->carry ? &step : &whole, slot, layer, "mamba.conv");
    return slot[HY_CONV_U];
}

/* The output emitted last, kept in f32. */
static hy_t in_f32(const struct hy_build *b, hy_t t)
{
    hy_program_keep_f32(b->p, t);
    return t;
}

hy_t hy_build_ssm(struct hy_build *b, hy_t x, hy_t z, int layer, const char *prefix, bool norms)
{
    const struct hy_config *c = b->c;
    int E = c->d_inner, N = c->d_state, R = c->dt_rank;
    hy_t u = conv(b, x, layer, prefix);

    /* what the scan multiplies its states with stays f32 */
    hy_t dbc = in_f32(b, hy_build_linear(b, u, parameter(b, layer, prefix, "x_proj.weight"), layer, "mamba.x"));
    hy_t dt = hy_columns(b->p, dbc, 0, R), Bt = hy_columns(b->p, dbc, R, N), Ct = hy_columns(b->p, dbc, R + N, N);
    if (norms) {
        dt = in_f32(b, hy_build_rmsnorm(b, dt, parameter(b, layer, prefix, "dt_norm.weight"), layer, "mamba.dt_norm"));
        Bt = in_f32(b, hy_build_rmsnorm(b, Bt, parameter(b, layer, prefix, "B_norm.weight"), layer, "mamba.B_norm"));
        Ct = in_f32(b, hy_build_rmsnorm(b, Ct, parameter(b, layer, prefix, "C_norm.weight"), layer, "mamba.C_norm"));
    }
    dt = in_f32(b, hy_build_linear(b, dt, parameter(b, layer, prefix, "dt_proj.weight"), layer, "mamba.dt"));

    union hy_args scan = {.scan = {.B = b->B, .T = b->T, .E = E, .N = N, .chunk = HY_SCAN_CHUNK}};
    hy_t slot[HY_MAX_SLOTS] = {[HY_SCAN_U] = u,
                               [HY_SCAN_DT] = dt,
                               [HY_SCAN_BT] = Bt,
                               [HY_SCAN_CT] = Ct,
                               [HY_SCAN_Z] = z,
                               [HY_SCAN_A_LOG] = parameter(b, layer, prefix, "A_log"),
                               [HY_SCAN_DT_BIAS] = parameter(b, layer, prefix, "dt_proj.bias"),
                               [HY_SCAN_D] = parameter(b, layer, prefix, "D")};
    _Static_assert((int)HY_SCAN_STEP_U == HY_SCAN_U && (int)HY_SCAN_STEP_DT == HY_SCAN_DT &&
                       (int)HY_SCAN_STEP_BT == HY_SCAN_BT && (int)HY_SCAN_STEP_CT == HY_SCAN_CT &&
                       (int)HY_SCAN_STEP_Z == HY_SCAN_Z && (int)HY_SCAN_STEP_A_LOG == HY_SCAN_A_LOG &&
                       (int)HY_SCAN_STEP_DT_BIAS == HY_SCAN_DT_BIAS && (int)HY_SCAN_STEP_D == HY_SCAN_D &&
                       (int)HY_SCAN_STEP_Y == HY_SCAN_Y,
                   "a scan that is continued has the same operands in the same places");
    union hy_args step = {.scan_step = {.B = b->B, .T = b->T, .E = E, .N = N}};
    if (b->carry) {
        slot[HY_SCAN_STEP_STATE] = b->carry->layers[layer].state;
        slot[HY_SCAN_STEP_LEN] = b->carry->len;
    }
    hy_emit(b->p, b->carry ? HY_OP_SCAN_STEP : HY_OP_SCAN, b->carry ? &step : &scan, slot, layer, "mamba.scan");
    return slot[HY_SCAN_Y];
}

hy_t hy_build_fusion(struct hy_build *b, hy_t a, hy_t m, int layer, const char *prefix)
{
    const struct hy_tensor *t = &b->p->tensors[m];
    const bool beta = b->c->fusion == HY_FUSE_BETA;
    union hy_args args = {
        .fusion = {
            .rows = (int)t->rows, .D = (int)t->cols, .has_beta = beta, .scale = beta ? 1 : 0.5f, .eps = HY_NORM_EPS}};
    hy_t slot[HY_MAX_SLOTS] = {[HY_FUSION_A] = a,
                               [HY_FUSION_M] = m,
                               [HY_FUSION_WA] = parameter(b, layer, prefix, "attn_out_norm.weight"),
                               [HY_FUSION_WM] = parameter(b, layer, prefix, "mamba_out_norm.weight"),
                               [HY_FUSION_BETA_A] = beta ? parameter(b, layer, prefix, "beta_attn") : HY_NONE,
                               [HY_FUSION_BETA_M] = beta ? parameter(b, layer, prefix, "beta_mamba") : HY_NONE};
    hy_emit(b->p, HY_OP_FUSION, &args, slot, layer, "fusion");
    return slot[HY_FUSION_Y];
}

hy_t hy_build_ffn(struct hy_build *b, hy_t x, int layer)
{
    hy_t w = hy_build_span(b, layer, "ffn.gate_proj.weight", "ffn.up_proj.weight");
    hy_t both = hy_build_linear(b, x, w, layer, "ffn.in");
    union hy_args a = {.swiglu = {.run = &b->p->run,
                                  .rows = b->B * b->T,
                                  .F = b->c->d_ff,
                                  .site = hy_drop_site(layer, HY_DROP_GATE),
                                  .p = output_dropout(b)}};
    hy_t slot[HY_MAX_SLOTS] = {[HY_SWIGLU_X] = both};
    hy_emit(b->p, HY_OP_SWIGLU, &a, slot, layer, "ffn.act");
    return hy_build_linear(b, slot[HY_SWIGLU_Y], hy_build_parameter(b, layer, "ffn.down_proj.weight"), layer,
                           "ffn.out");
}

static hy_t (*const mixers[])(struct hy_build *b, hy_t x, int layer) = {
#define HY_BLOCK(id, name, label, block, mixer) [id] = (mixer),
#include "models/config/blocks.inc"
#undef HY_BLOCK
};

hy_t hy_build_trunk(struct hy_build *b, hy_t ids)
{
    const struct hy_config *c = b->c;
    float p = output_dropout(b);
    union hy_args embed = {.embed = {.B = b->B, .T = b->T, .D = c->d_model, .M = b->front, .V = c->vocab}};
    hy_t slot[HY_MAX_SLOTS] = {[HY_EMBED_TABLE] = hy_parameter(b->p, "embed_tokens.weight"),
                               [HY_EMBED_META] = b->front ? hy_parameter(b->p, "meta_tokens") : HY_NONE,
                               [HY_EMBED_IDS] = ids};
    hy_emit(b->p, HY_OP_EMBED, &embed, slot, -1, "embed");
    b->h = slot[HY_EMBED_H];
    hy_t x = hy_build_rmsnorm(b, b->h, hy_build_parameter(b, 0, "input_norm.weight"), 0, "mixer.norm");
    for (int i = 0; i < c->n_layers; i++) {
        bool last = i == c->n_layers - 1;
        hy_t mixed = mixers[c->implementation](b, x, i);
        x = hy_build_addnorm(b, &b->h, mixed, hy_build_parameter(b, i, "ffn_norm.weight"), p,
                             hy_drop_site(i, HY_DROP_MIXER), 0, i, "mixer.add");
        hy_t ffn = hy_build_ffn(b, x, i);
        hy_t next = last ? hy_parameter(b->p, "norm.weight") : hy_build_parameter(b, i + 1, "input_norm.weight");
        int skip = last && b->front < b->T ? b->front : 0;
        x = hy_build_addnorm(b, &b->h, ffn, next, p, hy_drop_site(i, HY_DROP_FFN), skip, i, "ffn.add");
        hy_checkpoint(b->p);
    }
    return x;
}
