#include "models/config/study_schema.h"

#include <cyaml/cyaml.h>
#include <stdio.h>
#include <string.h>

#include "kernels/base/nearest.h"
#include "models/config/study.h"

enum {
    MAX_TEXT = 4096,
    VARIANT_FIELDS = HY_MAX_FIELDS + 12,
};

struct schema {
    cyaml_schema_field_t corpus[HY_MAX_FIELDS], model[HY_MAX_FIELDS], training[HY_MAX_FIELDS], samples[HY_MAX_FIELDS];
    cyaml_schema_field_t profile[8], variant[VARIANT_FIELDS], study[12];
    cyaml_schema_value_t prompt, one_profile, one_variant, top;
};

/* What libcyaml logged about a failure. Its place is that of the last value it had
 * read: a key it objects to is the next one of that name. */
struct complaint {
    char reason[512];
    int line, column; /* 0 = not said */
};

static const cyaml_config_t reading = {.mem_fn = cyaml_mem, .log_level = CYAML_LOG_ERROR, .flags = CYAML_CFG_NO_ALIAS};

/* ---- schema ------------------------------------------------------------------ */

static cyaml_schema_field_t text_field(const char *key, size_t offset, bool required)
{
    cyaml_schema_field_t f = {.key = key, .data_offset = (uint32_t)offset};
    f.value = (cyaml_schema_value_t){CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 0, MAX_TEXT)};
    if (!required)
        f.value.flags = CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL;
    return f;
}

static int table_fields(cyaml_schema_field_t *to, struct hy_fields table, size_t offset)
{
    for (int i = 0; i < table.n; i++)
        to[i] = text_field(table.rows[i].key, offset + (size_t)i * sizeof(char *), false);
    return table.n;
}

static int list_fields(cyaml_schema_field_t *to)
{
    to[0] = (cyaml_schema_field_t)CYAML_FIELD_IGNORE("global_layers", CYAML_FLAG_OPTIONAL);
    to[1] = (cyaml_schema_field_t)CYAML_FIELD_IGNORE("kv_groups", CYAML_FLAG_OPTIONAL);
    return 2;
}

/* A name or a list of names: either is taken from the tree. */
static int claim_fields(cyaml_schema_field_t *to)
{
    to[0] = (cyaml_schema_field_t)CYAML_FIELD_IGNORE("compare_to", CYAML_FLAG_OPTIONAL);
    to[1] = (cyaml_schema_field_t)CYAML_FIELD_IGNORE("isolates", CYAML_FLAG_OPTIONAL);
    return 2;
}

static cyaml_schema_field_t block_field(const char *key, size_t offset, const cyaml_schema_field_t *fields)
{
    cyaml_schema_field_t f = {.key = key, .data_offset = (uint32_t)offset};
    f.value = (cyaml_schema_value_t){CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct hy_raw_block, fields)};
    f.value.flags = CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL;
    return f;
}

/* Lists of what is swept: the tree has their lines. */
static cyaml_schema_field_t sweep_field(void)
{
    return (cyaml_schema_field_t)CYAML_FIELD_IGNORE("sweep", CYAML_FLAG_OPTIONAL);
}

/* The four blocks, which stand in the study and in each profile alike. */
static int four_blocks(cyaml_schema_field_t *to, const struct schema *s, const size_t offsets[4])
{
    to[0] = block_field("corpus", offsets[0], s->corpus);
    to[1] = block_field("model", offsets[1], s->model);
    to[2] = block_field("training", offsets[2], s->training);
    to[3] = block_field("samples", offsets[3], s->samples);
    return 4;
}

