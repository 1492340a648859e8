#include "datasets/base/hash.h"

#include "datasets/base/memory.h"

enum { FIRST_SLOTS = 256 };

static uint64_t mix(uint64_t x)
{
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93u;
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93u;
    return x ^ x >> 32;
}

/* Pre-tokens are short: eight bytes at a time, the rest in one padded word. */
static uint64_t hash_bytes(const char *at, size_t bytes)
{
    uint64_t h = bytes * 0x9e3779b97f4a7c15u;
    for (; bytes >= 8; at += 8, bytes -= 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        h = mix(h ^ word);
    }
    uint64_t rest = 0;
    memcpy(&rest, at, bytes);
    return mix(h ^ rest);
}

/* ---- byte strings ---------------------------------------------------------- */

/* The slot that holds the key, or the free one where it belongs. */
static uint64_t string_slot(const struct hy_string_map *m, const char *at, size_t bytes, uint64_t hash)
{
    uint64_t i = hash & m->mask;
    for (; m->slots[i] != 0; i = (i + 1) & m->mask) {
        if (m->slots[i] >> 32 != hash >> 32)
            continue;
        const struct hy_string *key = &m->keys[(uint32_t)m->slots[i] - 1];
        if (key->bytes == bytes && memcmp(key->at, at, bytes) == 0)
            break;
    }
    return i;
}

uint32_t hy_string_map_find(const struct hy_string_map *m, const char *at, size_t bytes)
{
    if (m->n == 0)
        return HY_ABSENT;
    return (uint32_t)m->slots[string_slot(m, at, bytes, hash_bytes(at, bytes))] - 1; /* 0 - 1 is HY_ABSENT */
}

static void string_map_double(struct hy_string_map *m)
{
    uint64_t slots = m->slots ? 2 * (m->mask + 1) : FIRST_SLOTS;
    free(m->slots);
    m->slots = hy_new(slots, sizeof *m->slots);
    m->mask = slots - 1;
    for (uint32_t k = 0; k < m->n; k++) {
        uint64_t hash = hash_bytes(m->keys[k].at, m->keys[k].bytes);
        uint64_t i = hash & m->mask;
        while (m->slots[i] != 0)
            i = (i + 1) & m->mask;
        m->slots[i] = hash >> 32 << 32 | (k + 1);
    }
}

uint32_t hy_string_map_put(struct hy_string_map *m, const char *at, size_t bytes, bool *added)
{
    if (!m->slots || 2 * (uint64_t)m->n >= m->mask)
        string_map_double(m);
    uint64_t hash = hash_bytes(at, bytes);
    uint64_t i = string_slot(m, at, bytes, hash);
    bool fresh = m->slots[i] == 0;
    if (fresh) {
        HY_ASSERT(m->n < HY_ABSENT - 1, "more than 4 billion different strings");
        m->keys = hy_grow(m->keys, (size_t)m->n + 1, &m->capacity, sizeof *m->keys);
        m->keys[m->n] = (struct hy_string){at, bytes};
        m->n++;
        m->slots[i] = hash >> 32 << 32 | m->n;
    }
    if (added)
        *added = fresh;
    return (uint32_t)m->slots[i] - 1;
}

void hy_string_map_fini(struct hy_string_map *m)
{
    if (!m)
        return;
    free(m->keys);
    free(m->slots);
    *m = (struct hy_string_map){0};
}

/* ---- pairs ----------------------------------------------------------------- */

static uint64_t pair_slot(const struct hy_pair_map *m, uint64_t key)
{
    uint64_t i = mix(key) & m->mask;
    while (m->slots[i].number != 0 && m->slots[i].key != key)
        i = (i + 1) & m->mask;
    return i;
}

uint32_t hy_pair_map_find(const struct hy_pair_map *m, uint64_t key)
{
    return m->n == 0 ? HY_ABSENT : m->slots[pair_slot(m, key)].number - 1; /* 0 - 1 is HY_ABSENT */
}

static void pair_map_double(struct hy_pair_map *m)
{
    uint64_t slots = m->slots ? 2 * (m->mask + 1) : FIRST_SLOTS;
    free(m->slots);
    m->slots = hy_new(slots, sizeof *m->slots);
    m->mask = slots - 1;
    for (uint32_t k = 0; k < m->n; k++)
        m->slots[pair_slot(m, m->keys[k])] = (struct hy_pair_slot){m->keys[k], k + 1};
}

uint32_t hy_pair_map_put(struct hy_pair_map *m, uint64_t key, bool *added)
{
    if (!m->slots || 2 * (uint64_t)m->n >= m->mask)
        pair_map_double(m);
    uint64_t i = pair_slot(m, key);
    bool fresh = m->slots[i].number == 0;
    if (fresh) {
        HY_ASSERT(m->n < HY_ABSENT - 1, "more than 4 billion different pairs");
        m->keys = hy_grow(m->keys, (size_t)m->n + 1, &m->capacity, sizeof *m->keys);
        m->keys[m->n++] = key;
        m->slots[i] = (struct hy_pair_slot){key, m->n};
    }
    if (added)
        *added = fresh;
    return m->slots[i].number - 1;
}

void hy_pair_map_fini(struct hy_pair_map *m)
{
    if (!m)
        return;
    free(m->keys);
    free(m->slots);
    *m = (struct hy_pair_map){0};
}
