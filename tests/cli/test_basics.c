#include <criterion/criterion.h>
#include <glob.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "bench/harness/build.h"
#include "tests/cli/cli.h"

TestSuite(cli_basics, .init = cli_begin, .fini = cli_end);

Test(cli_basics, help_names_every_command_and_each_explains_itself)
{
    static const char *const names[] = {
#define HY_COMMAND(word, name, help) name,
#include "bench/commands/commands.inc"
#undef HY_COMMAND
    };
    size_t n = sizeof names / sizeof *names;
    cr_assert(n >= 2);
    const struct cli *c = cli_run("$H --help");
    cr_assert_eq(c->code, 0);
    cr_assert_str_empty(c->err);
    for (size_t i = 0; i < n; i++)
        cr_assert_not_null(strstr(c->out, names[i]), "%s is not in the help", names[i]);
    for (size_t i = 0; i < n; i++) {
        char arguments[64];
        snprintf(arguments, sizeof arguments, "$H %s --help", names[i]);
        c = cli_run(arguments);
        cr_assert_eq(c->code, 0, "%s: exit %d: %s", arguments, c->code, c->err);
        cr_assert_not_null(strstr(c->out, names[i]), "%s does not name itself", arguments);
        cr_assert_str_empty(c->err);
    }
}

Test(cli_basics, version_names_the_build)
{
    const struct cli *c = cli_run("$H --version");
    cr_assert_eq(c->code, 0);
    cr_assert_not_null(strstr(c->out, HY_VERSION));
    cr_assert_not_null(strstr(c->out, hy_build_git_sha()));
    cr_assert_not_null(strstr(c->out, hy_build_compiler()));
}

Test(cli_basics, what_is_unknown_is_refused_with_the_nearest)
{
    cli_refused(2, "no command", "$H");
    cli_refused(2, "'micro'", "$H micr");
    cli_refused(2, "'env'", "$H evn");
    cli_refused(2, "--help", "$H zzzzzzzzzzzz");
    cli_refused(2, "--wrong", "$H --wrong");
    cli_refused(2, "json", "$H env --jsn");
    cli_refused(2, "filter", "$H micro --fliter x");
    cli_refused(2, "superfluous", "$H env superfluous");
}

Test(cli_basics, devices_and_isa_levels_that_are_not_there)
{
    setenv("CUDA_VISIBLE_DEVICES", "", 1);
    cli_refused(4, "cpu", "$H env --device cuda");
    cli_refused(2, "toaster", "$H env --device toaster");
    cli_refused(2, "tf32", "$H env --precision tf32");
    cli_refused(2, "bf16", "$H env --precision bf16 --isa avx2");
    cli_refused(2, "f32", "$H env --precision bf16 --isa ref");
    cli_refused(2, "neon", "$H env --isa neon");
    cli_refused(2, "threads", "$H env --threads 0");
}

Test(cli_basics, output_that_cannot_be_written_is_a_failure)
{
    const struct cli *c = cli_run("$H micro --list >/dev/full");
    cr_assert_eq(c->code, 4, "exit %d: %s", c->code, c->err);
    c = cli_run("$H micro --list | head -n 1"); /* a reader that left is none */
    cr_assert_str_empty(c->err);
}

/* Peaks grow where a burst beats the cached rate. So the rate in the cache's file is raised to what no product
 * reaches. */
static void beyond_reach(const char *cache)
{
    char pattern[96];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/hymbench/peaks-*.json", cache);
    cr_assert_eq(glob(pattern, 0, NULL, &found), 0, "no file of peaks in %s", cache);
    cr_assert_eq(found.gl_pathc, 1);
    json_t *file = json_load_file(found.gl_pathv[0], 0, NULL);
    json_object_set_new(json_object_get(json_object_get(file, "peaks"), "sgemm_gflops"), "rate", json_real(1e9));
    cr_assert_eq(json_dump_file(file, found.gl_pathv[0], JSON_REAL_PRECISION(9)), 0);
    json_decref(file);
    globfree(&found);
}

/* The peaks are measured into a cache of its own: a busy test machine must not leave its figures to others. */
Test(cli_basics, env_is_json_with_everything_measured)
{
    char cache[64];
    snprintf(cache, sizeof cache, "%s", cli_path("cache"));
    setenv("XDG_CACHE_HOME", cache, 1);
    for (int i = 0; i < 2; i++) { /* the second time from the cache */
        const struct cli *c = cli_run("$H env --json");
        cr_assert_eq(c->code, 0, "exit %d: %s", c->code, c->err);
        json_t *env = json_loads(c->out, JSON_REJECT_DUPLICATES, NULL);
        cr_assert_not_null(env, "no JSON: %s", c->out);
        static const char *const peaks[] = {"sgemm_gflops",  "fma_gflops",       "l1_copy_gbps",
                                            "l2_write_gbps", "memory_copy_gbps", "memory_read_gbps"};
        for (size_t k = 0; k < sizeof peaks / sizeof *peaks; k++) {
            const json_t *taken = json_object_get(json_object_get(env, "peaks_taken"), peaks[k]);
            cr_assert(json_number_value(json_object_get(json_object_get(env, "peaks"), peaks[k])) > 0, "%s", peaks[k]);
            cr_assert(strlen(json_string_value(json_object_get(taken, "taken"))) == strlen("2026-03-01T12:00:00Z"));
            cr_assert(json_integer_value(json_object_get(taken, "bursts")) >
                          json_integer_value(json_object_get(taken, "disturbed")) ||
                      !json_is_true(json_object_get(taken, "quiet")));
        }
        json_t *machine = json_object_get(env, "machine");
        cr_assert(json_integer_value(json_object_get(machine, "cores")) >= 1);
        cr_assert(json_integer_value(json_object_get(machine, "memory_bytes")) > 1 << 20);
        cr_assert_str_eq(json_string_value(json_object_get(json_object_get(env, "build"), "git_sha")),
                         hy_build_git_sha());
        cr_assert(json_object_size(json_object_get(env, "libraries")) >= 9);
        if (i == 0)
            beyond_reach(cache);
        else
            cr_assert_eq(json_number_value(json_object_get(json_object_get(env, "peaks"), "sgemm_gflops")), 1e9,
                         "the cache was not used");
        json_decref(env);
    }
}