static void build_schema(struct schema *s)
{
    const cyaml_schema_field_t end = CYAML_FIELD_END;
    const size_t texts = offsetof(struct hy_raw_block, texts);
    const size_t in_profile[4] = {offsetof(struct hy_raw_profile, corpus), offsetof(struct hy_raw_profile, model),
                                  offsetof(struct hy_raw_profile, training), offsetof(struct hy_raw_profile, samples)};
    const size_t in_study[4] = {offsetof(struct hy_raw_study, corpus), offsetof(struct hy_raw_study, model),
                                offsetof(struct hy_raw_study, training), offsetof(struct hy_raw_study, samples)};
    memset(s, 0, sizeof *s);
    s->corpus[table_fields(s->corpus, hy_corpus_fields, texts)] = end;
    s->training[table_fields(s->training, hy_training_fields, texts)] = end;
    int n = table_fields(s->model, hy_model_fields, texts);
    n += list_fields(s->model + n);
    s->model[n] = end;

    s->prompt = (cyaml_schema_value_t){CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, HY_MAX_PROMPT - 1)};
    n = table_fields(s->samples, hy_sample_fields, texts);
    s->samples[n++] =
        (cyaml_schema_field_t)CYAML_FIELD_SEQUENCE("prompts", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                                                   struct hy_raw_block, prompts, &s->prompt, 1, HY_MAX_PROMPTS);
    s->samples[n] = end;

    s->profile[0] = text_field("name", offsetof(struct hy_raw_profile, name), true);
    n = 1 + four_blocks(s->profile + 1, s, in_profile);
    s->profile[n++] = sweep_field();
    s->profile[n] = end;
    s->one_profile = (cyaml_schema_value_t){CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct hy_raw_profile, s->profile)};

    s->variant[0] = text_field("name", offsetof(struct hy_raw_variant, name), true);
    s->variant[1] = text_field("published_mb", offsetof(struct hy_raw_variant, published_mb), false);
    s->variant[2] = text_field("match", offsetof(struct hy_raw_variant, match), false);
    s->variant[3] = text_field("to", offsetof(struct hy_raw_variant, to), false);
    s->variant[4] = (cyaml_schema_field_t)CYAML_FIELD_IGNORE("grid", CYAML_FLAG_OPTIONAL); /* the tree has it */
    n = 5 + table_fields(s->variant + 5, hy_model_fields, offsetof(struct hy_raw_variant, texts));
    n += table_fields(s->variant + n, hy_cache_fields, offsetof(struct hy_raw_variant, caches));
    n += list_fields(s->variant + n);
    n += claim_fields(s->variant + n);
    HY_ASSERT(n < VARIANT_FIELDS && hy_cache_fields.n <= 4, "the schema has a place for every field");
    s->variant[n] = end;
    s->one_variant = (cyaml_schema_value_t){CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct hy_raw_variant, s->variant)};

    n = 0;
    s->study[n++] = text_field("name", offsetof(struct hy_raw_study, name), true);
    s->study[n++] = text_field("default_profile", offsetof(struct hy_raw_study, default_profile), false);
    s->study[n++] = text_field("cache_only", offsetof(struct hy_raw_study, cache_only), false);
    n += four_blocks(s->study + n, s, in_study);
    s->study[n++] = sweep_field();
    s->study[n++] =
        (cyaml_schema_field_t)CYAML_FIELD_SEQUENCE("profiles", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                                                   struct hy_raw_study, profiles, &s->one_profile, 0, HY_MAX_PROFILES);
    s->study[n++] = (cyaml_schema_field_t)CYAML_FIELD_SEQUENCE("variants", CYAML_FLAG_POINTER, struct hy_raw_study,
                                                               variants, &s->one_variant, 1, HY_MAX_VARIANTS);
    s->study[n] = end;
    s->top = (cyaml_schema_value_t){CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct hy_raw_study, s->study)};
}

/* ---- libcyaml's own errors ----------------------------------------------------- */

/* The first message is the reason, the first line of the backtrace with a position the place. */
static void keep_log(cyaml_log_t level, void *context, const char *format, va_list args)
{
    struct complaint *c = context;
    char text[512];
    (void)level;
    vsnprintf(text, sizeof text, format, args);
    text[strcspn(text, "\n")] = '\0';
    const char *position = strstr(text, "(line: ");
    if (c->reason[0] == '\0')
        snprintf(c->reason, sizeof c->reason, "%s", strncmp(text, "Load: ", 6) == 0 ? text + 6 : text);
    else if (c->line == 0 && position)
        sscanf(position, "(line: %d, column: %d)", &c->line, &c->column);
}

