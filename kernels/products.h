/* Which algorithm of a library multiplies matrices of some shape fastest: timed once for a device, driver and library,
 * and kept from run to run, so that the same shape goes on running the same kernel. Behind kernels/cuda/lt. C and C++.
 */
#ifndef HY_KERNELS_PRODUCTS_H
#define HY_KERNELS_PRODUCTS_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/base/status.h"

enum {
    HY_PRODUCT_CANDIDATES = 8,
    HY_PRODUCT_WORDS = 8, /* of an algorithm as the library describes it */
};

struct hy_product_algorithm {
    uint64_t words[HY_PRODUCT_WORDS];
};

/* Whether algorithms are timed: HYMBENCH_TIMED_PRODUCTS=1. Otherwise the library's first one is taken: no GPU of ours
 * has run the other way yet. */
bool hy_products_timed(void);

/* $XDG_CACHE_HOME/hymbench/products-<16 hex digits of the key>.txt, else below ~/.cache; malloc'd. NULL: no home.
 * `key`: one line that names device, driver and library. */
char *hy_products_path(const char *key);

/* What was kept for a shape (one word); false: nothing, or the file is another device's. */
bool hy_products_find(const char *path, const char *key, const char *shape, struct hy_product_algorithm *a);

/* Adds a line to the file, beginning it if need be; several programs may at once. `ms` is for who reads it.
 * HY_RUN_FAILED where it cannot be written. */
hy_status hy_products_keep(const char *path, const char *key, const char *shape, const struct hy_product_algorithm *a,
                           double ms);

/* Times `count` candidates in turns, HY_PRODUCT_ROUNDS times, `time` giving milliseconds, or less than 0 where one
 * cannot run. The fastest by its best time: one behind the first in the library's own order has to be faster by 2 % at
 * least. -1 where none runs; *ms is its time. */
enum { HY_PRODUCT_ROUNDS = 5 };
int hy_products_fastest(int count, double (*time)(void *of, int candidate), void *of, double *ms);

#endif
