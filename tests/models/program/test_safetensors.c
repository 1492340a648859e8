/* safetensors: what we write reads back; what is damaged is refused with a sentence. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernels/base/file.h"
#include "models/program/safetensors.h"

static char path[] = "/tmp/hymbench-st-XXXXXX";

static void setup(void)
{
    close(mkstemp(path));
}
static void teardown(void)
{
    unlink(path);
}
TestSuite(safetensors, .init = setup, .fini = teardown);

Test(safetensors, reads_back_what_it_wrote)
{
    const float a[6] = {1, -2, 3.5f, 0, 5, 6};
    const int32_t b[2] = {7, -8};
    const struct hy_st_tensor tensors[] = {
        {.name = "a", .dtype = HY_ST_F32, .ndim = 2, .shape = {2, 3}, .data = a},
        {.name = "b\"quoted\"", .dtype = HY_ST_I32, .ndim = 1, .shape = {2}, .data = b},
        {.name = "empty", .dtype = HY_ST_F64, .ndim = 1, .shape = {0}, .data = a},
    };
    json_t *meta = json_pack("{ss}", "key", "värde");
    struct hy_safetensors s;
    cr_assert_eq(hy_safetensors_write(path, tensors, 3, meta), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_safetensors_read(path, &s), HY_OK, "%s", hy_error());
    cr_assert_eq(s.n, 3);
    cr_assert_str_eq(hy_safetensors_meta(&s, "key"), "värde");
    cr_assert_null(hy_safetensors_meta(&s, "other"));
    const struct hy_st_tensor *t;
    size_t shape[2] = {2, 3}, wrong[2] = {3, 2};
    cr_assert_eq(hy_safetensors_get(&s, path, "a", HY_ST_F32, 2, shape, &t), HY_OK);
    cr_assert_eq(memcmp(t->data, a, sizeof a), 0);
    cr_assert_eq(hy_safetensors_get(&s, path, "a", HY_ST_F32, 2, wrong, &t), HY_BAD_INPUT);
    cr_assert_eq(hy_safetensors_get(&s, path, "a", HY_ST_I32, 2, shape, &t), HY_BAD_INPUT);
    cr_assert_eq(hy_safetensors_get(&s, path, "c", HY_ST_F32, 2, shape, &t), HY_BAD_INPUT);
    hy_safetensors_fini(&s);
    json_decref(meta);
}

/* Writes header text and `data` bytes of zeros; length < 0: the true one. */
static void forge(const char *header, long long length, size_t data)
{
    FILE *f = fopen(path, "wb");
    uint64_t n = length < 0 ? strlen(header) : (uint64_t)length;
    for (int i = 0; i < 8; i++)
        fputc((int)(n >> (8 * i) & 0xff), f);
    fputs(header, f);
    for (size_t i = 0; i < data; i++)
        fputc(0, f);
    fclose(f);
}

static void refused(const char *header, long long length, size_t data, const char *because)
{
    struct hy_safetensors s;
    forge(header, length, data);
    cr_expect_eq(hy_safetensors_read(path, &s), HY_BAD_INPUT, "%s is accepted", header);
    cr_expect(strstr(hy_error(), because), "%s: '%s' does not say '%s'", header, hy_error(), because);
    cr_expect(strstr(hy_error(), path), "the sentence names the file: %s", hy_error());
}

