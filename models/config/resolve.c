#include "models/config/resolve.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "kernels/ops.h"
#include "models/config/block.h"
#include "models/config/layers.h"
#include "models/config/params.h"

/* Query heads that attention really has. */
static int query_heads(const struct hy_config *c)
{
    if (!hy_block_of(c->implementation)->inner_attention)
        return c->n_heads;
    return c->head_dim > 0 ? c->d_inner / c->head_dim : 0;
}

void hy_config_resolve(struct hy_config *c)
{
    const struct hy_block *block = hy_block_of(c->implementation);
    int D = c->d_model;
    c->head_dim = c->n_heads > 0 ? D / c->n_heads : 0;
    c->d_inner = c->expand * D;
    c->q_heads = query_heads(c);
    if (c->arch == HY_HYBRID && c->fusion == HY_FUSE_AUTO)
        c->fusion = block->fusion;
    if (c->arch == HY_HYBRID && c->in_proj == HY_IN_PROJ_AUTO)
        c->in_proj = block->in_proj;
    if (c->d_ff == 0)
        c->d_ff = block->d_ff(D);
    if (c->dt_rank == 0)
        c->dt_rank = block->dt_rank(D);
    if (c->k_width == 0)
        c->k_width = c->n_kv_heads * c->head_dim;
    if (c->v_width == 0)
        c->v_width = c->n_kv_heads * c->head_dim;
    if (c->n_groups == HY_AUTO_GROUPS && c->n_layers >= 0 && c->n_layers <= HY_MAX_LAYERS)
        hy_set_automatic_groups(c);
}

/* One table row of bounds per key, then what keys must be to each other. */
static hy_status check_fields(struct hy_fields table, const struct hy_config *c, const char **key)
{
    for (int i = 0; i < table.n; i++) {
        *key = table.rows[i].key;
        if (hy_field_check(&table.rows[i], c))
            return HY_BAD_INPUT;
    }
    return HY_OK;
}

static hy_status check_heads(const struct hy_config *c, const char **key)
{
    *key = "n_heads";
    if (c->d_model % c->n_heads)
        return hy_fail(HY_BAD_INPUT, "d_model %d is not a multiple of n_heads %d", c->d_model, c->n_heads);
    if (c->head_dim % 2)
        return hy_fail(HY_BAD_INPUT,
                       "heads are d_model / n_heads = %d / %d = %d wide; rotary positions need an even width",
                       c->d_model, c->n_heads, c->head_dim);
    if (c->head_dim > HY_MOST_HEAD)
        return hy_fail(HY_BAD_INPUT, "heads are d_model / n_heads = %d / %d = %d wide; at most %d can be computed",
                       c->d_model, c->n_heads, c->head_dim, HY_MOST_HEAD);
    if (hy_block_of(c->implementation)->inner_attention && c->d_inner % c->head_dim)
        return hy_fail(HY_BAD_INPUT,
                       "%s gives attention the inner width %d (expand %d x d_model %d), which is not a multiple of the "
                       "head width %d",
                       hy_implementation_name(c->implementation), c->d_inner, c->expand, c->d_model, c->head_dim);
    *key = "n_kv_heads";
    if (c->q_heads % c->n_kv_heads)
        return hy_fail(HY_BAD_INPUT, "%d query heads cannot be divided among n_kv_heads %d", c->q_heads, c->n_kv_heads);
    return HY_OK;
}

static hy_status refuse_arch(const struct hy_config *c)
{
    const unsigned archs = hy_block_of(c->implementation)->archs;
    char there[64] = "";
    size_t used = 0;
    for (int a = 0; a < hy_arch_names.n && used < sizeof there; a++)
        if (archs & 1U << a)
            used += (size_t)snprintf(there + used, sizeof there - used, "%s%s", used ? " and " : "",
                                     hy_arch_names.words[a]);
    return hy_fail(HY_BAD_INPUT, "implementation %s exists for arch %s only, not for %s",
                   hy_implementation_name(c->implementation), there, hy_arch_name(c->arch));
}

static hy_status check_derived(const struct hy_config *c, const char **key)
{
    *key = NULL;
    if (c->head_dim != c->d_model / c->n_heads || c->d_inner != c->expand * c->d_model || c->d_ff < 1 ||
        c->k_width != c->n_kv_heads * c->head_dim || c->v_width != c->k_width || c->dt_rank < 1 || c->n_groups < 0 ||
        c->q_heads != query_heads(c))
        return hy_fail(HY_BAD_INPUT, "the configuration was not resolved: derived sizes do not fit the given ones");
    *key = "arch";
    if (!(hy_block_of(c->implementation)->archs & 1U << c->arch))
        return refuse_arch(c);
    *key = "d_state";
    if (hy_has_mamba(c) && c->d_state > HY_MOST_STATES)
        return hy_fail(HY_BAD_INPUT, "d_state is %d; a scan has at most %d states per channel", c->d_state,
                       HY_MOST_STATES);
    *key = "dt_rank";
    if (hy_has_mamba(c) && c->dt_rank > c->d_inner)
        return hy_fail(HY_BAD_INPUT, "dt_rank %d is more than the inner width %d", c->dt_rank, c->d_inner);
    return HY_OK;
}

