/* The choice among a library's algorithms, and the file that keeps it (kernels/products.h). A list of times stands for
 * the library. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "kernels/products.h"

static char folder[] = "/tmp/hymbench-products-XXXXXX";
static char *path;

static const char key[] = "NVIDIA H200 driver 13000 runtime 13000 cublasLt 130100";

static void set_up(void)
{
    cr_assert_not_null(mkdtemp(folder));
    cr_assert_eq(setenv("XDG_CACHE_HOME", folder, 1), 0);
    path = hy_products_path(key);
    cr_assert_not_null(path);
}

static void tear_down(void)
{
    char *command = hy_format("rm -rf %s", folder);
    cr_assert_eq(system(command), 0);
    free(command);
    free(path);
}

TestSuite(products, .init = set_up, .fini = tear_down);

struct script {
    double ms[HY_PRODUCT_CANDIDATES][HY_PRODUCT_ROUNDS];
    int calls[HY_PRODUCT_CANDIDATES], order[HY_PRODUCT_CANDIDATES * HY_PRODUCT_ROUNDS], n;
};

static double play(void *of, int candidate)
{
    struct script *s = of;
    s->order[s->n++] = candidate;
    return s->ms[candidate][s->calls[candidate]++];
}

Test(products, the_fastest_by_its_best_time)
{
    struct script s = {{{3, 3, 3, 3, 3}, {9, 9, 2, 9, 9}, {2.5, 2.5, 2.5, 2.5, 2.5}}, {0}, {0}, 0};
    double ms = 0;
    cr_assert_eq(hy_products_fastest(3, play, &s, &ms), 1);
    cr_assert_eq(ms, 2);
    for (int i = 0; i < 3 * HY_PRODUCT_ROUNDS; i++)
        cr_assert_eq(s.order[i], i % 3, "in turns");
}

Test(products, a_near_one_does_not_push_out_the_librarys_own_first)
{
    struct script s = {{{1, 1, 1, 1, 1}, {.99, .99, .99, .99, .99}}, {0}, {0}, 0};
    cr_assert_eq(hy_products_fastest(2, play, &s, NULL), 0);
    struct script t = {{{1, 1, 1, 1, 1}, {.97, .97, .97, .97, .97}}, {0}, {0}, 0};
    cr_assert_eq(hy_products_fastest(2, play, &t, NULL), 1);
}

Test(products, one_that_cannot_run_is_out)
{
    struct script s = {{{-1}, {5, 5, 5, 5, 5}, {4, 4, -1}}, {0}, {0}, 0};
    cr_assert_eq(hy_products_fastest(3, play, &s, NULL), 1);
    cr_assert_eq(s.calls[0], 1, "not asked again");
    cr_assert_eq(s.calls[2], 3);
    struct script none = {{{-1}, {-1}}, {0}, {0}, 0};
    cr_assert_eq(hy_products_fastest(2, play, &none, NULL), -1);
    cr_assert_eq(hy_products_fastest(0, play, &none, NULL), -1);
}

static struct hy_product_algorithm made(uint64_t seed)
{
    struct hy_product_algorithm a;
    for (int i = 0; i < HY_PRODUCT_WORDS; i++)
        a.words[i] = seed * 0x9e3779b97f4a7c15u + (uint64_t)i;
    return a;
}

static bool finds(const char *shape, uint64_t seed)
{
    struct hy_product_algorithm a, wanted = made(seed);
    return hy_products_find(path, key, shape, &a) && memcmp(&a, &wanted, sizeof a) == 0;
}

Test(products, what_is_kept_is_found)
{
    struct hy_product_algorithm a = made(1), b = made(2), c;
    cr_assert_not(hy_products_find(path, key, "bf16-nt-1x2x3", &c), "no file yet");
    cr_assert_eq(hy_products_keep(path, key, "bf16-nt-1x2x3", &a, 0.25), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_products_keep(path, key, "bf16-nt-1x2x33", &b, 1.5), HY_OK, "%s", hy_error());
    cr_assert(finds("bf16-nt-1x2x3", 1));
    cr_assert(finds("bf16-nt-1x2x33", 2));
    cr_assert_not(hy_products_find(path, key, "bf16-nt-1x2", &c), "the beginning of a shape is none");
}

Test(products, another_device_or_driver_has_its_own)
{
    static const char other[] = "NVIDIA H200 driver 13010 runtime 13000 cublasLt 130100";
    struct hy_product_algorithm a = made(3), c;
    char *elsewhere = hy_products_path(other);
    cr_assert_str_neq(elsewhere, path);
    free(elsewhere);
    cr_assert_eq(hy_products_keep(path, key, "s", &a, 1), HY_OK);
    cr_assert_not(hy_products_find(path, other, "s", &c), "a file of that name with another key");
    cr_assert_eq(hy_products_keep(path, other, "s", &a, 1), HY_OK);
    cr_assert_not(hy_products_find(path, key, "s", &c), "it was begun anew");
}

Test(products, a_broken_line_is_passed_over)
{
    struct hy_product_algorithm a = made(4), c;
    cr_assert_eq(hy_products_keep(path, key, "s", &a, 1), HY_OK);
    FILE *f = fopen(path, "a");
    cr_assert_not_null(f);
    fputs("t 00\nt zz\nt 0000000000000001 0000000000000001", f);
    fclose(f);
    cr_assert(finds("s", 4));
    cr_assert_not(hy_products_find(path, key, "t", &c));
}

Test(products, a_folder_that_cannot_be_written_is_an_error)
{
    struct hy_product_algorithm a = made(5);
    cr_assert_neq(hy_products_keep("/proc/none/products.txt", key, "s", &a, 1), HY_OK);
}

Test(products, behind_a_switch)
{
    unsetenv("HYMBENCH_TIMED_PRODUCTS");
    cr_assert_not(hy_products_timed());
    setenv("HYMBENCH_TIMED_PRODUCTS", "0", 1);
    cr_assert_not(hy_products_timed());
    setenv("HYMBENCH_TIMED_PRODUCTS", "1", 1);
    cr_assert(hy_products_timed());
}