/* Every key of the schema, for "did you mean". */
static const char *nearest_key(const char *key)
{
    static const char *const others[] = {"name",     "corpus", "model",         "training",  "samples", "profiles",
                                         "variants", "sweep",  "global_layers", "kv_groups", "prompts", "compare_to",
                                         "isolates", "grid",   "match",         "to"};
    const char *known[sizeof others / sizeof *others + 4 * HY_MAX_FIELDS];
    const struct hy_fields tables[] = {hy_model_fields, hy_training_fields, hy_corpus_fields, hy_sample_fields};
    size_t n = sizeof others / sizeof *others;
    memcpy(known, others, sizeof others);
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
        for (int i = 0; i < tables[t].n; i++)
            known[n++] = tables[t].rows[i].key;
    return hy_nearest(key, known, n);
}

static hy_status schema_error(struct hy_yaml *tree, const struct complaint *c, cyaml_err_t error)
{
    static const struct {
        const char *theirs, *ours;
    } words[] = {
        {"Missing required mapping field: ", "this block lacks the key "},
        {"Mapping field already seen: ", "this block has twice the key "},
        {"Expecting STRING, got event: ", "a single value is needed here, not "},
        {"Expecting MAPPING, got event: ", "a block of keys is needed here, not "},
        {"Expecting SEQUENCE, got event: ", "a list is needed here, not "},
    };
    static const struct {
        const char *event, *word;
    } events[] = {{"SEQUENCE_START", "a list"}, {"MAPPING_START", "a block of keys"}, {"SCALAR", "a single value"}};
    static const char unexpected[] = "Unexpected key: ";
    int line = c->line > 0 ? c->line : 1;

    if (strncmp(c->reason, unexpected, sizeof unexpected - 1) == 0) {
        const char *key = c->reason + sizeof unexpected - 1, *near = nearest_key(key);
        line = hy_yaml_next_key(tree, line, c->column, key);
        if (near && strcmp(near, key) != 0)
            hy_fail(HY_BAD_INPUT, "unknown key '%.64s'; did you mean '%s'?", key, near);
        else
            hy_fail(HY_BAD_INPUT, "the key '%.64s' does not belong here", key);
        return hy_yaml_fail_at(tree, line);
    }
    hy_fail(HY_BAD_INPUT, "%s", c->reason[0] ? c->reason : cyaml_strerror(error));
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t length = strlen(words[i].theirs);
        if (strncmp(c->reason, words[i].theirs, length) != 0)
            continue;
        const char *rest = c->reason + length;
        for (size_t e = 0; e < sizeof events / sizeof *events; e++)
            if (strcmp(rest, events[e].event) == 0)
                rest = events[e].word;
        hy_fail(HY_BAD_INPUT, "%s%.64s", words[i].ours, rest);
    }
    static const char doubled[] = "Mapping field already seen: ";
    if (strncmp(c->reason, doubled, sizeof doubled - 1) == 0)
        line = hy_yaml_next_key(tree, line, c->column, c->reason + sizeof doubled - 1);
    return hy_yaml_fail_at(tree, line);
}

hy_status hy_raw_study_load(struct hy_yaml *tree, const char *text, size_t bytes, struct hy_raw_study **out)
{
    struct schema schema;
    struct complaint complaint = {0};
    cyaml_config_t config = reading;
    cyaml_data_t *data = NULL;
    config.log_fn = keep_log;
    config.log_ctx = &complaint;
    build_schema(&schema);
    cyaml_err_t error = cyaml_load_data((const uint8_t *)text, bytes, &config, &schema.top, &data, NULL);
    *out = data;
    return error || !data ? schema_error(tree, &complaint, error) : HY_OK;
}

void hy_raw_study_free(struct hy_raw_study *raw)
{
    struct schema schema;
    if (!raw)
        return;
    build_schema(&schema);
    cyaml_free(&reading, &schema.top, raw, 0);
}
