/* Weights files that were damaged, by accident or on purpose. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cli/cli.h"
#include "tests/cli/study.h"

TestSuite(cli_bad_weights, .init = cli_begin, .fini = cli_end);

/* A safetensors file in hand: its header as JSON, its data as bytes. */
struct file {
    char *bytes;
    size_t data_at, size;
    json_t *header;
};

static struct file load(void)
{
    struct file f;
    f.bytes = cli_read("good.st", &f.size);
    uint64_t header;
    memcpy(&header, f.bytes, sizeof header); /* little-endian, as this machine */
    f.data_at = 8 + header;
    f.header = json_loadb(f.bytes + 8, header, 0, NULL);
    cr_assert_not_null(f.header);
    return f;
}

/* Writes it back as bad.st and frees it. */
static void store(struct file *f)
{
    char *text = json_dumps(f->header, JSON_COMPACT);
    uint64_t header = strlen(text);
    size_t size = 8 + header + f->size - f->data_at;
    char *all = malloc(size);
    cr_assert_not_null(all);
    memcpy(all, &header, 8);
    memcpy(all + 8, text, header);
    memcpy(all + 8 + header, f->bytes + f->data_at, f->size - f->data_at);
    cli_write("bad.st", all, size);
    free(all);
    free(text);
    free(f->bytes);
    json_decref(f->header);
}

static void refused_by_all(const char *word)
{
    cli_refused(2, word, "$H eval --weights $D/bad.st --text $D/text.txt");
    cli_refused(2, word, "$H generate --weights $D/bad.st --prompt the");
    cli_refused(2, word, "$H logits --weights $D/bad.st --ids $D/ids.i32 --out $D/out.f32");
    cr_assert(!cli_exists("out.f32"), "no logits from bad weights");
}

static json_t *tensor(struct file *f, const char *name)
{
    json_t *entry = json_object_get(f->header, name);
    cr_assert_not_null(entry, "the file has no %s", name);
    return entry;
}

static void make_good(void)
{
    const int32_t ids[2] = {5, 6};
    study_write("tiny.yaml", 1, 0, "", study_hybrid);
    cli_good("$H train --config $D/tiny.yaml --variant Hybrid --save $D/good.st");
    cli_write("ids.i32", ids, sizeof ids);
    struct file f = load();
    store(&f);
    cli_good("$H eval --weights $D/bad.st"); /* the way there and back is no damage */
}

Test(cli_bad_weights, files_cut_off)
{
    make_good();
    cli_good("head -c -1 $D/good.st >$D/bad.st");
    refused_by_all("outside the file");
    cli_good("head -c 100 $D/good.st >$D/bad.st");
    refused_by_all("cut off");
    cli_good("head -c 4 $D/good.st >$D/bad.st");
    refused_by_all("cut off");
    cli_good(": >$D/bad.st");
    refused_by_all("bad.st");
    cli_good("(cat $D/good.st; echo) >$D/bad.st");
    refused_by_all("behind the last tensor");
    cli_good("rm $D/bad.st");
    refused_by_all("bad.st");
}

Test(cli_bad_weights, headers_that_lie)
{
    static const char name[] = "layers.0.attn.q_proj.weight";
    make_good();
    struct file f = load();
    json_t *offsets = json_object_get(tensor(&f, name), "data_offsets");
    for (size_t i = 0; i < 2; i++)
        json_array_set_new(offsets, i, json_integer(json_integer_value(json_array_get(offsets, i)) - 4));
    store(&f);
    refused_by_all("overlaps");

    f = load(); /* the same bytes, another shape */
    json_t *shape = json_object_get(tensor(&f, name), "shape");
    json_int_t rows = json_integer_value(json_array_get(shape, 0));
    json_array_set_new(shape, 0, json_integer(rows / 2));
    json_array_set_new(shape, 1, json_integer(json_integer_value(json_array_get(shape, 1)) * 2));
    store(&f);
    refused_by_all("another shape");

    f = load();
    shape = json_object_get(tensor(&f, name), "shape");
    for (size_t i = 0; i < 2; i++)
        json_array_set_new(shape, i, json_integer((json_int_t)1 << 40));
    store(&f);
    refused_by_all("beyond any memory");

    f = load();
    json_array_set_new(json_object_get(tensor(&f, name), "data_offsets"), 1, json_integer((json_int_t)1 << 60));
    store(&f);
    refused_by_all("outside the file");

    f = load();
    json_object_set_new(tensor(&f, name), "dtype", json_string("F16"));
    store(&f);
    refused_by_all("fit its shape");

    f = load();
    json_object_set_new(tensor(&f, name), "dtype", json_string("U8"));
    store(&f);
    refused_by_all("holds U8");

    uint64_t huge = (uint64_t)1 << 62;
    size_t bytes;
    char *raw = cli_read("good.st", &bytes);
    memcpy(raw, &huge, sizeof huge);
    cli_write("bad.st", raw, bytes);
    free(raw);
    refused_by_all("cut off");
}

/* What the metadata says of the model must fit the tensors; a claim of any size takes no memory. */
Test(cli_bad_weights, metadata_that_lies)
{
    make_good();
    static const struct {
        const char *key;
        int value;
        const char *word;
    } claims[] = {{"n_layers", 40, "parameters"},
                  {"d_model", 65536, "bad.st"},
                  {"vocab", 65536, "parameters"},
                  {"n_heads", 5, "n_heads"},
                  {"d_model", -1, "d_model"}};
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
        struct file f = load();
        json_t *metadata = json_object_get(f.header, "__metadata__");
        json_t *variant = json_loads(json_string_value(json_object_get(metadata, "hymbench")), 0, NULL);
        cr_assert_not_null(json_object_get(variant, claims[i].key), "%s", claims[i].key);
        json_object_set_new(variant, claims[i].key, json_integer(claims[i].value));
        char *text = json_dumps(variant, JSON_COMPACT);
        json_object_set_new(metadata, "hymbench", json_string(text));
        free(text);
        json_decref(variant);
        store(&f);
        refused_by_all(claims[i].word);
    }
    struct file f = load();
    json_object_del(f.header, "__metadata__");
    store(&f);
    refused_by_all("metadata");
    f = load();
    json_object_set_new(json_object_get(f.header, "__metadata__"), "hymbench", json_string("{"));
    store(&f);
    refused_by_all("bad.st");
    f = load();
    json_object_set_new(json_object_get(f.header, "__metadata__"), "tokenizer", json_string("{\"model\":"));
    store(&f);
    refused_by_all("bad.st");
}

/* Numbers that are none: the file is sound, its model is not. */
Test(cli_bad_weights, weights_that_are_not_finite)
{
    static const struct {
        uint32_t bits;
        const char *word;
    } bad[] = {{0x7fc00000, "'layers.1.input_norm.weight' holds nan at element 2"},
               {0xff800000, "'layers.1.input_norm.weight' holds -inf at element 2"}};
    make_good();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct file f = load();
        json_t *offsets = json_object_get(tensor(&f, "layers.1.input_norm.weight"), "data_offsets");
        memcpy(f.bytes + f.data_at + json_integer_value(json_array_get(offsets, 0)) + 2 * sizeof(float), &bad[i].bits,
               sizeof bad[i].bits);
        store(&f);
        cli_refused(4, bad[i].word, "$H eval --weights $D/bad.st --text $D/text.txt");
        cli_refused(4, bad[i].word, "$H generate --weights $D/bad.st --prompt the");
        cli_refused(4, bad[i].word, "$H logits --weights $D/bad.st --ids $D/ids.i32 --out $D/out.f32");
    }
}
