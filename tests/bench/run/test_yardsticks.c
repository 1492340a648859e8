/* The yardsticks of a run in its env.json. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/run/yardsticks.h"
#include "kernels/base/file.h"

static char folder[] = "/tmp/hymbench-yardsticks-XXXXXX";
static char *path;

static void set_up(void)
{
    cr_assert_not_null(mkdtemp(folder));
    path = hy_format("%s/env.json", folder);
}

static void tear_down(void)
{
    (void)unlink(path);
    (void)rmdir(folder);
    free(path);
}

TestSuite(run_yardsticks, .init = set_up, .fini = tear_down);

static void put(const char *text)
{
    cr_assert_eq(hy_write_file(path, text, strlen(text)), HY_OK, "%s", hy_error());
}

static double number(const char *key)
{
    json_t *env = json_load_file(path, 0, NULL), *yards = json_object_get(env, "yardsticks");
    const double x = json_number_value(json_object_get(yards, key));
    cr_assert_not_null(json_object_get(env, "run"), "what was there before is there still");
    json_decref(env);
    return x;
}

/* A run of `rounds` a loop of 100 us, and copies of 1 MiB in 100 us. */
static struct hy_yardstick kept(long rounds)
{
    return (struct hy_yardstick){
        .rounds = rounds, .slice = 1 << 20, .medians = 1, .clock_medians = {100e3}, .copy_medians = {100e3}};
}

Test(run_yardsticks, the_median_of_the_trainings_is_entered)
{
    struct hy_run_yardsticks r = {0};
    const long rounds[] = {50000, 25000, 40000};
    for (int i = 0; i < 3; i++) {
        const struct hy_yardstick y = kept(rounds[i]);
        hy_run_yardsticks_note(&r, &y);
    }
    const struct hy_yardstick none = {.rounds = 1, .slice = 1};
    hy_run_yardsticks_note(&r, &none);
    put("{\"run\": {}}\n");
    cr_assert_eq(hy_run_yardsticks_write(&r, folder), HY_OK, "%s", hy_error());
    cr_assert_float_eq(number("clock_ns_per_round"), 2.5, 1e-9);
    cr_assert_float_eq(number("copy_ns_per_byte"), 100e3 / (1 << 20), 1e-6);
    cr_assert_eq(number("copy_bytes"), 1 << 20);
    hy_run_yardsticks_fini(&r);
}

Test(run_yardsticks, nobody_looked)
{
    struct hy_run_yardsticks r = {0};
    put("{\"run\": {}}\n");
    cr_assert_eq(hy_run_yardsticks_write(&r, folder), HY_OK);
    cr_assert_eq(number("copy_bytes"), 0);
}

Test(run_yardsticks, a_file_that_is_none_is_said)
{
    struct hy_run_yardsticks r = {0};
    const struct hy_yardstick y = kept(1000);
    hy_run_yardsticks_note(&r, &y);
    put("[1]\n");
    cr_assert_eq(hy_run_yardsticks_write(&r, folder), HY_RUN_FAILED);
    cr_assert(strstr(hy_error(), "it holds no object"), "%s", hy_error());
    put("{");
    cr_assert_eq(hy_run_yardsticks_write(&r, folder), HY_RUN_FAILED);
    cr_assert(strstr(hy_error(), "env.json"), "%s", hy_error());
    hy_run_yardsticks_fini(&r);
}
