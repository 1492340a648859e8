/* hymbench tokenize, as main() calls it. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/commands/commands.h"
#include "kernels/base/file.h"

static char folder[64];

static void set_up(void)
{
    snprintf(folder, sizeof folder, "%s", "/tmp/hymbench-test-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
}

static void tear_down(void)
{
    char *command = hy_format("rm -rf '%s'", folder);
    cr_assert_eq(system(command), 0);
    free(command);
}

TestSuite(cmd_tokenize, .init = set_up, .fini = tear_down);

/* The words of `line` as a command line; "@name" stands for a file in the scratch folder. */
static hy_status run(const char *line)
{
    char *words = hy_format("%s", line), *argv[20] = {NULL};
    int argc = 0;
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word[0] == '@' ? hy_format("%s/%s", folder, word + 1) : hy_format("%s", word);
    (void)hy_fail(HY_OK, "%s", "");
    hy_status status = hy_cmd_tokenize(argc, argv);
    /* getopt may have reordered argv, not lost any of it */
    for (int i = 0; i < argc; i++)
        free(argv[i]);
    free(words);
    return status;
}

static void put(const char *name, const char *text, size_t bytes)
{
    char *path = hy_format("%s/%s", folder, name);
    cr_assert_eq(hy_write_file(path, text, bytes), HY_OK, "%s", hy_error());
    free(path);
}

Test(cmd_tokenize, train_encode_decode)
{
    static const char text[] = "h\xc3\xa9llo h\xc3\xa9llo wor\xc3\xa9ld wor\xc3\xa9ld; the rest is cut off";
    put("in.txt", text, sizeof text - 1);
    cr_assert_eq(run("tokenize train --text @in.txt --chars 25 --vocab 40 --min-frequency 2 --out @t.json"), HY_OK,
                 "%s", hy_error());
    cr_assert_eq(run("tokenize encode --tokenizer @t.json --text @in.txt --chars 25 --out @ids.u16"), HY_OK, "%s",
                 hy_error());
    cr_assert_eq(run("tokenize decode --tokenizer @t.json --ids @ids.u16 --out @back.txt"), HY_OK, "%s", hy_error());
    char *path = hy_format("%s/back.txt", folder), *back;
    size_t bytes;
    cr_assert_eq(hy_read_file(path, &back, &bytes), HY_OK, "%s", hy_error());
    cr_assert_str_eq(back, "h\xc3\xa9llo h\xc3\xa9llo wor\xc3\xa9ld wor\xc3\xa9ld");
    free(back);
    free(path);
}

Test(cmd_tokenize, says_what_is_wrong)
{
    static const struct {
        const char *line, *says;
    } cases[] = {
        {"tokenize", "train, encode or decode"},
        {"tokenize trian", "did you mean 'train'"},
        {"tokenize frobnicate", "it has train, encode and decode"},
        {"tokenize train --vocabb 40 --out @t.json", "vocab"},
        {"tokenize train --vocab many --out @t.json", "many"},
        {"tokenize train --vocab 3 --out @t.json", "vocab"},
        {"tokenize train --text @in.txt", "--out"},
        {"tokenize train --text @none.txt --out @t.json", "none.txt"},
        {"tokenize train --text @latin1.txt --out @t.json", "latin1.txt' is not UTF-8: byte 0xe9 at offset 3"},
        {"tokenize train --text @in.txt --out @no/such/t.json", "t.json"},
        {"tokenize encode --text @in.txt", "--tokenizer"},
        {"tokenize encode --text @in.txt --tokenizer @in.txt", "no valid tokenizer.json"},
        {"tokenize encode --text @in.txt --tokenizer @none.json", "none.json"},
        {"tokenize decode --tokenizer @t.json", "--ids"},
        {"tokenize decode --tokenizer @ok.json --ids @odd.u16", "is it cut off"},
        {"tokenize decode --tokenizer @ok.json --ids @beyond.u16", "id 65535 at place 0"},
    };
    put("in.txt", "some text", 9);
    put("latin1.txt", "caf\xe9", 4);
    put("odd.u16", "\1\0\2", 3);
    put("beyond.u16", "\xff\xff", 2);
    cr_assert_eq(run("tokenize train --text @in.txt --vocab 20 --out @ok.json"), HY_OK, "%s", hy_error());
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cr_expect_eq(run(cases[i].line), HY_BAD_INPUT, "%s", cases[i].line);
        cr_expect_not_null(strstr(hy_error(), cases[i].says), "%s: %s", cases[i].line, hy_error());
        cr_expect_null(strchr(hy_error(), '\n'), "one sentence");
    }
}
