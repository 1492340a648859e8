#include "bench/nsight/names.h"

#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"

static void *larger(void *items, uint32_t *room, size_t size)
{
    *room = *room ? 2 * *room : 64;
    void *more = realloc(items, *room * size);
    HY_ASSERT(more, "out of memory for the names of a capture");
    return more;
}

/* ---- names ------------------------------------------------------------------------------------------ */
static uint32_t hash_of(const char *text)
{
    uint32_t h = 2166136261u; /* FNV-1a */
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 16777619u;
    return h;
}

static uint32_t slot_of(const struct hy_names *n, const char *text)
{
    uint32_t at = hash_of(text) & (n->n_slots - 1);
    while (n->slots[at] && strcmp(n->text[n->slots[at] - 1], text) != 0)
        at = (at + 1) & (n->n_slots - 1);
    return at;
}

static void rehash(struct hy_names *n)
{
    free(n->slots);
    n->n_slots = n->n_slots ? 2 * n->n_slots : 256;
    n->slots = calloc(n->n_slots, sizeof *n->slots);
    HY_ASSERT(n->slots, "out of memory for the names of a capture");
    for (uint32_t i = 0; i < n->n; i++)
        n->slots[slot_of(n, n->text[i])] = i + 1;
}

uint32_t hy_names_add(struct hy_names *n, const char *text)
{
    if (2 * (n->n + 1) > n->n_slots)
        rehash(n);
    const uint32_t at = slot_of(n, text);
    if (n->slots[at] == 0) {
        if (n->n == n->room)
            n->text = larger(n->text, &n->room, sizeof *n->text);
        n->text[n->n++] = hy_format("%s", text);
        n->slots[at] = n->n;
    }
    return n->slots[at] - 1;
}

uint32_t hy_names_of_id(struct hy_names *n, struct hy_export *e, int64_t string_id)
{
    char text[256];
    const size_t at = (uint64_t)string_id % HY_NAME_CACHE;
    if (!n->cache[at].known || n->cache[at].id != string_id) {
        hy_export_string(e, string_id, text, sizeof text);
        n->cache[at].known = 1;
        n->cache[at].id = string_id;
        n->cache[at].name = hy_names_add(n, text);
    }
    return n->cache[at].name;
}

void hy_names_fini(struct hy_names *n)
{
    for (uint32_t i = 0; i < n->n; i++)
        free(n->text[i]);
    free(n->text);
    free(n->slots);
    memset(n, 0, sizeof *n);
}

/* ---- threads ---------------------------------------------------------------------------------------- */
uint16_t hy_threads_process(struct hy_threads *t, int64_t global)
{
    const int64_t process = global & ~(int64_t)0xffffff;
    for (uint32_t i = 0; i < t->n_processes; i++)
        if (t->processes[i] == process)
            return (uint16_t)i;
    if (t->n_processes == t->process_room)
        t->processes = larger(t->processes, &t->process_room, sizeof *t->processes);
    t->processes[t->n_processes] = process;
    return (uint16_t)t->n_processes++;
}

hy_status hy_threads_add(struct hy_threads *t, int64_t global, uint16_t *thread)
{
    if (t->last >= t->n || t->id[t->last] != global)
        for (t->last = 0; t->last < t->n && t->id[t->last] != global;)
            t->last++;
    *thread = (uint16_t)t->last;
    if (t->last < t->n)
        return HY_OK;
    if (t->n == HY_MOST_THREADS)
        return hy_fail(HY_BAD_INPUT, "the capture has calls of more than %d threads; profile one program alone",
                       HY_MOST_THREADS);
    if (t->n == t->room) {
        uint32_t room = t->room;
        t->id = larger(t->id, &room, sizeof *t->id);
        t->process = larger(t->process, &t->room, sizeof *t->process);
    }
    t->id[t->n] = global;
    t->process[t->n++] = hy_threads_process(t, global);
    return HY_OK;
}

void hy_threads_fini(struct hy_threads *t)
{
    free(t->id);
    free(t->process);
    free(t->processes);
    memset(t, 0, sizeof *t);
}
