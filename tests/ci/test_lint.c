/* Every rule of make lint, broken once in a copy of the tree: lint must say so, and nothing else. */
#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernels/base/file.h"

static char copy[] = "/tmp/hymbench-lint-XXXXXX";

/* Runs a line in the copy; what it prints is malloc'd. */
static char *in_copy(const char *line)
{
    char *command = hy_format("cd '%s' && { %s; } 2>&1", copy, line), *text = calloc(1, 1 << 16);
    FILE *p = popen(command, "r");
    cr_assert(p && text);
    size_t n = fread(text, 1, (1 << 16) - 1, p);
    text[n] = '\0';
    (void)pclose(p);
    free(command);
    return text;
}

static void quietly(const char *line)
{
    char *text = in_copy(line);
    cr_assert_str_empty(text, "%s: %s", line, text);
    free(text);
}

/* The sources as git sees them here, in a repository of their own. */
static void set_up(void)
{
    cr_assert_not_null(mkdtemp(copy));
    char *line =
        hy_format("git ls-files -co --exclude-standard -- '*.c' '*.cpp' '*.h' '*.inc' '*.cu' '*.cuh' ci Makefile "
                  ".clang-format .gitignore | while read -r f; do [ ! -f $f ] || echo $f; done | "
                  "xargs cp --parents -t '%s'",
                  copy);
    cr_assert_eq(system(line), 0);
    free(line);
    quietly("git init -q . && mkdir -p build && touch build/build_info.h");
}

static void tear_down(void)
{
    char *line = hy_format("rm -rf '%s'", copy);
    cr_assert_eq(system(line), 0);
    free(line);
}

TestSuite(lint, .init = set_up, .fini = tear_down);

static void add(const char *path, const char *text)
{
    char *whole = hy_format("%s/%s", copy, path);
    FILE *f = fopen(whole, "a");
    cr_assert_not_null(f, "%s", whole);
    cr_assert(fputs(text, f) >= 0);
    fclose(f);
    free(whole);
}

static int lines(const char *text)
{
    int n = 0;
    for (; *text; text++)
        n += *text == '\n';
    return n;
}

Test(lint, the_tree_keeps_its_rules, .timeout = 120)
{
    char *text = in_copy("ci/rules.sh");
    cr_assert_str_empty(text, "%s", text);
    free(text);
}

Test(lint, each_rule_that_is_broken_is_found, .timeout = 120)
{
    static const char *const found[] = {
        "floors: kernels/base/up.c includes kernels/ops.h, which stands above it",
        "floors: models/decode/aside.c includes models/train/trainer.h of a neighbour that it must not know",
        "floors: report/out.c includes bench/run/record.h, which stands above it",
        "circle: datasets/one -> datasets/two -> datasets/one",
        "place: kernels/attic/old.c is in no folder of ci/floors.txt",
        "guard: datasets/one.h: the include guard is not HY_DATASETS_ONE_H",
        "alone: datasets/two.h: ",
        "long: datasets/long.c:1: endless has 85 lines and no reason",
        "length: datasets/length.c: 601 lines",
        "unfinished: datasets/words.c:1:",
        "dead: datasets/words.c:2:",
        "tab: datasets/words.c:4:",
        "machine: datasets/words.c:5:",
    };
    enum { RULES = sizeof found / sizeof *found };
    add("kernels/base/up.c", "#include \"kernels/ops.h\"\n");
    add("models/decode/aside.c", "#include \"models/train/trainer.h\"\n");
    add("report/out.c", "#include \"bench/run/record.h\"\n");
    quietly("mkdir kernels/attic");
    add("kernels/attic/old.c", "int hy_old;\n");
    add("datasets/one.h", "#ifndef HY_ONE\n#define HY_ONE\n#include \"datasets/two.h\"\n#endif\n");
    add("datasets/one.c", "#include \"datasets/one.h\"\n");
    add("datasets/two.h", "#ifndef HY_DATASETS_TWO_H\n#define HY_DATASETS_TWO_H\nextern struct hy_nowhere hy_a[];\n"
                          "static inline size_t hy_two(void)\n{\n    return 2;\n}\n#endif\n");
    add("datasets/two.c", "#include \"datasets/one.h\"\n");
    add("datasets/long.c", "void endless(void)\n{\n");
    for (int i = 0; i < 82; i++)
        add("datasets/long.c", "    (void)0;\n");
    add("datasets/long.c", "}\n/* long: the reason stands here */\nvoid reasoned(void)\n{\n");
    for (int i = 0; i < 82; i++)
        add("datasets/long.c", "    (void)0;\n");
    add("datasets/long.c", "}\n");
    for (int i = 0; i < 601; i++)
        add("datasets/length.c", "\n");
    add("datasets/words.c", "/* TO"
                            "DO */\n#if"
                            " 0\n#endif\n\tint hy_tab;\n/* see /ho"
                            "me/me */\n");

    char *text = in_copy("ci/rules.sh");
    for (int i = 0; i < RULES; i++)
        cr_expect(strstr(text, found[i]), "'%s' was not found in:\n%s", found[i], text);
    /* one.h, which includes two.h, does not compile alone either */
    cr_expect_eq(lines(text), RULES + 1, "%s", text);
    free(text);
}

Test(lint, what_is_not_formatted_is_found, .timeout = 120)
{
    static const char *const files[] = {"datasets/x.c",       "datasets/x.h",         "kernels/cuda/x.cu",
                                        "kernels/cuda/x.cuh", "kernels/tables/x.inc", "kernels/simt/x.cpp"};
    if (system("command -v clang-format >/dev/null") != 0)
        cr_skip("clang-format is not installed: make lint brings it");
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        add(files[i], "int   hy_x ;\n");
    char *text = in_copy("ci/lint.sh format");
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char *want = hy_format("format: %s:1:", files[i]);
        cr_expect(strstr(text, want), "'%s' was not found in:\n%s", want, text);
        free(want);
    }
    free(text);
    text = in_copy("ci/lint.sh grammar; echo $?");
    cr_expect(strstr(text, "no part 'grammar'") && strstr(text, "\n2\n"), "%s", text);
    free(text);
}
