/* Memory that lives until the report is done. */
#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

#include "report/canvas/arena.h"

/* Nothing, a byte, what fills a chunk nearly, a chunk, and several of them. */
Test(arena, blocks_are_zeroed_aligned_and_apart)
{
    static const size_t sizes[] = {0, 1, 15, 16, 17, 16000, 16384, 65536, 300000};
    enum { SIZES = sizeof sizes / sizeof *sizes, ROUNDS = 40 };
    struct hy_arena a = {0};
    unsigned char *block[SIZES * ROUNDS];
    for (size_t i = 0; i < SIZES * ROUNDS; i++) {
        block[i] = hy_arena_alloc(&a, sizes[i % SIZES]);
        cr_assert_eq((uintptr_t)block[i] % _Alignof(max_align_t), 0);
        for (size_t k = 0; k < sizes[i % SIZES]; k++)
            cr_assert_eq(block[i][k], 0);
        memset(block[i], (int)(i % 251 + 1), sizes[i % SIZES]);
    }
    for (size_t i = 0; i < SIZES * ROUNDS; i++)
        for (size_t k = 0; k < sizes[i % SIZES]; k++)
            cr_assert_eq(block[i][k], i % 251 + 1, "block %zu was written over", i);
    hy_arena_free(&a);
    cr_assert_null(a.chunks);
    hy_arena_free(&a);
}

Test(arena, texts)
{
    struct hy_arena a = {0};
    char word[] = "word", *copy = hy_arena_copy(&a, word);
    word[0] = 'l';
    cr_assert_str_eq(copy, "word");
    cr_assert_str_eq(hy_arena_copy(&a, ""), "");
    cr_assert_str_eq(hy_arena_format(&a, "%d of %s", 3, word), "3 of lord");
    cr_assert_eq(strlen(hy_arena_format(&a, "%70000s", "x")), 70000);
    hy_arena_free(&a);
}
