#include "tests/simt/child.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernels/base/status.h"

static void read_all(int fd, char *text, size_t room)
{
    char more[512];
    size_t have = 0;
    ssize_t n;
    while ((n = read(fd, more, sizeof more)) > 0) { /* to the end, so that the writer does not wait */
        size_t fits = (size_t)n < room - 1 - have ? (size_t)n : room - 1 - have;
        memcpy(text + have, more, fits);
        have += fits;
    }
    text[have] = 0;
}

/* A sanitizer told to write files leaves one of the child's: it belongs to the text, and is no news to others. */
static void take_report(const char *options, pid_t pid, char *text, size_t room)
{
    char path[512];
    const char *at = getenv(options) ? strstr(getenv(options), "log_path=") : NULL;
    if (!at)
        return;
    at += strlen("log_path=");
    snprintf(path, sizeof path, "%.*s.%ld", (int)strcspn(at, ":"), at, (long)pid);
    FILE *f = fopen(path, "r");
    if (!f)
        return;
    size_t have = strlen(text), n = fread(text + have, 1, room - 1 - have, f);
    text[have + n] = 0;
    fclose(f);
    unlink(path);
}

struct child_end child_run(void (*body)(const void *arg), const void *arg)
{
    struct child_end end = {0};
    int said[2], status = 0;
    HY_ASSERT(pipe(said) == 0, "no pipe in a test");
    fflush(NULL);
    pid_t pid = fork();
    HY_ASSERT(pid >= 0, "no process in a test");
    if (pid == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        close(said[0]);
        dup2(said[1], STDERR_FILENO);
        body(arg);
        fflush(NULL);
        _exit(0);
    }
    close(said[1]);
    read_all(said[0], end.text, sizeof end.text);
    close(said[0]);
    waitpid(pid, &status, 0);
    end.well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    take_report("ASAN_OPTIONS", pid, end.text, sizeof end.text);
    take_report("UBSAN_OPTIONS", pid, end.text, sizeof end.text);
    return end;
}