Test(safetensors, refuses_damage)
{
    const char *one = "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
    struct hy_safetensors s;
    forge(one, -1, 8);
    cr_assert_eq(hy_safetensors_read(path, &s), HY_OK, "%s", hy_error());
    hy_safetensors_fini(&s);

    refused(one, -1, 7, "cut off");
    refused(one, -1, 9, "behind the last tensor");
    refused(one, 1 << 20, 8, "cut off");
    refused(one, 0x7fffffffffffffff, 8, "cut off");
    refused("{\"a\":", -1, 8, "JSON");
    refused("[]", -1, 8, "JSON");
    refused("{\"a\":{\"dtype\":\"F31\",\"shape\":[2],\"data_offsets\":[0,8]}}", -1, 8, "holds F31");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", -1, 8, "do not fit");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,8]}}", -1, 8, "natural number");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[9000000000000000000,9],\"data_offsets\":[0,8]}}", -1, 8, "beyond");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", -1, 8, "outside");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", -1, 8, "data_offsets");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1],\"data_offsets\":[0,4]}}", -1, 4, "4 dimensions");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
            "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}",
            -1, 12, "overlaps");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
            "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[12,16]}}",
            -1, 16, "gap");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]},"
            "\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}",
            -1, 0, "JSON");
}

Test(safetensors, a_write_that_fails_leaves_the_old_file)
{
    struct hy_st_tensor t = {.name = "a", .dtype = HY_ST_F32, .ndim = 1, .shape = {1}, .data = "1234"};
    cr_assert_eq(hy_safetensors_write("/nowhere/x.safetensors", &t, 1, NULL), HY_BAD_INPUT);
    cr_assert(strstr(hy_error(), "/nowhere"), "%s", hy_error());
}

/* Every 16-bit float is a 32-bit one: ordinary, subnormal, infinite, NaN. */
Test(safetensors, sixteen_bits_are_widened_exactly)
{
    static const struct {
        uint16_t bits;
        float half, brain;
    } cases[] = {
        {0x3c00, 1.0f, 0x1p-7f},          {0xc000, -2.0f, -2.0f},        {0x3555, 0x1.554p-2f, 0x1.aap-21f},
        {0x7bff, 65504.0f, 0x1.fep+120f}, {0x0001, 0x1p-24f, 0x1p-133f}, {0x83ff, -0x1.ff8p-15f, -0x1.fep-120f},
        {0x8000, -0.0f, -0.0f},
    };
    enum { N = sizeof cases / sizeof *cases };
    uint16_t bits[N + 1];
    float half[N + 1], brain[N + 1], f32 = 3;
    const size_t shape[1] = {N + 1}, one[1] = {1};
    for (int i = 0; i < N; i++)
        bits[i] = cases[i].bits;
    bits[N] = 0x7fc0; /* a NaN in both */
    const struct hy_st_tensor tensors[] = {
        {.name = "half", .dtype = HY_ST_F16, .ndim = 1, .shape = {N + 1}, .data = bits},
        {.name = "brain", .dtype = HY_ST_BF16, .ndim = 1, .shape = {N + 1}, .data = bits},
        {.name = "plain", .dtype = HY_ST_F32, .ndim = 1, .shape = {1}, .data = &f32},
        {.name = "double", .dtype = HY_ST_F64, .ndim = 1, .shape = {0}, .data = &f32},
    };
    struct hy_safetensors s;
    cr_assert_eq(hy_safetensors_write(path, tensors, 4, NULL), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_safetensors_read(path, &s), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_safetensors_floats(&s, path, "half", 1, shape, half), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_safetensors_floats(&s, path, "brain", 1, shape, brain), HY_OK, "%s", hy_error());
    for (int i = 0; i < N; i++) {
        cr_expect_eq(memcmp(&half[i], &cases[i].half, 4), 0, "%#x as F16: %a", (unsigned)bits[i], (double)half[i]);
        cr_expect_eq(memcmp(&brain[i], &cases[i].brain, 4), 0, "%#x as BF16: %a", (unsigned)bits[i], (double)brain[i]);
    }
    cr_assert(half[N] != half[N] && brain[N] != brain[N]);
    cr_assert_eq(hy_safetensors_floats(&s, path, "plain", 1, one, half), HY_OK);
    cr_assert_eq(half[0], 3);
    cr_assert_eq(hy_safetensors_floats(&s, path, "double", 1, (const size_t[1]){0}, half), HY_BAD_INPUT);
    cr_assert(strstr(hy_error(), "F64"), "%s", hy_error());
    hy_safetensors_fini(&s);
}
