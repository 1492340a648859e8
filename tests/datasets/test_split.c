#include <criterion/criterion.h>
#include <stdlib.h>

#include "datasets/split.h"
#include "kernels/base/file.h"
#include "tests/datasets/data.h"

Test(split, randperm_is_that_of_pytorch)
{
    size_t i, k;
    json_t *rows = data_json("randperm.json"), *row, *value;
    json_array_foreach(rows, i, row)
    {
        int n = (int)json_integer_value(json_object_get(row, "n"));
        json_int_t seed = json_integer_value(json_object_get(row, "seed"));
        int32_t *order = calloc((size_t)n + 1, sizeof *order);
        hy_torch_randperm(seed, n, order);
        json_array_foreach(json_object_get(row, "first"), k, value)
            cr_assert_eq(order[k], json_integer_value(value), "seed %lld, n %d, place %zu", (long long)seed, n, k);
        char hex[65];
        hy_sha256_hex(order, (size_t)n * sizeof *order, hex); /* the reference is little-endian i32, as here */
        cr_assert_str_eq(hex, json_string_value(json_object_get(row, "sha256")), "seed %lld, n %d", (long long)seed, n);
        free(order);
    }
    cr_assert_eq(i, 48u);
    json_decref(rows);
}

Test(split, the_protocol)
{
    static const int train[] = {744, 530, 286, 1108}, val[] = {1053, 160, 1016, 252};
    int order[1194];
    hy_torch_randperm(42, 1194, order);
    cr_assert_eq(hy_split_train(0.9, 1194), 1074);
    cr_assert_arr_eq(order, train, sizeof train);
    cr_assert_arr_eq(order + 1074, val, sizeof val);
}

/* In whole numbers, for shares whose rounding cannot matter: a multiple of 1/8, and nine tenths. */
Test(split, a_share_rounded_down)
{
    for (int n = 0; n < 200000; n++) {
        cr_assert_eq(hy_split_train(0.9, n), n - (n + 9) / 10, "n %d", n);
        cr_assert_eq(hy_split_train(0.5, n), n >> 1, "n %d", n);
        cr_assert_eq(hy_split_train(0.125, n), n >> 3, "n %d", n);
        cr_assert_eq(hy_split_train(0.625, n), n - (3 * n + 7) / 8, "n %d", n);
    }
}

/* Python's int(fraction * n), worked out there; 0.29 * 100 is 28.999999999999996. */
Test(split, as_python_rounds_it)
{
    static const struct {
        double fraction;
        int n, train;
    } rows[] = {
        {0.8, 1194, 955},
        {0.95, 1194, 1134},
        {0.7, 10, 7},
        {0.29, 100, 28},
        {0.001, 999, 0},
        {0.001, 1000, 1},
        {0.001, 1194, 1},
        {0.999, 1, 0},
        {0.999, 1000, 999},
        {0.999, 999, 998},
        {0.3, 10, 3},
        {0.57, 100, 56},
        {0.9, 200000001, 180000000},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect_eq(hy_split_train(rows[i].fraction, rows[i].n), rows[i].train, "%g of %d", rows[i].fraction,
                     rows[i].n);
}

/* One sample less does not do. */
Test(split, needs_the_least_that_does)
{
    static const double fractions[] = {0.001, 0.1, 0.29, 0.3, 0.5, 0.57, 0.7, 0.9, 0.95, 0.999};
    for (size_t f = 0; f < sizeof fractions / sizeof *fractions; f++)
        for (int train = 1; train < 3000; train++) {
            int n = (int)hy_split_needs(fractions[f], train), less = hy_split_train(fractions[f], n - 1);
            cr_assert_geq(hy_split_train(fractions[f], n), train, "%g, %d", fractions[f], train);
            cr_assert_lt(hy_split_train(fractions[f], n), n, "%g, %d", fractions[f], train);
            cr_assert(less < train || less == n - 1, "%g, %d", fractions[f], train);
        }
    cr_expect_eq(hy_split_needs(0.9, 16), 18);
    cr_expect_eq(hy_split_needs(0.999, 1), 2);
    cr_expect_eq(hy_split_needs(0.001, 1), 1000);
    cr_expect_eq(hy_split_needs(0.29, 28), 97);
}
