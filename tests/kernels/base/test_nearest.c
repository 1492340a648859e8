#include <criterion/criterion.h>

#include "kernels/base/nearest.h"

Test(nearest, distances)
{
    static const struct {
        const char *a, *b;
        int want;
    } cases[] = {
        {"", "", 0},
        {"a", "", 1},
        {"", "abc", 3},
        {"train", "train", 0},
        {"trian", "train", 1} /* swap */,
        {"tran", "train", 1},
        {"trainn", "train", 1},
        {"grain", "train", 1},
        {"kitten", "sitting", 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cr_assert_eq(hy_edit_distance(cases[i].a, cases[i].b), cases[i].want, "'%s' to '%s'", cases[i].a, cases[i].b);
        cr_assert_eq(hy_edit_distance(cases[i].b, cases[i].a), cases[i].want, "symmetric");
    }
}

Test(nearest, suggestions)
{
    static const char *const known[] = {"profile", "resume", "threads", "seed", "seeds"};
    cr_assert_str_eq(hy_nearest("profle", known, 5), "profile");
    cr_assert_str_eq(hy_nearest("seed", known, 5), "seed", "the exact word first");
    cr_assert_str_eq(hy_nearest("thread", known, 5), "threads");
    cr_assert_null(hy_nearest("xyzzyxyzzy", known, 5), "nothing is near");
    cr_assert_null(hy_nearest("profile", known, 0));
}
