/* hymbench tokenize: train a tokenizer, encode text to ids, decode ids to text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cli/options.h"
#include "bench/commands/commands.h"
#include "datasets/corpus.h"
#include "datasets/tokenizer/tokenizer.h"
#include "datasets/tokenizer/utf8.h"
#include "kernels/base/file.h"
#include "kernels/base/nearest.h"

enum { LARGEST_U16_VOCAB = 65536 };

/* Where text comes from: --text and --chars, else the corpus chain. */
struct source {
    const char *path;
    int64_t chars; /* 0 = all */
};

struct text {
    char *at;
    size_t bytes;
    char *name;
};

static void text_fini(struct text *t)
{
    free(t->at);
    free(t->name);
}

static hy_status text_load(struct text *t, const struct source *from, const struct hy_globals *g)
{
    hy_status status = HY_OK;
    *t = (struct text){0};
    if (from->path) {
        status = hy_read_file(from->path, &t->at, &t->bytes);
        t->name = hy_format("'%s'", from->path);
    } else {
        struct hy_corpus c;
        status = hy_corpus_load(&c, g->data);
        if (status == HY_OK) {
            t->at = c.text;
            t->bytes = c.bytes;
            t->name = hy_format("the corpus '%s'", c.name);
            c.text = NULL;
            hy_corpus_fini(&c);
        }
    }
    if (status == HY_OK)
        status = hy_utf8_check(t->at, t->bytes, t->name);
    if (status == HY_OK && from->chars > 0)
        t->bytes = hy_utf8_prefix(t->at, t->bytes, from->chars);
    return status;
}

static struct hy_option text_option(struct source *from, const char *help)
{
    return (struct hy_option){.name = "text", .kind = HY_OPT_STRING, .to = &from->path, .value = "FILE", .help = help};
}

static struct hy_option chars_option(struct source *from)
{
    return (struct hy_option){.name = "chars",
                              .kind = HY_OPT_INT64,
                              .to = &from->chars,
                              .min = 1,
                              .max = 1e15,
                              .value = "N",
                              .help = "only its first N characters"};
}

static hy_status missing(const char *action, const char *option)
{
    return hy_fail(HY_BAD_INPUT, "tokenize %s needs %s; hymbench tokenize %s --help explains", action, option, action);
}

/* ---- train --------------------------------------------------------------------- */

static hy_status train(int argc, char **argv)
{
    struct hy_globals g;
    struct source from = {0};
    struct hy_bpe_options options = {.vocab_size = 4096, .min_frequency = 2};
    const char *out = NULL;
    bool help = false;
    int vocab = options.vocab_size;
    const struct hy_option table[] = {
        text_option(&from, "text to learn from (default: the corpus)"),
        chars_option(&from),
        {.name = "vocab",
         .kind = HY_OPT_INT,
         .to = &vocab,
         .min = HY_SPECIALS,
         .max = 1e6,
         .value = "N",
         .help = "tokens to have in the end (4096)"},
        {.name = "min-frequency",
         .kind = HY_OPT_INT64,
         .to = &options.min_frequency,
         .min = 0,
         .max = 1e15,
         .value = "N",
         .help = "merge no pair that is rarer (2)"},
        {.name = "out", .kind = HY_OPT_STRING, .to = &out, .value = "FILE", .help = "tokenizer.json to write"},
        {0}};
    const struct hy_command usage = {
        .name = "tokenize train", .summary = "learn a byte-level BPE tokenizer", .options = table};
    hy_status status = hy_options_parse(&usage, argc, argv, &g, &help, NULL);
    if (status != HY_OK || help)
        return status;
    if (!out)
        return missing("train", "--out FILE");
    options.vocab_size = vocab;

    struct hy_tokenizer t = {0};
    struct text text;
    status = text_load(&text, &from, &g);
    if (status == HY_OK)
        status = hy_tokenizer_train(&t, text.at, text.bytes, &options);
    if (status == HY_OK)
        status = hy_tokenizer_save(&t, out);
    if (status == HY_OK)
        printf("%d tokens, %d merges\n", (int)t.size, (int)t.n_merges);
    hy_tokenizer_fini(&t);
    text_fini(&text);
    return status;
}

/* ---- encode -------------------------------------------------------------------- */

static hy_status write_u16(const char *path, const int32_t *ids, size_t n)
{
    unsigned char *bytes = malloc(2 * n + 1);
    if (!bytes)
        return hy_fail(HY_RUN_FAILED, "%zu ids do not fit into memory; encode a shorter text", n);
    for (size_t i = 0; i < n; i++) {
        bytes[2 * i] = (unsigned char)(ids[i] & 0xff);
        bytes[2 * i + 1] = (unsigned char)(ids[i] >> 8);
    }
    char sha256[65];
    hy_sha256_hex(bytes, 2 * n, sha256);
    hy_status status = hy_write_file(path, bytes, 2 * n);
    free(bytes);
    if (status == HY_OK)
        printf("%zu ids, SHA-256 %s\n", n, sha256);
    return status;
}

