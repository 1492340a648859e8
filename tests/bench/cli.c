#include "tests/bench/cli.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernels/base/file.h"

const struct cli *cli_run(const char *arguments)
{
    static struct cli c;
    memset(&c, 0, sizeof c);
    char errors[] = "/tmp/hymbench-cli-XXXXXX";
    int fd = mkstemp(errors);
    cr_assert(fd >= 0);
    close(fd);
    const char *program = getenv("HYMBENCH_BIN");
    char *command = hy_format("%s %s 2>%s", program ? program : "build/hymbench", arguments, errors);
    FILE *pipe = popen(command, "r");
    cr_assert_not_null(pipe);
    size_t n = fread(c.out, 1, sizeof c.out - 1, pipe);
    char rest[4096];
    while (n > 0 && fread(rest, 1, sizeof rest, pipe) > 0)
        ; /* what does not fit must not block the program */
    int status = pclose(pipe);
    c.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    FILE *f = fopen(errors, "r");
    cr_assert_not_null(f);
    cr_assert(fread(c.err, 1, sizeof c.err - 1, f) < sizeof c.err);
    fclose(f);
    unlink(errors);
    free(command);
    return &c;
}

void cli_expect_refused(const char *arguments, int code, const char *word)
{
    const struct cli *c = cli_run(arguments);
    int lines = 0;
    for (const char *p = c->err; *p; p++)
        lines += *p == '\n';
    cr_assert_eq(c->code, code, "hymbench %s: exit %d, want %d; it said: %s", arguments, c->code, code, c->err);
    cr_assert(lines >= 1 && lines <= 4, "hymbench %s: %d lines of trouble: %s", arguments, lines, c->err);
    cr_assert_not_null(strstr(c->err, word), "hymbench %s: '%s' is not in: %s", arguments, word, c->err);
    cr_assert_eq(strncmp(c->err, "hymbench: ", 10), 0, "the program's name comes first: %s", c->err);
}
