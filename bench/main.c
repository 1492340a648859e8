/* hymbench: the program. Finds the subcommand, runs it, prints the one sentence a
 * failure left, exits with its status. */
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/cli/address_space.h"
#include "bench/commands/commands.h"
#include "bench/harness/build.h"
#include "kernels/base/nearest.h"

__attribute__((section(".preinit_array"),
               used)) static void (*const before_libraries)(int, char **, char **) = hy_address_space_check;

struct command {
    const char *name, *help;
    hy_status (*run)(int argc, char **argv);
};

#define HY_COMMAND(word, name, help) {name, help, hy_cmd_##word},
static const struct command commands[] = {
#include "bench/commands/commands.inc"
};
#undef HY_COMMAND

enum { COMMANDS = sizeof commands / sizeof *commands };

static void print_help(FILE *out)
{
    fprintf(out, "hymbench: benchmarks and ablation reports for hybrid-head language models\n\n"
                 "usage: hymbench COMMAND [options]\n\ncommands:\n");
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-12s %s\n", commands[i].name, commands[i].help);
    fprintf(out, "\nhymbench COMMAND --help explains one command; hymbench --version says which build this is.\n");
}

static hy_status unknown(const char *word)
{
    const char *names[COMMANDS];
    for (size_t i = 0; i < COMMANDS; i++)
        names[i] = commands[i].name;
    const char *near = word[0] == '-' ? NULL : hy_nearest(word, names, COMMANDS);
    const char *kind = word[0] == '-' ? "option" : "command";
    if (near)
        return hy_fail(HY_BAD_INPUT, "unknown %s '%s'; did you mean '%s'? (hymbench --help lists all)", kind, word,
                       near);
    return hy_fail(HY_BAD_INPUT, "unknown %s '%s'; hymbench --help lists all", kind, word);
}

static hy_status run(int argc, char **argv)
{
    if (argc < 2)
        return hy_fail(HY_BAD_INPUT, "no command given; hymbench --help lists all");
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return HY_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("hymbench %s (git %s%s; %s)\n", HY_VERSION, hy_build_git_sha(), hy_build_dirty() ? ", modified" : "",
               hy_build_compiler());
        return HY_OK;
    }
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    return unknown(argv[1]);
}

/* Standard output took everything, or its reader left early (| head), which is no failure. */
static hy_status close_output(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return HY_OK;
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    if (poll(&out, 1, 0) == 1 && (out.revents & POLLERR))
        return HY_OK;
    return hy_fail(HY_RUN_FAILED, "standard output could not be written; is the disk full?");
}

int main(int argc, char **argv)
{
    /* numbers are read and written in the C locale; a reader that left ends no run,
     * and a file that may not grow is a failed write like any other */
    setlocale(LC_ALL, "C");
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    hy_status status = run(argc, argv);
    hy_status closed = status == HY_OK ? close_output() : HY_OK;
    if (closed)
        status = closed;
    if (status != HY_OK && hy_error()[0] != '\0')
        fprintf(stderr, "hymbench: %s\n", hy_error());
    return (int)status;
}
