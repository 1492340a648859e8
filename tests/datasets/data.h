/* What the tests of this folder share: reference data, figures, scratch folders. */
#ifndef HY_TESTS_DATASETS_DATA_H
#define HY_TESTS_DATASETS_DATA_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "datasets/tokenizer/tokenizer.h"

#define BPE_DATA "tests/data/bpe/"

/* The JSON file BPE_DATA name; fails the test if it is not there. */
json_t *data_json(const char *name);

/* The bytes of a file; fails the test if it cannot be read. */
char *data_text(const char *path, size_t *bytes);

/* SHA-256 of ids as little-endian u16, as the reference data has it. */
void ids_sha256(const int32_t *ids, size_t n, char hex[65]);

/* Trains on text and compares with the figures of `tokenizers`: size, tokenizer.json, ids. */
void check_training(const json_t *figures, const char *text, size_t bytes, const char *name);

/* The real corpus's text, or NULL where it is not at hand (then the test skips). */
char *real_corpus(size_t *bytes);

/* A new folder below /tmp, removed by scratch_remove(); path has room for 64. */
void scratch_make(char path[64]);
void scratch_remove(const char *path);

#endif
