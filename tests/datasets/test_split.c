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
    cr_assert_eq(hy_split_train(1194), 1074);
    cr_assert_arr_eq(order, train, sizeof train);
    cr_assert_arr_eq(order + 1074, val, sizeof val);
}

Test(split, ninety_percent_as_python_rounds_it)
{
    for (int n = 0; n < 200000; n++)
        cr_assert_eq(hy_split_train(n), (int)(0.9 * n), "n %d", n);
}