static hy_status encode(int argc, char **argv)
{
    struct hy_globals g;
    struct source from = {0};
    const char *tokenizer = NULL, *out = NULL;
    bool help = false;
    const struct hy_option table[] = {{.name = "tokenizer",
                                       .kind = HY_OPT_STRING,
                                       .to = &tokenizer,
                                       .value = "FILE",
                                       .help = "tokenizer.json to use"},
                                      text_option(&from, "text to encode (default: the corpus)"),
                                      chars_option(&from),
                                      {.name = "out",
                                       .kind = HY_OPT_STRING,
                                       .to = &out,
                                       .value = "FILE",
                                       .help = "ids as little-endian u16 (default: one per line on standard output)"},
                                      {0}};
    const struct hy_command usage = {.name = "tokenize encode", .summary = "text to ids", .options = table};
    hy_status status = hy_options_parse(&usage, argc, argv, &g, &help, NULL);
    if (status != HY_OK || help)
        return status;
    if (!tokenizer)
        return missing("encode", "--tokenizer FILE");

    struct hy_tokenizer t = {0};
    struct text text = {0};
    int32_t *ids = NULL;
    size_t n = 0;
    status = hy_tokenizer_load(&t, tokenizer);
    if (status == HY_OK && out && t.size > LARGEST_U16_VOCAB)
        status = hy_fail(HY_BAD_INPUT, "'%s' has %d tokens: their ids do not fit into u16; leave --out away", tokenizer,
                         (int)t.size);
    if (status == HY_OK)
        status = text_load(&text, &from, &g);
    if (status == HY_OK)
        status = hy_tokenizer_encode(&t, text.at, text.bytes, &ids, &n);
    if (status == HY_OK && out)
        status = write_u16(out, ids, n);
    for (size_t i = 0; status == HY_OK && !out && i < n; i++)
        printf("%d\n", (int)ids[i]);
    free(ids);
    hy_tokenizer_fini(&t);
    text_fini(&text);
    return status;
}

/* ---- decode -------------------------------------------------------------------- */

static hy_status read_u16(const char *path, int32_t **ids, size_t *n)
{
    char *data;
    size_t bytes;
    *ids = NULL;
    hy_status status = hy_read_file(path, &data, &bytes);
    if (status != HY_OK)
        return status;
    if (bytes % 2 != 0)
        status = hy_fail(HY_BAD_INPUT, "'%s' has %zu bytes, but ids are two bytes each: is it cut off?", path, bytes);
    else if (!(*ids = malloc((bytes / 2 + 1) * sizeof **ids)))
        status = hy_fail(HY_RUN_FAILED, "the ids of '%s' do not fit into memory", path);
    *n = bytes / 2;
    for (size_t i = 0; *ids && i < *n; i++)
        (*ids)[i] = (unsigned char)data[2 * i] | (unsigned char)data[2 * i + 1] << 8;
    free(data);
    return status;
}

static hy_status decode(int argc, char **argv)
{
    const char *tokenizer = NULL, *path = NULL, *out = NULL;
    bool help = false, skip_special = false;
    const struct hy_option table[] = {
        {.name = "tokenizer",
         .kind = HY_OPT_STRING,
         .to = &tokenizer,
         .value = "FILE",
         .help = "tokenizer.json to use"},
        {.name = "ids", .kind = HY_OPT_STRING, .to = &path, .value = "FILE", .help = "ids as little-endian u16"},
        {.name = "skip-special", .kind = HY_OPT_FLAG, .to = &skip_special, .help = "leave special tokens out"},
        {.name = "out",
         .kind = HY_OPT_STRING,
         .to = &out,
         .value = "FILE",
         .help = "text to write (default: standard output)"},
        {0}};
    const struct hy_command usage = {.name = "tokenize decode", .summary = "ids to text", .options = table};
    hy_status status = hy_options_parse(&usage, argc, argv, NULL, &help, NULL);
    if (status != HY_OK || help)
        return status;
    if (!tokenizer || !path)
        return missing("decode", tokenizer ? "--ids FILE" : "--tokenizer FILE");

    struct hy_tokenizer t = {0};
    int32_t *ids = NULL;
    char *text = NULL;
    size_t n = 0, bytes = 0;
    status = hy_tokenizer_load(&t, tokenizer);
    if (status == HY_OK)
        status = read_u16(path, &ids, &n);
    if (status == HY_OK)
        status = hy_tokenizer_decode(&t, ids, n, skip_special, &text, &bytes);
    if (status == HY_OK && out)
        status = hy_write_file(out, text, bytes);
    else if (status == HY_OK)
        (void)fwrite(text, 1, bytes, stdout); /* main() looks whether stdout took it */
    free(text);
    free(ids);
    hy_tokenizer_fini(&t);
    return status;
}

/* ---- which --------------------------------------------------------------------- */

hy_status hy_cmd_tokenize(int argc, char **argv)
{
    static const char *const actions[] = {"train", "encode", "decode"};
    static hy_status (*const run[])(int, char **) = {train, encode, decode};
    const char *word = argc > 1 ? argv[1] : NULL;
    if (!word)
        return hy_fail(HY_BAD_INPUT, "tokenize needs an action: train, encode or decode");
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        puts("hymbench tokenize train|encode|decode [options]: byte-level BPE, in the format of Hugging Face "
             "tokenizers\n\n"
             "  train    learn a tokenizer from text\n"
             "  encode   text to ids\n"
             "  decode   ids to text\n\n"
             "hymbench tokenize ACTION --help lists the options of one action.");
        return HY_OK;
    }
    for (int i = 0; i < 3; i++)
        if (strcmp(word, actions[i]) == 0)
            return run[i](argc - 1, argv + 1);
    const char *near = hy_nearest(word, actions, 3);
    if (near)
        return hy_fail(HY_BAD_INPUT, "unknown action '%s' of tokenize; did you mean '%s'?", word, near);
    return hy_fail(HY_BAD_INPUT, "unknown action '%s' of tokenize: it has train, encode and decode", word);
}
