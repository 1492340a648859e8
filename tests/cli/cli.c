#include "tests/cli/cli.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kernels/base/file.h"
#include "report/table/csv.h"
#include "tests/seed.h"

enum { PATHS = 8, SECONDS = 120, POLL_MS = 2 };

static char folder[64];
static struct cli last;

/* ---- fixtures ------------------------------------------------------------------ */

/* Words drawn by a rule: enough repetition for a tokenizer to learn pairs. */
static void write_text(void)
{
    static const char *const words[] = {"the",  "king",  "speaks", "of",    "night", "and",   "day",   "my",
                                        "lord", "comes", "with",   "sword", "shall", "not",   "stand", "before",
                                        "thee", "while", "moon",   "rises", "over",  "castle"};
    enum { WORDS = sizeof words / sizeof *words, LINES = 320 };
    char text[LINES * 64];
    size_t n = 0;
    unsigned state = 7 + (unsigned)test_seed();
    for (int line = 0; line < LINES; line++) {
        if (line % 5 == 0)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s:\n", line % 2 ? "ROMEO" : "JULIET");
        for (int w = 0; w < 7; w++) {
            state = state * 1664525u + 1013904223u;
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", words[(state >> 16) % WORDS], w < 6 ? " " : ".\n");
        }
    }
    cli_write("text.txt", text, n);
}

void cli_begin(void)
{
    static const char *const unset[] = {
#define HY_GLOBAL(kind, name, twin, help, ...) twin,
#include "bench/cli/globals.inc"
#undef HY_GLOBAL
        "SOURCE_DATE_EPOCH"};
    const char *program = getenv("HYMBENCH_BIN");
    char *absolute = realpath(program ? program : "build/hymbench", NULL);
    cr_assert_not_null(absolute, "there is no program to test; set HYMBENCH_BIN");
    for (size_t i = 0; i < sizeof unset / sizeof *unset; i++)
        unsetenv(unset[i]);
    snprintf(folder, sizeof folder, "/tmp/hymbench-cli-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    /* the machine's peaks are measured once for all tests, and not for the user */
    char *cache = hy_format("%.*s/tests/cache", (int)(strrchr(absolute, '/') - absolute), absolute);
    setenv("XDG_CACHE_HOME", cache, 1);
    setenv("H", absolute, 1);
    setenv("D", folder, 1);
    setenv("HYMBENCH_DATA", cli_path("text.txt"), 1);
    setenv("HYMBENCH_THREADS", "1", 1);
    setenv("HYMBENCH_DEVICE", "cpu", 1); /* whatever the machine has */
    free(cache);
    free(absolute);
    write_text();
}

void cli_end(void)
{
    char *line = hy_format("chmod -R u+rwx '%s' && rm -rf '%s'", folder, folder);
    if (folder[0] && system(line) != 0)
        cr_log_warn("%s stays behind", folder);
    free(line);
    free(last.out);
    free(last.err);
    last = (struct cli){0};
}

/* ---- running ------------------------------------------------------------------- */

/* Several may run at once. */
static const char *output_of(pid_t process, const char *which)
{
    char name[32];
    snprintf(name, sizeof name, ".%s.%ld", which, (long)process);
    return cli_path(name);
}

static void redirect(int to, const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0 || dup2(fd, to) < 0)
        _exit(126);
    close(fd);
}

pid_t cli_start(const char *line)
{
    fflush(NULL);
    pid_t process = fork();
    cr_assert(process >= 0);
    if (process == 0) {
        /* a group of its own, so that nothing outlives a test that gave up */
        setpgid(0, 0);
        redirect(STDOUT_FILENO, output_of(getpid(), "out"));
        redirect(STDERR_FILENO, output_of(getpid(), "err"));
        execl("/bin/sh", "sh", "-c", line, (char *)NULL);
        _exit(127);
    }
    return process;
}

static void sleep_a_little(void)
{
    nanosleep(&(struct timespec){.tv_nsec = POLL_MS * 1000000L}, NULL);
}

bool cli_running(pid_t process)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)process, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0;
}

const struct cli *cli_wait(pid_t process)
{
    time_t end = time(NULL) + SECONDS;
    while (cli_running(process) && time(NULL) < end)
        sleep_a_little();
    bool late = cli_running(process);
    if (late)
        kill(-process, SIGKILL);
    int status = 0;
    size_t bytes;
    cr_assert_eq(waitpid(process, &status, 0), process);
    free(last.out);
    free(last.err);
    cr_assert_eq(hy_read_file(output_of(process, "out"), &last.out, &bytes), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_read_file(output_of(process, "err"), &last.err, &bytes), HY_OK, "%s", hy_error());
    last.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    cr_assert(!late, "no end within %d s; stderr: %s", SECONDS, last.err);
    return &last;
}

const struct cli *cli_run(const char *line)
{
    return cli_wait(cli_start(line));
}

bool cli_settled(const struct cli *c)
{
    return c->code == 0 || (c->code == 3 && strstr(c->err, "hymbench: inconclusive: "));
}

