#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

#include "kernels/base/rng.h"

/* Known answers of Philox4x32-10, as published with Random123. */
Test(rng, philox_known_answers)
{
    static const struct {
        uint32_t counter[4];
        uint64_t key;
        uint32_t want[4];
    } known[] = {
        {{0, 0, 0, 0}, 0, {0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u}},
        {{0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu},
         0xffffffffffffffffu,
         {0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu}},
        {{0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u},
         0x299f31d0a4093822u,
         {0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u}},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint32_t out[4];
        hy_philox(known[i].counter, known[i].key, out);
        for (int w = 0; w < 4; w++)
            cr_assert_eq(out[w], known[i].want[w], "vector %zu, word %d: %08x", i, w, out[w]);
    }
}

/* The numbering that rng.h documents, worked out here from the raw generator. */
Test(rng, dropout_follows_the_documented_numbering)
{
    const uint64_t seed = 0x123456789abcdefu;
    const uint32_t step = 41, site = 9;
    const float p = 0.25f;
    int compared = 0;
    for (uint64_t element = 0; element < 1000; element++) {
        uint64_t block = element / 128, r = element % 128;
        uint32_t counter[4] = {(uint32_t)(16 * block + (r & 15)), 0, step, site}, out[4];
        hy_philox(counter, seed, out);
        uint32_t half = r & 16 ? out[r >> 5] >> 16 : out[r >> 5] & 0xffff;
        cr_assert_eq(hy_drop_keeps(seed, step, site, element, p), half >= 16384, "element %zu", (size_t)element);
        compared++;
    }
    cr_assert_eq(compared, 1000);
    /* beyond 2^32 lanes the second counter word counts on */
    uint64_t far = ((uint64_t)1 << 40) + 17;
    uint32_t counter[4] = {1, 1u << 5, step, site}, out[4];
    hy_philox(counter, seed, out);
    cr_assert_eq((far / 128 * 16 + 1) >> 32, 1u << 5);
    cr_assert_eq(hy_drop_keeps(seed, step, site, far, 0.5f), out[0] >> 16 >= 32768);
}

Test(rng, dropout_share_and_independence)
{
    enum { ELEMENTS = 200000 };
    static const float rates[] = {0.01f, 0.1f, 0.5f, 0.9f};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        int dropped = 0, both_steps = 0, both_sites = 0, neighbours = 0, before = 0;
        for (uint64_t e = 0; e < ELEMENTS; e++) {
            int d = !hy_drop_keeps(3, 5, 7, e, rates[i]);
            dropped += d;
            both_steps += d && !hy_drop_keeps(3, 6, 7, e, rates[i]);
            both_sites += d && !hy_drop_keeps(3, 5, 8, e, rates[i]);
            neighbours += d && before;
            before = d;
        }
        double p = rates[i], sigma = sqrt(p * (1 - p) / ELEMENTS), pairs = sqrt(p * p * (1 - p * p) / ELEMENTS);
        cr_assert_float_eq((double)dropped / ELEMENTS, p, 5 * sigma + 1.0 / 65536, "rate %g", p);
        cr_assert_float_eq((double)both_steps / ELEMENTS, p * p, 5 * pairs + 1.0 / 32768, "steps at rate %g", p);
        cr_assert_float_eq((double)both_sites / ELEMENTS, p * p, 5 * pairs + 1.0 / 32768, "sites at rate %g", p);
        cr_assert_float_eq((double)neighbours / ELEMENTS, p * p, 8 * pairs + 1.0 / 32768, "neighbours at rate %g", p);
    }
}

Test(rng, dropout_edges)
{
    cr_assert_eq(hy_drop_threshold(0), 0);
    cr_assert_eq(hy_drop_threshold(0.5f), 32768);
    cr_assert_eq(hy_drop_pitch(1), 128);
    cr_assert_eq(hy_drop_pitch(128), 128);
    cr_assert_eq(hy_drop_pitch(129), 256);
    for (uint64_t e = 0; e < 1000; e++)
        cr_assert(hy_drop_keeps(1, 1, 1, e, 0), "rate 0 drops nothing");
    cr_assert_neq(hy_drop_site(3, HY_DROP_GATE), hy_drop_site(3, HY_DROP_FFN));
    cr_assert_neq(hy_drop_site(3, HY_DROP_FFN), hy_drop_site(4, HY_DROP_WEIGHTS));
}

Test(rng, streams_depend_on_seed_and_name_only)
{
    struct hy_stream a = hy_stream_open(42, "embed"), b = hy_stream_open(42, "embed");
    struct hy_stream other_name = hy_stream_open(42, "embee"), other_seed = hy_stream_open(43, "embed");
    int same_name = 0, same_seed = 0;
    (void)hy_stream_uniform(&other_name); /* drawing elsewhere changes nothing */
    for (int i = 0; i < 100; i++) {
        double x = hy_stream_uniform(&a);
        cr_assert_eq(x, hy_stream_uniform(&b));
        cr_assert(x > 0 && x < 1);
        same_name += x == hy_stream_uniform(&other_name);
        same_seed += x == hy_stream_uniform(&other_seed);
    }
    cr_assert_eq(same_name, 0);
    cr_assert_eq(same_seed, 0);
}

Test(rng, moments_of_the_streams)
{
    enum { DRAWS = 100000 };
    struct hy_stream s = hy_stream_open(1, "moments");
    double sum = 0, squares = 0, cubes = 0, uniform = 0;
    for (int i = 0; i < DRAWS; i++) {
        double x = hy_stream_normal(&s);
        sum += x;
        squares += x * x;
        cubes += x * x * x;
        uniform += hy_stream_uniform(&s);
    }
    cr_assert_float_eq(sum / DRAWS, 0, 5 / sqrt(DRAWS));
    cr_assert_float_eq(squares / DRAWS, 1, 5 * sqrt(2.0 / DRAWS));
    cr_assert_float_eq(cubes / DRAWS, 0, 5 * sqrt(15.0 / DRAWS));
    cr_assert_float_eq(uniform / DRAWS, 0.5, 5 * sqrt(1.0 / 12 / DRAWS));
}
