#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/corpus.h"
#include "datasets/synthetic.h"
#include "kernels/base/file.h"
#include "tests/datasets/data.h"

static char folder[64];

static void put(const char *name, const char *text)
{
    char *path = hy_format("%s/%s", folder, name);
    char *parent = hy_format("%s", path);
    *strrchr(parent, '/') = '\0';
    cr_assert_eq(hy_make_folders(parent), HY_OK);
    cr_assert_eq(hy_write_file(path, text, strlen(text)), HY_OK);
    free(parent);
    free(path);
}

static hy_status load(struct hy_corpus *c, const char *name)
{
    char *path = hy_format("%s/%s", folder, name);
    hy_status status = hy_corpus_load(c, path);
    free(path);
    return status;
}

static void set_up(void)
{
    unsetenv("HYMBENCH_DATA");
    scratch_make(folder);
}

static void tear_down(void)
{
    scratch_remove(folder);
}

TestSuite(corpus, .init = set_up, .fini = tear_down);

Test(corpus, takes_a_file_or_a_folder_as_it_is)
{
    struct hy_corpus c;
    put("mine.txt", "hello");
    put("set/input.txt", "folder");
    cr_assert_eq(load(&c, "mine.txt"), HY_OK, "%s", hy_error());
    cr_expect_str_eq(c.name, "user:mine.txt");
    cr_expect_str_eq(c.text, "hello");
    cr_expect_eq(c.bytes, 5u);
    cr_expect_not(c.synthetic);
    cr_expect_str_eq(c.sha256, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    hy_corpus_fini(&c);
    cr_assert_eq(load(&c, "set/"), HY_OK, "%s", hy_error());
    cr_expect_str_eq(c.name, "user:set");
    cr_expect_str_eq(c.text, "folder");
    hy_corpus_fini(&c);

    char *path = hy_format("%s/mine.txt", folder);
    setenv("HYMBENCH_DATA", path, 1);
    cr_assert_eq(hy_corpus_load(&c, NULL), HY_OK, "%s", hy_error());
    cr_expect_str_eq(c.name, "user:mine.txt");
    hy_corpus_fini(&c);
    cr_assert_eq(load(&c, "set"), HY_OK, "the option goes before the environment");
    cr_expect_str_eq(c.name, "user:set");
    hy_corpus_fini(&c);
    hy_corpus_fini(NULL);
    free(path);
}

Test(corpus, says_what_is_wrong_with_a_path)
{
    struct hy_corpus c;
    put("empty.txt", "");
    put("set/other.txt", "x");
    static const char *const cases[][2] = {
        {"absent.txt", "No such file"}, {"empty.txt", "is empty"}, {"set", "has no input.txt"}};
    for (int i = 0; i < 3; i++) {
        cr_expect_eq(load(&c, cases[i][0]), HY_BAD_INPUT, "%s", cases[i][0]);
        cr_expect_not_null(strstr(hy_error(), cases[i][1]), "%s: %s", cases[i][0], hy_error());
        cr_expect_not_null(strstr(hy_error(), folder), "names the path: %s", hy_error());
        cr_expect_null(c.text);
    }
}

Test(corpus, a_wrong_checksum_is_an_error_with_advice)
{
    struct hy_corpus c;
    const char *const roots[] = {folder};
    put("datasets/cache/tinyshakespeare/input.txt", "not it");
    cr_assert_eq(hy_corpus_search(&c, roots, 1), HY_BAD_INPUT);
    cr_expect_not_null(strstr(hy_error(), "delete it"), "%s", hy_error());
    cr_expect_not_null(strstr(hy_error(), "HYMBENCH_DATA"), "%s", hy_error());
    cr_expect_null(c.text);
}

Test(corpus, of_a_kit_is_checked_too)
{
    struct hy_corpus c;
    const char *const roots[] = {folder};
    put("data/tinyshakespeare/input.txt", "not it");
    cr_assert_eq(hy_corpus_search(&c, roots, 1), HY_BAD_INPUT);
    cr_expect_not_null(strstr(hy_error(), "/data/tinyshakespeare/input.txt'"), "%s", hy_error());
}

Test(corpus, falls_back_to_the_built_in_text)
{
    struct hy_corpus c;
    const char *const roots[] = {folder};
    cr_assert_eq(hy_corpus_search(&c, roots, 1), HY_OK, "%s", hy_error());
    cr_expect(c.synthetic);
    cr_expect_str_eq(c.name, "synthetic");
    cr_expect_str_eq(c.path, "");
    cr_expect_eq(c.bytes, (size_t)HY_TINYSHAKESPEARE_BYTES);
    hy_corpus_fini(&c);
}

Test(corpus, the_cache_goes_first)
{
    size_t bytes;
    char *text = real_corpus(&bytes);
    if (!text)
        cr_skip("the real corpus is not at hand: datasets/fetch.sh fetches it");
    struct hy_corpus c;
    put("project/datasets/cache/tinyshakespeare/input.txt", text);
    put("shared/datasets/tinyshakespeare/input.txt", "wrong, but not looked at");
    char *root = hy_format("%s/project", folder);
    const char *const roots[] = {root};
    cr_assert_eq(hy_corpus_search(&c, roots, 1), HY_OK, "%s", hy_error());
    cr_expect_str_eq(c.name, "tinyshakespeare");
    cr_expect_not_null(strstr(c.path, "/cache/"));
    cr_expect_eq(c.bytes, (size_t)HY_TINYSHAKESPEARE_BYTES);
    hy_corpus_fini(&c);
    free(root);
    free(text);
}

Test(synthetic, is_text_that_can_be_learnt_from)
{
    char *text = hy_synthetic_text(HY_TINYSHAKESPEARE_BYTES), *start = hy_synthetic_text(1000);
    cr_assert_eq(strlen(text), (size_t)HY_TINYSHAKESPEARE_BYTES);
    cr_assert(memcmp(text, start, 1000) == 0, "a shorter text is the beginning of a longer one");
    int turns = 0;
    for (const char *c = text; *c; c++) {
        cr_assert(*c == '\n' || (*c >= ' ' && *c <= '~'), "byte %d", *c);
        turns += c[0] == ':' && c[1] == '\n';
    }
    cr_expect_gt(turns, 5000);
    free(start);
    free(text);
}

/* The hash is written down twice: where it is fetched and where it is checked. */
Test(sources, name_the_same_text)
{
    size_t bytes;
    char *yaml = data_text("datasets/sources.yaml", &bytes);
    cr_expect_not_null(strstr(yaml, "sha256: " HY_TINYSHAKESPEARE_SHA256 "\n"));
    char *size = hy_format("bytes: %d\n", HY_TINYSHAKESPEARE_BYTES);
    cr_expect_not_null(strstr(yaml, size));
    free(size);
    free(yaml);
}
