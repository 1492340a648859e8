/* A folder of the test's own in the place of / for what is read from /proc and /sys (HYMBENCH_ROOT): the fixtures of
 * a suite, and files in it. */
#ifndef HY_TESTS_ROOT_H
#define HY_TESTS_ROOT_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernels/base/file.h"

static char top[64];

static inline void root_begin(void)
{
    snprintf(top, sizeof top, "/tmp/hymbench-root-XXXXXX");
    cr_assert_not_null(mkdtemp(top));
    setenv("HYMBENCH_ROOT", top, 1);
}

static inline void root_end(void)
{
    char *line = hy_format("rm -rf '%s'", top);
    cr_assert_eq(system(line), 0);
    free(line);
}

#endif
