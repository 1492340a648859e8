#include "models/config/names.h"

#include <stdio.h>
#include <string.h>

#define LENGTH(a) ((int)(sizeof(a) / sizeof *(a)))

static const char *const implementations[] = {
#define HY_BLOCK(id, name, label, block, mixer) [id] = (name),
#include "models/config/blocks.inc"
#undef HY_BLOCK
};
static const char *const archs[] = {[HY_HYBRID] = "hybrid", [HY_MAMBA] = "mamba", [HY_TRANSFORMER] = "transformer"};
static const char *const fusions[] = {[HY_FUSE_AUTO] = "auto", [HY_FUSE_BETA] = "beta", [HY_FUSE_MEAN] = "mean"};
static const char *const in_projs[] = {
    [HY_IN_PROJ_AUTO] = "auto", [HY_IN_PROJ_SEPARATE] = "separate", [HY_IN_PROJ_SHARED] = "shared"};
static const char *const matches[] = {
    [HY_MATCH_NONE] = "none", [HY_MATCH_PARAMS] = "params", [HY_MATCH_FLOPS] = "flops"};
static const char *const corpus_kinds[] = {[HY_CORPUS_TEXT] = "text", [HY_CORPUS_MQAR] = "mqar"};

const struct hy_names hy_implementation_names = {"implementation", implementations, LENGTH(implementations)};
const struct hy_names hy_arch_names = {"arch", archs, LENGTH(archs)};
const struct hy_names hy_fusion_names = {"fusion", fusions, LENGTH(fusions)};
const struct hy_names hy_in_proj_names = {"in_proj", in_projs, LENGTH(in_projs)};
const struct hy_names hy_match_names = {"match", matches, LENGTH(matches)};
const struct hy_names hy_corpus_kind_names = {"kind", corpus_kinds, LENGTH(corpus_kinds)};

const char *hy_names_word(const struct hy_names *names, int choice)
{
    return choice >= 0 && choice < names->n ? names->words[choice] : NULL;
}

/* "hybrid, mamba or transformer" */
static void list(const struct hy_names *names, char *text, size_t size)
{
    size_t used = 0;
    for (int i = 0; i < names->n && used < size; i++) {
        const char *before = i == 0 ? "" : i == names->n - 1 ? " or " : ", ";
        used += (size_t)snprintf(text + used, size - used, "%s%s", before, names->words[i]);
    }
}

hy_status hy_names_parse(const struct hy_names *names, const char *text, int *choice)
{
    char words[256];
    for (int i = 0; i < names->n; i++)
        if (strcmp(text, names->words[i]) == 0) {
            *choice = i;
            return HY_OK;
        }
    list(names, words, sizeof words);
    return hy_fail(HY_BAD_INPUT, "%s is '%.40s'; it must be %s", names->key, text, words);
}

hy_status hy_names_check(const struct hy_names *names, int choice)
{
    char words[256];
    if (hy_names_word(names, choice))
        return HY_OK;
    list(names, words, sizeof words);
    return hy_fail(HY_BAD_INPUT, "%s must be %s", names->key, words);
}

const char *hy_implementation_name(enum hy_implementation i)
{
    return hy_names_word(&hy_implementation_names, (int)i);
}

const char *hy_arch_name(enum hy_arch a)
{
    return hy_names_word(&hy_arch_names, (int)a);
}
