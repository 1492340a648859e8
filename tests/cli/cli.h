/* Running the program as a user does, in a folder of the test's own.
 *
 * Command lines go through the shell and find there
 *
 *     $H   the program: $HYMBENCH_BIN, else build/hymbench, as an absolute path
 *     $D   the test's temporary folder, removed when the test ends
 *
 * and in the environment HYMBENCH_DATA=$D/text.txt (a small generated text) and
 * HYMBENCH_THREADS=1 and HYMBENCH_DEVICE=cpu; the other twins of options are unset. */
#ifndef HY_TESTS_CLI_CLI_H
#define HY_TESTS_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct cli {
    int code;        /* exit code, or 128 + signal */
    char *out, *err; /* what it wrote; static memory, the next run replaces it */
};

/* The fixtures of every suite here. */
void cli_begin(void);
void cli_end(void);

/* Runs a line to its end; the test fails when that takes over two minutes. */
const struct cli *cli_run(const char *line);

/* The same in two steps, to meddle in between. The line should begin with
 * `exec` so that signals to the process reach the program itself. */
pid_t cli_start(const char *line);
const struct cli *cli_wait(pid_t process);
bool cli_running(pid_t process);

/* It ended well: with 0, or with 3 and the sentence that says that only its times do not hold, which a busy machine
 * does to any run that measures. */
bool cli_settled(const struct cli *c);

/* Runs a line that must end well; says the line and its stderr if not. */
const struct cli *cli_good(const char *line);

/* Runs a line that must end with `code`, one sentence "hymbench: ..." on stderr
 * that holds `word`, at most four lines there, and nothing on stdout. */
void cli_refused(int code, const char *word, const char *line);

/* ---- files in $D; names are relative to it ------------------------------------- */

const char *cli_path(const char *name); /* of the last eight calls */
bool cli_exists(const char *name);
void cli_write(const char *name, const void *data, size_t bytes);
void cli_print(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The bytes of a file, NUL behind; the caller frees. The test fails without the file. */
char *cli_read(const char *name, size_t *bytes);

/* Fails the test unless both files hold the same bytes. */
void cli_same_file(const char *a, const char *b);

/* Fails the test unless both tables hold the same cells, but for the columns named
 * (commas between), and at least one row. */
void cli_same_table(const char *a, const char *b, const char *but);

/* How many lines a file has; 0 where there is none. */
int cli_lines(const char *name);

/* Waits until a file has so many lines; fails the test when the process ends before. */
void cli_await_lines(const char *name, int lines, pid_t process);
void cli_await_file(const char *name, pid_t process);

#endif
