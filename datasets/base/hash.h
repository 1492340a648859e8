/* Two hash maps from keys to dense numbers 0, 1, 2, ... in order of insertion:
 * byte strings (pre-tokens, token texts) and pairs of token ids. The caller
 * keeps his values in arrays under those numbers. Nothing is ever removed. */
#ifndef HY_DATASETS_BASE_HASH_H
#define HY_DATASETS_BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HY_ABSENT UINT32_MAX

/* ---- byte strings. Keys are borrowed: their bytes must outlive the map and stay in place. */
struct hy_string {
    const char *at;
    size_t bytes;
};
struct hy_string_map {
    struct hy_string *keys; /* keys[number] */
    uint32_t n;
    size_t capacity;
    uint64_t *slots; /* low half: number + 1, 0 = free; high half: upper bits of the hash */
    uint64_t mask;
};
void hy_string_map_fini(struct hy_string_map *m); /* NULL and zeroed maps are fine */

/* The key's number, or HY_ABSENT. A zeroed map is an empty one. */
uint32_t hy_string_map_find(const struct hy_string_map *m, const char *at, size_t bytes);

/* The key's number, new or old; *added says which (may be NULL). */
uint32_t hy_string_map_put(struct hy_string_map *m, const char *at, size_t bytes, bool *added);

/* ---- pairs of ids */
struct hy_pair_slot {
    uint64_t key;
    uint32_t number; /* + 1; 0 = free */
};
struct hy_pair_map {
    uint64_t *keys; /* keys[number] = hy_pair_key() */
    uint32_t n;
    size_t capacity;
    struct hy_pair_slot *slots;
    uint64_t mask;
};
/* Keys order as the pairs do: by left, then by right. */
static inline uint64_t hy_pair_key(uint32_t left, uint32_t right)
{
    return (uint64_t)left << 32 | right;
}
void hy_pair_map_fini(struct hy_pair_map *m);
uint32_t hy_pair_map_find(const struct hy_pair_map *m, uint64_t key);
uint32_t hy_pair_map_put(struct hy_pair_map *m, uint64_t key, bool *added);

#endif
