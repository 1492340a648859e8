#include "report/canvas/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/status.h"

enum { CHUNK = 1 << 16, ALIGN = _Alignof(max_align_t) };

struct hy_arena_chunk {
    struct hy_arena_chunk *next;
    size_t used, room;
    max_align_t bytes[];
};

static struct hy_arena_chunk *new_chunk(size_t room)
{
    struct hy_arena_chunk *chunk = calloc(1, sizeof *chunk + room);
    HY_ASSERT(chunk, "out of memory while writing the report");
    chunk->room = room;
    return chunk;
}

/* A block that fills a good part of a chunk gets one of its own behind the first, which goes on to be filled. */
static void *alloc_alone(struct hy_arena *a, size_t bytes)
{
    struct hy_arena_chunk *chunk = new_chunk(bytes);
    chunk->used = bytes;
    if (a->chunks) {
        chunk->next = a->chunks->next;
        a->chunks->next = chunk;
    } else {
        a->chunks = chunk;
    }
    return chunk->bytes;
}

void *hy_arena_alloc(struct hy_arena *a, size_t bytes)
{
    size_t rounded = (bytes / ALIGN + 1) * ALIGN; /* never 0: each block has an address of its own */
    if (rounded > CHUNK / 4)
        return alloc_alone(a, rounded);
    if (!a->chunks || a->chunks->room - a->chunks->used < rounded) {
        struct hy_arena_chunk *chunk = new_chunk(CHUNK);
        chunk->next = a->chunks;
        a->chunks = chunk;
    }
    void *block = (char *)a->chunks->bytes + a->chunks->used;
    a->chunks->used += rounded;
    return block;
}

char *hy_arena_copy(struct hy_arena *a, const char *text)
{
    size_t bytes = strlen(text) + 1;
    return memcpy(hy_arena_alloc(a, bytes), text, bytes);
}

char *hy_arena_format(struct hy_arena *a, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    HY_ASSERT(length >= 0, "a text of the report cannot be formatted");
    char *text = hy_arena_alloc(a, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    va_end(args);
    return text;
}

void hy_arena_free(struct hy_arena *a)
{
    while (a->chunks) {
        struct hy_arena_chunk *next = a->chunks->next;
        free(a->chunks);
        a->chunks = next;
    }
}