/* Only two branches can be fused or share a product, and only blocks that know either way offer it. */
static hy_status check_choices(const struct hy_config *c, const char **key)
{
    const struct hy_block *block = hy_block_of(c->implementation);
    const struct {
        const struct hy_names *names;
        int chosen, own;
        const char *alone;
    } choices[] = {{&hy_fusion_names, (int)c->fusion, (int)block->fusion, "there is nothing to fuse"},
                   {&hy_in_proj_names, (int)c->in_proj, (int)block->in_proj, "no other product reads its input"}};
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
        const char *word = hy_names_word(choices[i].names, choices[i].chosen);
        *key = choices[i].names->key;
        if (choices[i].chosen == 0 && choices[i].own != 0 && c->arch == HY_HYBRID)
            return hy_fail(HY_BAD_INPUT, "the configuration was not resolved: %s is %s", *key, word);
        if (choices[i].chosen != 0 && c->arch != HY_HYBRID)
            return hy_fail(HY_BAD_INPUT, "%s is %s, but arch %s has one branch alone: %s; leave it out", *key, word,
                           hy_arch_name(c->arch), choices[i].alone);
        if (choices[i].chosen != 0 && choices[i].own == 0)
            return hy_fail(HY_BAD_INPUT, "%s is %s, but implementation %s has no such choice; leave it out", *key, word,
                           hy_implementation_name(c->implementation));
    }
    return HY_OK;
}

/* The lists were checked where they were read; this is for structs that code filled. */
static hy_status check_layers(const struct hy_config *c, const char **key)
{
    struct hy_groups groups;
    struct hy_config again = *c;
    *key = "kv_groups";
    for (int i = 0; i < c->n_layers; i++) {
        int p = c->layers[i].producer;
        if (!hy_has_attention(c)) {
            if (p != -1 || c->layers[i].global || c->n_groups)
                return hy_fail(HY_BAD_INPUT, "arch mamba has no attention, yet layer %d is global or has a producer",
                               i);
            continue;
        }
        if (p < 0 || p > i || c->layers[p].producer != p)
            return hy_fail(HY_BAD_INPUT, "layer %d uses K and V of layer %d, which is no earlier layer that owns them",
                           i, p);
    }
    hy_get_groups(c, &groups);
    if (hy_set_groups(&again, &groups))
        return HY_BAD_INPUT;
    if (again.n_groups != c->n_groups)
        return hy_fail(HY_BAD_INPUT, "n_groups is %d, but the layers form %d groups", c->n_groups, again.n_groups);
    return HY_OK;
}

/* Kernels index one tensor with int, and a model must be addressable. */
static hy_status check_sizes(const struct hy_config *c, const char **key)
{
    struct hy_params params;
    hy_status status = HY_OK;
    *key = "d_model";
    hy_params_list(c, &params);
    for (int i = 0; i < params.n && !status; i++)
        if (params.items[i].count > INT32_MAX)
            status = hy_fail(HY_BAD_INPUT, "the model is too large: %s would have %lld elements, more than 2^31-1",
                             params.items[i].name, (long long)params.items[i].count);
    hy_params_fini(&params);
    return status;
}

static hy_status check_name(const struct hy_config *c, const char **key)
{
    *key = "name";
    size_t length = strnlen(c->name, sizeof c->name);
    if (length == 0 || length == sizeof c->name)
        return hy_fail(HY_BAD_INPUT, "a variant's name must have 1 to %d characters", HY_MAX_NAME - 1);
    /* names become file and folder names and parts of comma lists */
    if (strspn(c->name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+-() ") != length ||
        strchr(" .-", c->name[0]))
        return hy_fail(
            HY_BAD_INPUT,
            "a variant's name may have letters, digits, spaces and ._+-() only and must not begin with a space, "
            "a dot or a dash");
    return HY_OK;
}

hy_status hy_config_check_cache(const struct hy_config *c, const char **key)
{
    if (check_name(c, key) || check_fields(hy_model_fields, c, key) || check_fields(hy_shared_fields, c, key) ||
        check_fields(hy_cache_fields, c, key) || check_layers(c, key))
        return HY_BAD_INPUT;
    return HY_OK;
}

hy_status hy_config_check_key(const struct hy_config *c, const char **key)
{
    if (hy_config_check_cache(c, key) || check_derived(c, key) || check_choices(c, key) ||
        (hy_has_attention(c) && check_heads(c, key)) || check_sizes(c, key))
        return HY_BAD_INPUT;
    return HY_OK;
}

hy_status hy_config_check(const struct hy_config *c)
{
    const char *key;
    return hy_config_check_key(c, &key);
}
