/* datasets/fetch.sh, with file:// for a network. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/file.h"
#include "tests/datasets/data.h"

static char folder[64];

static void set_up(void)
{
    unsetenv("HYMBENCH_DATA");
    scratch_make(folder);
    if (system("command -v curl >/dev/null && command -v sha256sum >/dev/null") != 0)
        cr_skip("curl or sha256sum is not installed");
}

static void tear_down(void)
{
    scratch_remove(folder);
}

TestSuite(fetch, .init = set_up, .fini = tear_down);

static void put(const char *name, const char *text)
{
    char *path = hy_format("%s/%s", folder, name);
    cr_assert_eq(hy_write_file(path, text, strlen(text)), HY_OK, "%s", hy_error());
    free(path);
}

/* Runs it over two sources, the first of which is wrong; returns whether the text is in the cache. */
static bool fetch(const char *text, const char *first)
{
    char hex[65];
    hy_sha256_hex(text, strlen(text), hex);
    put("good.txt", text);
    char *yaml = hy_format("corpora:\n  - name: t\n    file: t/input.txt # here\n    sha256: %s\n    urls:\n"
                           "      - file://%s/%s\n      - file://%s/good.txt\n",
                           hex, folder, first, folder);
    put("sources.yaml", yaml);
    char *command = hy_format("datasets/fetch.sh %s/sources.yaml %s/cache 2>%s/log", folder, folder, folder);
    cr_assert_eq(system(command), 0, "fetching never fails");
    char *path = hy_format("%s/cache/t/input.txt", folder);
    bool there = hy_file_exists(path);
    if (there) {
        size_t bytes;
        char *got = data_text(path, &bytes);
        cr_assert_str_eq(got, text);
        free(got);
    }
    char *left = hy_format("test -z \"$(ls %s/cache/t | grep -v '^input.txt$')\"", folder);
    cr_assert_eq(system(left), 0, "no partial file is left");
    free(left);
    free(path);
    free(command);
    free(yaml);
    return there;
}

Test(fetch, skips_an_unreachable_source)
{
    cr_assert(fetch("the text\n", "absent.txt"));
    cr_assert(fetch("the text\n", "absent.txt"), "and does nothing the second time");
}

Test(fetch, skips_a_source_with_another_text)
{
    put("other.txt", "another text, and longer\n");
    cr_assert(fetch("the text\n", "other.txt"));
}

Test(fetch, goes_on_where_it_was_cut_off)
{
    char *part = hy_format("%s/cache/t", folder);
    cr_assert_eq(hy_make_folders(part), HY_OK);
    free(part);
    put("cache/t/input.txt.part", "the te");
    cr_assert(fetch("the text\n", "absent.txt"));
}

Test(fetch, takes_a_finished_part)
{
    char *part = hy_format("%s/cache/t", folder);
    cr_assert_eq(hy_make_folders(part), HY_OK);
    free(part);
    put("cache/t/input.txt.part", "the text\n");
    cr_assert(fetch("the text\n", "absent.txt"));
}

Test(fetch, leaves_a_text_of_one_s_own_alone)
{
    setenv("HYMBENCH_DATA", "/some/where", 1);
    char *cache = hy_format("%s/cache/t", folder);
    cr_assert_eq(hy_make_folders(cache), HY_OK);
    cr_assert_not(fetch("the text\n", "good.txt"));
    free(cache);
}
