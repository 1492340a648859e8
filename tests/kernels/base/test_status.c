#include <criterion/criterion.h>
#include <criterion/redirect.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "kernels/base/status.h"
#include "kernels/base/threads.h"

Test(status, keeps_the_last_sentence)
{
    cr_assert_str_eq(hy_error(), "");
    cr_assert_eq(hy_fail(HY_BAD_INPUT, "cannot read '%s' at line %d", "x.yaml", 7), HY_BAD_INPUT);
    cr_assert_str_eq(hy_error(), "cannot read 'x.yaml' at line 7");
    cr_assert_eq(hy_fail(HY_RUN_FAILED, "second"), HY_RUN_FAILED);
    cr_assert_str_eq(hy_error(), "second");
}

Test(status, a_caller_adds_the_place)
{
    hy_fail(HY_NO_DATA, "no rows");
    cr_assert_eq(hy_fail_in(HY_NO_DATA, "runs.csv"), HY_NO_DATA);
    cr_assert_str_eq(hy_error(), "runs.csv: no rows");
    cr_assert_eq(hy_fail(HY_NO_DATA, "again: %s", hy_error()), HY_NO_DATA, "an argument may be the sentence itself");
    cr_assert_str_eq(hy_error(), "again: runs.csv: no rows");
}

Test(status, long_sentences_are_cut_not_overrun)
{
    char word[3000];
    memset(word, 'a', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    hy_fail(HY_BAD_INPUT, "%s", word);
    cr_assert(strlen(hy_error()) > 500 && strlen(hy_error()) < sizeof word);
    hy_fail_in(HY_BAD_INPUT, word);
    cr_assert_lt(strlen(hy_error()), sizeof word);
}

static void *fails_elsewhere(void *unused)
{
    (void)unused;
    hy_fail(HY_BAD_INPUT, "another thread");
    return NULL;
}

Test(status, every_thread_has_its_own)
{
    pthread_t thread;
    hy_fail(HY_BAD_INPUT, "mine");
    cr_assert_eq(pthread_create(&thread, NULL, fails_elsewhere, NULL), 0);
    pthread_join(thread, NULL);
    cr_assert_str_eq(hy_error(), "mine");
}

Test(status, a_warning_comes_once, .init = cr_redirect_stderr)
{
    hy_warn_once("no %s", "nvcc");
    hy_warn_once("no %s", "nvcc");
    hy_warn_once("no %s", "driver");
    fflush(stderr);
    cr_assert_stderr_eq_str("hymbench: warning: no nvcc\nhymbench: warning: no driver\n");
}

Test(status, a_broken_promise_stops_the_program, .signal = SIGABRT)
{
    int rows = 0;
    HY_ASSERT(rows > 0, "an empty batch has no loss");
}

Test(status, a_kept_promise_costs_nothing)
{
    int evaluated = 0;
    HY_ASSERT(++evaluated == 1, "evaluated once");
    cr_assert_eq(evaluated, 1);
}

Test(threads, shares_cover_everything_once)
{
    int covered = 0;
    for (long n = 0; n < 40; n++)
        for (int threads = 1; threads < 9; threads++) {
            long expected = 0;
            for (int id = 0; id < threads; id++) {
                long first, last;
                hy_share(n, id, threads, &first, &last);
                cr_assert_eq(first, expected);
                cr_assert(last >= first && last - first <= n / threads + 1);
                expected = last;
            }
            cr_assert_eq(expected, n);
            covered++;
        }
    cr_assert_eq(covered, 40 * 8);
}

Test(threads, the_number_that_was_set)
{
    cr_assert_geq(hy_threads(), 1);
    hy_threads_set(3);
    cr_assert_eq(hy_threads(), 3);
    int seen = 0;
#pragma omp parallel reduction(+ : seen)
    seen += 1;
    cr_assert_eq(seen, 3);
}
