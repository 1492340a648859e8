/* Schedule, sampling, initial values, generation. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "models/decode/generate.h"
#include "models/train/schedule.h"
#include "tests/models/tiny.h"
#include "tests/seed.h"

Test(schedule, follows_the_protocol)
{
    cr_assert_eq(hy_schedule(0, 100, 1675, 0.1), 0);
    cr_assert_float_eq(hy_schedule(50, 100, 1675, 0.1), 0.5, 1e-15);
    cr_assert_float_eq(hy_schedule(100, 100, 1675, 0.1), 1, 1e-15);
    cr_assert_float_eq(hy_schedule(1675, 100, 1675, 0.1), 0.1, 1e-15);
    double half = 0.1 + 0.45 * (1 + cos(3.14159265358979 * (887 - 100) / 1575.0));
    cr_assert_float_eq(hy_schedule(887, 100, 1675, 0.1), half, 1e-12);
    cr_assert_float_eq(hy_schedule(5, 0, 5, 0.1), 0.1, 1e-15, "no warm-up");
    cr_assert_float_eq(hy_schedule(20, 20, 20, 0.1), 0.1, 1e-15, "no room for the cosine");
}

Test(sampler, greedy_top_k_top_p)
{
    const float logits[5] = {1, 3, 3, 0, 2};
    int work[5], seen[5] = {0};
    struct hy_sampler s = {.temperature = 0, .top_p = 1};
    cr_assert_eq(hy_sample_token(&s, logits, 5, 0, work), 1, "the lowest id among equals");
    s = (struct hy_sampler){.temperature = 1, .top_k = 3, .top_p = 1, .seed = 4};
    for (int i = 0; i < 3000; i++)
        seen[hy_sample_token(&s, logits, 5, (uint64_t)i, work)]++;
    cr_assert_eq(seen[0] + seen[3], 0, "beyond the three likeliest");
    double total = 2 * exp(3) + exp(2);
    cr_assert_float_eq(seen[1] / 3000.0, exp(3) / total, 0.04);
    cr_assert_float_eq(seen[4] / 3000.0, exp(2) / total, 0.04);
    s = (struct hy_sampler){.temperature = 1, .top_p = 0.5, .seed = 4};
    memset(seen, 0, sizeof seen);
    for (int i = 0; i < 500; i++)
        seen[hy_sample_token(&s, logits, 5, (uint64_t)i, work)]++;
    cr_assert_eq(seen[1] + seen[2], 500, "half of the mass lies on two");
    cr_assert(seen[1] > 0 && seen[2] > 0);
    s.top_p = 1e-9;
    cr_assert_eq(hy_sample_token(&s, logits, 5, 7, work), 1, "at least one is kept");
}

Test(weights, initial_values)
{
    struct hy_config c = tiny_config(0, 0), d = tiny_config(3, 0);
    struct hy_weights a, b, other;
    cr_assert_eq(hy_weights_init(&a, &c, false), HY_OK);
    cr_assert_eq(hy_weights_init(&b, &d, false), HY_OK);
    cr_assert_eq(hy_weights_init(&other, &c, false), HY_OK);
    hy_weights_draw(&a, &c, 1 + test_seed());
    hy_weights_draw(&b, &d, 1 + test_seed());
    hy_weights_draw(&other, &c, 2 + test_seed());
    int same = 0;
    for (int i = 0; i < a.params.n; i++) {
        const struct hy_param *p = &a.params.items[i], *q = hy_params_find(&b.params, p->name);
        const float *v = hy_weights_at(&a, HY_VALUES, i);
        double mean = 0, square = 0;
        for (int64_t k = 0; k < p->count; k++) {
            mean += v[k] / (double)p->count;
            square += (double)v[k] * v[k] / (double)p->count;
            if (p->init == HY_INIT_ONES)
                cr_assert_eq(v[k], 1);
            if (p->init == HY_INIT_CONV)
                cr_assert_leq(fabsf(v[k]), 0.5f);
            if (p->init == HY_INIT_A_LOG)
                cr_assert_float_eq(expf(v[k]), (float)(k % c.d_state + 1), 1e-5f);
            if (p->init == HY_INIT_DT_BIAS) {
                double dt = log1p(exp(v[k]));
                cr_assert(dt > 0.99e-3 && dt < 1.01e-1, "dt %g", dt);
            }
        }
        if (p->init == HY_INIT_NORMAL && p->count > 300) {
            /* six standard deviations of either estimate */
            cr_assert_float_eq(sqrt(square), 0.02, 6 * 0.02 / sqrt(2.0 * (double)p->count), "%s", p->name);
            cr_assert_float_eq(mean, 0, 6 * 0.02 / sqrt((double)p->count), "%s", p->name);
            cr_assert_neq(memcmp(v, hy_weights_at(&other, HY_VALUES, i), (size_t)p->count * 4), 0, "seeds differ");
        }
        if (q && q->count == p->count && q->dims[0] == p->dims[0] && p->init == HY_INIT_NORMAL) {
            int k = (int)(q - b.params.items);
            cr_assert_eq(memcmp(v, hy_weights_at(&b, HY_VALUES, k), (size_t)p->count * 4), 0,
                         "%s starts equal in both implementations", p->name);
            same++;
        }
    }
    cr_assert_gt(same, 0);
    hy_weights_fini(&a);
    hy_weights_fini(&b);
    hy_weights_fini(&other);
}

Test(generate, repeats_itself_and_stops)
{
    struct hy_config c = tiny_config(0, 0);
    struct hy_weights w;
    struct hy_sampler s = {.temperature = 1, .top_k = 0, .top_p = 1, .seed = 3};
    int32_t prompt[2] = {5, 6}, a[12], b[12];
    int n = 0, m = 0;
    cr_assert_eq(hy_weights_init(&w, &c, false), HY_OK);
    hy_weights_draw(&w, &c, 1 + test_seed());
    cr_assert_eq(hy_generate(&c, &w, hy_backend(HY_WHERE_CPU, HY_F32), &s, prompt, 2, 12, -1, a, &n), HY_OK);
    cr_assert_eq(hy_generate(&c, &w, hy_backend(HY_WHERE_CPU, HY_F32), &s, prompt, 2, 12, -1, b, &m), HY_OK);
    cr_assert(n == 12 && m == 12);
    cr_assert_eq(memcmp(a, b, sizeof a), 0, "the same seed gives the same tokens");
    s.seed = 4;
    cr_assert_eq(hy_generate(&c, &w, hy_backend(HY_WHERE_CPU, HY_F32), &s, prompt, 2, 12, -1, b, &m), HY_OK);
    cr_assert_neq(memcmp(a, b, sizeof a), 0, "another seed gives others");
    s.seed = 3;
    cr_assert_eq(hy_generate(&c, &w, hy_backend(HY_WHERE_CPU, HY_F32), &s, prompt, 2, 12, a[4], b, &m), HY_OK);
    cr_assert_leq(m, 4, "stops at the token asked for");
    cr_assert_eq(memcmp(a, b, (size_t)m * sizeof *a), 0);
    hy_weights_fini(&w);
}
