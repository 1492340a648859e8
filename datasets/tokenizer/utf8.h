/* UTF-8: is it, how many characters, and the byte <-> printable mapping of byte-level BPE. */
#ifndef HY_DATASETS_TOKENIZER_UTF8_H
#define HY_DATASETS_TOKENIZER_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/base/status.h"

/* True if text is well-formed UTF-8 (no surrogates, no overlong forms, at most
 * U+10FFFF); otherwise *offset is the first byte that is wrong. */
bool hy_utf8_valid(const char *text, size_t bytes, size_t *offset);

/* The same as a status: HY_BAD_INPUT with `what` (a file name, "the prompt"), the offset and the byte. */
hy_status hy_utf8_check(const char *text, size_t bytes, const char *what);

/* Characters (code points) in valid UTF-8, or in any cut of it: bytes that begin one are counted. */
int64_t hy_utf8_count(const char *text, size_t bytes);

/* Bytes of the first `characters` characters of valid UTF-8; all bytes where the text is shorter. */
size_t hy_utf8_prefix(const char *text, size_t bytes, int64_t characters);

/* Writes code point c as UTF-8 into out[0..4), returns the bytes used. */
size_t hy_utf8_put(uint32_t c, char out[4]);

/* Reads the code point at text[*at] of valid UTF-8 and moves *at behind it. */
uint32_t hy_utf8_next(const char *text, size_t *at);

/* Byte-level BPE spells every byte as one printable character: the printable
 * Latin-1 bytes as themselves, the other 68 as U+0100, U+0101, ... in order
 * (the mapping of GPT-2). */
uint32_t hy_printable_of_byte(unsigned char byte);

/* The inverse: -1 for characters that stand for no byte. */
int hy_byte_of_printable(uint32_t c);

#endif