const struct cli *cli_good(const char *line)
{
    const struct cli *c = cli_run(line);
    cr_assert(cli_settled(c), "%s\nexit %d: %s", line, c->code, c->err);
    return c;
}

static int count_lines(const char *text)
{
    int lines = 0;
    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

static int count_sentences(const char *err)
{
    int n = 0;
    for (const char *at = err; (at = strstr(at, "hymbench: ")); at++)
        n += (at == err || at[-1] == '\n') && strncmp(at, "hymbench: warning: ", 19) != 0;
    return n;
}

void cli_refused(int code, const char *word, const char *line)
{
    const struct cli *c = cli_run(line);
    cr_assert_eq(c->code, code, "%s\nexit %d, not %d: %s", line, c->code, code, c->err);
    cr_assert(count_lines(c->err) <= 4, "%s\nmore than four lines: %s", line, c->err);
    cr_assert_eq(count_sentences(c->err), 1, "%s\nnot one sentence: %s", line, c->err);
    cr_assert_not_null(strstr(c->err, word), "%s\n'%s' is not in: %s", line, word, c->err);
    cr_assert_str_empty(c->out, "%s\nprinted: %s", line, c->out);
}

/* ---- files ----------------------------------------------------------------------- */

const char *cli_path(const char *name)
{
    static char paths[PATHS][512];
    static int next;
    char *path = paths[next++ % PATHS];
    cr_assert((size_t)snprintf(path, sizeof paths[0], "%s/%s", folder, name) < sizeof paths[0]);
    return path;
}

bool cli_exists(const char *name)
{
    struct stat info;
    return lstat(cli_path(name), &info) == 0;
}

void cli_write(const char *name, const void *data, size_t bytes)
{
    FILE *f = fopen(cli_path(name), "wb");
    cr_assert_not_null(f, "%s", name);
    cr_assert_eq(fwrite(data, 1, bytes, f), bytes);
    cr_assert_eq(fclose(f), 0);
}

void cli_print(const char *name, const char *format, ...)
{
    va_list args;
    FILE *f = fopen(cli_path(name), "wb");
    cr_assert_not_null(f, "%s", name);
    va_start(args, format);
    vfprintf(f, format, args);
    va_end(args);
    cr_assert_eq(fclose(f), 0);
}

char *cli_read(const char *name, size_t *bytes)
{
    char *data = NULL;
    cr_assert_eq(hy_read_file(cli_path(name), &data, bytes), HY_OK, "%s", hy_error());
    return data;
}

void cli_same_file(const char *a, const char *b)
{
    size_t n, m;
    char *x = cli_read(a, &n), *y = cli_read(b, &m);
    size_t i = 0;
    while (i < n && i < m && x[i] == y[i])
        i++;
    cr_assert(n == m && i == n, "%s (%zu bytes) and %s (%zu bytes) differ from byte %zu on", a, n, b, m, i);
    free(x);
    free(y);
}

static bool is_listed(const char *names, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = names; (at = strstr(at, name)); at++)
        if ((at == names || at[-1] == ',') && (at[length] == ',' || at[length] == '\0'))
            return true;
    return false;
}

void cli_same_table(const char *a, const char *b, const char *but)
{
    struct hy_csv x, y;
    cr_assert_eq(hy_csv_read(&x, cli_path(a), HY_CSV_COMPLETE), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_csv_read(&y, cli_path(b), HY_CSV_COMPLETE), HY_OK, "%s", hy_error());
    cr_assert(x.rows > 0, "%s has no rows", a);
    cr_assert_eq(x.rows, y.rows, "%s has %zu rows, %s %zu", a, x.rows, b, y.rows);
    cr_assert_eq(x.columns, y.columns);
    for (size_t c = 0; c < x.columns; c++) {
        cr_assert_str_eq(x.header[c], y.header[c]);
        for (size_t r = 0; r < x.rows && !is_listed(but, x.header[c]); r++)
            cr_assert_str_eq(hy_csv_text(&x, r, (int)c), hy_csv_text(&y, r, (int)c), "%s and %s, row %zu, %s", a, b, r,
                             x.header[c]);
    }
    hy_csv_fini(&x);
    hy_csv_fini(&y);
}

int cli_lines(const char *name)
{
    if (!cli_exists(name))
        return 0;
    size_t bytes;
    char *data = cli_read(name, &bytes);
    int lines = count_lines(data);
    free(data);
    return lines;
}

void cli_await_lines(const char *name, int lines, pid_t process)
{
    while (cli_lines(name) < lines) {
        if (!cli_running(process)) {
            const struct cli *c = cli_wait(process);
            cr_assert(false, "exit %d before %s had %d lines: %s", c->code, name, lines, c->err);
        }
        sleep_a_little();
    }
}

void cli_await_file(const char *name, pid_t process)
{
    while (!cli_exists(name)) {
        if (!cli_running(process)) {
            const struct cli *c = cli_wait(process);
            cr_assert(false, "exit %d before %s was there: %s", c->code, name, c->err);
        }
        sleep_a_little();
    }
}
