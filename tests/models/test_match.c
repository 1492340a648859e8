/* Widths that make variants equally large. */
#include "models/match.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "models/config/block.h"
#include "models/config/params.h"
#include "models/config/resolve.h"
#include "models/lm.h"

static double off(const struct hy_study *s, int i)
{
    const struct hy_config *to = hy_study_find(s, s->matches[i].to);
    cr_assert_not_null(to);
    return 100 * (hy_match_figure(&s->variants[i], s->matches[i].kind) / hy_match_figure(to, s->matches[i].kind) - 1);
}

/* The study's seven at equal size, in every profile. */
Test(match, the_study_is_within_one_percent)
{
    static const char *const profiles[] = {"", "full", "quick", "smoke"};
    int matched = 0, widened = 0;
    for (size_t p = 0; p < sizeof profiles / sizeof *profiles; p++) {
        struct hy_study s;
        cr_assert_eq(hy_study_load("bench/ablations/matched.yaml", profiles[p], &s), HY_OK, "%s", hy_error());
        cr_assert_eq(s.n_variants, 13);
        const struct hy_config base = s.variants[0];
        cr_assert_eq(hy_study_match(&s, "matched.yaml"), HY_OK, "%s", hy_error());
        cr_assert(hy_config_equal(&base, &s.variants[0]), "what others are matched with keeps its widths");
        for (int i = 1; i < s.n_variants; i++) {
            const struct hy_config *c = &s.variants[i];
            const struct hy_block *block = hy_block_of(c->implementation);
            cr_assert_eq(hy_config_check(c), HY_OK, "%s", hy_error());
            cr_expect_leq(fabs(off(&s, i)), HY_MATCH_LIMIT, "%s is %g %% off", c->name, off(&s, i));
            cr_expect_eq(c->d_model % (2 * c->n_heads), 0, "%s", c->name);
            cr_expect_eq(c->dt_rank, block->dt_rank(c->d_model), "%s: the rank follows", c->name);
            /* half a step of d_model is what d_ff makes up for */
            cr_expect_lt(fabs((double)c->d_ff / block->d_ff(c->d_model) - 1), 0.4, "%s: d_ff %d", c->name, c->d_ff);
            widened += c->d_model != base.d_model;
            matched++;
        }
        /* again: the same */
        struct hy_config kept[16];
        memcpy(kept, s.variants, (size_t)s.n_variants * sizeof *kept);
        cr_assert_eq(hy_study_match(&s, "matched.yaml"), HY_OK, "%s", hy_error());
        for (int i = 0; i < s.n_variants; i++)
            cr_expect(hy_config_equal(&kept[i], &s.variants[i]), "%s", kept[i].name);
        hy_study_fini(&s);
    }
    cr_assert_eq(matched, 4 * 12);
    cr_assert_gt(widened, 4 * 7);
}

/* What was resolved is written, and read as it stands. */
Test(match, widths_survive_the_file)
{
    char path[] = "/tmp/hy-match-XXXXXX";
    struct hy_study s, back;
    close(mkstemp(path));
    cr_assert_eq(hy_study_load("bench/ablations/matched.yaml", "smoke", &s), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_study_match(&s, path), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_study_write_yaml(&s, path), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_study_load(path, NULL, &back), HY_OK, "%s", hy_error());
    cr_assert(hy_study_equal(&s, &back), "the file has the widths");
    cr_assert_eq(hy_study_match(&back, path), HY_OK, "%s", hy_error());
    cr_assert(hy_study_equal(&s, &back), "which are not chosen again");
    back.matches[1].kind = HY_MATCH_FLOPS;
    cr_assert(!hy_study_equal(&s, &back));
    hy_study_fini(&back);

    /* without the other variant there is nothing to hold it against: the widths stay */
    cr_assert_eq(hy_study_select(&s, (char *[]){"Mamba-only-P"}, 1), HY_OK, "%s", hy_error());
    cr_assert_eq(s.matches[0].kind, HY_MATCH_NONE);
    const int width = s.variants[0].d_model;
    cr_assert_eq(hy_study_match(&s, path), HY_OK);
    cr_assert_eq(s.variants[0].d_model, width);
    hy_study_fini(&s);
    unlink(path);
}

/* Neither a free d_ff nor a fixed one is lost; figures ascend with either width. */
Test(match, what_a_study_fixes_is_followed)
{
    struct hy_study s;
    cr_assert_eq(hy_study_load("bench/ablations/matched.yaml", "full", &s), HY_OK, "%s", hy_error());
    struct hy_config *c = &s.variants[1]; /* Mamba alone */
    c->d_ff = 512;
    c->dt_rank = 7;
    cr_assert_eq(hy_study_match(&s, "f"), HY_OK, "%s", hy_error());
    cr_expect_eq(c->dt_rank, 7, "not what the rule makes of d_model: it stays");
    cr_expect_gt(c->d_model, 480, "less feed-forward, more width");
    cr_expect_lt(abs(c->d_ff - 512), 200);
    hy_study_fini(&s);
}

Test(match, refused_where_no_widths_do)
{
    struct hy_study s;
    cr_assert_eq(hy_study_load("bench/ablations/matched.yaml", "smoke", &s), HY_OK, "%s", hy_error());
    for (int i = 1; i < s.n_variants; i++)
        s.matches[i].kind = HY_MATCH_NONE;
    s.matches[1].kind = HY_MATCH_PARAMS;
    struct hy_config *big = &s.variants[1], *small = &s.variants[0];
    big->n_layers = 64;
    for (int i = 0; i < 64; i++)
        big->layers[i].producer = -1;
    big->n_heads = 64;
    big->d_model = 256;
    big->k_width = big->v_width = 0;
    hy_config_resolve(big);
    cr_assert_eq(hy_config_check(big), HY_OK, "%s", hy_error());
    small->n_layers = 1;
    small->n_groups = 0;
    hy_config_resolve(small);
    cr_assert_eq(hy_config_check(small), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_study_match(&s, "some.yaml"), HY_BAD_INPUT);
    char place[64];
    snprintf(place, sizeof place, "some.yaml:%d: no widths give 'Mamba-only-P'", s.matches[1].line);
    cr_assert_eq(strncmp(hy_error(), place, strlen(place)), 0, "%s", hy_error());
    cr_assert_not_null(strstr(hy_error(), "% off; change its n_layers or n_heads"), "%s", hy_error());
    cr_assert_null(strchr(hy_error(), '\n'));
    hy_study_fini(&s);
}
