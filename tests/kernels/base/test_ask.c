#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/ask.h"
#include "kernels/base/clock.h"

static char *shell(const char *line, int limit_ms)
{
    const char *const argv[] = {"sh", "-c", line, NULL};
    return hy_ask(argv, limit_ms);
}

Test(ask, what_a_program_prints)
{
    char *text = shell("echo one; echo two >&2; cat; printf three", 60000);
    cr_assert_not_null(text);
    cr_assert_str_eq(text, "one\nthree", "its stdin is empty and its complaints are not kept");
    free(text);
    text = shell("i=0; while [ $i -lt 3000 ]; do echo 0123456789; i=$((i + 1)); done", 60000);
    cr_assert_not_null(text);
    cr_assert_eq(strlen(text), 33000u);
    free(text);
    text = shell(":", 60000);
    cr_assert_not_null(text);
    cr_assert_str_empty(text);
    free(text);
}

Test(ask, nothing_where_it_fails_or_is_not_there)
{
    static const char *const nobody[] = {"/nowhere/python3", NULL};
    cr_assert_null(hy_ask(nobody, 60000));
    cr_assert_null(shell("echo half; exit 1", 60000));
    cr_assert_null(shell("echo half; kill -9 $$", 60000));
}

/* The children of what is ended, too: they would hold the pipe open, and their time is nobody's. */
Test(ask, is_given_up_after_the_limit, .timeout = 60)
{
    const uint64_t start = hy_now_ns();
    cr_assert_null(shell("echo half; sleep 1000 & sleep 1000", 100));
    cr_assert_null(shell("exec >/dev/null; sleep 1000", 100), "closing its output is not ending");
    cr_assert_lt(hy_seconds_since(start), 50.0, "it was waited for");
}
